//! Values that follow the name of a secret.

use core::ops::Range;

use super::REDACTED;
use super::names::{is_address_name, names_a_secret_in_text};
use super::references::is_bracketed;
use super::search::{ForwardSearch, LastMatch};
use super::text::{Spans, ends_word};
use super::urls::before_sign;

/// `name=value` and `name: value`, where the name is a secret's.
pub(super) fn find(text: &str, spans: &mut Spans) {
    let mut values = Values::new(text);
    for (at, _) in text.match_indices(['=', ':']) {
        let name = name_before(text, at);
        let found = if names_a_secret_in_text(&text[name.clone()]) {
            values.of_secret(&name, at)
        } else if is_address_name(&text[name]) {
            values.of_address(at)
        } else {
            None
        };
        let is_new =
            |span: &Range<usize>| !span.is_empty() && !text[span.start..].starts_with(REDACTED);
        spans.extend(found.filter(is_new));
    }
}

/// The name before a sign.
fn name_before(text: &str, sign: usize) -> Range<usize> {
    let before = text[..sign].trim_end_matches(['"', '\'', ' ', '\t', '\\']);
    let is_part = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.');
    before.trim_end_matches(is_part).len()..before.len()
}

/// The beginning of a value.
struct Opening {
    start: usize,
    quote: Option<char>,
    /// Whether the quote follows a backslash, as in a text of JSON inside another.
    is_escaped: bool,
}

/// The ways in which values end.
struct Values<'t> {
    text: &'t str,
    words: ForwardSearch<'t>,
    addresses: ForwardSearch<'t>,
    headers: ForwardSearch<'t>,
    semicolons: ForwardSearch<'t>,
    connections: ForwardSearch<'t>,
    names: ForwardSearch<'t>,
    braces: ForwardSearch<'t>,
    brackets: [Brackets<'t>; 4],
    colons: ForwardSearch<'t>,
    last: LastMatch,
}

impl<'t> Values<'t> {
    fn new(text: &'t str) -> Self {
        let ahead = |find: fn(&str) -> Option<usize>| ForwardSearch::new(text, find);
        Values {
            text,
            words: ahead(|rest| rest.find(ends_value)),
            addresses: ahead(|rest| rest.find(ends_word)),
            headers: ahead(|rest| rest.find(['\r', '\n', '"', '\''])),
            semicolons: ahead(|rest| rest.find([';', '\n'])),
            connections: ahead(|rest| rest.find([';', '\n', '"'])),
            names: ahead(|rest| {
                rest.find(|char: char| !char.is_ascii_alphanumeric() && char != ' ')
            }),
            braces: ahead(closing_brace),
            brackets: [
                Brackets::new(text, "${{", "}}", |rest| rest.find(['}', '\n'])),
                Brackets::new(text, "{{", "}}", |rest| rest.find(['}', '\n'])),
                Brackets::new(text, "${", "}", |rest| rest.find(['}', '\n'])),
                Brackets::new(text, "$(", ")", |rest| rest.find([')', '\n'])),
            ],
            colons: ahead(|rest| rest.find(':')),
            last: LastMatch::default(),
        }
    }

    /// The value of a secret with this name, after a sign.
    fn of_secret(&mut self, name: &Range<usize>, sign: usize) -> Option<Range<usize>> {
        let text = self.text;
        let Opening { start, quote, is_escaped } = self.opening(sign);
        if let Some(quote) = quote {
            let end = quoted_end(text, start, quote, is_escaped);
            return (!is_bracketed(&text[start..end])).then_some(start..end);
        }
        let (before, name) = (&text[..name.start], &text[name.clone()]);
        if is_header(name) {
            return Some(start..self.headers.from(start));
        }
        let brackets = self.brackets.iter_mut().find(|it| text[start..].starts_with(it.open));
        let bracketed = brackets.and_then(|brackets| brackets.around(start));
        if let Some((end, value_end)) = bracketed {
            return (end < value_end).then_some(start..value_end);
        }
        if text[start..].starts_with('{') && text[sign..].starts_with('=') {
            return Some(start + 1..self.braces.from(start + 1));
        }
        if self.is_of_connection(before, start) {
            // The values of a connection string may have blanks in them.
            return Some(start..self.connections.from(start));
        }
        let end = self.words.from(start);
        let value = &text[start..end];
        let is_prose = || text[sign..].starts_with(": ") && is_prose(name, value);
        (!is_prose() && !is_working_directory(name, value)).then_some(start..end)
    }

    /// The part before the `@` of an address after a sign.
    fn of_address(&mut self, sign: usize) -> Option<Range<usize>> {
        let start = self.opening(sign).start;
        let end = self.addresses.from(start);
        before_sign(self.text, start, end, &mut self.last, &mut self.colons)
    }

