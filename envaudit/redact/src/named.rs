//! Values that follow the name of a secret.

use core::ops::Range;

use super::REDACTED;
use super::blocks;
use super::logons;
use super::names::{is_address_name, is_connection_name, names_a_count, names_a_secret_in_text};
use super::pairs::{self, Pairs};
use super::prose::{is_algorithm, is_code, is_header_prose, is_no_value, is_prose};
use super::quoted;
use super::references::is_bracketed;
use super::search::{ForwardSearch, LastMatch};
use super::spans::Spans;
use super::urls::before_sign;
use super::value_end::{
    connection_end, header_end, list_end, parameter_end, value_end, without_closing, word_end,
};

/// `name=value` and `name: value`, where the name is a secret's.
pub(super) fn find(text: &str, spans: &mut Spans) {
    let mut values = Values::new(text);
    let mut pairs = Pairs::default();
    let mut done = 0;
    for (at, _) in text.match_indices(['=', ':']) {
        if at + 1 < done || is_path(text, at) {
            continue;
        }
        let name = name_before(text, at);
        let found = if names_a_secret_in_text(&text[name.clone()]) {
            values.of_secret(&name, at)
        } else if is_address_name(&text[name.clone()]) {
            values.of_address(at)
        } else if is_connection_name(&text[name.clone()]) {
            values.of_connection(at)
        } else if Pairs::is_part(&text[name.clone()]) {
            values.of_pair(&mut pairs, name, at)
        } else {
            None
        };
        let is_new = |span: &Range<usize>| !span.is_empty() && !is_redacted(&text[span.start..]);
        if let Some(span) = found.filter(is_new) {
            done = done.max(span.end);
            spans.push(span);
        }
    }
}

/// The name before a sign.
fn name_before(text: &str, sign: usize) -> Range<usize> {
    let before = text[..sign].trim_end_matches(['"', '\'', ' ', '\t', '\\']);
    let is_part = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.');
    before.trim_end_matches(is_part).len()..before.len()
}

/// Whether a credential was taken out here, or out of the list that begins here.
fn is_redacted(text: &str) -> bool {
    text.starts_with(REDACTED)
        || text.strip_prefix('[').is_some_and(|rest| rest.starts_with(REDACTED))
}

