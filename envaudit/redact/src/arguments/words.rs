//! The words of a text, as a shell has them or as JSON does.

use core::ops::Range;

use crate::REDACTED;
use crate::references::{is_reference, is_template};
use crate::value_end::is_mixed;

/// A word of a command line, without the quotes around it.
#[derive(Clone, Copy)]
pub(super) struct Word<'t> {
    pub(super) text: &'t str,
    /// Where it begins.
    pub(super) at: usize,
    /// Whether it is the first of a command.
    pub(super) begins: bool,
    /// The quote around all of it.
    pub(super) quote: Option<char>,
}

impl<'t> Word<'t> {
    pub(super) fn whole(&self) -> Part<'t> {
        self.from(0)
    }

    pub(super) fn from(&self, byte: usize) -> Part<'t> {
        let text = &self.text[byte..];
        // A character that closes something around the command does not belong to it.
        let text = if self.quote.is_none() { without_closing(text) } else { text };
        Part { text, at: self.at + byte, quote: self.quote }
    }

    /// The name of the program that this may be: without its folder, and without characters around it.
    pub(super) fn program(&self) -> &'t str {
        let is_glue =
            |byte: u8| matches!(byte, b'/' | b'\\' | b'`' | b'(' | b'{' | b'"' | b'\'' | b',');
        let name =
            self.text.bytes().rposition(is_glue).map_or(self.text, |at| &self.text[at + 1..]);
        let name = name.strip_suffix('`').unwrap_or(name);
        let bare = name.len().checked_sub(4).and_then(|at| name.split_at_checked(at));
        match bare {
            Some((bare, end)) if end.eq_ignore_ascii_case(".exe") => bare,
            _ => name,
        }
    }
}

fn without_closing(mut text: &str) -> &str {
    let opens = |open: char| memchr::memchr(open as u8, text.as_bytes()).is_some();
    let (parenthesis, brace) = (opens('('), opens('{'));
    loop {
        let shorter = match text.chars().next_back() {
            Some('`' | '\\') => 1,
            Some(')') if !parenthesis => 1,
            Some('}') if !brace => 1,
            _ => return text,
        };
        text = &text[..text.len() - shorter];
    }
}

/// A part of a word that may be a credential.
pub(super) struct Part<'t> {
    text: &'t str,
    at: usize,
    quote: Option<char>,
}

impl Part<'_> {
    /// Where it is, unless it is something that stands for a credential.
    pub(super) fn span(&self) -> Option<Range<usize>> {
        let is_quoted = |quote: char| {
            self.text.len() > 1 && self.text.starts_with(quote) && self.text.ends_with(quote)
        };
        let is_literal = self.quote == Some('\'') || is_quoted('\'');
        let text = if is_quoted('"') || is_quoted('\'') {
            &self.text[1..self.text.len() - 1]
        } else {
            self.text
        };
        // In single quotes a shell replaces nothing, but the writer of the command may.
        let is_none = text.is_empty()
            || self.text.starts_with(REDACTED)
            || if is_literal { is_template(text) } else { is_reference(text) }
            || is_option(text);
        (!is_none).then(|| self.at..self.at + self.text.len())
    }

    pub(super) fn behind_colon(self) -> Option<Self> {
        let colon = self.text.find(':')? + 1;
        Some(Part { text: &self.text[colon..], at: self.at + colon, quote: self.quote })
    }

    /// The password of `user/password@place`, if it has a place or need not.
    pub(super) fn behind_slash(self, needs_place: bool) -> Option<Self> {
        let slash = self.text.find(['/', '@']).filter(|at| *at > 0)?;
        if !self.text[slash..].starts_with('/') {
            return None;
        }
        let password = &self.text[slash + 1..];
        let is_place = |at: &usize| !is_mixed(&password[at + 1..]);
        let end = password.find("@//").or_else(|| password.rfind('@').filter(is_place));
        if needs_place && end.is_none() {
            return None;
        }
        let text = &password[..end.unwrap_or(password.len())];
        Some(Part { text, at: self.at + slash + 1, quote: self.quote })
    }
}

/// `-`, `-v` and `--force` are not values; `-hunter2` may be one.
fn is_option(text: &str) -> bool {
    let is_name = |name: &str| {
        name.starts_with(|char: char| char.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    match text.strip_prefix("--") {
        Some(name) => name.is_empty() || is_name(name.split('=').next().unwrap_or(name)),
        None => text.strip_prefix('-').is_some_and(|rest| rest.len() <= 1),
    }
}

/// The words of a text.
pub(super) struct Words<'t> {
    text: &'t str,
    at: usize,
    begins: bool,
}

impl<'t> Words<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Words { text, at: 0, begins: true }
    }

    /// Goes to the next word, if there is one.
    fn skip(&mut self) -> Option<()> {
        loop {
            let rest = &self.text[self.at..];
            let mut chars = rest.chars();
            let char = chars.next()?;
            let next = chars.next();
            match char {
                // A line continues after a backslash, or the sign of other shells.
                '\\' | '^' | '`' if matches!(next, Some('\r' | '\n')) => {}
                '\n' if !goes_on(&self.text[..self.at]) => self.begins = true,
                ';' | '|' | '&' => self.begins = true,
                '[' if rest.starts_with(REDACTED) => return Some(()),
                '{' if next == Some('{') => return Some(()),
                ':' if !matches!(next, Some(' ' | '"' | '\'' | '[' | '{')) => return Some(()),
                '[' | ']' | '(' | ')' | '{' | '}' | ',' | ':' | '`' => {}
                char if char.is_whitespace() => {}
                _ => return Some(()),
            }
            self.at += char.len_utf8();
        }
    }
}

fn goes_on(line: &str) -> bool {
    line.strip_suffix('\r').unwrap_or(line).ends_with(['\\', '^', '`'])
}

impl<'t> Iterator for Words<'t> {
    type Item = Word<'t>;

    fn next(&mut self) -> Option<Word<'t>> {
        self.skip()?;
        let begins = core::mem::take(&mut self.begins);
        let start = self.at;
        let rest = &self.text[start..];
        if let Some(quote @ ('"' | '\'')) = rest.chars().next()
            && let Some(len) = rest[1..].find([quote, '\n'])
        {
            self.at = start + 1 + len + usize::from(rest[1 + len..].starts_with(quote));
            let text = &rest[1..1 + len];
            return Some(Word { text, at: start + 1, begins, quote: Some(quote) });
        }
        let text = &rest[..word_len(rest)];
        self.at = start + text.len();
        Some(Word { text, at: start, begins, quote: None })
    }
}

/// The length of a word that does not begin with a quote.
fn word_len(text: &str) -> usize {
    let ends = |char: char| char.is_whitespace() || matches!(char, ';' | '|');
    if !text.starts_with('-') {
        return text.find(ends).unwrap_or(text.len());
    }
    let mut quoted = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        match quoted {
            Some(_) if char == '\n' => return at,
            Some(quote) if char == quote => quoted = None,
            Some(_) => {}
            // Not in `don't`: a value in quotes follows an option.
            None if matches!(char, '"' | '\'') => {
                // A quote at the end closes the text around the command.
                let closes =
                    |next: char| next.is_whitespace() || matches!(next, ',' | '}' | ']' | ')');
                if next.is_none_or(closes) {
                    return at;
                }
                quoted = Some(char);
            }
            None if ends(char) => return at,
            None => {}
        }
    }
    text.len()
}
