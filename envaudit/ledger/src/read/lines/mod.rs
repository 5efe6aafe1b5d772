//! The lines of a segment, forward and backward, however the store's blocks cut them.
//!
//! [`LineBlocks`] reads blocks and cuts them at lines, for callers that search or hash many lines at once; [`Lines`] returns
//! one line after the other. Both say how a line ends: a torn end and a line that is too long are never mistaken for lines.

mod blocks;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

use memchr::{memchr, memrchr};

pub use self::blocks::LineBlocks;
use crate::store::{SegmentSource, StoreError};

/// How a line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnd {
    /// With a newline, as it should.
    Newline,
    /// With the segment: it is being written, or a crash cut it short.
    Torn,
    /// With a newline that comes too late: of a line that is too long, only the first bytes are given.
    TooLong,
}

/// One line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineBytes<'b> {
    /// Where it begins in its segment.
    pub offset: u64,
    /// Its bytes, without the newline.
    pub bytes: &'b [u8],
    /// How it ends.
    pub end: LineEnd,
    /// Where the next line begins.
    pub to: u64,
}

/// Whole lines that follow each other; or one line that is torn, or too long.
#[derive(Clone)]
pub struct LineBlock {
    /// What was read, and where that begins in the segment.
    read: Arc<Vec<u8>>,
    read_at: u64,
    /// Which part of it are the lines.
    range: Range<usize>,
    end: LineEnd,
    to: u64,
}

impl LineBlock {
    /// Where the first line begins in the segment.
    pub fn offset(&self) -> u64 {
        self.read_at + self.range.start as u64
    }

    /// Where the line after the last one begins.
    pub fn to(&self) -> u64 {
        self.to
    }

    /// How the last line ends; all lines before it end with a newline.
    pub fn end(&self) -> LineEnd {
        self.end
    }

    /// The lines, each with its newline.
    pub fn bytes(&self) -> &[u8] {
        &self.read[self.range.clone()]
    }

    /// All that was read from this place of the segment on: more than the lines, where the block ended within one.
    pub(crate) fn read_from(&self, offset: u64) -> &[u8] {
        let at = usize::try_from(offset.saturating_sub(self.read_at)).unwrap_or(usize::MAX);
        self.read.get(at..).unwrap_or_default()
    }

    /// The memory that was read into, if no other block has lines in it.
    pub(crate) fn into_memory(self) -> Option<Vec<u8>> {
        Arc::into_inner(self.read)
    }

    /// The lines, first to last.
    pub fn lines(&self) -> impl Iterator<Item = LineBytes<'_>> {
        let mut range = self.range.clone();
        std::iter::from_fn(move || {
            let line = self.first_in(&range)?;
            range.start += line.len();
            Some(self.line(line))
        })
    }

    /// Takes the first line out of the block.
    fn pop_first(&mut self) -> Option<Range<usize>> {
        let line = self.first_in(&self.range)?;
        self.range.start = line.end;
        Some(line)
    }

    /// Takes the last line out of the block.
    fn pop_last(&mut self) -> Option<Range<usize>> {
        let (_, but_newline) = self.bytes().split_last()?;
        let line = memrchr(b'\n', but_newline).map_or(0, |newline| newline + 1);
        let line = self.range.start + line..self.range.end;
        self.range.end = line.start;
        Some(line)
    }

    /// The same lines in blocks of at most so many bytes, unless one line has more.
    pub fn pieces(self, size: usize) -> LinePieces {
        LinePieces { rest: Some(self), size }
    }

    fn first_in(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let bytes = self.read.get(range.clone()).filter(|bytes| !bytes.is_empty())?;
        let len = memchr(b'\n', bytes).map_or(bytes.len(), |newline| newline + 1);
        Some(range.start..range.start + len)
    }

    fn line(&self, range: Range<usize>) -> LineBytes<'_> {
        let offset = self.read_at + range.start as u64;
        let (bytes, end) = (&self.read[range.clone()], self.end);
        let to = match end {
            LineEnd::Newline => self.read_at + range.end as u64,
            LineEnd::Torn | LineEnd::TooLong => self.to,
        };
        LineBytes { offset, bytes: bytes.strip_suffix(b"\n").unwrap_or(bytes), end, to }
    }
}

