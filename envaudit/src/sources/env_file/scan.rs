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
    /// With quotes, escapes, blanks, comments or references.
    Quoted(&'t str),
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
    #[error("text follows the value")]
    TextAfterValue,
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
                "the escapes are \\n \\\\ \\\" \\' \\$ and \\ before a blank; in single quotes a backslash means itself"
            }
            Fault::TextAfterValue => "put a value with blanks into quotes",
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
    fn careful(&mut self) -> Option<Result<Assignment<'t>, (u32, Fault)>> {
        let line = self.line;
        let start = self.at;
        let end = self.text[start..].find('\n').map_or(self.text.len(), |at| start + at);
        let text = self.text[start..end].trim_start();
        if text.is_empty() || text.starts_with('#') {
            self.skip_to(end);
            return None;
        }
        let result = self.assignment(end - text.len(), end);
        match result {
            Ok((name, value, value_end)) => {
                self.skip_to(value_end);
                Some(Ok(Assignment { line, name, value: Written::Quoted(value) }))
            }
            Err(fault) => {
                self.skip_to(if fault == Fault::Unterminated { self.text.len() } else { end });
                Some(Err((line, fault)))
            }
        }
    }

    /// The name, the value as written, and where the value ends.
    fn assignment(&self, start: usize, end: usize) -> Result<(&'t str, &'t str, usize), Fault> {
        let mut line = &self.text[start..end];
        if let Some(rest) = line.strip_prefix("export")
            && rest.starts_with([' ', '\t'])
            && !rest.trim_start().starts_with('=')
        {
            line = rest.trim_start();
        }
        let Some((name, value)) = line.split_once('=') else { return Err(Fault::NoEquals) };
        let name = name.trim_end();
        if !name.bytes().next().is_some_and(is_name_start)
            || !name.bytes().all(|byte| CLASSES[byte as usize] == Class::Name)
        {
            return Err(Fault::BadName);
        }
        let value_start = end - value.trim_start_matches([' ', '\t', '\r']).len();
        let value_end = value_end(self.text, value_start)?;
        Ok((name, &self.text[value_start..value_end], value_end))
    }

    /// Goes past the newline at or after `end`, counting the lines passed.
    fn skip_to(&mut self, end: usize) {
        let next = self.text[end..].find('\n').map_or(self.text.len(), |at| end + at + 1);
        let lines = self.text[self.at..next].bytes().filter(|byte| *byte == b'\n').count();
        self.line += lines as u32;
        self.at = next;
    }
}

impl<'t> Iterator for Assignments<'t> {
    /// A fault comes with its line.
    type Item = Result<Assignment<'t>, (u32, Fault)>;

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

/// Where the value that begins at `start` ends: before a newline or a comment outside of quotes.
fn value_end(text: &str, start: usize) -> Result<usize, Fault> {
    let mut quote = None;
    // As though a blank stood before the value: `NAME=#…` is a comment.
    let mut after_blank = true;
    let mut chars = text[start..].char_indices();
    while let Some((at, char)) = chars.next() {
        match (quote, char) {
            (None, '\n') => return Ok(start + at),
            (None, '#') if after_blank => return Ok(start + at),
            (None, '\'' | '"') => quote = Some(char),
            (Some(open), _) if open == char => quote = None,
            // What is escaped does not open or close anything; a newline outside of quotes ends the value all the same.
            (None | Some('"'), '\\') if quote.is_some() || !chars.as_str().starts_with('\n') => {
                chars.next();
            }
            _ => {}
        }
        after_blank = char.is_whitespace() && char != '\r';
    }
    if quote.is_some() { Err(Fault::Unterminated) } else { Ok(text.len()) }
}
