//! A ledger's own keys are cut out of what it writes.

use core::ops::Range;

use data_encoding::{BASE64, BASE64URL, HEXLOWER};
use envaudit_redact::REDACTED;
use zeroize::Zeroizing;

use super::master::MasterKey;

/// So many characters of the text of a key are taken to be from it: half of its hex digits.
const TELLING: usize = 32;

/// So many bytes of a key that is itself a text.
const TELLING_BYTES: usize = 8;

/// The texts of keys, as somebody could have put them into an event.
#[derive(Clone, Default)]
pub(super) struct KeyTexts {
    /// Each stretch of the texts in hex and Base64, in small letters, in order.
    encoded: Zeroizing<Vec<[u8; TELLING]>>,
    /// The bytes themselves, as JSON writes them, where they are a text.
    plain: Vec<Zeroizing<String>>,
}

impl KeyTexts {
    /// Adds a key, and what is derived from it and handed out.
    pub(super) fn add(&mut self, key: &MasterKey) {
        let mut texts = Vec::new();
        for bytes in [key.bytes(), key.chain_key().secret_bytes(), key.checkpoint_seed()] {
            let hex = Zeroizing::new(HEXLOWER.encode(&*bytes));
            let upper = Zeroizing::new(hex.to_ascii_uppercase());
            // Whole groups of three are the same, whatever follows.
            texts.push(Zeroizing::new(BASE64.encode(&hex.as_bytes()[..63])));
            texts.push(Zeroizing::new(BASE64.encode(&upper.as_bytes()[..63])));
            texts.push(Zeroizing::new(BASE64.encode(&bytes[..])));
            texts.push(Zeroizing::new(BASE64URL.encode(&bytes[..])));
            texts.push(hex);
            self.add_plain(&bytes);
        }
        for text in texts {
            let text = Zeroizing::new(text.trim_end_matches('=').to_ascii_lowercase());
            let stretches = text.as_bytes().windows(TELLING).map(|stretch| {
                <[u8; TELLING]>::try_from(stretch).expect("a window has its length")
            });
            self.encoded.extend(stretches);
        }
        self.encoded.sort_unstable();
        self.encoded.dedup();
    }

    fn add_plain(&mut self, bytes: &[u8; 32]) {
        if let Ok(text) = str::from_utf8(bytes)
            && !text.contains(char::is_control)
        {
            let text = Zeroizing::new(text.replace('\\', r"\\"));
            self.plain.push(Zeroizing::new(text.replace('"', "\\\"")));
        }
    }

    /// Replaces the texts of the keys in what was written from a position on. Returns whether there were any.
    pub(super) fn cut(&self, out: &mut Vec<u8>, mut from: usize) -> bool {
        let mut has_cut = false;
        while let Some(found) = self.find(out, from) {
            from = found.start + REDACTED.len();
            out.splice(found, REDACTED.bytes());
            has_cut = true;
        }
        has_cut
    }

    /// The first part of a key from a position on.
    fn find(&self, out: &[u8], from: usize) -> Option<Range<usize>> {
        let plain = self.plain.iter().filter_map(|text| find_plain(&out[from..], text));
        let plain = plain.map(|found| from + found.start..from + found.end);
        plain.chain(self.find_encoded(out, from)).min_by_key(|found| found.start)
    }

    fn find_encoded(&self, out: &[u8], from: usize) -> Option<Range<usize>> {
        let mut at = from;
        while let Some(run) = next_run(out, at) {
            if let Some(found) = self.within(out, run.clone()) {
                return Some(found);
            }
            at = run.end;
        }
        None
    }

    /// The part of a run that is of a key, with the padding behind it.
    fn within(&self, out: &[u8], run: Range<usize>) -> Option<Range<usize>> {
        let is_of_key = |at: &usize| {
            let mut stretch = Zeroizing::new([0; TELLING]);
            stretch.copy_from_slice(&out[*at..*at + TELLING]);
            stretch.make_ascii_lowercase();
            self.encoded.binary_search(&stretch).is_ok()
        };
        let mut places = run.start..=run.end - TELLING;
        let start = places.find(is_of_key)?;
        let more = places.take_while(is_of_key).count();
        let end = start + TELLING + more;
        let padding = out[end..].iter().take(2).take_while(|byte| **byte == b'=').count();
        Some(start..end + padding)
    }
}

