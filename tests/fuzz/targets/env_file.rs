//! Env files of any bytes: a load or problems with lines, values that are parts of the file, and no secret in an error.
#![no_main]

use std::cell::LazyCell;

use envaudit::{EnvConfig, SecretBox, SecretString};
use envaudit_fuzz::{CANARY, Folder, all_text, assert_hidden, spells_canary};
use libfuzzer_sys::fuzz_target;

thread_local! { static FOLDER: LazyCell<Folder> = const { LazyCell::new(Folder::new) }; }

#[derive(EnvConfig, Debug)]
struct Letters {
    a: Option<String>,
    b: Option<String>,
    c: Option<String>,
}

/// A secret that is fine, beside fields that the file may get wrong.
#[derive(EnvConfig, Debug)]
#[expect(dead_code, reason = "shown by `Debug`")]
struct Mixed {
    token: SecretString,
    a: Option<u16>,
    b: Option<Vec<u8>>,
    #[env(one_of("x", "y"))]
    c: Option<String>,
}

/// Nothing but secrets.
#[derive(EnvConfig, Debug)]
#[expect(dead_code, reason = "shown by `Debug`")]
struct Secrets {
    a: Option<SecretString>,
    b: Option<SecretBox<u16>>,
    c: Option<Vec<SecretString>>,
}

fuzz_target!(|data: &[u8]| FOLDER.with(|folder| {
    any_bytes(folder, data);
    if spells_canary(data) {
        return;
    }
    secret_of_another_line(folder, data);
    secret_in_any_place(folder, data);
}));

fn names_file(data: &[u8]) -> bool {
    data.windows(5).any(|window| window == b"_FILE")
}

/// A load ends, and each value and each problem has a line of the file.
fn any_bytes(folder: &Folder, data: &[u8]) {
    folder.write(".env", data);
    // Their values and problems are those of another file.
    let names_files = names_file(data);
    let lines = 1 + data.iter().filter(|byte| b"\n\r".contains(byte)).count() as u32;
    match folder.loader::<Letters>(&[]).load() {
        Ok(loaded) => {
            let values = [&loaded.a, &loaded.b, &loaded.c];
            for (entry, value) in loaded.audit().entries().zip(values) {
                let line = entry.location.as_ref().and_then(|location| location.line());
                if let Some(value) = value
                    && !names_files
                {
                    assert!(line.is_some_and(|line| (1..=lines).contains(&line)), "{entry:?}");
                    assert!(is_part(value, data), "{value:?} is not a part of the file");
                }
            }
        }
        Err(error) => {
            assert!(!error.problems().is_empty());
            let _ = all_text(&error);
            for problem in error.problems() {
                let location = problem.location();
                assert!(location.is_some_and(|location| location.file().is_some()), "{problem}");
                let line = location.and_then(|location| location.line());
                assert!(
                    names_files || line.is_none_or(|line| (1..=lines).contains(&line)),
                    "{problem}"
                );
            }
        }
    }
}

/// Whether the value stands in the file as it is, or with escapes and line ends that mean its characters.
fn is_part(value: &str, data: &[u8]) -> bool {
    let text = String::from_utf8_lossy(data);
    let mut references = text.match_indices('$').map(|(at, _)| text[at + 1..].chars().next());
    let begins_name = |next: char| next == '{' || next == '_' || next.is_ascii_alphabetic();
    if value.is_empty() || references.any(|next| next.is_some_and(begins_name)) {
        return true;
    }
    let text = text.as_bytes();
    let mut ends: Vec<usize> = (0..text.len()).collect();
    for byte in value.bytes() {
        let mut next = Vec::new();
        for at in ends {
            let rest = &text[at..];
            match (rest, byte) {
                ([b'\r', b'\n', ..], b'\n') => next.push(at + 2),
                ([b'\r', ..], b'\n') => next.push(at + 1),
                ([b'\\', b'n', ..], b'\n') | ([b'\\', b'r', ..], b'\r') => next.push(at + 2),
                ([b'\\', escaped, ..], _) if *escaped == byte && b"\\\"'$".contains(&byte) => {
                    next.push(at + 2);
                }
                _ => {}
            }
            if rest.first() == Some(&byte) {
                next.push(at + 1);
            }
        }
        next.sort_unstable();
        next.dedup();
        ends = next;
    }
    !ends.is_empty()
}

/// The secret of a line that is fine is not in what is said of the others.
fn secret_of_another_line(folder: &Folder, data: &[u8]) {
    folder.write(".env", [format!("TOKEN='{CANARY}'\n").as_bytes(), data].concat());
    let loader = folder.loader::<Mixed>(&[]);
    match loader.load() {
        Ok(loaded) => {
            let audit = loaded.audit();
            assert_hidden(
                &format!("{audit} {audit:?} {} {:?}", audit.to_json(), audit.warnings()),
                "the audit",
            );
        }
        Err(error) => assert_hidden(&all_text(&error), "an error"),
    }
}

/// Where every field is secret, no content of the file is in an error. `@` in the input stands for the secret.
fn secret_in_any_place(folder: &Folder, data: &[u8]) {
    // The path of a file is no secret.
    if !data.contains(&b'@') || names_file(data) {
        return;
    }
    let content = data.iter().flat_map(|byte| match byte {
        b'@' => CANARY.as_bytes(),
        byte => core::slice::from_ref(byte),
    });
    folder.write(".env", content.copied().collect::<Vec<u8>>());
    match folder.loader::<Secrets>(&[]).load() {
        Ok(loaded) => {
            assert_hidden(&format!("{loaded:?} {}", loaded.audit().to_json()), "the audit")
        }
        Err(error) => assert_hidden(&all_text(&error), "an error"),
    }
}
