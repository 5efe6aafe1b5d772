//! `--bin`: the keys that a compiled program has in it.

use std::path::Path;

use envaudit::__private::{embedded, embedded_len};
use envaudit::{EnvConfig, SecretString};
use envaudit_tests::Files;
use envaudit_tests::command::{Answer, envaudit};
use envaudit_tests::effort::one_in;
use object::{Architecture, BinaryFormat, Endianness};

/// Everything that a variable can say of itself.
#[derive(EnvConfig)]
#[env(prefix = "EMB_")]
#[expect(dead_code, reason = "it is there for its keys")]
struct Config {
    /// Port the HTTP server listens on.
    #[env(default = 8080, range(1..=65535), alias = "LISTEN")]
    port: u16,
    #[env(sources(Docker, Aws), example = "never-embedded")]
    api_key: SecretString,
    #[env(sep = ";", trim, len(1..4), one_of("a", "b"))]
    tags: Vec<String>,
    #[env(default = "1m", deprecated = "use EMB_PORT")]
    timeout: std::time::Duration,
    limits: Option<std::collections::BTreeMap<String, i128>>,
    #[env(parse_with = parse, non_empty, public)]
    token: String,
    #[env(nested)]
    db: Option<Db>,
    #[env(nested)]
    cache: Cache,
    level: Level,
    addr: std::net::IpAddr,
    ratio: f64,
    never_zero: std::num::NonZeroU128,
    pair: Option<[u8; 2]>,
}

/// A database.
#[derive(EnvConfig)]
#[expect(dead_code, reason = "it is there for its keys")]
struct Db {
    host: String,
    password: SecretString,
    #[env(nested)]
    replica: Option<Cache>,
}

#[derive(EnvConfig)]
#[env(sources(System))]
#[expect(dead_code, reason = "it is there for its keys")]
struct Cache {
    url: String,
    size: Option<char>,
}

#[derive(envaudit::EnvValue)]
enum Level {
    Low,
    High,
}

#[derive(EnvConfig)]
#[expect(dead_code, reason = "it is there for its key")]
struct Other {
    name: Option<String>,
}

#[derive(EnvConfig)]
#[expect(dead_code, reason = "it is there for its names")]
struct Renamed {
    #[env(deprecated_alias = "HTTP_PORT", alias_key = "LISTEN", deprecated_alias_key = "OLD")]
    port: Option<u16>,
    level: Option<u8>,
}

fn parse(text: &str) -> Result<String, std::convert::Infallible> {
    Ok(text.to_owned())
}

envaudit::embed!(Config);

const EMBEDDED: [u8; embedded_len(Config::TABLE)] = embedded(Config::TABLE);
const RENAMED: [u8; embedded_len(Renamed::TABLE)] = embedded(Renamed::TABLE);
const OTHER: [u8; embedded_len(Other::TABLE)] = embedded(Other::TABLE);

fn keys(path: &Path) -> Answer {
    envaudit(["schema", "--keys"]).path("--bin", path).run()
}

#[test]
fn this_very_program_tells_all_that_its_struct_says() {
    let program = std::env::current_exe().expect("a test is a program");
    // Those of other tests are in it as well.
    let run = |args: &[&str]| {
        envaudit(args.iter().copied()).args(["--struct", "Config"]).path("--bin", &program).run()
    };
    let answer = run(&["schema", "--keys"]).ends_with(0);
    assert_eq!(answer.out, Config::schema_json() + "\n");
    assert!(!answer.out.contains("never-embedded"));
    for (command, expected) in [
        ("template", Config::template()),
        ("docs", Config::markdown()),
        ("schema", Config::json_schema() + "\n"),
    ] {
        assert_eq!(run(&[command]).ends_with(0).out, expected, "{command}");
    }
}

#[test]
fn a_foreign_file_a_folder_and_nothing_are_refused_with_what_to_do() {
    let files = Files::new();
    let foreign = files.write("foreign", b"\x7fELF and nothing else".repeat(1000));
    let answer = keys(&foreign).ends_with(3);
    assert_eq!(answer.out, "");
    assert!(answer.err.contains("no configuration is embedded in"), "{}", answer.err);
    assert!(answer.err.contains("hint: put `envaudit::embed!(AppConfig);`"), "{}", answer.err);
    let answer = keys(files.path()).ends_with(3);
    assert!(answer.err.contains("it is a directory"), "{}", answer.err);
    keys(&files.path().join("missing")).ends_with(3);
    #[cfg(unix)]
    assert!(keys(&files.pipe("pipe")).ends_with(3).err.contains("not a regular file"));
}

