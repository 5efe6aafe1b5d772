//! The members of a line in the form that nearly all lines have, checked at the speed of hashing.
//!
//! A line of this form is one that [`Line::parse`](crate::format::line::Line::parse) accepts, with the values that the format
//! knows. Of all others nothing is said here: the strict reader decides about them, and finds the place of what is wrong.

use crate::format::line::{MAX_ACTION, is_uuid};

/// How deep the objects and arrays of plain members nest at most, `details` included.
const DEPTH: usize = 8;
/// How many members an object among them has at most.
const KEYS: usize = 16;
/// An integer of so many digits is below 2^53.
const DIGITS: usize = 15;

/// Whether the members of a line from `actor_type` to `details` are plain: so many of these bytes, comma at the beginning
/// included. The rest of the line follows them.
pub(super) fn are_plain(line: &[u8], len: usize) -> bool {
    let Some(members) = line.get(..len) else { return false };
    let bytes = Survey::of(members);
    let is_text = bytes.lowest >= b' ' && (bytes.highest < 0x80 || str::from_utf8(members).is_ok());
    let mut cursor = Cursor { rest: line, has_escapes: bytes.has_backslash };
    is_text && cursor.members().is_some() && cursor.rest.len() == line.len() - len
}

/// Whether this is a version 7 UUID in lower case.
pub(super) fn is_event_id(id: &[u8; 36]) -> bool {
    is_uuid(id) && id[14] == b'7' && matches!(id[19], b'8' | b'9' | b'a' | b'b')
}

/// Which bytes there are.
struct Survey {
    lowest: u8,
    highest: u8,
    has_backslash: bool,
}

impl Survey {
    /// Without a branch, so that many bytes are looked at in one instruction.
    fn of(bytes: &[u8]) -> Self {
        // The smallest difference to a backslash is 0 where there is one.
        let (mut lowest, mut highest, mut backslash) = (u8::MAX, 0, u8::MAX);
        for &byte in bytes {
            lowest = lowest.min(byte);
            highest = highest.max(byte);
            backslash = backslash.min(byte ^ b'\\');
        }
        Survey { lowest, highest, has_backslash: backslash == 0 }
    }
}

/// What is left of a line. A text that has no end before that of the members leads beyond it, where nothing fits.
struct Cursor<'a> {
    rest: &'a [u8],
    /// Whether there is a backslash anywhere.
    has_escapes: bool,
}

impl<'a> Cursor<'a> {
    /// All members of a line, in their order.
    fn members(&mut self) -> Option<()> {
        self.skip(b",\"actor_type\":\"")?;
        matches!(self.text()?, b"user" | b"service" | b"system" | b"admin").then_some(())?;
        self.skip(b",\"actor_id\":\"")?;
        (!self.text()?.is_empty()).then_some(())?;
        self.skip(b",\"action\":\"")?;
        is_plain_action(self.text()?).then_some(())?;
        self.optional(b",\"resource_type\":\"")?;
        self.optional(b",\"resource_id\":\"")?;
        self.skip(b",\"outcome\":\"")?;
        matches!(self.text()?, b"success" | b"failure" | b"denied").then_some(())?;
        self.optional(b",\"reason\":\"")?;
        if self.take(b",\"origin\":\"") {
            (!self.text()?.is_empty()).then_some(())?;
        }
        if self.take(b",\"trace_id\":\"") {
            is_id(self.text()?, 32).then_some(())?;
        }
        if self.take(b",\"span_id\":\"") {
            is_id(self.text()?, 16).then_some(())?;
        }
        self.optional(b",\"request_id\":\"")?;
        self.optional(b",\"session_id\":\"")?;
        self.optional(b",\"ip_address\":\"")?;
        self.optional(b",\"user_agent\":\"")?;
        if self.take(b",\"details\":{") {
            self.object(1)?;
        }
        Some(())
    }

    #[inline(always)]
    fn skip<const N: usize>(&mut self, token: &[u8; N]) -> Option<()> {
        self.take(token).then_some(())
    }

