//! The assignments of an env file and their lines.

/// `NAME=value`, found on a line.
pub(crate) struct Assignment<'t> {
    /// The line on which it begins, counted from 1.
    pub(crate) line: u32,
    pub(crate) name: &'t str,
    pub(crate) value: Written<'t>,
}

/// A value as it is written in the file.
pub(crate) enum Written<'t> {
    /// From and to in the text: bytes that mean themselves, as most values are.
    Plain(u32, u32),
    /// With its quotes if it has some, and with something in it that does not mean itself.
    Special(&'t str),
}

/// A line that cannot be understood.
#[derive(Clone, Copy)]
pub(crate) struct BadLine<'t> {
    pub(crate) line: u32,
    pub(crate) fault: Fault,
    /// The name, where only the value is wrong and ends on a line that is known.
    pub(crate) name: Option<&'t str>,
}

/// What is wrong with a line. No part of the line is in it: it could be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("there is no `=` on the line")]
    NoEquals,
    #[error("the text before `=` is not a name")]
    BadName,
    #[error("a quote is not closed before the end of the file")]
    Unterminated,
    #[error("a backslash is followed by a character that needs none")]
    BadEscape,
    #[error("more than one backslash stands before a `$`")]
    EscapedBackslash,
    #[error("text follows the value")]
    TextAfterQuote,
    #[error("text follows the value")]
    SecondAssignment,
    #[error("`$$` is read in different ways by different programs")]
    DoubleDollar,
    #[error("it looks like the rest of a value that was broken into lines")]
    BrokenValue,
    #[error("the value has every private-use character of Unicode")]
    Sentinels,
}

impl Fault {
    pub(crate) fn hint(self) -> &'static str {
        match self {
            Fault::NoEquals => "write NAME=value, or # before a comment",
            Fault::BadName => "a name has letters, digits and _, and does not begin with a digit",
            Fault::Unterminated => {
                "close the quote; a value with a quote in it goes into the other kind of quotes"
            }
            Fault::BadEscape => {
                "the escapes in double quotes are \\n \\r \\\\ \\\" \\' and \\$, a tab is written as it is; in single quotes \
                 and without quotes a backslash means itself"
            }
            Fault::EscapedBackslash => {
                "put the value into single quotes if the `$` means itself, else into double quotes"
            }
            Fault::TextAfterQuote => {
                "a value ends at its second quote: one with that quote in it goes into the other kind of quotes, or has \
                 \\\" in double quotes"
            }
            Fault::SecondAssignment => {
                "write each variable on a line of its own; a value that has NAME= after a blank goes into quotes"
            }
            Fault::DoubleDollar => {
                "put the value into single quotes if both mean themselves, or write \\$ for each `$` that does"
            }
            Fault::BrokenValue => {
                "write the value on one line, or put quotes around all of its lines"
            }
            Fault::Sentinels => "remove the private-use characters",
        }
    }
}

/// The assignments of a text, in order. After a fault it goes on with the next line; after a quote that is never closed,
/// which may have swallowed anything, it ends.
pub(crate) struct Assignments<'t> {
    text: &'t str,
    at: usize,
    line: u32,
}

/// What a byte can mean.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Part of a name, and itself in a value.
    Name,
    /// Itself in a value.
    Value,
    /// Something that needs a closer look.
    Special,
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Special; 256];
    let mut byte = b'!';
    while byte <= b'~' {
        classes[byte as usize] = match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-' => Class::Name,
            b'"' | b'\'' | b'\\' | b'$' | b'#' => Class::Special,
            _ => Class::Value,
        };
        byte += 1;
    }
    classes
};

impl<'t> Assignments<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Assignments { text, at: 0, line: 1 }
    }

    /// `NAME=value` without anything special up to the end of the line.
    fn plain(&mut self) -> Option<Assignment<'t>> {
        let bytes = self.text.as_bytes();
        let mut at = self.at;
        if bytes.get(at).is_none_or(|first| !is_name_start(*first)) {
            return None;
        }
        while at < bytes.len() && CLASSES[bytes[at] as usize] == Class::Name {
            at += 1;
        }
        if bytes.get(at) != Some(&b'=') {
            return None;
        }
        let name = &self.text[self.at..at];
        let from = at + 1;
        at = from;
        while at < bytes.len() && CLASSES[bytes[at] as usize] != Class::Special {
            at += 1;
        }
        let next = match &bytes[at..] {
            [] => at,
            [b'\n', ..] => at + 1,
            [b'\r', b'\n', ..] => at + 2,
            _ => return None,
        };
        let line = self.line;
        self.at = next;
        self.line += 1;
        Some(Assignment { line, name, value: Written::Plain(from as u32, at as u32) })
    }

    /// Any line: blank, a comment, an assignment that may go on over further lines, or a fault.
    fn careful(&mut self) -> Option<Result<Assignment<'t>, BadLine<'t>>> {
        let line = self.line;
        let end = line_end(self.text, self.at);
        let text = self.text[self.at..end].trim_start();
        if text.is_empty() || text.starts_with('#') {
            self.skip_to(end);
            return None;
        }
        let (name, written) = match name_of(text) {
            Ok(parts) => parts,
            Err(fault) => {
                self.skip_to(end);
                return Some(Err(BadLine { line, fault, name: None }));
            }
        };
        match value_of(self.text, end - written.len(), end) {
            Ok((value, value_end)) => {
                self.skip_to(value_end);
                Some(Ok(Assignment { line, name, value }))
            }
            Err(fault @ Fault::Unterminated) => {
                self.skip_to(self.text.len());
                Some(Err(BadLine { line, fault, name: None }))
            }
            Err(fault) => {
                self.skip_to(end);
                Some(Err(BadLine { line, fault, name: Some(name) }))
            }
        }
    }

    /// Goes past the line end at `end`, counting the lines passed.
    fn skip_to(&mut self, end: usize) {
        let bytes = self.text.as_bytes();
        let next = match &bytes[end..] {
            [b'\r', b'\n', ..] => end + 2,
            [] => end,
            _ => end + 1,
        };
        self.line += line_ends(&bytes[self.at..next]) as u32;
        self.at = next;
    }
}

