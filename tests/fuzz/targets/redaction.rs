//! Credentials of known shapes within any text: none is left, what was redacted stays as it is, and no text takes long.
#![no_main]

use envaudit_redact::{credentials, redact, redact_address, redact_value_text};
use libfuzzer_sys::fuzz_target;

/// A text made of one that repeats is as long as this: a search that is not linear runs into the time limit.
const LONG: usize = 1 << 18;

/// The random part of each credential. Its length is that of the longest shape.
const SECRET: &str = "Zq7xW2kvK9pL4uJ8mR3tYb6NcD1sFgH5aQ0w";

/// Credentials that are known by themselves, whatever stands around them.
fn shapes() -> [String; 7] {
    [
        format!("ghp_{SECRET}"),
        format!("glpat-{SECRET}"),
        format!("sk_live_{SECRET}"),
        format!("hvs.{SECRET}"),
        format!("npm_{SECRET}"),
        format!("postgres://app:{SECRET}@db/shop"),
        format!("-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----"),
    ]
}

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    if text.contains(&SECRET[..8]) {
        return;
    }
    stays(&text);
    // The first character says where the credential is put, the second which one.
    let mut bytes = data.iter();
    let (at, shape) = (bytes.next().copied(), bytes.next().copied());
    if let (Some(at), Some(shape)) = (at, shape) {
        let shapes = shapes();
        let credential = &shapes[usize::from(shape) % shapes.len()];
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let at = usize::from(at) % (lines.len() + 1);
        let (before, after) = (lines[..at].concat(), lines[at..].concat());
        let end = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
        let whole = format!("{before}{end}{credential}\n{after}");
        let clean = stays(&whole);
        assert!(!clean.contains(SECRET), "{credential} is shown in {clean}");
    }
    if let Some(unit) = text.strip_prefix("**")
        && !unit.is_empty()
        && unit.len() <= 24
    {
        let _ = redact(&unit.repeat(LONG / unit.len()));
    }
});

/// The text, redacted once and twice.
fn stays(text: &str) -> String {
    let clean = redact(text).into_owned();
    let _ = credentials(text);
    assert_eq!(redact(&clean), clean, "what was redacted stays as it is: {text:?}");
    let address = redact_address(text).into_owned();
    assert_eq!(redact_address(&address), address, "the address {text:?}");
    let value = redact_value_text(text).into_owned();
    assert_eq!(redact_value_text(&value), value, "the value {text:?}");
    clean
}
