//! What an error message may show of a value or of a foreign message.

use std::borrow::Cow;
use std::path::PathBuf;

use envaudit_redact::{redact, redact_value_text};

use crate::sources::ShownPath;

/// A value as an error message shows it: one line, of bounded length, without what looks like a credential.
pub(crate) fn shown(value: &str) -> String {
    const MAX_CHARS: usize = 80;
    let value = redact_value_text(value);
    let value = redact(&value);
    let mut shown: String = value.chars().take(MAX_CHARS).flat_map(char::escape_debug).collect();
    if let Some(rest) = value.chars().count().checked_sub(MAX_CHARS).filter(|rest| *rest > 0) {
        shown.push_str(&format!("… ({rest} more characters)"));
    }
    shown.replace("\\'", "'").replace("\\\"", "\"")
}

/// The message of a foreign parser: of bounded length, without what looks like a credential.
pub(crate) fn shown_message(message: &str) -> String {
    const MAX_CHARS: usize = 400;
    let message = redact_value_text(message);
    let message = redact(&message);
    plain(&message).chars().take(MAX_CHARS).collect()
}

/// The text, or its beginning and how much more there is.
pub(crate) fn shortened(text: &str, max_chars: usize) -> Cow<'_, str> {
    match text.char_indices().nth(max_chars) {
        None => text.into(),
        Some((end, _)) => {
            let rest = text[end..].chars().count();
            format!("{}… ({rest} more characters)", &text[..end]).into()
        }
    }
}

/// The text without control characters other than newlines, which could do things to a terminal.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    let is_bad = |char: char| char.is_control() && char != '\n';
    if text.contains(is_bad) { text.replace(is_bad, "").into() } else { text.into() }
}

/// The text on one line: newlines and other control characters are blanks.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    let ends_line = |char: char| char.is_control() || matches!(char, '\u{2028}' | '\u{2029}');
    if text.contains(ends_line) { text.replace(ends_line, " ").into() } else { text.into() }
}

/// Names in a sentence: `A and B`, `A, B and C`.
pub(crate) fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Paths in a sentence.
pub(crate) fn paths_listed(paths: &[PathBuf]) -> String {
    let shown: Vec<String> = paths.iter().map(|path| ShownPath(path).to_string()).collect();
    listed(&shown.iter().map(String::as_str).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::{shown, shown_message};

    #[test]
    fn a_shown_value_is_one_short_line() {
        assert_eq!(shown("a\nb\u{1b}[31m"), "a\\nb\\u{1b}[31m");
        assert_eq!(shown("it's \"so\""), "it's \"so\"");
        assert!(shown(&"é".repeat(100)).ends_with("… (20 more characters)"));
    }

    #[test]
    fn a_shown_message_keeps_its_lines_and_loses_what_a_terminal_would_obey() {
        assert_eq!(shown_message("a\nb\u{1b}[31m"), "a\nb[31m");
        assert_eq!(shown_message(&"é".repeat(500)).chars().count(), 400);
    }

    #[test]
    fn no_userinfo_is_shown() {
        for (value, expected) in [
            ("postgres://u:p@h/db", "postgres://[REDACTED]@h/db"),
            ("postgres://u:p/w@h/db", "postgres://[REDACTED]@h/db"),
            ("postgres://u:p@ss/w?o#rd@h", "postgres://[REDACTED]@h"),
            ("https://token@h/path", "https://[REDACTED]@h/path"),
            ("a://u:p@h,b://v:q@i", "a://[REDACTED]@i"),
            ("//u:p@h", "//[REDACTED]@h"),
            ("u:p@h:5432", "[REDACTED]@h:5432"),
            ("no port in u:p@h", "no port in [REDACTED]@h"),
            ("http://h/a@b", "http://h/a@b"),
            ("somebody@example.org", "somebody@example.org"),
            ("say: somebody@example.org", "say: somebody@example.org"),
        ] {
            assert_eq!(shown(value), expected);
            assert_eq!(shown_message(value), expected);
        }
        assert_eq!(shown_message("two bytes:\u{a0}u:p@h"), "two bytes:\u{a0}[REDACTED]@h");
    }
}