    #[inline(always)]
    fn take<const N: usize>(&mut self, token: &[u8; N]) -> bool {
        match self.rest.split_first_chunk::<N>() {
            Some((here, rest)) if here == token => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// A member that may be absent, and any text as its value.
    #[inline(always)]
    fn optional<const N: usize>(&mut self, token: &[u8; N]) -> Option<()> {
        if self.take(token) { self.text().map(drop) } else { Some(()) }
    }

    /// The rest of a string behind its first quote, without the last one; escapes are left as they are.
    #[inline(always)]
    fn text(&mut self) -> Option<&'a [u8]> {
        let len = if self.has_escapes { escaped_len(self.rest)? } else { quote_in(self.rest)? };
        let (text, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest.get(1..)?;
        Some(text)
    }

    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    /// The rest of an object behind its brace.
    fn object(&mut self, depth: usize) -> Option<()> {
        if self.take(b"}") {
            return Some(());
        }
        let mut keys: [&[u8]; KEYS] = [&[]; KEYS];
        for count in 0..KEYS {
            self.skip(b"\"")?;
            let key = self.text()?;
            // With escapes, keys that look different may be the same.
            if keys[..count].contains(&key) || (self.has_escapes && key.contains(&b'\\')) {
                return None;
            }
            keys[count] = key;
            // Most values are texts.
            if self.take(b":\"") {
                self.text()?;
            } else {
                self.skip(b":")?;
                self.value(depth)?;
            }
            match self.byte()? {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
        }
        None
    }

    /// The rest of an array behind its bracket.
    fn array(&mut self, depth: usize) -> Option<()> {
        if self.take(b"]") {
            return Some(());
        }
        loop {
            self.value(depth)?;
            match self.byte()? {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
    }

    /// A value in an object or array of this depth.
    fn value(&mut self, depth: usize) -> Option<()> {
        match self.byte()? {
            b'"' => self.text().map(drop),
            b'{' if depth < DEPTH => self.object(depth + 1),
            b'[' if depth < DEPTH => self.array(depth + 1),
            b'0' => Some(()),
            b'1'..=b'9' => self.digits(),
            b'-' => matches!(self.byte()?, b'1'..=b'9').then_some(()).and_then(|()| self.digits()),
            b'n' => self.skip(b"ull"),
            b't' => self.skip(b"rue"),
            b'f' => self.skip(b"alse"),
            _ => None,
        }
    }

    /// The digits of an integer behind the first. What follows is for the caller to check: no fraction fits there.
    fn digits(&mut self) -> Option<()> {
        let more = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.rest = self.rest.get(more..)?;
        (more < DIGITS).then_some(())
    }
}

/// Words of a-z, 0-9 and _, joined by dots, and not an action of the ledger itself.
fn is_plain_action(text: &[u8]) -> bool {
    let (mut all, mut before_is_dot) = (true, true);
    for &byte in text {
        let is_dot = byte == b'.';
        all &= IN_WORDS[usize::from(byte)] | (is_dot & !before_is_dot);
        before_is_dot = is_dot;
    }
    all && !before_is_dot && text.len() <= MAX_ACTION && !text.starts_with(b"ledger.")
}

/// The bytes in the words of an action.
const IN_WORDS: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = matches!(byte as u8, b'a'..=b'z' | b'0'..=b'9' | b'_');
        byte += 1;
    }
    table
};

/// Whether this is an id of so many lower-case hex digits that is not zero.
fn is_id(text: &[u8], len: usize) -> bool {
    let is_hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.len() == len && text.iter().all(is_hex) && text.iter().any(|&byte| byte != b'0')
}

/// The position of the first quote, if it is not among the last bytes. Eight bytes are examined at once.
#[inline(always)]
fn quote_in(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    let mut rest = bytes;
    loop {
        let (word, after) = rest.split_first_chunk()?;
        let other = u64::from_le_bytes(*word) ^ (ONES * b'"' as u64);
        // The lowest bit that is set belongs to the first byte that is zero.
        let zero = other.wrapping_sub(ONES) & !other & HIGH;
        if zero != 0 {
            return Some(bytes.len() - rest.len() + zero.trailing_zeros() as usize / 8);
        }
        rest = after;
    }
}

/// The length of a text up to its quote, if all its escapes are of one character.
fn escaped_len(bytes: &[u8]) -> Option<usize> {
    let mut len = 0;
    loop {
        let special = memchr::memchr2(b'"', b'\\', bytes.get(len..)?)?;
        len += special;
        match bytes[len] {
            b'"' => return Some(len),
            _ if matches!(
                bytes.get(len + 1)?,
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't'
            ) =>
            {
                len += 2;
            }
            _ => return None,
        }
    }
}
