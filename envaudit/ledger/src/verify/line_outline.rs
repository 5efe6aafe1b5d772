//! The members of a line that verification needs, without parsing all of it.

use crate::format::line::hash_of_digits;
use crate::format::timestamp::Timestamp;
use crate::keys::{EventHash, KeyId};

/// The members at the beginning and at the end of a line. The bytes between them are not looked at.
pub(super) struct LineOutline<'a> {
    pub(super) seq: u64,
    pub(super) timestamp: Timestamp,
    pub(super) ledger_id: &'a [u8],
    pub(super) kid: KeyId,
    /// Whether the ledger itself wrote the event.
    pub(super) own: bool,
    /// The bytes that are hashed.
    pub(super) hashed: &'a [u8],
    pub(super) previous: EventHash,
    pub(super) hash: EventHash,
}

impl<'a> LineOutline<'a> {
    /// Reads a line with a key id, given without its newline. `None` where it does not look like one.
    pub(super) fn read(line: &'a [u8]) -> Option<Self> {
        let rest = line.strip_suffix(b"\"}")?;
        let (rest, hash) = rest.split_last_chunk::<64>()?;
        let hashed = rest.strip_suffix(b",\"event_hash\":\"")?;
        let (rest, previous) = hashed.strip_suffix(b"\"")?.split_last_chunk::<64>()?;
        rest.strip_suffix(b",\"previous_hash\":\"")?;

        let mut cursor = Cursor(line);
        cursor.skip(b"{\"v\":1,\"seq\":")?;
        let seq = cursor.number()?;
        cursor.skip(b",\"event_id\":\"")?;
        cursor.take(36)?;
        cursor.skip(b"\",\"timestamp\":\"")?;
        let timestamp = Timestamp::parse(str::from_utf8(cursor.take(27)?).ok()?)?;
        cursor.skip(b"\",\"chain\":\"")?;
        let ledger_id = cursor.take(36)?;
        cursor.skip(b"\",\"kid\":\"")?;
        let kid = KeyId::parse(str::from_utf8(cursor.take(16)?).ok()?)?;
        cursor.skip(b"\",\"actor_type\":\"")?;
        cursor.text()?;
        cursor.skip(b",\"actor_id\":\"")?;
        cursor.text()?;
        cursor.skip(b",\"action\":\"")?;
        let own = cursor.0.starts_with(b"ledger.");
        let (previous, hash) = (hash_of_digits(previous)?, hash_of_digits(hash)?);
        Some(LineOutline { seq, timestamp, ledger_id, kid, own, hashed, previous, hash })
    }
}

struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    #[inline(always)]
    fn skip<const N: usize>(&mut self, token: &[u8; N]) -> Option<()> {
        let (here, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        (here == token).then_some(())
    }

    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (here, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(here)
    }

    fn number(&mut self) -> Option<u64> {
        let digits = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let number = self.take(digits)?;
        if digits == 0 || digits > 16 || number[0] == b'0' {
            return None;
        }
        Some(number.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
    }

    /// Steps over a text, the quote at its end included.
    fn text(&mut self) -> Option<()> {
        loop {
            let at = memchr::memchr2(b'"', b'\\', self.0)?;
            let special = self.0[at];
            self.0 = self.0.get(at + if special == b'"' { 1 } else { 2 }..)?;
            if special == b'"' {
                return Some(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::line::Line;

    fn line(actor: &str, action: &str) -> String {
        let (previous, hash) = ("ab".repeat(32), "cd".repeat(32));
        format!(
            "{{\"v\":1,\"seq\":42,\"event_id\":\"0198c5a6-7c4e-7d0a-8f3e-5a1b2c3d4e5f\",\
             \"timestamp\":\"2026-11-30T12:00:00.000042Z\",\
             \"chain\":\"0198c5a6-7c4e-7d0a-8f3e-5a1b2c3d4e5f\",\"kid\":\"6d1eebd7d986e8c3\",\
             \"actor_type\":\"user\",\"actor_id\":\"{actor}\",\"action\":\"{action}\",\
             \"outcome\":\"success\",\"details\":{{\"a\":[1,\"b\"]}},\
             \"previous_hash\":\"{previous}\",\"event_hash\":\"{hash}\"}}"
        )
    }

    #[test]
    fn an_outline_is_what_the_strict_reader_reads() {
        for (actor, action) in
            [("ada", "door.opened"), ("a\\\"b\\\\", "door.opened"), ("", "ledger.closed")]
        {
            let text = line(actor, action);
            let outline = LineOutline::read(text.as_bytes()).unwrap();
            let line = Line::parse(text.as_bytes()).unwrap();
            assert_eq!(outline.seq, line.seq);
            assert_eq!(outline.timestamp, line.timestamp);
            assert_eq!(outline.ledger_id, line.ledger_id.as_bytes());
            assert_eq!(Some(outline.kid), line.kid);
            assert_eq!(outline.own, action.starts_with("ledger."));
            assert_eq!(outline.hashed, line.hashed_bytes());
            assert_eq!((outline.previous, outline.hash), (line.previous_hash, line.event_hash));
        }
    }

    #[test]
    fn a_line_that_is_cut_short_has_no_outline() {
        let text = line("ada", "door.opened");
        for cut in 0..text.len() {
            assert!(LineOutline::read(&text.as_bytes()[..cut]).is_none(), "{cut}");
            assert!(cut == 0 || LineOutline::read(&text.as_bytes()[cut..]).is_none(), "{cut}");
        }
    }
}