/// The lines of a block in smaller blocks, which share its bytes.
pub struct LinePieces {
    rest: Option<LineBlock>,
    size: usize,
}

impl Iterator for LinePieces {
    type Item = LineBlock;

    fn next(&mut self) -> Option<LineBlock> {
        let rest = self.rest.as_mut()?;
        let bytes = rest.bytes();
        let Some(most) = bytes.get(..self.size) else { return self.rest.take() };
        let newline = memrchr(b'\n', most).or_else(|| memchr(b'\n', bytes));
        let len = newline.map_or(bytes.len(), |newline| newline + 1);
        if len == bytes.len() {
            return self.rest.take();
        }
        let mut piece = rest.clone();
        piece.range.end = piece.range.start + len;
        piece.to = piece.read_at + piece.range.end as u64;
        rest.range.start = piece.range.end;
        Some(piece)
    }
}

/// The lines of a segment, one after the other.
pub struct Lines<'s> {
    blocks: LineBlocks<'s>,
    block: Option<LineBlock>,
}

impl<'s> Lines<'s> {
    /// The lines of some blocks, in the direction of these.
    pub fn of(blocks: LineBlocks<'s>) -> Self {
        Lines { blocks, block: None }
    }

    /// Lines from the first in this range of a segment on, which begins with it.
    pub fn forward(source: &'s dyn SegmentSource, segment: u64, range: Range<u64>) -> Self {
        Lines::of(LineBlocks::forward(source, segment, range))
    }

    /// Lines from the last in this range of a segment back to the first, which begins with it.
    pub fn backward(source: &'s dyn SegmentSource, segment: u64, range: Range<u64>) -> Self {
        Lines::of(LineBlocks::backward(source, segment, range))
    }

    /// The next line; `None` after the last.
    ///
    /// # Errors
    ///
    /// When the store cannot be read. Nothing comes after that.
    pub fn next_line(&mut self) -> Result<Option<LineBytes<'_>>, StoreError> {
        self.next_admitted(|_| true)
    }

    /// The next line whose bytes are admitted. Blocks of lines are asked about first, which may be faster than to ask about
    /// each line: one that is not admitted has no such line.
    ///
    /// # Errors
    ///
    /// When the store cannot be read. Nothing comes after that.
    pub fn next_admitted(
        &mut self,
        admits: impl Fn(&[u8]) -> bool,
    ) -> Result<Option<LineBytes<'_>>, StoreError> {
        let line = loop {
            let next = self.block.as_mut().and_then(|block| match self.blocks.is_backward() {
                true => block.pop_last(),
                false => block.pop_first(),
            });
            match (next, &self.block) {
                (Some(line), Some(block)) if admits(&block.read[line.clone()]) => break line,
                (Some(_), _) => {}
                (None, _) => {
                    let Some(block) = self.blocks.next().transpose()? else { return Ok(None) };
                    self.block = Some(block).filter(|block| admits(block.bytes()));
                }
            }
        };
        Ok(self.block.as_ref().map(|block| block.line(line)))
    }
}

/// The line at the beginning of these bytes, without its newline; `None` where that is not among them.
pub fn line_in(bytes: &[u8]) -> Option<&[u8]> {
    memchr(b'\n', bytes).map(|newline| &bytes[..newline])
}

/// The line that this byte of some lines is in, without its newline.
pub(crate) fn line_around(lines: &[u8], at: usize) -> &[u8] {
    let start = memrchr(b'\n', &lines[..at]).map_or(0, |newline| newline + 1);
    let len = memchr(b'\n', &lines[at..]).unwrap_or(lines.len() - at);
    &lines[start..at + len]
}
