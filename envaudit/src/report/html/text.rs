//! Texts in a page.

use std::borrow::Cow;

use chrono::DateTime;

use crate::report::format_micros;
use envaudit_redact::{is_noncharacter, is_turning, is_unseen};

/// Escapes a text for elements and for quoted attributes. Characters that a reader cannot see, or that change the direction
/// of the text after them, are replaced.
pub(super) fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(is_special) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(' '),
            char if is_special(char) => out.push('\u{fffd}'),
            char => out.push(char),
        }
    }
    out.into()
}

fn is_special(char: char) -> bool {
    matches!(char, '&' | '<' | '>' | '"' | '\'')
        || char.is_control()
        || is_turning(char)
        || is_noncharacter(char)
        || is_unseen(char)
        || matches!(char, '\u{2028}' | '\u{2029}')
}

/// A moment, which the script shows in the reader's zone.
pub(super) fn time(micros: i64) -> String {
    let exact = format_micros(micros);
    format!("<time datetime=\"{exact}\" title=\"{exact}\">{}</time>", utc(micros))
}

/// `2026-11-30 12:00:00 UTC`.
pub(super) fn utc(micros: i64) -> String {
    let moment = DateTime::from_timestamp_micros(micros).unwrap_or_default();
    moment.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// `1,234,567`.
pub(in crate::report) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
