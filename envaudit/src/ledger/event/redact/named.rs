//! Values that stand behind the name of a secret.

use super::names::{is_secret_name, names_a_place};
use super::{REDACTED, Spans, ends_word};

/// `name=value` and `name: value`, where the name is a secret's.
pub(super) fn find(text: &str, spans: &mut Spans) {
    for (at, sign) in text.match_indices(['=', ':']) {
        let before = text[..at].trim_end_matches(['"', '\'', ' ', '\\']);
        let name_start = before
            .rfind(|char: char| !(char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.')))
            .map_or(0, |found| found + before[found..].chars().next().map_or(1, char::len_utf8));
        let name = &before[name_start..];
        if !is_secret_name(name) || names_a_place(name) {
            continue;
        }
        let after = &text[at + sign.len()..];
        let value = after.trim_start_matches(' ').trim_start_matches('\\');
        let (quote, value) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => (Some(quote), &value[1..]),
            // As ODBC quotes what has a semicolon in it.
            Some('{') if sign == "=" => (Some('}'), &value[1..]),
            _ => (None, value),
        };
        let end = match quote {
            Some(quote) => value.find([quote, '\n']),
            None if is_header(name) => value.find(['\r', '\n', '"', '\'']),
            // The values of a connection string may have blanks in them.
            None if is_of_connection(&before[..name_start], value) => value.find([';', '\n', '"']),
            None => value.find(|char: char| {
                ends_word(char) || matches!(char, '&' | ';' | ',' | '#' | '}' | ')')
            }),
        };
        let start = text.len() - value.len();
        let end = start + end.unwrap_or(value.len());
        if start < end && !text[start..end].starts_with(REDACTED) {
            spans.push(start..end);
        }
    }
}

/// Whether a value is one of `Server=…;Password=…;`, by what stands before its name, or else behind it.
fn is_of_connection(before: &str, value: &str) -> bool {
    let before = before.trim_end();
    let begins = before.is_empty() || before.ends_with(['"', '\'', '\n']);
    let line = value.lines().next().unwrap_or_default();
    let goes_on = || {
        let (_, next) = line.split_once(';')?;
        let (name, _) = next.split_once('=')?;
        let is_name = |char: char| char.is_ascii_alphanumeric() || char == ' ';
        Some(!name.trim().is_empty() && name.chars().all(is_name))
    };
    before.ends_with(';') || begins && goes_on() == Some(true)
}

/// Headers whose whole line is secret.
fn is_header(name: &str) -> bool {
    ["authorization", "cookie"].iter().any(|header| {
        let from = name.len().saturating_sub(header.len());
        name.get(from..).is_some_and(|end| end.eq_ignore_ascii_case(header))
    })
}
