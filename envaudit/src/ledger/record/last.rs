//! Finding the last recorded state of a resource, from the end of the ledger on.
//!
//! A line of another resource is passed over without being read as a line: blocks are searched for the bytes that only a
//! record of this resource has.

use memchr::{memchr, memmem, memrchr};
use serde_json::Value;

use super::recorder::RecordError;
use super::state::RecordedValue;
use crate::ledger::json::write_string;
use crate::ledger::line::Line;
use crate::ledger::reader::Reader;
use crate::ledger::store::{SegmentInfo, SegmentSource};

/// What is read first; the next blocks are larger, up to [`MAX_BLOCK`].
const FIRST_BLOCK: u64 = 64 << 10;
const MAX_BLOCK: u64 = 1 << 20;

/// The last state of a resource.
pub(super) struct LastState {
    /// The number of the event that has it.
    pub(super) seq: u64,
    pub(super) values: Vec<RecordedValue>,
}

impl LastState {
    pub(super) fn of(&self, key: &str) -> Option<&RecordedValue> {
        self.values.iter().find(|value| value.key == key)
    }
}

/// The last state of a resource among the events after `above`.
pub(super) fn find(
    source: &dyn SegmentSource,
    resource: &str,
    above: u64,
) -> Result<Option<LastState>, RecordError> {
    let mut segments = source.segments().map_err(RecordError::Store)?;
    // A segment ends before the next one begins.
    let ends_before = |info: &SegmentInfo| info.first_seq <= above + 1;
    let first = segments.iter().rposition(ends_before).unwrap_or(0);
    segments.drain(..first);
    let needle = needle(resource);
    let finder = memmem::Finder::new(&needle);
    while let Some(info) = segments.pop() {
        let mut blocks = Blocks::of(&info);
        while let Some(lines) = blocks.next(source)? {
            // Searching forward is many times faster than backward, and there are few to find.
            let found: Vec<usize> = finder.find_iter(lines).collect();
            for at in found.into_iter().rev() {
                let start = memrchr(b'\n', &lines[..at]).map_or(0, |newline| newline + 1);
                let len = memchr(b'\n', &lines[at..]).unwrap_or(lines.len() - at);
                if let Ok(line) = Line::parse(&lines[start..at + len])
                    && let Some(found) = state_of(source, &line, resource)?
                {
                    return Ok((line.seq > above).then_some(found));
                }
            }
            if first_seq(lines).is_some_and(|seq| seq <= above) {
                return Ok(None);
            }
        }
    }
    Ok(None)
}

/// What a line of a successful load of the resource has between its action and its reason.
fn needle(resource: &str) -> Vec<u8> {
    let mut needle = b",\"resource_type\":\"config\",\"resource_id\":".to_vec();
    write_string(&mut needle, resource);
    needle.extend_from_slice(b",\"outcome\":\"success\"");
    needle
}

/// The state that a line has, or the one it refers to.
fn state_of(
    source: &dyn SegmentSource,
    line: &Line<'_>,
    resource: &str,
) -> Result<Option<LastState>, RecordError> {
    let is_ours = (line.action == "config.loaded" || line.action == "config.changed")
        && line.resource_type.is_some_and(|kind| kind == "config")
        && line.resource_id.is_some_and(|id| id == resource)
        && line.outcome == "success";
    let details = line.details.and_then(|details| serde_json::from_str::<Value>(details).ok());
    let Some(details) = details.filter(|_| is_ours) else { return Ok(None) };
    let Some(since) = details.get("unchanged_since").and_then(Value::as_u64) else {
        return Ok(values(&details).map(|values| LastState { seq: line.seq, values }));
    };
    // The event may have been pruned; then this load is the first that is known.
    let record = Reader::new(source).get(since).map_err(RecordError::Store)?;
    let Some(record) = record.filter(|_| since < line.seq) else { return Ok(None) };
    let Ok(line) = record.line() else { return Ok(None) };
    let of_resource = line.resource_id.is_some_and(|id| id == resource);
    let details = line.details.and_then(|details| serde_json::from_str::<Value>(details).ok());
    let values = details.filter(|_| of_resource).and_then(|details| values(&details));
    Ok(values.map(|values| LastState { seq: since, values }))
}

fn values(details: &Value) -> Option<Vec<RecordedValue>> {
    details.get("state")?.as_array()?.iter().map(RecordedValue::read).collect()
}

fn first_seq(lines: &[u8]) -> Option<u64> {
    let line = &lines[..memchr(b'\n', lines)?];
    Line::parse(line).ok().map(|line| line.seq)
}

/// The blocks of a segment from its end on, each of whole lines.
struct Blocks {
    segment: u64,
    /// What lies before this is not read yet.
    to: u64,
    size: u64,
    block: Vec<u8>,
    /// How many bytes at the beginning of `block` are the end of a line that begins before it.
    part: usize,
}

impl Blocks {
    fn of(info: &SegmentInfo) -> Self {
        let (segment, to) = (info.first_seq, info.len);
        Blocks { segment, to, size: FIRST_BLOCK, block: Vec::new(), part: 0 }
    }

    fn next(&mut self, source: &dyn SegmentSource) -> Result<Option<&[u8]>, RecordError> {
        if self.to == 0 {
            return Ok(None);
        }
        let from = self.to.saturating_sub(self.size);
        let len = usize::try_from(self.to - from).unwrap_or(usize::MAX);
        let mut bytes = source.read(self.segment, from, len).map_err(RecordError::Store)?;
        bytes.truncate(len);
        bytes.extend_from_slice(&self.block[..self.part]);
        self.block = bytes;
        self.part = match from {
            0 => 0,
            _ => memchr(b'\n', &self.block).map_or(self.block.len(), |newline| newline + 1),
        };
        self.to = from;
        self.size = (self.size * 4).min(MAX_BLOCK);
        Ok(Some(&self.block[self.part..]))
    }
}