/// Whether a colon is one of the two in `Token::validate`.
fn is_path(text: &str, colon: usize) -> bool {
    let is_part = |char: char| char.is_alphanumeric() || matches!(char, '_' | '<' | '{' | '*');
    let behind = |rest: &str| rest.strip_prefix("::").is_some_and(|rest| rest.starts_with(is_part));
    behind(&text[colon..]) || text[..colon].ends_with(':') && behind(&text[colon - 1..])
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
    parameters: ForwardSearch<'t>,
    addresses: ForwardSearch<'t>,
    logons: ForwardSearch<'t>,
    query: Query<'t>,
    headers: ForwardSearch<'t>,
    semicolons: ForwardSearch<'t>,
    connections: ForwardSearch<'t>,
    names: ForwardSearch<'t>,
    braces: ForwardSearch<'t>,
    brackets: [Brackets<'t>; 4],
    colons: ForwardSearch<'t>,
    list_ends: ForwardSearch<'t>,
    lines: ForwardSearch<'t>,
    last: LastMatch,
}

impl<'t> Values<'t> {
    fn new(text: &'t str) -> Self {
        let ahead = |find: fn(&str) -> Option<usize>| ForwardSearch::new(text, find);
        Values {
            text,
            words: ahead(value_end),
            parameters: ahead(parameter_end),
            addresses: ahead(word_end),
            logons: ahead(logons::end),
            query: Query { text, seen: 0, is_open: false },
            headers: ahead(header_end),
            semicolons: ahead(|rest| rest.find([';', '\n'])),
            connections: ahead(connection_end),
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
            list_ends: ahead(list_end),
            lines: ahead(|rest| rest.find('\n')),
            last: LastMatch::default(),
        }
    }

    /// The value of a secret with this name, after a sign.
    fn of_secret(&mut self, name: &Range<usize>, sign: usize) -> Option<Range<usize>> {
        let text = self.text;
        let Opening { start, quote, is_escaped } = self.opening(sign);
        if let Some(quote) = quote {
            let value = self.quoted(start, quote, is_escaped);
            return (!is_bracketed(&text[value.clone()])).then_some(value);
        }
        let name_at = name;
        let (before, name) = (&text[..name.start], &text[name.clone()]);
        if is_header(name) {
            let end = self.headers.from(start);
            return (!is_header_prose(front(&text[start..end]))).then_some(start..end);
        }
        if text[sign..].starts_with(':')
            && let Some(lines) = blocks::value(text, name_at, sign, self.lines.from(sign))
        {
            return Some(lines);
        }
        let brackets = self.brackets.iter_mut().find(|it| text[start..].starts_with(it.open));
        let bracketed = brackets.and_then(|brackets| brackets.around(start));
        if let Some((end, value_end)) = bracketed {
            return (end < value_end).then_some(start..value_end);
        }
        if text[start..].starts_with('{') && text[sign..].starts_with('=') {
            return Some(start + 1..self.braces.from(start + 1));
        }
        if let Some(list) = self.list(sign, start) {
            return list;
        }
        if text[sign..].starts_with('=') && self.is_of_connection(before, start) {
            // The values of a connection string may have blanks in them.
            return Some(start..self.connections.from(start));
        }
        let is_parameter = self.query.is_open_at(start);
        let ends = if is_parameter { &mut self.parameters } else { &mut self.words };
        let end = ends.from(start);
        let whole = &text[start..end];
        // What a text says in the place of a secret is short.
        let value = if whole.len() <= MAX_SAID { without_closing(whole) } else { front(whole) };
        let word = front(&text[start..]).split_whitespace().next().unwrap_or_default();
        let is_spaced = text[sign + 1..start].starts_with([' ', '\t']);
        let is_prose =
            || text[sign..].starts_with(": ") && is_prose(name, value, front(&text[end..]));
        let is_none = is_no_value(value)
            || is_count(name, value)
            || is_working_directory(name, value)
            || is_bracketed(value)
            || is_part_of_name(before, name, &text[sign..], value)
            || is_placeholder(&text[start..])
            || is_code(word, is_spaced)
            || is_algorithm(value)
            || is_prose();
        if is_none {
            return None;
        }
        let end = start + without_closing(whole).len();
        Some(start..if is_spaced { self.behind_tag(start, end) } else { end })
    }

    /// A value in quotes, and what a shell takes to be a part of it: `"ab"cd`.
    fn quoted(&mut self, start: usize, quote: char, is_escaped: bool) -> Range<usize> {
        let value = quoted::value(self.text, start, quote, is_escaped);
        let after = self.text[value.end..].strip_prefix(quote);
        let goes_on =
            after.is_some_and(|after| after.starts_with(|char: char| char.is_ascii_alphanumeric()));
        match goes_on && !is_escaped {
            true => value.start..self.words.from(value.end + 1),
            false => value,
        }
    }

    /// The end of a value after a tag or an anchor of YAML, which end here: `!!str …`, `&name …`.
    fn behind_tag(&mut self, start: usize, end: usize) -> usize {
        let text = self.text;
        let value = text[end..].strip_prefix(' ').filter(|_| text[start..].starts_with(['!', '&']));
        match value.and_then(|value| value.chars().next()) {
            Some(quote @ ('"' | '\'')) => self.quoted(end + 2, quote, false).end,
            Some(char) if !char.is_whitespace() => self.words.from(end + 1),
            _ => end,
        }
    }

    /// The elements of a list of texts. Of an object, each member has a name of its own.
    fn list(&mut self, sign: usize, start: usize) -> Option<Option<Range<usize>>> {
        let rest = &self.text[start..];
        let inner = rest.strip_prefix(['[', '{'])?.trim_start_matches([' ', '\t', '\\']);
        let has_texts = inner.starts_with(['"', '\'']);
        if rest.starts_with('{') {
            let is_object = self.text[sign..].starts_with(':')
                && (has_texts || inner.starts_with(['\n', '}']) || inner.is_empty());
            return is_object.then_some(None);
        }
        has_texts.then(|| Some(start + 1..self.list_ends.from(start + 1)))
    }

    /// The part before the `@` of an address after a sign.
    fn of_address(&mut self, sign: usize) -> Option<Range<usize>> {
        let start = self.opening(sign).start;
        let end = self.addresses.from(start);
        before_sign(self.text, start, end, &mut self.last, &mut self.colons)
    }

    /// The password of `user/password@place` after a sign.
    fn of_connection(&mut self, sign: usize) -> Option<Range<usize>> {
        let start = self.opening(sign).start;
        let end = self.logons.from(start);
        let word = self.text[start..end].trim_end_matches([',', ';', '.', ')', '}', ']']);
        let password = logons::password(word)?;
        Some(start + password.start..start + password.end)
    }

    /// The value of one member that is named like a secret by another.
    fn of_pair(
        &mut self,
        pairs: &mut Pairs,
        name: Range<usize>,
        sign: usize,
    ) -> Option<Range<usize>> {
        let text = self.text;
        if !pairs::is_value(&text[name.clone()]) {
            let Opening { start, quote, .. } = self.opening(sign);
            return pairs.note_name(text, name, start, quote);
        }
        let value = self.of_secret(&name, sign);
        pairs.note_value(text, name, value.clone()).then_some(value).flatten()
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
        // `sudo` and others write ` ; ` between what is none.
        if before.ends_with(" ; ") {
            return false;
        }
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
        let behind: ForwardSearch<'_> = ForwardSearch::new(text, value_end);
        Brackets { text, open, close, inside: ForwardSearch::new(text, inside), behind }
    }

    /// Where the brackets end that begin here, and where the value ends that begins with them.
    fn around(&mut self, start: usize) -> Option<(usize, usize)> {
        let closing = self.inside.from(start);
        let end = closing + self.close.len();
        self.text[closing..].starts_with(self.close).then(|| (end, self.behind.from(end)))
    }
}

/// The length of the longest text in the place of a secret that is looked at for what it says.
const MAX_SAID: usize = 256;

/// The beginning of a text.
fn front(text: &str) -> &str {
    let end = (0..=text.len().min(MAX_SAID)).rev().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}

/// Whether a position is in the query or the fragment of a URL. The positions must grow.
struct Query<'t> {
    text: &'t str,
    seen: usize,
    is_open: bool,
}

