//! One event, one line: the exact bytes of an event, and the strict reader of them.
//!
//! The hash of an event is taken over the bytes that are stored, so nothing is ever serialised a second time. A line has
//! one spelling: its keys in one order, no whitespace, a timestamp of 27 characters, lower-case hex.

use core::fmt;
use std::borrow::Cow;

use data_encoding::HEXLOWER;
use subtle::ConstantTimeEq;
use thiserror::Error;

use crate::format::json::{ScanError, Scanner, unescape, write_string, write_u64};
use crate::format::timestamp::Timestamp;
use crate::keys::{EventHash, Hasher, KeyId, KeyRing};

/// The longest line, its newline included: 1 MiB.
pub const MAX_LINE: usize = 1 << 20;
/// The longest action, in bytes.
pub(crate) const MAX_ACTION: usize = 200;
/// The version of the line format.
pub const LINE_VERSION: u64 = 1;

const EVENT_HASH: &str = ",\"event_hash\":\"";

/// The members of a line before its event, and its hasher.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LineHeader<'a> {
    pub(crate) seq: u64,
    pub(crate) event_id: uuid::Uuid,
    pub(crate) timestamp: Timestamp,
    pub(crate) ledger_id: uuid::Uuid,
    pub(crate) hasher: &'a Hasher,
    pub(crate) previous_hash: &'a EventHash,
}

/// Writes the line of an event, newline included, and returns its hash. `members` writes the members between `kid` and
/// `previous_hash`.
pub(crate) fn write<E>(
    out: &mut Vec<u8>,
    header: &LineHeader<'_>,
    members: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
) -> Result<EventHash, E> {
    let start = out.len();
    out.extend_from_slice(b"{\"v\":1,\"seq\":");
    write_u64(out, header.seq);
    out.extend_from_slice(b",\"event_id\":\"");
    write_uuid(out, header.event_id);
    out.extend_from_slice(b"\",\"timestamp\":\"");
    header.timestamp.write(out);
    out.extend_from_slice(b"\",\"chain\":\"");
    write_uuid(out, header.ledger_id);
    out.push(b'"');
    if let Some(kid) = header.hasher.key_id() {
        out.extend_from_slice(b",\"kid\":\"");
        out.extend_from_slice(kid.as_str().as_bytes());
        out.push(b'"');
    }
    if let Err(error) = members(out) {
        out.truncate(start);
        return Err(error);
    }
    out.extend_from_slice(b",\"previous_hash\":\"");
    write_hash(out, header.previous_hash);
    out.push(b'"');
    let hash = header.hasher.hash(&out[start..]);
    out.extend_from_slice(EVENT_HASH.as_bytes());
    write_hash(out, &hash);
    out.extend_from_slice(b"\"}\n");
    Ok(hash)
}

/// Writes a member whose value is a text.
pub(crate) fn write_member(out: &mut Vec<u8>, before: &'static str, text: &str) {
    out.extend_from_slice(before.as_bytes());
    write_string(out, text);
}

fn write_uuid(out: &mut Vec<u8>, id: uuid::Uuid) {
    let mut buffer = [0; uuid::fmt::Hyphenated::LENGTH];
    out.extend_from_slice(id.hyphenated().encode_lower(&mut buffer).as_bytes());
}

fn write_hash(out: &mut Vec<u8>, hash: &EventHash) {
    let mut digits = [0; 64];
    HEXLOWER.encode_mut(hash, &mut digits);
    out.extend_from_slice(&digits);
}