impl<'t> Iterator for Assignments<'t> {
    type Item = Result<Assignment<'t>, BadLine<'t>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        while self.at < self.text.len() {
            if let Some(plain) = self.plain() {
                return Some(Ok(plain));
            }
            if let Some(result) = self.careful() {
                return Some(result);
            }
        }
        None
    }
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

fn is_name(name: &str) -> bool {
    name.bytes().next().is_some_and(is_name_start)
        && name.bytes().all(|byte| CLASSES[byte as usize] == Class::Name)
}

/// How many lines end in a text: with a newline, a carriage return, or both.
pub(super) fn line_ends(bytes: &[u8]) -> usize {
    let newlines = bytes.iter().filter(|byte| **byte == b'\n').count();
    let returns = bytes
        .iter()
        .enumerate()
        .filter(|(at, byte)| **byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
    newlines + returns.count()
}

/// Where the line ends that has the byte at `from`.
fn line_end(text: &str, from: usize) -> usize {
    let rest = &text.as_bytes()[from..];
    let length = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
    length.map_or(text.len(), |length| from + length)
}

/// The name on a line, and what comes after the `=`.
fn name_of(text: &str) -> Result<(&str, &str), Fault> {
    let mut text = text;
    if let Some(rest) = text.strip_prefix("export")
        && rest.starts_with([' ', '\t'])
        && !rest.trim_start().starts_with('=')
    {
        text = rest.trim_start();
    }
    let (name, value) = text.split_once('=').ok_or(Fault::NoEquals)?;
    let name = name.trim_end();
    if is_name(name) { Ok((name, value.trim_start())) } else { Err(Fault::BadName) }
}

/// The value that begins at `start`, of a line that ends at `end`, and the end of the line on which it ends.
fn value_of(text: &str, start: usize, end: usize) -> Result<(Written<'_>, usize), Fault> {
    let quote = match text.as_bytes().get(start) {
        Some(quote @ (b'\'' | b'"')) => *quote,
        _ => return Ok((bare(text, start, end)?, end)),
    };
    let close = closing_quote(&text.as_bytes()[start + 1..], quote);
    let Closing { at, means_itself } = close.ok_or(Fault::Unterminated)?;
    let close = start + 1 + at;
    let value_end = if close < end { end } else { line_end(text, close) };
    let rest = text[close + 1..value_end].trim_start();
    if !rest.is_empty() && !rest.starts_with('#') {
        // The quote that closes it may have been meant to open another value.
        return Err(Fault::TextAfterQuote);
    }
    let value = match means_itself {
        true => Written::Plain(start as u32 + 1, close as u32),
        false => Written::Special(&text[start..=close]),
    };
    Ok((value, value_end))
}

/// Where a value in quotes ends.
struct Closing {
    at: usize,
    /// Whether there is nothing before it but characters that mean themselves.
    means_itself: bool,
}

fn closing_quote(bytes: &[u8], quote: u8) -> Option<Closing> {
    let mut means_itself = true;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            byte if byte == quote => return Some(Closing { at, means_itself }),
            b'\\' if quote == b'"' => {
                means_itself = false;
                at += 1;
            }
            b'$' if quote == b'"' => means_itself = false,
            b'\r' => means_itself = false,
            _ => {}
        }
        at += 1;
    }
    None
}

/// A value that does not begin with a quote: all of the line up to a comment, quotes and backslashes included.
fn bare(text: &str, start: usize, end: usize) -> Result<Written<'_>, Fault> {
    let line = &text[start..end];
    let is_comment = |at: usize| line[..at].chars().next_back().is_none_or(char::is_whitespace);
    let comment = line.match_indices('#').map(|(at, _)| at).find(|at| is_comment(*at));
    let value = line[..comment.unwrap_or(line.len())].trim_end();
    if has_second_assignment(value) {
        return Err(Fault::SecondAssignment);
    }
    Ok(match value.contains('$') {
        true => Written::Special(value),
        false => Written::Plain(start as u32, (start + value.len()) as u32),
    })
}

/// Whether a word after the first begins as an assignment to a variable does: it could be the one of a secret.
fn has_second_assignment(value: &str) -> bool {
    value.split_whitespace().skip(1).any(|word| {
        word.split_once('=').is_some_and(|(name, _)| {
            let is_part =
                |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
            name.bytes().all(is_part) && name.starts_with(|first: char| first.is_ascii_uppercase())
        })
    })
}
