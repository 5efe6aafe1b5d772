//! The last lines of a segment.

use super::torn::Torn;
use crate::error::{Damage, OpenError};
use crate::format::line::Line;
use crate::read::lines::{LineBlocks, LineEnd, Lines};
use crate::store::SegmentInfo;
use crate::write::append::{MAX_RECORD, MAX_UNSYNCED};
use crate::write::ledger::Ledger;

/// The longest end that can be torn: a batch whose bytes came to nothing, and those before it that waited for the same sync.
pub(super) const MAX_TORN: usize = MAX_UNSYNCED + MAX_RECORD;

/// How much is read of the end of a segment first.
const FIRST_READ: usize = 64 << 10;

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

/// Reads a segment backward to its last whole line. What comes after it is torn, unless it is more than a writer can tear.
pub(super) fn read_end(
    ledger: &Ledger,
    info: &SegmentInfo,
) -> Result<(Option<End>, Option<Torn>), OpenError> {
    let segment = info.first_seq;
    let blocks = LineBlocks::backward(ledger.source(), segment, 0..info.len);
    let blocks = blocks.starting_with(FIRST_READ).longest(MAX_TORN).stop_at_too_long();
    let mut lines = Lines::of(blocks);
    let mut torn = None;
    let mut last: Option<End> = None;
    while let Some(line) = lines.next_line().map_err(OpenError::Store)? {
        if let Some(last) = &mut last {
            // The line before is compared with the last one where it can be.
            if line.end == LineEnd::Newline {
                last.previous = line.bytes.to_vec();
            }
            break;
        }
        match line.end {
            LineEnd::TooLong => {
                let found = "no line ends here";
                return Err(OpenError::Damaged(Damage::new(segment, line.offset, found)));
            }
            LineEnd::Torn => torn = Some(Torn::new(segment, line.offset, line.bytes)),
            // The last line is whole and cannot be read: it alone is torn.
            LineEnd::Newline if torn.is_none() && Line::parse(line.bytes).is_err() => {
                torn = Some(Torn::new(segment, line.offset, &[line.bytes, b"\n"].concat()));
            }
            LineEnd::Newline => {
                let (offset, bytes) = (line.offset, line.bytes.to_vec());
                last = Some(End { segment, offset, previous: Vec::new(), bytes });
            }
        }
    }
    Ok((last, torn))
}

pub(super) fn is_seal(line: &Line<'_>) -> bool {
    line.action == "ledger.segment_sealed"
}
