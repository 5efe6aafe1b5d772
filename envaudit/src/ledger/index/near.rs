//! Single lines of a ledger, several with one read where they stand near each other.

use memchr::memchr;

use crate::ledger::locate::{Located, line_at};
use crate::ledger::store::{SegmentSource, StoreError};

/// What the line of most events fits into.
const LIKELY: u64 = 2 << 10;
/// What lies between two lines is read with them, if it is no more than this.
const GAP: u64 = 8 << 10;
/// How much is read at once.
const MOST: u64 = 256 << 10;

/// What was read of a segment last.
#[derive(Default)]
pub(super) struct Near {
    segment: u64,
    from: u64,
    bytes: Vec<u8>,
}

impl Near {
    /// The line that begins at this byte of a segment; `None` if none ends behind it. `next` are the places in that segment
    /// that are to be asked for after this one.
    pub(super) fn line(
        &mut self,
        source: &dyn SegmentSource,
        segment: u64,
        offset: u64,
        next: impl Iterator<Item = u64>,
    ) -> Result<Option<Located>, StoreError> {
        if let Some(bytes) = self.held(segment, offset) {
            return Ok(Some(Located { segment, offset, bytes }));
        }
        let mut last = offset;
        for place in next {
            if !(last..=last + GAP).contains(&place) || place - offset > MOST {
                break;
            }
            last = place;
        }
        let size = usize::try_from(last - offset + LIKELY).unwrap_or(usize::MAX);
        *self = Near { segment, from: offset, bytes: source.read(segment, offset, size)? };
        match self.held(segment, offset) {
            Some(bytes) => Ok(Some(Located { segment, offset, bytes })),
            None => line_at(source, segment, offset),
        }
    }

    /// The line at this place, if all of it is here.
    fn held(&self, segment: u64, offset: u64) -> Option<Vec<u8>> {
        let at = offset.checked_sub(self.from).filter(|_| segment == self.segment)?;
        let rest = self.bytes.get(usize::try_from(at).ok()?..)?;
        Some(rest[..memchr(b'\n', rest)?].to_vec())
    }
}
