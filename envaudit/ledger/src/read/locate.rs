//! Finding an event by its seq, without reading the events before it.

use crate::format::line::MAX_LINE;
use crate::format::opening::{after_seq, seq_of};
use crate::format::timestamp::Timestamp;
use crate::read::lines::{LineBlocks, LineBytes, LineEnd, Lines};
use crate::store::{SegmentInfo, SegmentSource, StoreError};

/// The number of bytes that are read to find the beginning of a line and its seq.
const PROBE: usize = 8 << 10;
/// The number of bytes of a line that contain its seq.
const BEGINNING: usize = 64;
/// The distance at which halving ends and reading in order begins.
const NEAR: u64 = 64 << 10;
/// The lines of most events fit into this.
const LIKELY: usize = 2 << 10;

/// A line and its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The first seq of its segment.
    pub segment: u64,
    /// Where it begins in the segment.
    pub offset: u64,
    /// The line, without its newline.
    pub bytes: Vec<u8>,
}

impl Located {
    pub(crate) fn of(segment: u64, line: LineBytes<'_>) -> Self {
        Located { segment, offset: line.offset, bytes: line.bytes.to_vec() }
    }
}

/// The line of an event; `None` if it is not there.
pub(crate) fn find(
    source: &dyn SegmentSource,
    segments: &[SegmentInfo],
    seq: u64,
) -> Result<Option<Located>, StoreError> {
    let after = segments.partition_point(|info| info.first_seq <= seq);
    let Some(info) = after.checked_sub(1).map(|at| &segments[at]) else { return Ok(None) };
    let (mut low, mut high) = (0, info.len);
    // The line begins between `low`, the beginning of a line, and `high`.
    while high - low > NEAR {
        let middle = low + (high - low) / 2;
        match next_line(source, info.first_seq, middle)? {
            Some((offset, found)) if offset < high && found <= seq => low = offset,
            _ => high = middle,
        }
    }
    let likely = usize::try_from(high - low).unwrap_or(0) + LIKELY;
    let range = low..high + MAX_LINE as u64;
    let blocks = LineBlocks::forward(source, info.first_seq, range).starting_with(likely);
    let mut lines = Lines::of(blocks);
    while let Some(line) = lines.next_line()? {
        if line.end == LineEnd::Newline && seq_of(line.bytes) == Some(seq) {
            return Ok(Some(Located::of(info.first_seq, line)));
        }
    }
    Ok(None)
}

/// Offset and seq of the first line that begins after this byte.
fn next_line(
    source: &dyn SegmentSource,
    segment: u64,
    from: u64,
) -> Result<Option<(u64, u64)>, StoreError> {
    let range = from..from + 2 * MAX_LINE as u64;
    let mut blocks = LineBlocks::forward(source, segment, range).starting_with(PROBE);
    let Some(block) = blocks.next().transpose()? else { return Ok(None) };
    let first = block.lines().next().filter(|rest| rest.end != LineEnd::Torn);
    let Some(offset) = first.map(|rest| rest.to) else { return Ok(None) };
    let line = block.read_from(offset);
    if line.len() >= BEGINNING {
        return Ok(seq_of(line).map(|seq| (offset, seq)));
    }
    let line = source.read(segment, offset, BEGINNING)?;
    Ok(seq_of(&line).map(|seq| (offset, seq)))
}

/// The line that begins at this byte of a segment; `None` if it is not complete.
pub fn line_at(
    source: &dyn SegmentSource,
    segment: u64,
    offset: u64,
) -> Result<Option<Located>, StoreError> {
    let range = offset..offset.saturating_add(MAX_LINE as u64);
    let mut blocks = LineBlocks::forward(source, segment, range).starting_with(LIKELY);
    let block = blocks.next().transpose()?;
    let line = block.as_ref().and_then(|block| block.lines().next());
    let line = line.filter(|line| line.end == LineEnd::Newline);
    Ok(line.map(|line| Located::of(segment, line)))
}

/// The first line of a segment, or its beginning, without its newline.
pub(crate) fn first_line(source: &dyn SegmentSource, segment: u64) -> Result<Vec<u8>, StoreError> {
    let range = 0..MAX_LINE as u64;
    let mut blocks = LineBlocks::forward(source, segment, range).starting_with(NEAR as usize);
    let block = blocks.next().transpose()?;
    let line = block.as_ref().and_then(|block| block.lines().next());
    Ok(line.map_or_else(Vec::new, |line| line.bytes.to_vec()))
}

/// The time at the beginning of a line, whatever follows it.
pub fn time_of(line: &[u8]) -> Option<Timestamp> {
    const UUID: usize = 36;
    let (_, rest) = after_seq(line)?;
    let rest = rest.strip_prefix(b",\"event_id\":\"")?.get(UUID..)?;
    let time = rest.strip_prefix(b"\",\"timestamp\":\"")?.get(..27)?;
    Timestamp::parse(str::from_utf8(time).ok()?)
}
