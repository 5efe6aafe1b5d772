//! Reads a segment in blocks, and cuts these at lines.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use memchr::{memchr, memrchr};

use super::{LineBlock, LineEnd};
use crate::format::line::MAX_LINE;
use crate::store::{SegmentSource, StoreError};

/// How much is read first at the end of a segment: most searches end among the last lines.
const LAST: usize = 64 << 10;
/// By how much the next read is larger, up to the block size of the store, where less was read first.
const FORWARD_GROWTH: usize = 32;
const BACKWARD_GROWTH: usize = 4;

/// The lines of a segment, block by block.
///
/// Each block is read from the beginning of a line on, so that the rest of a line after the last newline is read again. A line
/// that is longer than a block takes several reads.
pub struct LineBlocks<'s> {
    source: &'s dyn SegmentSource,
    segment: u64,
    /// The part that is not read yet.
    left: Range<u64>,
    direction: Direction,
    /// How much is read next, and how much at most.
    size: usize,
    block_size: usize,
    /// The most bytes a line may have, its newline included.
    longest: usize,
    /// Whether nothing is read after a line that has more.
    stops: bool,
    /// Blocks that were read and not returned yet, in the order of the segment.
    ready: VecDeque<LineBlock>,
    /// When reading backward, the end of a line whose beginning is not read yet.
    tail: Tail,
    /// The memory of an earlier block.
    spare: Option<Vec<u8>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Forward,
    Backward,
}

/// The end of a line that begins before it.
struct Tail {
    /// Empty once the line is known to be too long.
    bytes: Vec<u8>,
    /// Where the line ends.
    to: u64,
    /// Whether it ends with the segment, and not with a newline.
    torn: bool,
}

impl<'s> LineBlocks<'s> {
    /// Lines from the beginning of this range of a segment on, which is that of a line; `u64::MAX` as its end is the end of
    /// the segment, wherever that is by then.
    pub fn forward(source: &'s dyn SegmentSource, segment: u64, range: Range<u64>) -> Self {
        LineBlocks::new(source, segment, range, Direction::Forward)
    }

    /// Lines from the end of this range of a segment back to its beginning, which is that of a line.
    pub fn backward(source: &'s dyn SegmentSource, segment: u64, range: Range<u64>) -> Self {
        LineBlocks::new(source, segment, range, Direction::Backward).starting_with(LAST)
    }

    fn new(
        source: &'s dyn SegmentSource,
        segment: u64,
        left: Range<u64>,
        direction: Direction,
    ) -> Self {
        let block_size = source.block_size().max(1);
        let tail = Tail { bytes: Vec::new(), to: left.end, torn: true };
        let (longest, ready) = (MAX_LINE, VecDeque::new());
        let (size, stops) = (block_size, false);
        LineBlocks {
            source,
            segment,
            left,
            direction,
            size,
            block_size,
            longest,
            stops,
            ready,
            tail,
            spare: None,
        }
    }

    /// Reads so much first, where that is less than the store's block size.
    #[must_use]
    pub fn starting_with(mut self, bytes: usize) -> Self {
        self.size = bytes.clamp(1, self.block_size);
        self
    }

    /// How many bytes a line may have, its newline included: [`MAX_LINE`] by default.
    #[must_use]
    pub fn longest(mut self, bytes: usize) -> Self {
        self.longest = bytes;
        self
    }

    /// Ends with a line that is too long, once more than that was read of it: whether it is torn is not known then, nor, where
    /// it is read backward, its beginning.
    #[must_use]
    pub fn stop_at_too_long(mut self) -> Self {
        self.stops = true;
        self
    }

    /// Reads the next block into this memory, whose bytes are lost.
    pub(crate) fn reuse(&mut self, spare: Vec<u8>) {
        self.spare = Some(spare);
    }

    pub(super) fn is_backward(&self) -> bool {
        self.direction == Direction::Backward
    }