/// A parsed line: its members, borrowed from its bytes.
///
/// A line that can be parsed may have a wrong hash: see [`hash_holds`](Self::hash_holds).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Line<'a> {
    text: &'a str,
    /// The event's number: 1, 2, …
    pub seq: u64,
    /// A version 7 UUID.
    pub event_id: &'a str,
    /// When the event was appended.
    pub timestamp: Timestamp,
    /// The id of the ledger: a UUID.
    pub ledger_id: &'a str,
    /// The key that the line was hashed with; `None` in an unkeyed ledger.
    pub kid: Option<KeyId>,
    /// `user`, `service`, `system` or `admin`.
    pub actor_type: LineText<'a>,
    /// The id of the actor.
    pub actor_id: LineText<'a>,
    /// The action.
    pub action: LineText<'a>,
    /// The kind of the object.
    pub resource_type: Option<LineText<'a>>,
    /// The id of the object.
    pub resource_id: Option<LineText<'a>>,
    /// `success`, `failure` or `denied`.
    pub outcome: LineText<'a>,
    /// The reason.
    pub reason: Option<LineText<'a>>,
    /// Where it came from: `library`, `cli`, `http`, …
    pub origin: Option<LineText<'a>>,
    /// 32 hex digits.
    pub trace_id: Option<LineText<'a>>,
    /// 16 hex digits.
    pub span_id: Option<LineText<'a>>,
    /// The request it was done in.
    pub request_id: Option<LineText<'a>>,
    /// The session it was done in.
    pub session_id: Option<LineText<'a>>,
    /// The masked address.
    pub ip_address: Option<LineText<'a>>,
    /// The client.
    pub user_agent: Option<LineText<'a>>,
    /// A JSON object, as its text.
    pub details: Option<&'a str>,
    /// The hash of the event before this one.
    pub previous_hash: EventHash,
    /// The hash of this one.
    pub event_hash: EventHash,
}

impl<'a> Line<'a> {
    /// Reads one line, given without its newline.
    ///
    /// # Errors
    ///
    /// When these bytes are not a line of a ledger; the error has the byte of the difference.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, LineError> {
        if bytes.len() >= MAX_LINE {
            return Err(LineError { at: MAX_LINE, expected: "a line of at most 1 MiB" });
        }
        let text = str::from_utf8(bytes)
            .map_err(|error| LineError { at: error.valid_up_to(), expected: "UTF-8" })?;
        let mut scanner = Scanner::new(text);
        Line::scan(text, &mut scanner)
            .map_err(|ScanError { at, expected }| LineError { at, expected })
    }

    fn scan(text: &'a str, scanner: &mut Scanner<'a>) -> Result<Self, ScanError> {
        scanner.expect("{\"v\":1,\"seq\":")?;
        let start = scanner.at();
        let seq = scanner.integer()?;
        if seq == 0 {
            return Err(ScanError { at: start, expected: "a seq of at least 1" });
        }
        scanner.expect(",\"event_id\":")?;
        let event_id = uuid(scanner)?;
        if event_id.as_bytes()[14] != b'7'
            || !matches!(event_id.as_bytes()[19], b'8' | b'9' | b'a' | b'b')
        {
            return scanner.fail("a version 7 UUID before this");
        }
        scanner.expect(",\"timestamp\":")?;
        let start = scanner.at();
        let timestamp = scanner.fixed(27).and_then(Timestamp::parse).ok_or(ScanError {
            at: start,
            expected: "a timestamp such as 2026-11-30T12:00:00.000000Z",
        })?;
        scanner.expect(",\"chain\":")?;
        let ledger_id = uuid(scanner)?;
        let kid = if scanner.take(",\"kid\":") {
            let start = scanner.at();
            let kid = scanner
                .fixed(16)
                .and_then(KeyId::parse)
                .ok_or(ScanError { at: start, expected: "16 lower-case hex digits" })?;
            Some(kid)
        } else {
            None
        };
        Ok(Line {
            text,
            seq,
            event_id,
            timestamp,
            ledger_id,
            kid,
            actor_type: required(scanner, ",\"actor_type\":")?,
            actor_id: required(scanner, ",\"actor_id\":")?,
            action: required(scanner, ",\"action\":")?,
            resource_type: optional(scanner, ",\"resource_type\":")?,
            resource_id: optional(scanner, ",\"resource_id\":")?,
            outcome: required(scanner, ",\"outcome\":")?,
            reason: optional(scanner, ",\"reason\":")?,
            origin: optional(scanner, ",\"origin\":")?,
            trace_id: optional(scanner, ",\"trace_id\":")?,
            span_id: optional(scanner, ",\"span_id\":")?,
            request_id: optional(scanner, ",\"request_id\":")?,
            session_id: optional(scanner, ",\"session_id\":")?,
            ip_address: optional(scanner, ",\"ip_address\":")?,
            user_agent: optional(scanner, ",\"user_agent\":")?,
            details: if scanner.take(",\"details\":") { Some(scanner.object()?) } else { None },
            previous_hash: {
                scanner.expect(",\"previous_hash\":")?;
                hash(scanner)?
            },
            event_hash: {
                scanner.expect(",\"event_hash\":")?;
                let hash = hash(scanner)?;
                scanner.expect("}")?;
                if !scanner.rest().is_empty() {
                    return scanner.fail("the end of the line");
                }
                hash
            },
        })
    }

    /// The line, without its newline.
    pub fn as_str(&self) -> &'a str {
        self.text
    }

    /// All bytes of the line, without its newline.
    pub fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    /// The bytes that are hashed: all before `,"event_hash":"`.
    pub fn hashed_bytes(&self) -> &'a [u8] {
        &self.bytes()[..self.text.len() - (EVENT_HASH.len() + 64 + 2)]
    }

    /// Whether the line's hash is that of its bytes.
    pub fn hash_holds(&self, hasher: &Hasher) -> bool {
        hasher.hash(self.hashed_bytes()).ct_eq(&self.event_hash).into()
    }

    /// Whether the line's hash is that of its bytes under the key it names; `None` if that key is not in the ring.
    pub(crate) fn hash_holds_under(&self, ring: Option<&KeyRing>) -> Option<bool> {
        match (ring, self.kid) {
            (None, None) => Some(self.hash_holds(&Hasher::Unkeyed)),
            (Some(ring), Some(kid)) => ring.hasher(kid).map(|key| self.hash_holds(key)),
            _ => Some(false),
        }
    }
}

