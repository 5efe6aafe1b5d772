//! Texts in quotes, as shells, JSON, YAML, SQL, CSV and TOML write them.

use core::ops::Range;

/// How far a quote that is written twice is taken for one that belongs to the value.
const MAX_DOUBLED: usize = 1 << 10;

/// The value behind a quote. A quote after a backslash belongs to it, unless one began it; so does one that is written twice.
///
/// Each quote that begins a value ends the one before, so that no byte is looked at often.
pub(super) fn value(text: &str, start: usize, quote: char, is_escaped: bool) -> Range<usize> {
    if is_escaped {
        let found = text[start..].find([quote, '\n']).map_or(text.len(), |found| start + found);
        return start..start + text[start..found].trim_end_matches('\\').len();
    }
    if let Some(value) = tripled(text, start, quote).or_else(|| doubled(text, start, quote)) {
        return value;
    }
    start..end(text, start, quote)
}

/// `"""…"""` and `'''…'''`, of several lines.
fn tripled(text: &str, start: usize, quote: char) -> Option<Range<usize>> {
    let triple = if quote == '"' { "\"\"\"" } else { "'''" };
    let inner = start + 2;
    text[start - 1..].strip_prefix(triple)?;
    Some(inner..inner + text[inner..].find(triple)?)
}

/// `""…""`, within a text of CSV.
fn doubled(text: &str, start: usize, quote: char) -> Option<Range<usize>> {
    let inner = text[start..].strip_prefix(quote)?;
    let is_part = |char: char| {
        !char.is_whitespace() && !matches!(char, ',' | ';' | ':' | '}' | ']' | ')' | '&' | '|')
    };
    if !inner.starts_with(|char| is_part(char) && char != quote) {
        return None;
    }
    let start = start + quote.len_utf8();
    Some(start..start + inner.find([quote, '\n']).unwrap_or(inner.len()))
}

fn end(text: &str, start: usize, quote: char) -> usize {
    let mut from = start;
    loop {
        let Some(found) = text[from..].find([quote, '\n']).map(|found| from + found) else {
            return text.len();
        };
        let rest = &text[found..];
        let unescaped = start + text[start..found].trim_end_matches('\\').len();
        if rest.starts_with('\n') {
            return found;
        }
        let is_literal = (found - unescaped).is_multiple_of(2);
        // `'it''s'` and a shell's `'it'\''s'`.
        let twice = match rest.as_bytes() {
            [_, next, ..] if *next == quote as u8 && found > start => 2,
            [_, b'\\', b'\'', b'\'', ..] if quote == '\'' => 4,
            _ => 0,
        };
        match twice {
            _ if !is_literal => from = found + 1,
            0 => return found,
            len if found - start < MAX_DOUBLED => from = found + len,
            _ => return found,
        }
    }
}
