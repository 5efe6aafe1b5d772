//! Takes the secrets that a load knows out of texts that are to be shown.

mod forms;

use std::collections::{HashMap, HashSet};

use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use crate::schema::KeyRequest;

const REDACTED: &str = "[REDACTED]";
/// A text that shares that many bytes with a secret is taken to quote it.
pub(crate) const TELLING: usize = 8;
/// A secret as short as this is looked for as a word: otherwise `a` would blacken every message.
const SHORT: usize = 3;
/// A word of a message as long as this is taken to be a part of a secret that has it, unless the secret is much longer.
const PIECE: usize = 4;
/// A secret is so many times as long as a piece that tells of it, at most.
const PIECES: usize = 3;
/// Of a longer message, the rest is not shown anyway.
const MAX_MESSAGE: usize = 16 << 10;

/// The texts of the secrets that a load has read.
#[derive(Default)]
pub(crate) struct Secrets(Vec<SecretString>);

impl Secrets {
    /// Takes note of a secret, and of its elements if it is a list.
    pub(crate) fn note(&mut self, request: &KeyRequest, text: &str) {
        self.note_text(text);
        let separators = [request.field().sep, request.field().kv_sep];
        let mut parts = vec![text];
        for separator in separators.into_iter().flatten() {
            parts = parts.iter().flat_map(|part| part.split(separator)).collect();
            parts.iter().for_each(|part| self.note_text(part.trim()));
        }
    }

    /// Takes note of a secret, and of the forms in which a message may have it.
    pub(crate) fn note_text(&mut self, text: &str) {
        if !text.is_empty() {
            self.0.push(text.into());
            self.0.extend(forms::of(text).into_iter().map(SecretString::from));
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes the secrets out of values.
    pub(crate) fn redact_values<'m>(&self, values: impl Iterator<Item = &'m mut String>) {
        self.redact_all(values, false);
    }

    /// Takes the secrets out of messages, their parts, and what a word of a message has of one.
    pub(crate) fn redact_messages<'m>(&self, messages: impl Iterator<Item = &'m mut String>) {
        self.redact_all(messages, true);
    }

    /// All texts together are gone through once, and each secret once, however many there are of both.
    fn redact_all<'m>(&self, texts: impl Iterator<Item = &'m mut String>, by_pieces: bool) {
        let mut texts: Vec<&mut String> = texts.collect();
        if self.is_empty() || texts.is_empty() {
            return;
        }
        for text in &mut texts {
            let longest = text.len().min(MAX_MESSAGE);
            let end = (0..=longest).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
            text.truncate(end);
        }
        let mut search = Search::new(&texts);
        if by_pieces {
            search.note_pieces();
        }
        let mut short = Vec::new();
        for secret in &self.0 {
            let secret = Zeroizing::new(secret.expose_secret().to_ascii_lowercase());
            search.hide_long(secret.as_bytes());
            if secret.len() < TELLING {
                short.push(secret);
            }
        }
        search.hide_short(&short);
        let hidden = search.hidden;
        let mut start = 0;
        for text in texts {
            let end = start + text.len();
            if hidden[start..end].contains(&true) {
                *text = without(text, &hidden[start..end]);
            }
            start = end + 1;
        }
    }
}

/// The texts in which secrets are looked for, one after the other, in small letters.
struct Search {
    bytes: Zeroizing<Vec<u8>>,
    hidden: Vec<bool>,
    /// Each stretch of the telling length, with its position, in order. One that was hidden is not looked for again.
    grams: Vec<([u8; TELLING], u32)>,
    done: Vec<bool>,
    /// Short words, and where they are.
    pieces: HashMap<Vec<u8>, Vec<usize>>,
}

impl Search {
    fn new(texts: &[&mut String]) -> Self {
        let mut bytes = Zeroizing::new(Vec::new());
        for text in texts {
            bytes.extend(text.bytes().map(|byte| byte.to_ascii_lowercase()));
            // What no text has, so that nothing goes from one into the next.
            bytes.push(0xff);
        }
        let grams = bytes.windows(TELLING).zip(0..);
        let mut grams: Vec<_> = grams
            .map(|(gram, at)| (gram.try_into().expect("a window has its length"), at))
            .collect();
        grams.sort_unstable();
        let (hidden, done) = (vec![false; bytes.len()], vec![false; grams.len()]);
        Search { bytes, hidden, grams, done, pieces: HashMap::new() }
    }