impl Query<'_> {
    fn is_open_at(&mut self, at: usize) -> bool {
        let new = &self.text[self.seen.min(at)..at];
        self.seen = at;
        let word = new.rsplit(char::is_whitespace).next().unwrap_or_default();
        self.is_open = (self.is_open && word.len() == new.len()) || word.contains(['?', '#']);
        self.is_open
    }
}

/// `arn:aws:secretsmanager:…:123456789012:secret:prod/db`, `pam_unix(gdm-password:session)`: a part of the name of something.
fn is_part_of_name(before: &str, name: &str, sign: &str, value: &str) -> bool {
    const SERVICES: [&str; 4] = ["session", "auth", "account", "chauthtok"];
    let account = before.strip_suffix(':').unwrap_or_default();
    let is_arn = name == "secret" && account.ends_with(|char: char| char.is_ascii_digit());
    let is_service = before.ends_with('(') && SERVICES.contains(&value);
    sign.starts_with(':') && (is_arn || is_service)
}

/// `tokens=1532`, `seed: 42`: a number of something, or of a generator.
fn is_count(name: &str, value: &str) -> bool {
    let value = value.trim_end_matches(['.', ',']);
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    is_number && (names_a_count(name) || name.to_ascii_lowercase().ends_with("seed"))
}

/// `<your password>`, where the writer is to put one.
fn is_placeholder(text: &str) -> bool {
    const MAX: usize = 60;
    let Some(inner) = text.strip_prefix('<') else { return false };
    let is_part =
        |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b' ' | b'_' | b'-' | b'.');
    let len = inner.bytes().take(MAX).take_while(is_part).count();
    len > 0 && inner[len..].starts_with('>')
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

/// Headers whose whole line is secret.
fn is_header(name: &str) -> bool {
    ["authorization", "cookie"].iter().any(|header| {
        let from = name.len().saturating_sub(header.len());
        name.get(from..).is_some_and(|end| end.eq_ignore_ascii_case(header))
    })
}

/// Whether a value is the directory of `pwd`, and not a password in a connection string.
fn is_working_directory(name: &str, value: &str) -> bool {
    let is_part =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'-' | b'_');
    name.eq_ignore_ascii_case("pwd") && value.starts_with('/') && value.bytes().all(is_part)
}