    /// Where the value after a sign begins: also after `=>`, `:=` and `==`.
    fn opening(&self, sign: usize) -> Opening {
        let after = self.text[sign + 1..].trim_start_matches(['=', '>']);
        let unquoted = after.trim_start_matches([' ', '\t']);
        let value = unquoted.trim_start_matches('\\');
        let quote = value.chars().next().filter(|char| matches!(char, '"' | '\''));
        Opening {
            start: self.text.len() - value.len() + usize::from(quote.is_some()),
            quote,
            is_escaped: value.len() < unquoted.len(),
        }
    }

    /// Whether a value is one of `Server=…;Password=…;`, by the text before its name, or else after it.
    fn is_of_connection(&mut self, before: &str, start: usize) -> bool {
        let text = self.text;
        let trimmed = before.trim_end();
        let begins = trimmed.is_empty()
            || trimmed.ends_with(['"', '\''])
            || before[trimmed.len()..].contains('\n');
        let mut goes_on = || {
            let semicolon = self.semicolons.from(start);
            if !text[semicolon..].starts_with(';') {
                return false;
            }
            let equals = self.names.from(semicolon + 1);
            text[equals..].starts_with('=') && !text[semicolon + 1..equals].trim().is_empty()
        };
        trimmed.ends_with(';') || begins && goes_on()
    }
}

/// The brackets around a placeholder.
struct Brackets<'t> {
    text: &'t str,
    open: &'static str,
    close: &'static str,
    inside: ForwardSearch<'t>,
    behind: ForwardSearch<'t>,
}

impl<'t> Brackets<'t> {
    fn new(
        text: &'t str,
        open: &'static str,
        close: &'static str,
        inside: fn(&str) -> Option<usize>,
    ) -> Self {
        let behind: ForwardSearch<'_> = ForwardSearch::new(text, |rest| rest.find(ends_value));
        Brackets { text, open, close, inside: ForwardSearch::new(text, inside), behind }
    }

    /// Where the brackets end that begin here, and where the value ends that begins with them.
    fn around(&mut self, start: usize) -> Option<(usize, usize)> {
        let closing = self.inside.from(start);
        let end = closing + self.close.len();
        self.text[closing..].starts_with(self.close).then(|| (end, self.behind.from(end)))
    }
}

fn ends_value(char: char) -> bool {
    ends_word(char) || matches!(char, '&' | ';' | ',' | '#' | '}' | ')')
}

/// The brace that ends what ODBC puts in braces: two of them are one that belongs to the value.
fn closing_brace(text: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let found = from + text[from..].find(['}', '\n'])?;
        if !text[found..].starts_with("}}") {
            return Some(found);
        }
        from = found + 2;
    }
}

/// Where a value in quotes ends. A quote after a backslash belongs to it, unless one began it.
///
/// Each quote that begins a value ends the one before, so that no byte is looked at often.
fn quoted_end(text: &str, start: usize, quote: char, is_escaped: bool) -> usize {
    let mut from = start;
    loop {
        let Some(found) = text[from..].find([quote, '\n']).map(|found| from + found) else {
            return text.len();
        };
        let unescaped = start + text[start..found].trim_end_matches('\\').len();
        if is_escaped {
            return unescaped;
        }
        if text[found..].starts_with('\n') || (found - unescaped).is_multiple_of(2) {
            return found;
        }
        from = found + 1;
    }
}

/// Headers whose whole line is secret.
fn is_header(name: &str) -> bool {
    ["authorization", "cookie"].iter().any(|header| {
        let from = name.len().saturating_sub(header.len());
        name.get(from..).is_some_and(|end| end.eq_ignore_ascii_case(header))
    })
}

/// Whether a text is about a secret: `rotate the password: OPS-42`, `secret: see vault`, `pass: 3 fail: 0`.
///
/// A short number is not a password, but it may be a PIN; a long one is only where tests pass.
fn is_prose(name: &str, value: &str) -> bool {
    if !name.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return false;
    }
    let value = value.trim_end_matches(['.', '!', '?']);
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_ticket = value.split_once('-').is_some_and(|(project, number)| {
        !project.is_empty()
            && project.bytes().all(|byte| byte.is_ascii_uppercase())
            && is_number(number)
    });
    let is = |names: &[&str]| names.iter().any(|other| name.eq_ignore_ascii_case(other));
    let is_count =
        is_number(value) && (is(&["pass"]) || value.len() <= 3 && !is(&["pin", "otp", "passcode"]));
    is_ticket || is_count || value.eq_ignore_ascii_case("see")
}

/// Whether a value is the directory of `pwd`, and not a password in a connection string.
fn is_working_directory(name: &str, value: &str) -> bool {
    let is_part =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'-' | b'_');
    name.eq_ignore_ascii_case("pwd") && value.starts_with('/') && value.bytes().all(is_part)
}