#[inline(always)]
fn required<'a>(scanner: &mut Scanner<'a>, key: &'static str) -> Result<LineText<'a>, ScanError> {
    scanner.expect(key)?;
    scanner.string().map(LineText)
}

#[inline(always)]
fn optional<'a>(scanner: &mut Scanner<'a>, key: &str) -> Result<Option<LineText<'a>>, ScanError> {
    if scanner.take(key) { scanner.string().map(|raw| Some(LineText(raw))) } else { Ok(None) }
}

/// A UUID in its one spelling: hyphens, lower case.
fn uuid<'a>(scanner: &mut Scanner<'a>) -> Result<&'a str, ScanError> {
    let start = scanner.at();
    let text = scanner.fixed(36).filter(|text| is_uuid(text.as_bytes()));
    text.ok_or(ScanError { at: start, expected: "a lower-case UUID" })
}

pub(crate) fn is_uuid(text: &[u8]) -> bool {
    let Ok(text) = <&[u8; 36]>::try_from(text) else { return false };
    let mut digits = [0; 32];
    for (to, from) in [(0..8, 0), (8..12, 9), (12..16, 14), (16..20, 19), (20..32, 24)] {
        let len = to.len();
        digits[to].copy_from_slice(&text[from..from + len]);
    }
    // Without branches, all bytes are examined at once.
    let hyphens = [8, 13, 18, 23].into_iter().fold(true, |all, at| all & (text[at] == b'-'));
    hyphens & digits.iter().fold(true, |all, &byte| all & is_hex(byte))
}

fn is_hex(byte: u8) -> bool {
    byte.is_ascii_digit() | (byte.wrapping_sub(b'a') < 6)
}

fn hash(scanner: &mut Scanner<'_>) -> Result<EventHash, ScanError> {
    let start = scanner.at();
    let hash = scanner.fixed(64).and_then(parse_hash);
    hash.ok_or(ScanError { at: start, expected: "64 lower-case hex digits" })
}

/// Reads 64 lower-case hex digits.
pub(crate) fn parse_hash(text: &str) -> Option<EventHash> {
    hash_of_digits(text.as_bytes().try_into().ok()?)
}