#[test]
fn what_is_embedded_is_found_wherever_it_stands() {
    let files = Files::new();
    for before in [0, 1, (1 << 20) - 5, 1 << 20, (1 << 21) - 30] {
        let program = [vec![0xE7; before], EMBEDDED.to_vec(), vec![b'e'; 7]].concat();
        let answer = keys(&files.write("program", program)).ends_with(0);
        assert_eq!(answer.out, Config::schema_json() + "\n", "behind {before} bytes");
    }
}

/// A file for another system, with these bytes where constants stand.
fn object(format: BinaryFormat, architecture: Architecture, endianness: Endianness) -> Vec<u8> {
    use object::write::{Object, StandardSection};
    let mut object = Object::new(format, architecture, endianness);
    let text = object.section_id(StandardSection::Text);
    object.append_section_data(text, &[0xC3; 1234], 16);
    let constants = object.section_id(StandardSection::ReadOnlyData);
    object.append_section_data(constants, b"something else", 1);
    object.append_section_data(constants, &EMBEDDED, 1);
    object.write().expect("it can be written")
}

/// A program for Windows.
fn windows_program() -> Vec<u8> {
    use object::pe;
    use object::write::pe::{NtHeaders, Writer};
    let mut bytes = Vec::new();
    let mut writer = Writer::new(true, 0x1000, 0x200, &mut bytes);
    writer.reserve_dos_header_and_stub();
    writer.reserve_nt_headers(16);
    writer.reserve_section_headers(2);
    let code = [0xC3];
    let text = writer.reserve_text_section(1);
    let constants =
        writer.reserve_rdata_section(u32::try_from(EMBEDDED.len()).expect("it is short"));
    writer.write_dos_header_and_stub().expect("it can be written");
    writer.write_nt_headers(NtHeaders {
        machine: pe::IMAGE_FILE_MACHINE_AMD64,
        time_date_stamp: 0,
        characteristics: pe::IMAGE_FILE_EXECUTABLE_IMAGE,
        major_linker_version: 14,
        minor_linker_version: 0,
        address_of_entry_point: text.virtual_address,
        image_base: 0x1_4000_0000,
        major_operating_system_version: 6,
        minor_operating_system_version: 0,
        major_image_version: 0,
        minor_image_version: 0,
        major_subsystem_version: 6,
        minor_subsystem_version: 0,
        subsystem: pe::IMAGE_SUBSYSTEM_WINDOWS_CUI,
        dll_characteristics: pe::IMAGE_DLLCHARACTERISTICS_NX_COMPAT,
        size_of_stack_reserve: 0x10_0000,
        size_of_stack_commit: 0x1000,
        size_of_heap_reserve: 0x10_0000,
        size_of_heap_commit: 0x1000,
    });
    writer.write_section_headers();
    writer.write_section(text.file_offset, &code);
    writer.write_section(constants.file_offset, &EMBEDDED);
    bytes
}

#[test]
fn programs_for_other_systems_and_processors_tell_their_keys() {
    let (mach, elf, coff) = (BinaryFormat::MachO, BinaryFormat::Elf, BinaryFormat::Coff);
    let (little, big) = (Endianness::Little, Endianness::Big);
    let arm = object(mach, Architecture::Aarch64, little);
    let intel = object(mach, Architecture::X86_64, little);
    // Mach-O for two processors: a header, and one file behind the other.
    let universal = [&[0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 2][..], &[0; 4088], &arm, &intel].concat();
    let files = Files::new();
    for (what, magic, program) in [
        ("Mach-O, ARM", &[0xCF, 0xFA, 0xED, 0xFE][..], arm.clone()),
        ("Mach-O, Intel", &[0xCF, 0xFA, 0xED, 0xFE], intel.clone()),
        ("Mach-O, both", &[0xCA, 0xFE, 0xBA, 0xBE], universal),
        ("PE", b"MZ", windows_program()),
        ("COFF", &[0x64, 0x86], object(coff, Architecture::X86_64, little)),
        ("ELF, big-endian", b"\x7fELF", object(elf, Architecture::PowerPc64, big)),
        ("ELF, RISC-V", b"\x7fELF", object(elf, Architecture::Riscv64, little)),
    ] {
        assert!(program.starts_with(magic), "{what}");
        let answer = keys(&files.write("program", program)).ends_with(0);
        assert_eq!(answer.out, Config::schema_json() + "\n", "{what}");
    }
}

