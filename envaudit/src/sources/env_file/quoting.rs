//! What a value with escapes or references means.
//!
//! What stands in quotes is read by dotenvy. Three things are kept from it by putting other characters in place of those
//! that trigger them. It replaces every `$name` by a variable of the process environment, or by nothing: a `$` becomes a
//! marker, for [`expand`](super::expand) to find. It takes a backslash in single quotes for an escape when it looks for the
//! end of the line, but not when it reads the value, so `'C:\'` never ends: such a backslash becomes a marker too. And it
//! removes the backslash before a blank, which most other readers keep.

use super::scan::Fault;

/// A value without its quotes.
#[derive(Clone)]
pub(crate) struct Interpreted {
    pub(crate) text: String,
    /// Stands in `text` for each `$` that may begin a reference.
    pub(crate) marker: Option<char>,
}

impl Interpreted {
    pub(crate) fn plain(text: &str) -> Self {
        Interpreted { text: text.to_owned(), marker: None }
    }

    /// A value as it is written, with its quotes if it has some.
    pub(crate) fn read(written: &str) -> Result<Self, Fault> {
        match written.starts_with(['\'', '"']) {
            true => Interpreted::quoted(written),
            false => Interpreted::bare(written),
        }
    }

    /// A value without quotes that has a `$`. `\$` is a `$`; any other backslash means itself.
    fn bare(written: &str) -> Result<Self, Fault> {
        check_dollars(written)?;
        if !written.contains("\\$") {
            return Ok(Interpreted { text: written.to_owned(), marker: Some('$') });
        }
        if written.contains("\\\\$") {
            return Err(Fault::EscapedBackslash);
        }
        let dollar = unused(written).next().ok_or(Fault::Sentinels)?;
        let escaped = unused(written).nth(1).ok_or(Fault::Sentinels)?;
        let hidden = written.replace("\\$", escaped.encode_utf8(&mut [0; 4]));
        let text = hidden.replace('$', dollar.encode_utf8(&mut [0; 4])).replace(escaped, "$");
        let marker = text.contains(dollar).then_some(dollar);
        Ok(Interpreted { text, marker })
    }

    /// A value in its quotes.
    fn quoted(written: &str) -> Result<Self, Fault> {
        let is_double = written.starts_with('"');
        if is_double {
            check_dollars(written)?;
        }
        let (Some(dollar), Some(backslash)) = (unused(written).next(), unused(written).nth(1))
        else {
            return Err(Fault::Sentinels);
        };
        let hidden = match is_double {
            true => hide_in_double_quotes(written, dollar, backslash)?,
            false => with_newlines(written).replace('\\', backslash.encode_utf8(&mut [0; 4])),
        };
        let text = parse(&hidden)?.replace(backslash, "\\");
        let marker = text.contains(dollar).then_some(dollar);
        Ok(Interpreted { text, marker })
    }
}

/// Characters that a text does not have.
fn unused(written: &str) -> impl Iterator<Item = char> {
    ('\u{e000}'..='\u{f8ff}').filter(|marker| !written.contains(*marker))
}

/// Refuses `$$` before what would be a name: to some readers it is an escaped `$`, to some a `$` and a reference, to some
/// two of them.
fn check_dollars(written: &str) -> Result<(), Fault> {
    let mut bytes = written.bytes();
    let mut dollars = 0;
    while let Some(byte) = bytes.next() {
        match byte {
            b'$' => {
                dollars += 1;
                continue;
            }
            b'\\' => drop(bytes.next()),
            b'_' | b'{' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' if dollars > 1 => {
                return Err(Fault::DoubleDollar);
            }
            _ => {}
        }
        dollars = 0;
    }
    Ok(())
}

/// A line ends with `\n`, however it ends in the file.
fn with_newlines(written: &str) -> String {
    written.replace("\r\n", "\n").replace('\r', "\n")
}

/// The value with markers for what dotenvy must not see, and with plain newlines.
fn hide_in_double_quotes(written: &str, dollar: char, backslash: char) -> Result<String, Fault> {
    let mut hidden = String::with_capacity(written.len() + 2);
    let mut chars = written.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\r' => {
                hidden.push('\n');
                chars.next_if_eq(&'\n');
            }
            '$' => hidden.push(dollar),
            '\\' => match chars.next().ok_or(Fault::BadEscape)? {
                'r' => hidden.push('\r'),
                blank @ (' ' | '\t') => hidden.extend([backslash, blank]),
                escaped @ ('n' | '\\' | '"' | '\'' | '$') => hidden.extend(['\\', escaped]),
                _ => return Err(Fault::BadEscape),
            },
            _ => hidden.push(char),
        }
    }
    Ok(hidden)
}

#[cfg(feature = "dotenv")]
fn parse(hidden: &str) -> Result<String, Fault> {
    let line = format!("V={hidden}\n");
    match dotenvy::from_read_iter(line.as_bytes()).next() {
        Some(Ok((_, value))) => Ok(value),
        // The error holds the text itself.
        Some(Err(_)) | None => Err(Fault::BadEscape),
    }
}

#[cfg(not(feature = "dotenv"))]
fn parse(_: &str) -> Result<String, Fault> {
    // Without the feature no env file is opened.
    Err(Fault::BadEscape)
}
