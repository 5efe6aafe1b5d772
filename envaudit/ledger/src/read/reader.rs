//! Reading a ledger: events by seq, in order, or newest first.

use core::fmt;
use std::collections::VecDeque;

use memchr::memchr;
use memchr::memmem::Finder;
use thiserror::Error;

use crate::format::line::{Line, LineError};
use crate::read::filter::Filter;
use crate::read::lines::{LineEnd, Lines};
use crate::read::locate::{Located, find};
use crate::store::{SegmentInfo, SegmentSource, StoreError};

/// Reads events without verifying them: to check that they are what was written, use [`verify`](crate::verify).
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    pub(crate) source: &'a dyn SegmentSource,
}

impl<'a> Reader<'a> {
    /// A reader of any store.
    pub fn new(source: &'a dyn SegmentSource) -> Self {
        Reader { source }
    }

    /// The event of this number; `None` if it does not exist, or was pruned. It is found by halving: only a few
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

    /// All events, newest first: the last state of something is found without reading the events before it.
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

/// One event, and its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record(pub(crate) Located);

impl Record {
    /// A line that was found by an index.
    #[doc(hidden)]
    pub fn located(located: Located) -> Self {
        Record(located)
    }

    /// Its line, parsed.
    ///
    /// # Errors
    ///
    /// When these bytes are not a line of a ledger.
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
    prefilter: LinePrefilter,
    /// The segment that is read, and its lines.
    current: Option<(u64, Lines<'a>)>,
}

/// Skips most lines that do not match by their bytes alone, without parsing them.
#[derive(Default)]
struct LinePrefilter(Option<Finder<'static>>);

impl LinePrefilter {
    fn of(filter: &Filter) -> Self {
        LinePrefilter(filter.needle().map(|needle| Finder::new(&needle).into_owned()))
    }

    /// Whether a line in these bytes may match. A text with an escape in it can be written in several ways.
    fn admits(&self, bytes: &[u8]) -> bool {
        self.0
            .as_ref()
            .is_none_or(|needle| needle.find(bytes).is_some() || memchr(b'\\', bytes).is_some())
    }
}

impl<'a> Records<'a> {
    fn new(source: &'a dyn SegmentSource, direction: Direction) -> Result<Self, StoreError> {
        let segments = source.segments()?.into();
        let (filter, prefilter) = (Filter::new(), LinePrefilter::default());
        Ok(Records { source, segments, direction, filter, prefilter, current: None })
    }

    /// Only those that match the filter. Bytes that are not a line are reported only if they might match.
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
        self.prefilter = LinePrefilter::of(&filter);
        self.filter = filter;
        self
    }

    /// The next line that may match.
    fn next_located(&mut self) -> Result<Option<Located>, StoreError> {
        loop {
            if let Some((segment, lines)) = &mut self.current {
                let segment = *segment;
                match lines.next_admitted(|bytes| self.prefilter.admits(bytes))? {
                    // The line is being written, or torn.
                    Some(line) if line.end == LineEnd::Torn => {}
                    Some(line) => return Ok(Some(Located::of(segment, line))),
                    None => self.current = None,
                }
                continue;
            }
            let next = match self.direction {
                Direction::Oldest => self.segments.pop_front(),
                Direction::Newest => self.segments.pop_back(),
            };
            let Some(SegmentInfo { first_seq, len, .. }) = next else { return Ok(None) };
            let lines = match self.direction {
                Direction::Oldest => Lines::forward(self.source, first_seq, 0..len),
                Direction::Newest => Lines::backward(self.source, first_seq, 0..len),
            };
            self.current = Some((first_seq, lines));
        }
    }
}

impl Iterator for Records<'_> {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let record = match self.next_located() {
                Ok(located) => Record(located?),
                Err(error) => {
                    self.current = None;
                    self.segments.clear();
                    return Some(Err(ReadError::Store(error)));
                }
            };
            match record.line() {
                Ok(line) if self.filter.admits(&line) => return Some(Ok(record)),
                Ok(_) => {}
                Err(source) => {
                    let (segment, offset) = (record.segment(), record.offset());
                    return Some(Err(ReadError::Line { segment, offset, source }));
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

/// The reason why an event could not be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The store cannot be read. This is the last item.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A line is not one of a ledger. The ones after it are still read.
    #[error("segment {segment:020}.jsonl has an invalid line at byte {offset}; verify the ledger")]
    Line {
        /// The first seq of its segment.
        segment: u64,
        /// Its first byte there.
        offset: u64,
        /// The problem.
        source: LineError,
    },
}