#[test]
fn of_several_structs_one_is_chosen_by_its_name() {
    let files = Files::new();
    // As in a file for two processors: each of them twice.
    let program = [&EMBEDDED[..], &OTHER, b"between", &EMBEDDED, &OTHER].concat();
    let program = files.write("program", program);
    let answer = keys(&program).ends_with(2);
    assert!(answer.err.contains("several configurations: `Config`, `Other`"), "{}", answer.err);
    assert!(answer.err.contains("--struct NAME"), "{}", answer.err);
    let chosen =
        |name| envaudit(["schema", "--keys", "--struct", name]).path("--bin", &program).run();
    assert_eq!(chosen("Other").ends_with(0).out, Other::schema_json() + "\n");
    assert!(chosen("Third").ends_with(2).err.contains("no configuration `Third`; it has `Config`"));
    let alone = files.write("alone", OTHER);
    assert_eq!(keys(&alone).ends_with(0).json()["name"], "Other");
}

#[test]
fn deprecated_names_are_a_newer_version_and_anything_else_is_the_first() {
    let files = Files::new();
    assert_eq!((EMBEDDED[16], OTHER[16], RENAMED[16]), (1, 1, 2));
    let program = files.write("renamed", RENAMED);
    let answer = keys(&program).ends_with(0);
    assert_eq!(answer.out, Renamed::schema_json() + "\n");
    assert_eq!(
        answer.json()["variables"][0]["deprecated_aliases"],
        serde_json::json!(["HTTP_PORT", "OLD"])
    );
    // The same through a file of the schema, and in use.
    let schema = files.write("schema.json", Renamed::schema_json());
    let by_schema = envaudit(["schema", "--keys"]).path("--schema", &schema).run().ends_with(0);
    assert_eq!(by_schema.out, answer.out);
    let explained = envaudit(["explain", "PORT"]).path("--bin", &program).run();
    assert!(
        explained.out.contains("also read as HTTP_PORT (deprecated), LISTEN, OLD (deprecated)"),
        "{}",
        explained.out
    );
}

#[test]
fn a_newer_version_is_refused_with_advice() {
    let files = Files::new();
    let mut newer = OTHER;
    newer[16] = 9;
    let answer = keys(&files.write("newer", newer)).ends_with(3);
    assert!(answer.err.contains("has version 9"), "{}", answer.err);
    assert!(answer.err.contains("install a newer envaudit"), "{}", answer.err);
}

/// In the ordinary run, one byte in so many.
const STEP: usize = 7;

#[test]
fn nothing_that_a_hostile_program_says_does_harm() {
    let files = Files::new();
    let mut outcomes = [0; 4];
    let mut refused = |bytes: &[u8]| {
        let answer = keys(&files.write("hostile", bytes));
        outcomes[usize::from(answer.code)] += 1;
        assert!(matches!(answer.code, 0 | 3), "{answer:?}");
    };
    for len in (0..EMBEDDED.len()).step_by(one_in(STEP)) {
        refused(&EMBEDDED[..len]);
    }
    for at in (0..EMBEDDED.len()).step_by(one_in(STEP)) {
        for change in [0x01, 0x80, 0xFF] {
            let mut bytes = EMBEDDED;
            bytes[at] ^= change;
            refused(&bytes);
        }
    }
    // Markers that are followed by anything: each is looked at, and not one too many.
    refused(&EMBEDDED[..24].repeat(5000));
    let (read, not_read) = (100 / one_in(STEP), 1000 / one_in(STEP));
    assert!(outcomes[0] > read && outcomes[3] > not_read, "{outcomes:?}");
}
