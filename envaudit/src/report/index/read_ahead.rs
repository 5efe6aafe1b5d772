//! Single lines of a ledger, read ahead: lines near each other in one read, and all of a segment in one call.

use std::collections::VecDeque;

use crate::ledger::__private::{Located, line_at, line_in};
use crate::ledger::store::{SegmentSource, StoreError};

/// The lines of most events fit into this; after longer ones, more is read.
const LIKELY: u64 = 2 << 10;
/// Longer lines are read each for itself.
const LONG: u64 = 64 << 10;
/// The bytes between two lines are read with them, if they are not more than this.
const GAP: u64 = 8 << 10;
/// The number of bytes that are read ahead.
const MOST: u64 = 256 << 10;

/// The parts of a segment that were read last, and not used yet.
pub(super) struct ReadAhead {
    segment: u64,
    /// The first byte, and the bytes.
    parts: VecDeque<(u64, Vec<u8>)>,
    likely: u64,
}

impl ReadAhead {
    pub(super) fn new() -> Self {
        ReadAhead { segment: 0, parts: VecDeque::new(), likely: LIKELY }
    }

    /// The line that begins at this byte of a segment; `None` if it has no end. `next` are the positions in that segment that
    /// are read after this one.
    pub(super) fn line(
        &mut self,
        source: &dyn SegmentSource,
        segment: u64,
        offset: u64,
        next: impl Iterator<Item = u64>,
    ) -> Result<Option<Located>, StoreError> {
        if self.held(segment, offset).is_none() {
            let parts = parts(offset, next, self.likely);
            let read = source.read_parts(segment, &parts)?;
            self.parts = parts.iter().map(|(from, _)| *from).zip(read).collect();
            self.segment = segment;
        }
        let held = self.held(segment, offset).unwrap_or_default();
        if let Some(line) = line_in(held) {
            return Ok(Some(Located { segment, offset, bytes: line.to_vec() }));
        }
        let located = line_at(source, segment, offset)?;
        let len = located.as_ref().map_or(0, |located| located.bytes.len() as u64);
        // The lines of one configuration are about equally long.
        self.likely = self.likely.max((len + len / 4).next_power_of_two()).min(LONG);
        Ok(located)
    }

    /// The bytes from this position. Those before it are dropped.
    fn held(&mut self, segment: u64, offset: u64) -> Option<&[u8]> {
        let behind = |(from, bytes): &(u64, Vec<u8>)| from + bytes.len() as u64 <= offset;
        while self.parts.front().is_some_and(behind) {
            self.parts.pop_front();
        }
        let (from, bytes) = self.parts.front().filter(|_| segment == self.segment)?;
        let at = usize::try_from(offset.checked_sub(*from)?).ok()?;
        bytes.get(at..)
    }
}

/// The reads for these positions: offsets and lengths.
fn parts(first: u64, next: impl Iterator<Item = u64>, likely: u64) -> Vec<(u64, usize)> {
    let mut parts = vec![(first, likely)];
    let mut all = likely;
    let mut before = first;
    for place in next {
        let Some((from, len)) = parts.last_mut() else { break };
        let Some(step) = place.checked_sub(before) else { break };
        let more = if step <= GAP { place - *from + likely - *len } else { likely };
        all += more;
        if all > MOST {
            break;
        }
        match step <= GAP {
            true => *len += more,
            false => parts.push((place, likely)),
        }
        before = place;
    }
    parts.into_iter().map(|(from, len)| (from, len as usize)).collect()
}
