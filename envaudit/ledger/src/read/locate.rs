//! Finding an event by its seq, without reading what lies before it.

use memchr::{memchr, memrchr};

use crate::format::line::MAX_LINE;
use crate::format::opening::{after_seq, seq_of};
use crate::format::timestamp::Timestamp;
use crate::store::{SegmentInfo, SegmentSource, StoreError};

/// What is read to find a line's beginning, and no more of it than its seq.
const PROBE: usize = 8 << 10;
/// Where halving ends and reading on begins.
const NEAR: u64 = 64 << 10;

/// A line and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The first seq of its segment.
    pub segment: u64,
    /// Where it begins in the segment.
    pub offset: u64,
    /// The line, without its newline.
    pub bytes: Vec<u8>,
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
    // The line lies between `low`, the beginning of a line, and `high`.
    while high - low > NEAR {
        let middle = low + (high - low) / 2;
        match next_line(source, info.first_seq, middle)? {
            Some((offset, found)) if offset < high && found <= seq => low = offset,
            _ => high = middle,
        }
    }
    let end = usize::try_from(high - low).unwrap_or(MAX_LINE) + MAX_LINE;
    let block = source.read(info.first_seq, low, end)?;
    let mut offset = low;
    for line in block.split_inclusive(|&byte| byte == b'\n') {
        if let Some(bytes) = line.strip_suffix(b"\n")
            && seq_of(bytes) == Some(seq)
        {
            return Ok(Some(Located { segment: info.first_seq, offset, bytes: bytes.to_vec() }));
        }
        offset += line.len() as u64;
    }
    Ok(None)
}

/// Offset and seq of the first line that begins behind this byte.
fn next_line(
    source: &dyn SegmentSource,
    segment: u64,
    from: u64,
) -> Result<Option<(u64, u64)>, StoreError> {
    let mut size = PROBE;
    while size <= 2 * MAX_LINE {
        let block = source.read(segment, from, size)?;
        if let Some(newline) = block.iter().position(|&byte| byte == b'\n') {
            let line = &block[newline + 1..];
            if let Some(seq) = seq_of(line) {
                return Ok(Some((from + newline as u64 + 1, seq)));
            }
        }
        if block.len() < size {
            return Ok(None);
        }
        size *= 4;
    }
    Ok(None)
}

/// The line that begins at this byte of a segment; `None` if none ends behind it.
pub fn line_at(
    source: &dyn SegmentSource,
    segment: u64,
    offset: u64,
) -> Result<Option<Located>, StoreError> {
    /// What the line of most events fits into.
    const LIKELY: usize = 2 << 10;
    for size in [LIKELY, NEAR as usize, MAX_LINE] {
        let mut bytes = source.read(segment, offset, size)?;
        if let Some(newline) = memchr(b'\n', &bytes) {
            bytes.truncate(newline);
            return Ok(Some(Located { segment, offset, bytes }));
        }
        if bytes.len() < size {
            break;
        }
    }
    Ok(None)
}

/// The first line of a segment, without its newline, or what there is of it.
pub(crate) fn first_line(source: &dyn SegmentSource, segment: u64) -> Result<Vec<u8>, StoreError> {
    let mut block = source.read(segment, 0, NEAR as usize)?;
    let newline = memchr(b'\n', &block);
    if newline.is_none() && block.len() as u64 == NEAR {
        block = source.read(segment, 0, MAX_LINE)?;
    }
    block.truncate(newline.or_else(|| memchr(b'\n', &block)).unwrap_or(block.len()));
    Ok(block)
}

/// The line that this byte of some lines is in, without its newline.
pub(crate) fn line_around(lines: &[u8], at: usize) -> &[u8] {
    let start = memrchr(b'\n', &lines[..at]).map_or(0, |newline| newline + 1);
    let len = memchr(b'\n', &lines[at..]).unwrap_or(lines.len() - at);
    &lines[start..at + len]
}

/// The time at the beginning of a line, which need not be one beyond it.
pub fn time_of(line: &[u8]) -> Option<Timestamp> {
    const UUID: usize = 36;
    let (_, rest) = after_seq(line)?;
    let rest = rest.strip_prefix(b",\"event_id\":\"")?.get(UUID..)?;
    let time = rest.strip_prefix(b"\",\"timestamp\":\"")?.get(..27)?;
    Timestamp::parse(str::from_utf8(time).ok()?)
}
