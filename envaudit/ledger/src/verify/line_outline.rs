//! The members of a line that verification needs, without parsing all of it.

use crate::format::line::hash_of_digits;
use crate::format::timestamp::Timestamp;
use crate::keys::{EventHash, KeyId};
use crate::verify::plain_members;

/// The members at the beginning and at the end of a line.
pub(super) struct LineOutline<'a> {
    pub(super) seq: u64,
    /// Not looked at.
    event_id: &'a [u8; 36],
    pub(super) timestamp: Timestamp,
    pub(super) ledger_id: &'a [u8; 36],
    pub(super) kid: Option<KeyId>,
    /// The line from `actor_type` on, and the length of the members up to `details`: not looked at.
    rest: &'a [u8],
    members: usize,
    /// The bytes that are hashed.
    pub(super) hashed: &'a [u8],
    pub(super) previous: EventHash,
    pub(super) hash: EventHash,
    pub(super) texts: LineTexts<'a>,
}

/// Texts of a line that the next line may have, too.
#[derive(Clone, Copy)]
pub(super) struct LineTexts<'a> {
    timestamp: &'a [u8; 27],
    hash: &'a [u8; 64],
}

/// A line that was read, and of which the next one need not be read anew what it has in common with it.
#[derive(Clone, Copy)]
pub(super) struct LineBefore<'a> {
    pub(super) texts: LineTexts<'a>,
    pub(super) timestamp: Timestamp,
    pub(super) hash: &'a EventHash,
}

impl<'a> LineOutline<'a> {
    /// Reads a line, given without its newline. `None` where it does not look like one.
    #[inline]
    pub(super) fn read(line: &'a [u8], before: Option<LineBefore<'_>>) -> Option<Self> {
        let rest = line.strip_suffix(b"\"}")?;
        let (rest, hash) = rest.split_last_chunk::<64>()?;
        let hashed = rest.strip_suffix(b",\"event_hash\":\"")?;
        let (rest, previous) = hashed.strip_suffix(b"\"")?.split_last_chunk::<64>()?;
        let head = rest.strip_suffix(b",\"previous_hash\":\"")?;

        let mut cursor = Cursor(head);
        cursor.skip(b"{\"v\":1,\"seq\":")?;
        let seq = cursor.number()?;
        cursor.skip(b",\"event_id\":\"")?;
        let event_id = cursor.chunk()?;
        cursor.skip(b"\",\"timestamp\":\"")?;
        let texts = LineTexts { timestamp: cursor.chunk()?, hash };
        cursor.skip(b"\",\"chain\":\"")?;
        let ledger_id = cursor.chunk()?;
        cursor.skip(b"\"")?;
        let kid = match cursor.skip(b",\"kid\":\"") {
            Some(()) => {
                let kid = KeyId::of_digits(cursor.chunk()?)?;
                cursor.skip(b"\"")?;
                Some(kid)
            }
            None => None,
        };
        let members = cursor.0.len();
        let timestamp = before
            .and_then(|it| it.timestamp.in_minute(it.texts.timestamp, texts.timestamp))
            .or_else(|| Timestamp::of_bytes(texts.timestamp))?;
        let previous = match before {
            Some(before) if before.texts.hash == previous => *before.hash,
            _ => hash_of_digits(previous)?,
        };
        Some(LineOutline {
            seq,
            event_id,
            timestamp,
            ledger_id,
            kid,
            rest: &line[head.len() - members..],
            members,
            hashed,
            previous,
            hash: hash_of_digits(hash)?,
            texts,
        })
    }

    /// Whether the ledger itself wrote the event; `None` where that cannot be seen.
    pub(super) fn is_own(&self) -> Option<bool> {
        let mut cursor = Cursor(&self.rest[..self.members]);
        cursor.skip(b",\"actor_type\":\"")?;
        cursor.text()?;
        cursor.skip(b",\"actor_id\":\"")?;
        cursor.text()?;
        cursor.skip(b",\"action\":\"")?;
        Some(cursor.0.starts_with(b"ledger."))
    }

    /// Whether the rest of the line has the form of nearly all lines, and the ledger itself did not write it. Of a line with
    /// another form, nothing is said here.
    pub(super) fn is_plain(&self) -> bool {
        plain_members::is_event_id(self.event_id)
            && plain_members::are_plain(self.rest, self.members)
    }
}

struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    #[inline(always)]
    fn skip<const N: usize>(&mut self, token: &[u8; N]) -> Option<()> {
        let (_, rest) = self.0.split_first_chunk::<N>().filter(|(here, _)| *here == token)?;
        self.0 = rest;
        Some(())
    }

    fn chunk<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (here, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(here)
    }

    fn number(&mut self) -> Option<u64> {
        let digits = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (number, rest) = self.0.split_at(digits);
        // More digits may be beyond 2^53.
        if digits == 0 || digits > 15 || number[0] == b'0' {
            return None;
        }
        self.0 = rest;
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
            let outline = LineOutline::read(text.as_bytes(), None).unwrap();
            let line = Line::parse(text.as_bytes()).unwrap();
            assert_eq!(outline.seq, line.seq);
            assert_eq!(outline.timestamp, line.timestamp);
            assert_eq!(outline.ledger_id, line.ledger_id.as_bytes());
            assert_eq!(outline.kid, line.kid);
            assert_eq!(outline.is_own(), Some(action.starts_with("ledger.")));
            assert_eq!(outline.hashed, line.hashed_bytes());
            assert_eq!((outline.previous, outline.hash), (line.previous_hash, line.event_hash));
        }
    }

    #[test]
    fn a_line_that_is_cut_short_has_no_outline() {
        let text = line("ada", "door.opened");
        for cut in 0..text.len() {
            assert!(LineOutline::read(&text.as_bytes()[..cut], None).is_none(), "{cut}");
            assert!(
                cut == 0 || LineOutline::read(&text.as_bytes()[cut..], None).is_none(),
                "{cut}"
            );
        }
    }
}