    fn is_done(&self) -> bool {
        self.left.is_empty() && self.tail.to <= self.left.start
    }

    fn finish(&mut self) {
        self.left.start = self.left.end;
        self.tail.to = 0;
        self.ready.clear();
    }

    /// Reads on, until there is at least one block in `ready` or the range is at its end.
    fn fill(&mut self) -> Result<(), StoreError> {
        match self.direction {
            Direction::Forward => self.fill_forward(),
            Direction::Backward => self.fill_backward(),
        }
    }

    fn fill_forward(&mut self) -> Result<(), StoreError> {
        let offset = self.left.start;
        let mut bytes = Vec::new();
        loop {
            let searched = bytes.len();
            let read_to = offset + searched as u64;
            let more = self.read(read_to..self.left.end)?;
            if more.is_empty() {
                self.left.start = self.left.end;
                if !bytes.is_empty() {
                    self.add_line(offset, bytes, LineEnd::Torn, read_to);
                }
                return Ok(());
            }
            match bytes.is_empty() {
                true => bytes = more,
                false => bytes.extend_from_slice(&more),
            }
            if let Some(newline) = memrchr(b'\n', &bytes[searched..]) {
                let lines = 0..searched + newline + 1;
                self.left.start = offset + lines.end as u64;
                self.add_lines(offset, bytes, lines);
                return Ok(());
            }
            if bytes.len() >= self.longest && offset + (bytes.len() as u64) < self.left.end {
                return self.pass_too_long(bytes);
            }
        }
    }

    /// Looks for the end of a line of which too much was read already.
    fn pass_too_long(&mut self, beginning: Vec<u8>) -> Result<(), StoreError> {
        let offset = self.left.start;
        let mut to = offset + beginning.len() as u64;
        let mut end = LineEnd::TooLong;
        while !self.stops {
            let bytes = self.read(to..self.left.end)?;
            if bytes.is_empty() {
                end = LineEnd::Torn;
                self.left.end = to;
                break;
            }
            if let Some(newline) = memchr(b'\n', &bytes) {
                to += newline as u64 + 1;
                break;
            }
            to += bytes.len() as u64;
        }
        self.left.start = to;
        self.add_line(offset, beginning, end, to);
        Ok(())
    }

    fn fill_backward(&mut self) -> Result<(), StoreError> {
        while self.ready.is_empty() && !self.left.is_empty() {
            let size = self.size as u64;
            let start = self.left.end.saturating_sub(size).max(self.left.start);
            let bytes = self.read(start..self.left.end)?;
            if start + (bytes.len() as u64) < self.left.end {
                // The end has been cut off meanwhile.
                self.tail = Tail { bytes: Vec::new(), to: start + bytes.len() as u64, torn: true };
            }
            self.left.end = start;
            let Some(newline) = memrchr(b'\n', &bytes) else {
                self.lengthen_tail(bytes, start);
                continue;
            };
            let first = match start == self.left.start {
                true => 0,
                false => memchr(b'\n', &bytes).map_or(0, |newline| newline + 1),
            };
            let before =
                Tail { bytes: bytes[..first].to_vec(), to: start + first as u64, torn: false };
            let after = std::mem::replace(&mut self.tail, before);
            let lines = first..newline + 1;
            let end_of_line = [&bytes[lines.end..], &after.bytes].concat();
            let line_at = start + lines.end as u64;
            self.add_lines(start, bytes, lines);
            self.add_tail(Tail { bytes: end_of_line, ..after }, line_at)?;
        }
        if self.ready.is_empty() && self.left.is_empty() {
            let nothing = Tail { bytes: Vec::new(), to: 0, torn: false };
            let first = std::mem::replace(&mut self.tail, nothing);
            self.add_tail(first, self.left.start)?;
        }
        Ok(())
    }

