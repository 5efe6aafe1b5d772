//! The outcome of a batch and the end of a ledger, found by reading.

use super::{Batch, SegmentSource, StoreError, StoreErrorKind, Tail};
use crate::format::line::MAX_LINE;
use crate::format::opening::{hash_of, seq_of};

/// Whether the lines of a batch are where the batch says. Nothing else can be there with the same hashes.
pub(crate) fn has_batch(source: &dyn SegmentSource, batch: &Batch<'_>) -> Result<bool, StoreError> {
    let (segment, offset) = match batch.opens_segment {
        true => (batch.last.segment, 0),
        false => (batch.after.segment, batch.after.offset),
    };
    match source.read(segment, offset, batch.lines.len()) {
        Ok(bytes) => Ok(bytes == batch.lines),
        Err(error) if error.kind() == StoreErrorKind::Missing => Ok(false),
        Err(error) => Err(error),
    }
}

/// Where the last whole line ends.
pub(crate) fn end_of(source: &dyn SegmentSource) -> Result<Tail, StoreError> {
    let missing = |what: &str| StoreError::new(StoreErrorKind::Missing, format!("find {what}"));
    for info in source.segments()?.iter().rev() {
        let from = info.len.saturating_sub(2 * MAX_LINE as u64);
        let bytes = source.read(info.first_seq, from, 2 * MAX_LINE)?;
        let Some(end) = memchr::memrchr(b'\n', &bytes) else { continue };
        let start = memchr::memrchr(b'\n', &bytes[..end]).map_or(0, |newline| newline + 1);
        let line = &bytes[start..end];
        let (Some(seq), Some(hash)) = (seq_of(line), hash_of(line)) else {
            return Err(missing("the last line of the ledger"));
        };
        return Ok(Tail { seq, hash, segment: info.first_seq, offset: from + end as u64 + 1 });
    }
    Err(missing("a line of the ledger"))
}
