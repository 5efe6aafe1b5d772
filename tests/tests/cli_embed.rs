//! `--bin`: the keys that a compiled program has in it.
#![cfg(feature = "cli")]

use std::path::{Path, PathBuf};
use std::process::Command;

use envaudit::__private::{embedded, embedded_len};
use envaudit::{EnvConfig, SecretString};
use envaudit_tests::Files;
use envaudit_tests::command::{Answer, envaudit};

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

fn parse(text: &str) -> Result<String, std::convert::Infallible> {
    Ok(text.to_owned())
}

envaudit::embed!(Config);

const EMBEDDED: [u8; embedded_len(Config::TABLE)] = embedded(Config::TABLE);
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

/// Profiles, as variables that cargo knows, and what they are called.
const PROFILES: [(&str, &[(&str, &str)]); 3] = [
    ("dev", &[("CARGO_PROFILE_DEV_STRIP", "symbols")]),
    ("release", &[]),
    (
        "release",
        &[
            ("CARGO_PROFILE_RELEASE_LTO", "fat"),
            ("CARGO_PROFILE_RELEASE_PANIC", "abort"),
            ("CARGO_PROFILE_RELEASE_STRIP", "symbols"),
            ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1"),
        ],
    ),
];

#[test]
fn keys_of_a_struct_in_another_crate_survive_release_builds_stripping_and_lto() {
    for (profile, variables) in PROFILES {
        let program = build(profile, variables);
        let answer = keys(&program).ends_with(0);
        let schema = answer.json();
        assert_eq!(schema["name"], "Config", "{profile} {variables:?}");
        let keys = schema["variables"].as_array().expect("variables");
        let keys: Vec<&str> = keys.iter().filter_map(|key| key["key"].as_str()).collect();
        assert!(keys.contains(&"APP_DB_PASSWORD"), "{profile} {variables:?}: {keys:?}");
        // Its struct is not ours to compare with, but the documentation of a field is.
        assert!(answer.out.contains("The password."), "{profile} {variables:?}");
    }
}

fn build(profile: &str, variables: &[(&str, &str)]) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("embedded");
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args(["build", "--manifest-path", manifest, "--package", "hygiene-embedded"])
        .args(["--locked", "--offline", "--profile", profile, "--target-dir"])
        .arg(&target)
        .envs(variables.iter().copied())
        .output()
        .expect("cargo can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let folder = if profile == "dev" { "debug" } else { profile };
    target.join(folder).join(format!("hygiene-embedded{}", std::env::consts::EXE_SUFFIX))
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
    assert!(chosen("Third").ends_with(2).err.contains("no configuration `Third`, but `Config`"));
    let alone = files.write("alone", OTHER);
    assert_eq!(keys(&alone).ends_with(0).json()["name"], "Other");
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

#[test]
fn nothing_that_a_hostile_program_says_does_harm() {
    let files = Files::new();
    let mut outcomes = [0; 4];
    let mut refused = |bytes: &[u8]| {
        let answer = keys(&files.write("hostile", bytes));
        outcomes[usize::from(answer.code)] += 1;
        assert!(matches!(answer.code, 0 | 3), "{answer:?}");
    };
    for len in 0..EMBEDDED.len() {
        refused(&EMBEDDED[..len]);
    }
    for at in 0..EMBEDDED.len() {
        for change in [0x01, 0x80, 0xFF] {
            let mut bytes = EMBEDDED;
            bytes[at] ^= change;
            refused(&bytes);
        }
    }
    // Markers that are followed by anything: each is looked at, and not one too many.
    refused(&EMBEDDED[..24].repeat(5000));
    assert!(outcomes[0] > 100 && outcomes[3] > 1000, "{outcomes:?}");
}