pub(crate) fn hash_of_digits(text: &[u8; 64]) -> Option<EventHash> {
    if !text.iter().fold(true, |all, &byte| all & is_hex(byte)) {
        return None;
    }
    let nibble = |byte: u8| (byte & 15) + (byte >> 6) * 9;
    Some(core::array::from_fn(|at| nibble(text[2 * at]) << 4 | nibble(text[2 * at + 1])))
}

/// 64 lower-case hex digits.
pub(crate) fn hash_hex(hash: &EventHash) -> String {
    HEXLOWER.encode(hash)
}

/// A text of a line, with its escapes.
#[derive(Clone, Copy)]
pub struct LineText<'a>(&'a str);

impl<'a> LineText<'a> {
    /// The text between the quotes, with its escapes.
    pub fn raw(&self) -> &'a str {
        self.0
    }

    /// The text without escapes.
    pub fn get(&self) -> Cow<'a, str> {
        unescape(self.0)
    }
}

impl PartialEq<str> for LineText<'_> {
    fn eq(&self, other: &str) -> bool {
        self.get() == other
    }
}

impl PartialEq<&str> for LineText<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.get() == *other
    }
}

impl fmt::Debug for LineText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.get(), f)
    }
}

impl fmt::Display for LineText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.get())
    }
}

/// The reason why bytes are not a line of a ledger.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("byte {at} of the line: expected {expected}")]
pub struct LineError {
    at: usize,
    expected: &'static str,
}

impl LineError {
    #[doc(hidden)]
    pub fn new(at: usize, expected: &'static str) -> Self {
        LineError { at, expected }
    }

    /// The byte of the line at which it is wrong.
    pub fn offset(&self) -> usize {
        self.at
    }

    /// The expected text there.
    pub fn expected(&self) -> &'static str {
        self.expected
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{MasterKey, NO_HASH};

    const CHAIN: &str = "0197f0c0-5b1e-7a3e-9c1e-0123456789ab";

