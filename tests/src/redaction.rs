//! Tables of texts, with and without credentials.

use envaudit::ledger::redact;

/// Checks what is left of each text, and that it stays so.
pub fn taken_out(table: &[(&str, &str)]) {
    for (text, expected) in table {
        let clean = redact(text).into_owned();
        assert_eq!(clean, *expected, "{text}");
        assert_eq!(redact(&clean), clean, "what was redacted stays as it is");
    }
}

/// Checks that nothing is taken out of any of these.
pub fn left(texts: &[&str]) {
    for text in texts {
        assert_eq!(redact(text), *text);
    }
}