    /// Adds bytes without a newline to the front of the tail.
    fn lengthen_tail(&mut self, mut bytes: Vec<u8>, start: u64) {
        let is_too_long = |tail: &Tail| tail.to - start > self.longest as u64;
        if is_too_long(&self.tail) && self.stops {
            let to = self.tail.to;
            self.add_line(start, bytes, LineEnd::TooLong, to);
        } else if is_too_long(&self.tail) {
            self.tail.bytes = Vec::new();
        } else {
            bytes.extend_from_slice(&self.tail.bytes);
            self.tail.bytes = bytes;
        }
    }

    /// Adds the line that ends with the tail, now that its beginning is known.
    fn add_tail(&mut self, tail: Tail, offset: u64) -> Result<(), StoreError> {
        let Tail { mut bytes, to, torn } = tail;
        if to <= offset {
            return Ok(());
        }
        let is_too_long = to - offset > self.longest as u64;
        if is_too_long {
            bytes = self.source.read(self.segment, offset, self.longest)?;
        }
        let end = match (torn, is_too_long) {
            (true, _) => LineEnd::Torn,
            (false, true) => LineEnd::TooLong,
            (false, false) => LineEnd::Newline,
        };
        self.add_line(offset, bytes, end, to);
        Ok(())
    }

    fn add_line(&mut self, offset: u64, mut bytes: Vec<u8>, end: LineEnd, to: u64) {
        bytes.truncate(self.longest);
        let range = 0..bytes.len();
        self.ready.push_back(LineBlock { read: Arc::new(bytes), read_at: offset, range, end, to });
    }

    /// Adds whole lines, and those among them apart that are too long.
    fn add_lines(&mut self, read_at: u64, read: Vec<u8>, mut lines: Range<usize>) {
        let read = Arc::new(read);
        while !lines.is_empty() {
            let bytes = &read[lines.clone()];
            let (len, shown, end) = match fitting(bytes, self.longest) {
                0 => {
                    let len = memchr(b'\n', bytes).map_or(bytes.len(), |newline| newline + 1);
                    (len, self.longest, LineEnd::TooLong)
                }
                len => (len, len, LineEnd::Newline),
            };
            let range = lines.start..lines.start + shown;
            lines.start += len;
            let (read, to) = (Arc::clone(&read), read_at + lines.start as u64);
            self.ready.push_back(LineBlock { read, read_at, range, end, to });
        }
    }

    /// Bytes at the beginning of this range, at most as many as are due.
    fn read(&mut self, range: Range<u64>) -> Result<Vec<u8>, StoreError> {
        let left = range.end.saturating_sub(range.start);
        let limit = usize::try_from(left).unwrap_or(usize::MAX).min(self.size);
        if limit == 0 {
            return Ok(Vec::new());
        }
        let growth = match self.direction {
            Direction::Forward => FORWARD_GROWTH,
            Direction::Backward => BACKWARD_GROWTH,
        };
        self.size = self.size.saturating_mul(growth).min(self.block_size);
        let spare = self.spare.take().unwrap_or_default();
        let mut bytes = self.source.read_reusing(self.segment, range.start, limit, spare)?;
        bytes.truncate(limit);
        Ok(bytes)
    }
}

/// How many bytes these lines have up to the first one that is too long.
fn fitting(lines: &[u8], longest: usize) -> usize {
    let mut fitting = 0;
    while lines.len() - fitting > longest {
        match memrchr(b'\n', &lines[fitting..fitting + longest]) {
            Some(newline) => fitting += newline + 1,
            None => return fitting,
        }
    }
    lines.len()
}

impl Iterator for LineBlocks<'_> {
    type Item = Result<LineBlock, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_empty()
            && !self.is_done()
            && let Err(error) = self.fill()
        {
            self.finish();
            return Some(Err(error));
        }
        let block = match self.direction {
            Direction::Forward => self.ready.pop_front(),
            Direction::Backward => self.ready.pop_back(),
        }?;
        if self.stops && block.end == LineEnd::TooLong {
            self.finish();
        }
        Some(Ok(block))
    }
}