    /// Takes note of the words that are long enough for a piece of a secret, and too short to be found as a stretch of one.
    fn note_pieces(&mut self) {
        let is_part = |byte: u8| {
            !byte.is_ascii_whitespace()
                && !matches!(byte, b'"' | b'\'' | b'`' | b'(' | b')' | b'[' | b']' | b'{' | b'}')
                && !matches!(byte, b'<' | b'>' | b',' | b':' | b';' | b'=' | 0xff)
        };
        let mut start = 0;
        while start < self.bytes.len() {
            let len = self.bytes[start..].iter().take_while(|byte| is_part(**byte)).count();
            if (PIECE..TELLING).contains(&len) {
                let word = self.bytes[start..start + len].to_vec();
                self.pieces.entry(word).or_default().push(start);
            }
            start += len + 1;
        }
    }

    /// Hides what the texts share with a secret.
    fn hide_long(&mut self, secret: &[u8]) {
        for gram in secret.windows(TELLING) {
            let mut at = self.grams.partition_point(|(other, _)| other[..] < *gram);
            let is_there = self.grams.get(at).is_some_and(|(other, _)| other == gram);
            if !is_there || self.done[at] {
                continue;
            }
            self.done[at] = true;
            while let Some((other, place)) = self.grams.get(at)
                && other == gram
            {
                let place = *place as usize;
                self.hidden[place..place + TELLING].fill(true);
                at += 1;
            }
        }
        for len in PIECE..TELLING {
            if self.pieces.is_empty() || secret.len() > len * PIECES {
                continue;
            }
            for piece in secret.windows(len) {
                for place in self.pieces.remove(piece).into_iter().flatten() {
                    self.hidden[place..place + len].fill(true);
                }
            }
        }
    }

    /// Hides secrets that are shorter than a telling stretch: the shortest only as words.
    fn hide_short(&mut self, secrets: &[Zeroizing<String>]) {
        let mut of_length: [HashSet<&[u8]>; TELLING] = Default::default();
        for secret in secrets {
            of_length[secret.len()].insert(secret.as_bytes());
        }
        for (len, secrets) in of_length.iter().enumerate().filter(|(_, of)| !of.is_empty()) {
            for at in 0..self.bytes.len().saturating_sub(len) {
                let is_part = |at: Option<usize>| {
                    // Beyond ASCII, a byte is taken to be of a letter.
                    let byte = at.and_then(|at| self.bytes.get(at));
                    byte.is_some_and(|byte| {
                        byte.is_ascii_alphanumeric() || (0x80..0xff).contains(byte)
                    })
                };
                if secrets.contains(&self.bytes[at..at + len])
                    && (len > SHORT || !is_part(at.checked_sub(1)) && !is_part(Some(at + len)))
                {
                    self.hidden[at..at + len].fill(true);
                }
            }
        }
    }
}

/// A text without the characters of which any byte is hidden.
fn without(text: &str, hidden: &[bool]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = false;
    for (at, char) in text.char_indices() {
        let is_hidden = hidden[at..at + char.len_utf8()].contains(&true);
        match (is_hidden, before) {
            (true, false) => out.push_str(REDACTED),
            (true, true) => {}
            (false, _) => out.push(char),
        }
        before = is_hidden;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Secrets;

    const SECRET: &str = "Kq7#xW2m";

    fn cleared(secret: &str, message: &str) -> String {
        let mut secrets = Secrets::default();
        secrets.note_text(secret);
        let mut messages = [message.to_owned()];
        secrets.redact_messages(messages.iter_mut());
        messages.concat()
    }

    #[test]
    fn a_secret_is_found_in_every_form_that_a_message_may_have() {
        for written in [
            SECRET,
            "kq7#xw2m",
            "KQ7#XW2M",
            "Kq7%23xW2m",
            "4b713723785732 6d".replace(' ', "").as_str(),
            "S3E3I3hXMm0=",
            "[75, 113, 55, 35, 120, 87, 50, 109]",
        ] {
            let clean = cleared(SECRET, &format!("cannot use `{written}` for it"));
            assert!(clean.starts_with("cannot use `") && clean.contains("[REDACTED]"), "{clean}");
            assert!(clean.len() < 42, "{clean}");
        }
        assert_eq!(cleared("a\nb\"c", r#"not "a\nb\"c" here"#), "not \"[REDACTED]\" here");
        assert_eq!(cleared("ÄÖÜäöüß", "not äöüäöüß"), "not [REDACTED]");
    }

    #[test]
    fn a_piece_of_a_secret_is_found_as_a_word() {
        assert_eq!(
            cleared("hunter2", "expected a date, not `unter`"),
            "expected a date, not `[REDACTED]`"
        );
        assert_eq!(cleared("hunter2", "enter a number"), "enter a number");
        assert_eq!(cleared("xy", "by xy, not xyz"), "by [REDACTED], not xyz");
    }
}
