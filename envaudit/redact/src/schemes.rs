//! Credentials behind the name of a scheme: `Bearer …` and `Basic …`.

use crate::REDACTED;
use crate::value_end::{is_within, without_closing};

/// The scheme of a credential.
#[derive(Clone, Copy)]
pub(super) enum Scheme {
    Basic,
    Bearer,
}

impl Scheme {
    pub(super) fn of(word: &str) -> Option<Self> {
        if word.eq_ignore_ascii_case("bearer") {
            Some(Scheme::Bearer)
        } else if word.eq_ignore_ascii_case("basic") {
            Some(Scheme::Basic)
        } else {
            None
        }
    }

    /// Where the credential ends that begins here, unless the text is about the scheme: `Basic Authentication`.
    pub(super) fn token_end(self, text: &str, start: usize) -> Option<usize> {
        let rest = &text[start..];
        let end = rest.find(|char: char| char.is_whitespace() || char.is_control());
        let word = &rest[..end.unwrap_or(rest.len())];
        let quote = word
            .char_indices()
            .find(|(at, char)| matches!(char, '"' | '\'') && !is_within(word.as_bytes(), *at));
        let word = &word[..quote.map_or(word.len(), |(at, _)| at)];
        let word = without_closing(word.trim_end_matches(['.', ',', ';', ':', '"', '\'']));
        let word = word.trim_end_matches(['.', ',', ';', ':', '"', '\'', '!', '?']);
        let is_token = !word.contains(REDACTED)
            && match self {
                Scheme::Bearer => is_token(word),
                Scheme::Basic => is_user_and_password(word) || word.len() >= 16 && is_token(word),
            };
        is_token.then_some(start + word.len())
    }
}

/// The length of the shortest token.
const MIN: usize = 8;

/// The length of a word that is none of a language.
const LONG: usize = 20;

/// Whether a word is a token and not a word of a language, or several with a dash or a slash between them.
fn is_token(word: &str) -> bool {
    let is_mark = |byte: u8| {
        matches!(
            byte,
            b'=' | b'+'
                | b'~'
                | b'_'
                | b'%'
                | b'$'
                | b'#'
                | b'@'
                | b'^'
                | b'&'
                | b'*'
                | b'{'
                | b'|'
                | b'['
                | b'!'
                | b'?'
                | b'('
                | b'<'
        )
    };
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
    let switches = word
        .as_bytes()
        .windows(2)
        .filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    let switches = switches.count();
    let pieces = || word.split(|char: char| !char.is_ascii_alphanumeric());
    let is_name = ["oauth", "http", "rfc", "x509", "utf", "sha", "rs256", "hs256", "es256"];
    let is_name = is_name
        .iter()
        .any(|name| word.get(..name.len()).is_some_and(|front| front.eq_ignore_ascii_case(name)));
    word.len() >= MIN
        && (pieces().any(|piece| piece.len() >= LONG)
            || digits > 0 && letters > 0 && !(is_name && word.len() < LONG)
            || switches >= 3
            || switches >= 1 && word.bytes().any(is_mark)
            || digits >= MIN)
}

/// Whether a word is Base64 of a text with a colon in it, printable as far as it goes.
fn is_user_and_password(word: &str) -> bool {
    let word = word.trim_end_matches('=');
    let mut bytes = Vec::with_capacity(word.len());
    let (mut bits, mut count) = (0u32, 0);
    for byte in word.bytes() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return false,
        };
        bits = bits << 6 | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    let is_text = str::from_utf8(&bytes).is_ok_and(|text| !text.contains(char::is_control));
    is_text && bytes.contains(&b':')
}
