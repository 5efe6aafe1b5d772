//! Metadata of any bytes in a program: `--bin` reads a configuration that it can write, or refuses it, with bounded work.
#![no_main]

use std::cell::LazyCell;

use envaudit::EnvConfig;
use envaudit_fuzz::{Folder, command_on};
use libfuzzer_sys::fuzz_target;

thread_local! { static FOLDER: LazyCell<Folder> = const { LazyCell::new(Folder::new) }; }

/// What `envaudit::embed!` writes around a configuration.
const MAGIC: &[u8] = b"\xe7envaudit\x00\xf5keys\xc2";
const END: &[u8] = b"\xc2\xf5end\x00\xe7\n";

#[derive(EnvConfig)]
#[expect(dead_code, reason = "only embedded")]
struct Config {
    port: u16,
}

// Not read by the target: its bytes are where the first inputs of the corpus are from.
envaudit::embed!(Config);

fuzz_target!(|data: &[u8]| FOLDER.with(|folder| {
    let Some((way, body)) = data.split_first() else { return };
    let version = |version: u32| block(version, body.len(), body);
    let file = match way % 8 {
        // Anything.
        0 => body.to_vec(),
        // A version that is newer, or none.
        1 => block(u32::from(*way / 8), body.len(), body),
        // A length that is not true.
        2 => block(2, usize::from(*way), body),
        // The same twice, and two that differ in their version.
        3 => [version(1), version(1)].concat(),
        4 => [version(1), version(2)].concat(),
        5 => version(1),
        _ => version(2),
    };
    check(folder, &file);
}));

fn block(version: u32, len: usize, body: &[u8]) -> Vec<u8> {
    let len = u32::try_from(len).expect("an input is short");
    [b"\x7fELF", MAGIC, &version.to_le_bytes(), &len.to_le_bytes(), body, END, b"more"].concat()
}

fn check(folder: &Folder, file: &[u8]) {
    let path = folder.write("program", file);
    let answer = command_on("--bin", &path, &["schema", "--keys"]);
    // Each text is written once, each byte as six at the most (`\u0000`), beside the names of what it is.
    let most = 4096 + 1024 * file.len();
    assert!(
        answer.out.len() + answer.err.len() <= most,
        "{} bytes of {}",
        answer.out.len(),
        file.len()
    );
    if answer.code != 0 {
        assert!(matches!(answer.code, 2 | 3) && answer.out.is_empty(), "{}", answer.err);
        return assert!(!answer.err.is_empty());
    }
    let template = command_on("--bin", &path, &["template"]);
    let written = folder.write("written.json", &answer.out);
    let again = command_on("--schema", &written, &["schema", "--keys"]);
    assert_eq!((again.code, &again.out), (0, &answer.out), "{}", again.err);
    // Its words may differ: a variable with a default is not optional in a schema, whatever the metadata say of it.
    let from_schema = command_on("--schema", &written, &["template"]);
    assert_eq!((template.code, from_schema.code), (0, 0), "{}{}", template.err, from_schema.err);
}
