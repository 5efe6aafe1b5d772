//! Following a ledger while events are appended.

use core::fmt;

use crate::read::lines::{LineBlocks, LineEnd};
use crate::read::locate::Located;
use crate::read::reader::{ReadError, Reader, Record};
use crate::store::{LINE_END, SegmentSource, StoreError, StoreErrorKind};

/// Returns the events that any process appends to a ledger, segment after segment. Created by [`Reader::follow`].
///
/// ```
/// use envaudit_ledger::{Actor, Event, LedgerOptions, MasterKey};
/// use envaudit_ledger::testing::MemoryStore;
///
/// let ledger = LedgerOptions::new().key(MasterKey::from_bytes([7; 32])).init_in(MemoryStore::default())?;
/// let mut follow = ledger.reader().follow()?;
/// ledger.append(&Event::new("user.created", Actor::admin("ada")))?;
/// ledger.seal()?;
/// ledger.append(&Event::new("user.deleted", Actor::admin("ada")))?;
/// let mut seen = Vec::new();
/// loop {
///     let records = follow.appended()?;
///     if records.is_empty() {
///         break;
///     }
///     seen.extend(records);
/// }
/// assert_eq!(seen.last().expect("there are some").line()?.action, "user.deleted");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Follow<'a> {
    source: &'a dyn SegmentSource,
    segment: u64,
    /// Lines before this have been returned.
    offset: u64,
    last_seq: u64,
    /// The last bytes before `offset`, by which the segment is known again.
    end: Vec<u8>,
}

impl<'a> Reader<'a> {
    /// Follows the ledger from its end.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub fn follow(&self) -> Result<Follow<'a>, StoreError> {
        let source = self.source;
        for record in self.newest()? {
            let record = match record {
                Ok(record) => record,
                Err(ReadError::Store(error)) => return Err(error),
                Err(ReadError::Line { .. }) => continue,
            };
            let (segment, offset) = (record.segment(), record.offset());
            let last_seq = record.line().map_or(segment, |line| line.seq);
            let offset = offset + record.bytes().len() as u64 + 1;
            let end = end_of(&[record.bytes(), b"\n"].concat());
            return Ok(Follow { source, segment, offset, last_seq, end });
        }
        let segment = source.segments()?.first().map_or(1, |info| info.first_seq);
        let last_seq = segment.saturating_sub(1);
        Ok(Follow { source, segment, offset: 0, last_seq, end: Vec::new() })
    }
}

impl Follow<'_> {
    /// The number of the last event that was there or has been returned; events after it will come.
    pub fn last_seq(&self) -> u64 {
        self.last_seq
    }

    /// The events that were appended since the last call, oldest first, or the first of them if they are many. Empty if there
    /// are none now.
    ///
    /// # Errors
    ///
    /// When the store cannot be read. [`Missing`](StoreErrorKind::Missing) means that the followed segment and all later ones
    /// are gone; [`Replaced`](StoreErrorKind::Replaced), that it no longer has the line that was returned last: it was replaced
    /// by another ledger, or by an older copy. The next call tries again.
    pub fn appended(&mut self) -> Result<Vec<Record>, StoreError> {
        loop {
            // Checked before the segment is read: it is complete if there is a later one.
            let segments = self.source.segments()?;
            let next = segments.iter().map(|info| info.first_seq).find(|seq| *seq > self.segment);
            if segments.iter().any(|info| info.first_seq == self.segment) {
                match self.check_end().and_then(|()| self.read()) {
                    Ok(records) if records.is_empty() => {}
                    // It was pruned meanwhile, and the next one was not.
                    Err(error) if error.kind() == StoreErrorKind::Missing && next.is_some() => {}
                    result => return result,
                }
            } else if next.is_none() {
                return Err(self.lost(StoreErrorKind::Missing));
            }
            let Some(next) = next else { return Ok(Vec::new()) };
            self.segment = next;
            self.offset = 0;
            self.end.clear();
        }
    }

    /// Whether the segment still has the line that was returned last.
    fn check_end(&self) -> Result<(), StoreError> {
        if self.end.is_empty() {
            return Ok(());
        }
        let from = self.offset - self.end.len() as u64;
        match self.source.read(self.segment, from, self.end.len())? == self.end {
            true => Ok(()),
            false => Err(self.lost(StoreErrorKind::Replaced)),
        }
    }

    fn lost(&self, kind: StoreErrorKind) -> StoreError {
        let doing = format!("follow the ledger after event {}", self.last_seq);
        StoreError::new(kind, doing)
    }

    /// The lines of the segment that are complete, as far as one block has them.
    fn read(&mut self) -> Result<Vec<Record>, StoreError> {
        let (segment, from) = (self.segment, self.offset);
        let block = LineBlocks::forward(self.source, segment, from..u64::MAX).next().transpose()?;
        let Some(block) = block.filter(|block| block.end() != LineEnd::Torn) else {
            return Ok(Vec::new());
        };
        let end = match block.end() {
            LineEnd::TooLong => {
                self.source.read(segment, block.to() - LINE_END as u64, LINE_END)?
            }
            LineEnd::Newline | LineEnd::Torn => end_of(block.bytes()),
        };
        let records = block.lines().map(|line| Record(Located::of(segment, line)));
        let records: Vec<Record> = records.collect();
        let seqs = records.iter().rev().filter_map(|record| record.line().ok());
        self.last_seq = seqs.map(|line| line.seq).next().unwrap_or(self.last_seq);
        self.offset = block.to();
        self.end = end;
        Ok(records)
    }
}

/// The part of the end of lines that has the last hash.
fn end_of(lines: &[u8]) -> Vec<u8> {
    lines[lines.len().saturating_sub(LINE_END)..].to_vec()
}

impl fmt::Debug for Follow<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Follow")
            .field("segment", &self.segment)
            .field("offset", &self.offset)
            .finish_non_exhaustive()
    }
}