    fn written(hasher: &Hasher) -> String {
        let mut out = b"before\n".to_vec();
        let header = LineHeader {
            seq: 1,
            event_id: "019aabcd-0000-7000-8000-000000000001".parse().unwrap(),
            timestamp: Timestamp::parse("2026-11-30T12:00:00.000042Z").unwrap(),
            ledger_id: CHAIN.parse().unwrap(),
            hasher,
            previous_hash: &NO_HASH,
        };
        write(&mut out, &header, |out| {
            write_member(out, ",\"actor_type\":", "user");
            write_member(out, ",\"actor_id\":", "ada");
            write_member(out, ",\"action\":", "config.changed");
            write_member(out, ",\"outcome\":", "success");
            write_member(out, ",\"reason\":", "café \"x\"\n\u{1}");
            write_member(out, ",\"origin\":", "cli");
            out.extend_from_slice(br#","details":{"a":1,"b":"9007199254740993"}"#);
            Ok::<(), ()>(())
        })
        .unwrap();
        let text = String::from_utf8(out).unwrap();
        text.strip_prefix("before\n").unwrap().strip_suffix('\n').unwrap().to_owned()
    }

    fn counting() -> MasterKey {
        MasterKey::from_bytes(core::array::from_fn(|at| at as u8))
    }

    // The expected hashes come from Python's hmac and hashlib over bytes put together there.
    #[test]
    fn a_line_has_the_bytes_and_the_hash_of_an_independent_implementation() {
        let keyed = written(&Hasher::keyed(&counting()));
        let expected = concat!(
            r#"{"v":1,"seq":1,"event_id":"019aabcd-0000-7000-8000-000000000001","#,
            r#""timestamp":"2026-11-30T12:00:00.000042Z","chain":"0197f0c0-5b1e-7a3e-9c1e-0123456789ab","#,
            r#""kid":"6d1eebd7d986e8c3","actor_type":"user","actor_id":"ada","action":"config.changed","#,
            r#""outcome":"success","reason":"café \"x\"\n\u0001","origin":"cli","#,
            r#""details":{"a":1,"b":"9007199254740993"},"#,
            r#""previous_hash":"0000000000000000000000000000000000000000000000000000000000000000","#,
            r#""event_hash":"6c9b96aeacfdfb11b5b73a422c7d7a975379222d4f9ca6c38224f4510e9bfdab"}"#,
        );
        assert_eq!(keyed, expected);
        let unkeyed = written(&Hasher::Unkeyed);
        let line = Line::parse(unkeyed.as_bytes()).unwrap();
        let expected = "726ebd6303aa6de32e56a7d7dfab9edf84d54f8ee3cc1d0beb4660a0531a7f73";
        assert_eq!(hash_hex(&line.event_hash), expected);
        assert_eq!(line.kid, None);
    }

    #[test]
    fn a_line_is_read_back() {
        let hasher = Hasher::keyed(&counting());
        let text = written(&hasher);
        let line = Line::parse(text.as_bytes()).unwrap();
        assert_eq!(line.seq, 1);
        assert_eq!(line.ledger_id, CHAIN);
        assert_eq!(line.kid, hasher.key_id());
        assert_eq!(line.reason.unwrap(), "café \"x\"\n\u{1}");
        assert_eq!(line.details, Some(r#"{"a":1,"b":"9007199254740993"}"#));
        assert_eq!(line.resource_type.map(|text| text.get()), None);
        assert_eq!(line.previous_hash, NO_HASH);
        assert!(line.hash_holds(&hasher));
        assert!(!line.hash_holds(&Hasher::Unkeyed));
    }

    #[test]
    fn every_other_spelling_is_refused() {
        let text = written(&Hasher::keyed(&counting()));
        let spellings = [
            ("{\"v\":1", "{ \"v\":1"),
            ("\"v\":1", "\"v\":2"),
            ("\"seq\":1", "\"seq\":0"),
            ("\"seq\":1", "\"seq\":01"),
            ("\"seq\":1", "\"seq\":1.0"),
            ("\"seq\":1", "\"seq\":9007199254740993"),
            ("\"seq\":1", "\"seq\":1,\"seq\":1"),
            ("019aabcd-0000-7000", "019aabcd-0000-4000"),
            ("019aabcd", "019AABCD"),
            ("12:00:00.000042Z", "12:00:00.042Z"),
            ("12:00:00.000042Z", "12:00:00.000042+00:00"),
            ("2026-11-30", "2026-11-31"),
            ("6d1eebd7d986e8c3", "6D1EEBD7D986E8C3"),
            ("\"actor_type\":\"user\",", ""),
            ("\"outcome\":\"success\"", "\"outcome\":\"success\",\"outcome\":\"denied\""),
            ("\"origin\":\"cli\"", "\"origin\":\"cli\",\"unknown\":1"),
            ("\"a\":1", "\"a\":1.5"),
            ("\"a\":1", "\"b\":1"),
            ("6c9b", "6C9B"),
            ("\"}", "\"} "),
            ("\"event_hash\":\"6c9b", "\"event_hash\":\"6c9"),
        ];
        for (from, to) in spellings {
            assert!(text.contains(from), "{from}");
            let other = text.replacen(from, to, 1);
            assert!(Line::parse(other.as_bytes()).is_err(), "{from} -> {to}");
        }
        for cut in 0..text.len() {
            if text.is_char_boundary(cut) {
                assert!(Line::parse(&text.as_bytes()[..cut]).is_err(), "cut at {cut}");
            }
        }
        let long = text.replacen("cli", &"c".repeat(MAX_LINE), 1);
        assert_eq!(Line::parse(long.as_bytes()).unwrap_err().expected(), "a line of at most 1 MiB");
    }

    #[test]
    fn an_error_says_where_the_line_is_wrong() {
        let text = written(&Hasher::Unkeyed).replacen("\"seq\":1", "\"seq\":x", 1);
        let error = Line::parse(text.as_bytes()).unwrap_err();
        assert_eq!(error.offset(), 13);
        assert_eq!(
            error.to_string(),
            "byte 13 of the line: expected an integer up to 2^53 without leading zeros"
        );
    }
}