/// What a text has of a key that is a text, from the first stretch of it to where they differ.
fn find_plain(out: &[u8], key: &str) -> Option<Range<usize>> {
    let key = key.as_bytes();
    let places = key.windows(TELLING_BYTES).enumerate();
    let places = places
        .filter_map(|(at, stretch)| memchr::memmem::find(out, stretch).map(|start| (at, start)));
    let (at, start) = places.min_by_key(|(_, start)| *start)?;
    let same = out[start..].iter().zip(&key[at..]).take_while(|(one, other)| one == other);
    let end = start + same.count();
    // Half of an escape is no JSON: `\` and what follows are taken together.
    let backslashes = out[..start].iter().rev().take_while(|byte| **byte == b'\\').count();
    let is_open = out[start..end].iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1;
    Some(start - backslashes % 2..end + usize::from(is_open))
}

/// The next run of characters of Base64 that is long enough. A run as long as that has all characters of one of the pieces that are
/// looked at.
fn next_run(out: &[u8], from: usize) -> Option<Range<usize>> {
    const PIECE: usize = TELLING / 2;
    let mut at = from;
    while let Some(piece) = out.get(at..).and_then(|rest| rest.first_chunk::<PIECE>()) {
        // Without a branch for each character, of which nearly all pieces have some that are no part of a run.
        if !piece.iter().fold(true, |all, byte| all & is_in_runs(*byte)) {
            at += PIECE;
            continue;
        }
        let before = out[from..at].iter().rev().take_while(|byte| is_in_runs(**byte)).count();
        let after = out[at..].iter().take_while(|byte| is_in_runs(**byte)).count();
        if before + after >= TELLING {
            return Some(at - before..at + after);
        }
        at += after;
    }
    None
}

/// Whether this is a character of Base64, of either alphabet: those of hex are among them.
fn is_in_runs(byte: u8) -> bool {
    let is_letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    let is_digit = byte.wrapping_sub(b'0') < 10;
    is_letter | is_digit | (byte == b'+') | (byte == b'/') | (byte == b'-') | (byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_any_length_are_found_at_any_place_if_they_are_long_enough() {
        for (len, start, from) in (0..80)
            .flat_map(|len| (0..70).map(move |start| (len, start)))
            .flat_map(|(len, start)| [0, 1, 17].map(|from| (len, start, from)))
        {
            // Words of 20 characters around the run do not hide it.
            let mut text = b"twenty-characters/__ ".repeat(5);
            text.truncate(start);
            text.push(b'"');
            let run = text.len()..text.len() + len;
            text.extend((0..len).map(|at| b"aZ09+/-_"[at % 8]));
            text.extend(b"\" twenty-characters/__".iter().take(80 - len));
            let left = run.start.max(from)..run.end.max(from);
            let expected = (left.len() >= TELLING).then_some(left);
            assert_eq!(next_run(&text, from), expected, "{len} at {start} from {from}");
        }
    }

    #[test]
    fn the_characters_of_runs_are_those_of_base64() {
        let alphabets =
            (BASE64.encode(&bytes_of_all_digits()), BASE64URL.encode(&bytes_of_all_digits()));
        for byte in 0..=u8::MAX {
            let is_part =
                [&alphabets.0, &alphabets.1].iter().any(|all| all.as_bytes().contains(&byte));
            assert_eq!(is_in_runs(byte), is_part, "{byte}");
        }
    }

    /// Bytes whose Base64 has each of its digits once.
    fn bytes_of_all_digits() -> Vec<u8> {
        let digits = (0..64_u64).step_by(4);
        let bits = digits.map(|at| at << 18 | (at + 1) << 12 | (at + 2) << 6 | (at + 3));
        bits.flat_map(|bits| bits.to_be_bytes()[5..].to_vec()).collect()
    }
}
