//! What a value with quotes, escapes or comments means: dotenvy says.
//!
//! Two of its habits are kept from it by putting other characters in place of those that trigger them. It replaces every
//! `$name` by a variable of the process environment, or by nothing: `$` outside of single quotes becomes a marker, for
//! [`expand`](super::expand) to find. And it takes a backslash in single quotes for an escape when it looks for the end
//! of the line, but not when it reads the value, so `'C:\'` never ends: such a backslash becomes a marker too.

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
}

pub(crate) fn interpret(written: &str) -> Result<Interpreted, Fault> {
    let written = written.trim_end();
    let mut unused = ('\u{e000}'..='\u{f8ff}').filter(|marker| !written.contains(*marker));
    let (Some(dollar), Some(backslash)) = (unused.next(), unused.next()) else {
        return Err(Fault::Sentinels);
    };
    let hidden = hide(written, dollar, backslash)?;
    let text = parse(&hidden)?.replace(backslash, "\\");
    let marker = text.contains(dollar).then_some(dollar);
    Ok(Interpreted { text, marker })
}

/// The value with markers for what dotenvy must not see, and with plain newlines.
fn hide(written: &str, dollar: char, backslash: char) -> Result<String, Fault> {
    let mut hidden = String::with_capacity(written.len() + 2);
    let mut quote = None;
    let mut chars = written.chars().peekable();
    while let Some(char) = chars.next() {
        match (quote, char) {
            (_, '\r') if chars.peek() == Some(&'\n') => continue,
            (Some('\''), '\\') => hidden.push(backslash),
            (None | Some('"'), '\\') => {
                hidden.push('\\');
                // Without this, dotenvy drops a backslash at the end.
                hidden.push(chars.next().ok_or(Fault::BadEscape)?);
            }
            (None | Some('"'), '$') => hidden.push(dollar),
            _ => {
                match quote {
                    None if matches!(char, '\'' | '"') => quote = Some(char),
                    Some(open) if open == char => quote = None,
                    _ => {}
                }
                hidden.push(char);
            }
        }
    }
    Ok(hidden)
}

#[cfg(feature = "dotenv")]
fn parse(hidden: &str) -> Result<String, Fault> {
    let line = format!("V={hidden}\n");
    match dotenvy::from_read_iter(line.as_bytes()).next() {
        Some(Ok((_, value))) => Ok(value),
        // The error holds the text itself, so only the position is taken from it.
        Some(Err(dotenvy::Error::LineParse(text, at))) => {
            let before = at.checked_sub(1).and_then(|before| text.chars().nth(before));
            Err(if before == Some('\\') { Fault::BadEscape } else { Fault::TextAfterValue })
        }
        Some(Err(_)) | None => Err(Fault::TextAfterValue),
    }
}

#[cfg(not(feature = "dotenv"))]
fn parse(_: &str) -> Result<String, Fault> {
    // Without the feature no env file is opened.
    Err(Fault::TextAfterValue)
}
