//! `HEAD`: the last event when a ledger was last rolled, checkpointed or closed.

use crate::format::json::{ScanError, Scanner};
use crate::format::line::{LineError, hash_hex, parse_hash};
use crate::keys::EventHash;

/// The last event that a ledger had at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its seq, which is the number of events.
    pub seq: u64,
    /// Its hash.
    pub hash: EventHash,
    /// The first seq of the segment it is in.
    pub segment: u64,
}

impl Head {
    /// Reads `HEAD`: one object, its members in one order, and a newline.
    ///
    /// # Errors
    ///
    /// When it is anything else; the error has the byte of the difference.
    pub fn parse(bytes: &[u8]) -> Result<Self, LineError> {
        let text =
            str::from_utf8(bytes).map_err(|error| LineError::new(error.valid_up_to(), "UTF-8"))?;
        Head::scan(&mut Scanner::new(text))
            .map_err(|ScanError { at, expected }| LineError::new(at, expected))
    }

    fn scan(scanner: &mut Scanner<'_>) -> Result<Self, ScanError> {
        scanner.expect("{\"seq\":")?;
        let at = scanner.at();
        let seq = scanner.integer()?;
        if seq == 0 {
            return Err(ScanError { at, expected: "a seq of at least 1" });
        }
        scanner.expect(",\"hash\":")?;
        let at = scanner.at();
        let hash = parse_hash(scanner.string()?)
            .ok_or(ScanError { at, expected: "64 lower-case hex digits" })?;
        scanner.expect(",\"segment\":\"")?;
        let at = scanner.at();
        let expected = "20 digits and .jsonl";
        let digits = scanner.rest().get(..20).and_then(|digits| str::from_utf8(digits).ok());
        let segment = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        let segment =
            segment.and_then(|digits| digits.parse().ok()).ok_or(ScanError { at, expected })?;
        if scanner.rest().get(20..) != Some(b".jsonl\"}\n") {
            return Err(ScanError { at: at + 20, expected: ".jsonl\"} and a newline" });
        }
        Ok(Head { seq, hash, segment })
    }

    /// The bytes of the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let Head { seq, hash, segment } = self;
        let hash = hash_hex(hash);
        format!("{{\"seq\":{seq},\"hash\":\"{hash}\",\"segment\":\"{segment:020}.jsonl\"}}\n")
            .into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_back_and_nothing_else_is_one() {
        let head = Head { seq: 42, hash: [0xab; 32], segment: 7 };
        let bytes = head.to_bytes();
        assert_eq!(Head::parse(&bytes), Ok(head));
        for cut in 0..bytes.len() {
            assert!(Head::parse(&bytes[..cut]).is_err(), "{cut}");
        }
        let text = String::from_utf8(bytes).unwrap();
        for (from, to) in
            [("42", "042"), ("abab", "ABAB"), ("0007.jsonl", "000x.jsonl"), ("}", "} ")]
        {
            assert!(Head::parse(text.replacen(from, to, 1).as_bytes()).is_err(), "{from} -> {to}");
        }
    }
}
