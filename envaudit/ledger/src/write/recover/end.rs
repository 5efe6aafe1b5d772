//! The last lines of a segment.

use super::torn::Torn;
use crate::error::{Damage, OpenError};
use crate::format::line::Line;
use crate::store::SegmentInfo;
use crate::write::append::{MAX_BATCH, MAX_UNSYNCED};
use crate::write::ledger::Ledger;

/// The longest end that can be torn: a batch whose bytes came to nothing, and those before it that waited for the same sync.
pub(super) const MAX_TORN: usize = MAX_UNSYNCED + MAX_BATCH;

/// The last whole line of a segment.
pub(super) struct End {
    pub(super) segment: u64,
    pub(super) offset: u64,
    pub(super) previous: Vec<u8>,
    pub(super) bytes: Vec<u8>,
}

impl End {
    pub(super) fn line(&self) -> Result<Line<'_>, OpenError> {
        Line::parse(&self.bytes).map_err(|error| {
            OpenError::Damaged(Damage::new(self.segment, self.offset, error.to_string()))
        })
    }

    pub(super) fn previous(&self) -> Option<Line<'_>> {
        Line::parse(&self.previous).ok()
    }

    pub(super) fn last_seq(&self) -> Result<u64, OpenError> {
        Ok(self.line()?.seq)
    }

    pub(super) fn is_seal(&self) -> Result<bool, OpenError> {
        Ok(is_seal(&self.line()?))
    }

    pub(super) fn end(&self) -> u64 {
        self.offset + self.bytes.len() as u64 + 1
    }
}

/// Reads a segment backwards to its last whole line. What lies behind it is torn, unless it is more than a writer can tear.
pub(super) fn read_end(
    ledger: &Ledger,
    info: &SegmentInfo,
) -> Result<(Option<End>, Option<Torn>), OpenError> {
    let segment = info.first_seq;
    let mut size = 64 << 10;
    loop {
        let start = info.len.saturating_sub(size as u64);
        let block = ledger.store.read(segment, start, size).map_err(OpenError::Store)?;
        if let Some(result) = split_end(segment, start, &block) {
            return Ok(result);
        }
        if size > MAX_TORN {
            let found = "no line ends here";
            return Err(OpenError::Damaged(Damage::new(segment, start, found)));
        }
        size *= 4;
    }
}

/// `None` if the block does not reach back far enough.
pub(super) fn split_end(
    segment: u64,
    start: u64,
    block: &[u8],
) -> Option<(Option<End>, Option<Torn>)> {
    let ends: Vec<usize> = newlines_from_behind(block).take(4).collect();
    // A line's beginning is known where the newline before it is, or the beginning of the file.
    let begin = |at: usize| match ends.get(at) {
        Some(newline) => Some(newline + 1),
        None if start == 0 => Some(0),
        None => None,
    };
    let torn = |from: usize| {
        (from < block.len()).then(|| Torn::new(segment, start + from as u64, &block[from..]))
    };
    let line = |at: usize| -> Option<End> {
        let (from, to) = (begin(at + 1)?, *ends.get(at)?);
        // The line before is looked at where it is at hand.
        let previous = match (begin(at + 2), ends.get(at + 1)) {
            (Some(from), Some(&to)) => block[from..to].to_vec(),
            _ => Vec::new(),
        };
        Some(End {
            segment,
            offset: start + from as u64,
            previous,
            bytes: block[from..to].to_vec(),
        })
    };
    let behind = begin(0)?;
    if ends.is_empty() {
        return Some((None, torn(0)));
    }
    let last = line(0)?;
    if behind == block.len() && Line::parse(&last.bytes).is_err() {
        // The last line is whole and cannot be read: it alone is torn.
        let from = begin(1)?;
        return match ends.get(1) {
            Some(_) => Some((Some(line(1)?), torn(from))),
            None => Some((None, torn(from))),
        };
    }
    Some((Some(last), torn(behind)))
}

pub(super) fn newlines_from_behind(block: &[u8]) -> impl Iterator<Item = usize> + '_ {
    block.iter().enumerate().rev().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at)
}

pub(super) fn is_seal(line: &Line<'_>) -> bool {
    line.action == "ledger.segment_sealed"
}
