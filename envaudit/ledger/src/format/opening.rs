//! Parts of a line that are read without the rest: the seq at its beginning, the hash at its end, and the peaks in the first
//! line of a segment.

use super::line::{Line, parse_hash};
use crate::evidence::merkle::Hash;
use crate::keys::EventHash;

/// The length of `,"event_hash":"…"}`.
const HASH_END: usize = 15 + 64 + 2;

/// The hash at the end of a line.
pub(crate) fn hash_of(line: &[u8]) -> Option<EventHash> {
    let digits = line.strip_suffix(b"\"}")?;
    let digits = digits.get(digits.len().checked_sub(64)?..)?;
    parse_hash(str::from_utf8(digits).ok()?)
}

/// The bytes of a line that its hash is taken over.
pub(crate) fn covered(line: &[u8]) -> Option<&[u8]> {
    line.get(..line.len().checked_sub(HASH_END)?)
}

/// The hash of the event before, near the end of a line.
pub(crate) fn previous_of(line: &[u8]) -> Option<EventHash> {
    let digits = covered(line)?.strip_suffix(b"\"")?;
    let digits = digits.get(digits.len().checked_sub(64)?..)?;
    parse_hash(str::from_utf8(digits).ok()?)
}

/// The peaks in the details of `ledger.segment_opened`.
pub(crate) fn peaks_of(line: &Line<'_>) -> Option<Vec<Hash>> {
    let details: serde_json::Value = serde_json::from_str(line.details?).ok()?;
    details.get("peaks")?.as_array()?.iter().map(|peak| parse_hash(peak.as_str()?)).collect()
}

/// The seq at the beginning of a line, if it is complete.
pub(crate) fn seq_of(line: &[u8]) -> Option<u64> {
    after_seq(line).map(|(seq, _)| seq)
}

pub(crate) fn after_seq(line: &[u8]) -> Option<(u64, &[u8])> {
    let rest = line.strip_prefix(b"{\"v\":1,\"seq\":")?;
    let digits = rest.iter().position(|byte| !byte.is_ascii_digit())?;
    let seq = str::from_utf8(&rest[..digits]).ok()?.parse().ok()?;
    Some((seq, &rest[digits..]))
}
