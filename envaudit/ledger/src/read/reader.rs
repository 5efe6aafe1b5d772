//! Reading a ledger: events by seq, in order, or from the newest on.

use core::fmt;
use std::collections::VecDeque;
use std::error::Error;

use memchr::memmem::Finder;
use memchr::{memchr, memchr_iter, memrchr};

use crate::format::line::{Line, LineError};
use crate::read::filter::Filter;
use crate::read::locate::{Located, find};
use crate::store::{SegmentInfo, SegmentSource, StoreError};

/// How much is read at once.
const BLOCK: usize = 1 << 20;

/// Reads events without verifying them: for the question whether they are what was written, there is
/// [`verify`](crate::verify).
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    pub(crate) source: &'a dyn SegmentSource,
}

impl<'a> Reader<'a> {
    /// A reader of any store.
    pub fn new(source: &'a dyn SegmentSource) -> Self {
        Reader { source }
    }

    /// The event of this number; `None` if there is none, or it was pruned. It is found by halving: no more than some
    /// blocks are read, however long the ledger is.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub fn get(&self, seq: u64) -> Result<Option<Record>, StoreError> {
        let segments = self.source.segments()?;
        Ok(find(self.source, &segments, seq)?.map(Record))
    }

    /// All events, oldest first.
    ///
    /// # Errors
    ///
    /// When the segments cannot be listed.
    pub fn events(&self) -> Result<Records<'a>, StoreError> {
        Records::new(self.source, Direction::Oldest)
    }

    /// All events, newest first: the last state of something is found without reading what lies before it.
    ///
    /// # Errors
    ///
    /// When the segments cannot be listed.
    pub fn newest(&self) -> Result<Records<'a>, StoreError> {
        Records::new(self.source, Direction::Newest)
    }
}

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reader")
    }
}

/// One event, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record(pub(crate) Located);

impl Record {
    /// A line that was found by an index.
    #[doc(hidden)]
    pub fn located(located: Located) -> Self {
        Record(located)
    }

    /// What it says.
    ///
    /// # Errors
    ///
    /// When these bytes are no line of a ledger.
    pub fn line(&self) -> Result<Line<'_>, LineError> {
        Line::parse(&self.0.bytes)
    }

    /// The bytes of its line, without the newline.
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// The first seq of its segment.
    pub fn segment(&self) -> u64 {
        self.0.segment
    }

    /// Its first byte in the segment.
    pub fn offset(&self) -> u64 {
        self.0.offset
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Oldest,
    Newest,
}

/// Events one after the other; holds one block at a time.
pub struct Records<'a> {
    source: &'a dyn SegmentSource,
    segments: VecDeque<SegmentInfo>,
    direction: Direction,
    filter: Filter,
    sieve: Sieve,
    current: Option<Part>,
    ready: VecDeque<Located>,
}

/// Tells most lines that are not asked for by their bytes, without reading them as lines.
#[derive(Default)]
struct Sieve(Option<Finder<'static>>);

impl Sieve {
    fn of(filter: &Filter) -> Self {
        Sieve(filter.needle().map(|needle| Finder::new(&needle).into_owned()))
    }

    /// Whether a line in these bytes may be asked for. A text with an escape in it can be written in several ways.
    fn admits(&self, bytes: &[u8]) -> bool {
        self.0
            .as_ref()
            .is_none_or(|needle| needle.find(bytes).is_some() || memchr(b'\\', bytes).is_some())
    }
}

/// The part of a segment that is not read yet, and what is left of the last block.
struct Part {
    segment: u64,
    from: u64,
    to: u64,
    rest: Vec<u8>,
}

impl<'a> Records<'a> {
    fn new(source: &'a dyn SegmentSource, direction: Direction) -> Result<Self, StoreError> {
        let segments = source.segments()?.into();
        let (filter, ready) = (Filter::new(), VecDeque::new());
        let sieve = Sieve::default();
        Ok(Records { source, segments, direction, filter, sieve, current: None, ready })
    }

    /// Only those that pass the filter. Of bytes that are no line, those alone are told of that might be one of them.
    #[must_use]
    pub fn matching(mut self, filter: Filter) -> Self {
        // Whole segments lie outside of the range.
        let (from, to) = (filter.first_seq(), filter.last_seq());
        let firsts: Vec<u64> = self.segments.iter().skip(1).map(|info| info.first_seq).collect();
        let ends = firsts.into_iter().chain([u64::MAX]);
        let kept = self.segments.drain(..).zip(ends);
        self.segments = kept
            .filter(|(info, end)| info.first_seq <= to && *end > from)
            .map(|(info, _)| info)
            .collect();
        self.sieve = Sieve::of(&filter);
        self.filter = filter;
        self
    }

    /// Reads the next block. `false` at the end.
    fn fill(&mut self) -> Result<bool, StoreError> {
        let Some(part) = &mut self.current else {
            let next = match self.direction {
                Direction::Oldest => self.segments.pop_front(),
                Direction::Newest => self.segments.pop_back(),
            };
            let Some(info) = next else { return Ok(false) };
            self.current =
                Some(Part { segment: info.first_seq, from: 0, to: info.len, rest: Vec::new() });
            return Ok(true);
        };
        if part.from >= part.to {
            // What has no newline behind it is being written, or torn.
            self.current = None;
            return Ok(true);
        }
        match self.direction {
            Direction::Oldest => part.forward(self.source, &self.sieve, &mut self.ready)?,
            Direction::Newest => part.backward(self.source, &self.sieve, &mut self.ready)?,
        }
        Ok(true)
    }
}

impl Part {
    fn forward(
        &mut self,
        source: &dyn SegmentSource,
        sieve: &Sieve,
        ready: &mut VecDeque<Located>,
    ) -> Result<(), StoreError> {
        let mut offset = self.from - self.rest.len() as u64;
        let limit = usize::try_from(self.to - self.from).unwrap_or(BLOCK).min(BLOCK);
        let block = source.read(self.segment, self.from, limit)?;
        if block.is_empty() {
            self.from = self.to;
            return Ok(());
        }
        self.from += block.len() as u64;
        let mut bytes = std::mem::take(&mut self.rest);
        bytes.extend_from_slice(&block);
        let whole = memrchr(b'\n', &bytes).map_or(0, |newline| newline + 1);
        let mut at = 0;
        if sieve.admits(&bytes[..whole]) {
            for newline in memchr_iter(b'\n', &bytes[..whole]) {
                let line = &bytes[at..newline];
                if sieve.admits(line) {
                    let bytes = line.to_vec();
                    ready.push_back(Located { segment: self.segment, offset, bytes });
                }
                offset += (newline + 1 - at) as u64;
                at = newline + 1;
            }
        }
        self.rest = bytes.split_off(whole);
        Ok(())
    }

    fn backward(
        &mut self,
        source: &dyn SegmentSource,
        sieve: &Sieve,
        ready: &mut VecDeque<Located>,
    ) -> Result<(), StoreError> {
        let from = self.to.saturating_sub(BLOCK as u64).max(self.from);
        let limit = usize::try_from(self.to - from).unwrap_or(BLOCK);
        let mut bytes = source.read(self.segment, from, limit)?;
        bytes.append(&mut self.rest);
        self.to = from;
        // The first line of the block may begin before it.
        let whole = if from == 0 {
            0
        } else {
            memchr(b'\n', &bytes).map_or(bytes.len(), |newline| newline + 1)
        };
        let mut lines = Vec::new();
        if sieve.admits(&bytes[whole..]) {
            let mut at = whole;
            for newline in memchr_iter(b'\n', &bytes[whole..]).map(|newline| whole + newline) {
                let line = &bytes[at..newline];
                if sieve.admits(line) {
                    let (offset, bytes) = (from + at as u64, line.to_vec());
                    lines.push(Located { segment: self.segment, offset, bytes });
                }
                at = newline + 1;
            }
        }
        ready.extend(lines.into_iter().rev());
        bytes.truncate(whole);
        self.rest = bytes;
        Ok(())
    }
}

impl Iterator for Records<'_> {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            while let Some(located) = self.ready.pop_front() {
                let record = Record(located);
                match record.line() {
                    Ok(line) if self.filter.admits(&line) => return Some(Ok(record)),
                    Ok(_) => {}
                    Err(source) => {
                        let (segment, offset) = (record.segment(), record.offset());
                        return Some(Err(ReadError::Line { segment, offset, source }));
                    }
                }
            }
            match self.fill() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    self.current = None;
                    self.segments.clear();
                    return Some(Err(ReadError::Store(error)));
                }
            }
        }
    }
}

impl fmt::Debug for Records<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records").field("filter", &self.filter).finish_non_exhaustive()
    }
}

/// Why an event could not be read.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReadError {
    /// The store cannot be read. Nothing comes after this.
    Store(StoreError),
    /// A line is none of a ledger's. The ones behind it are still read.
    Line {
        /// The first seq of its segment.
        segment: u64,
        /// Its first byte there.
        offset: u64,
        /// What is wrong.
        source: LineError,
    },
}

impl From<StoreError> for ReadError {
    fn from(error: StoreError) -> Self {
        ReadError::Store(error)
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Store(error) => error.fmt(f),
            ReadError::Line { segment, offset, .. } => {
                write!(
                    f,
                    "segment {segment:020}.jsonl has no line of a ledger at byte {offset}; verify the ledger"
                )
            }
        }
    }
}

impl Error for ReadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            ReadError::Store(error) => error.source(),
            ReadError::Line { source, .. } => Some(source),
        }
    }
}
