//! Blocks of lines, read one after the other and checked on all cores.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError, mpsc};

use super::check::{Bad, Checked, Checker, Reason, State};
use crate::format::line::MAX_LINE;
use crate::store::{SegmentInfo, SegmentSource, StoreError};

/// How much is read at once: so much that it stays in the cache of a core while it is hashed.
const BLOCK: usize = 512 << 10;
/// How much is read where no line ends in a block. It has to be longer than the longest line.
const LONG: usize = 2 * MAX_LINE;

/// The lines of a block.
pub(super) struct CheckedBlock {
    /// The index of the segment.
    pub(super) segment: usize,
    pub(super) lines: Vec<Checked>,
    /// How many bytes they are.
    pub(super) bytes: u64,
    /// Whether the last line has a newline.
    pub(super) terminated: bool,
}

/// Hands every block to `each`, in order.
pub(super) fn blocks(
    source: &dyn SegmentSource,
    segments: &[SegmentInfo],
    first: usize,
    checker: &Checker<'_>,
    threads: usize,
    mut each: impl FnMut(CheckedBlock) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut reader = Reader { source, segments, segment: first, offset: 0, skipping: false };
    if threads <= 1 {
        while let Some(block) = reader.next()? {
            each(block.check(checker))?;
        }
        return Ok(());
    }
    let (work, queue) = mpsc::channel::<(u64, Block)>();
    let queue = Mutex::new(queue);
    let (done, results) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (queue, done) = (&queue, done.clone());
            scope.spawn(move || {
                loop {
                    let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok((number, block)) = next else { return };
                    if done.send((number, block.check(checker))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        // Dropped when this closure ends, early or not: the threads stop when there is no more work.
        let work = work;
        let mut ready = BTreeMap::new();
        let (mut sent, mut taken, mut more) = (0, 0, true);
        loop {
            while more && sent - taken < threads as u64 + 2 {
                match reader.next()? {
                    Some(block) => {
                        if work.send((sent, block)).is_err() {
                            return Ok(());
                        }
                        sent += 1;
                    }
                    None => more = false,
                }
            }
            if taken == sent {
                return Ok(());
            }
            let Ok((number, block)) = results.recv() else { return Ok(()) };
            ready.insert(number, block);
            while let Some(block) = ready.remove(&taken) {
                taken += 1;
                each(block)?;
            }
        }
    })
}

/// Whole lines of one segment, and what stands behind its last newline.
struct Block {
    segment: usize,
    offset: u64,
    bytes: Vec<u8>,
    /// The beginning of a line that does not end within a block.
    too_long: bool,
}

impl Block {
    fn check(self, checker: &Checker<'_>) -> CheckedBlock {
        let lines = if self.too_long {
            let bad = Bad { claimed: None, reason: Reason::TooLong };
            vec![Checked { offset: self.offset, state: State::Bad(bad) }]
        } else {
            checker.lines(&self.bytes, self.offset)
        };
        CheckedBlock {
            segment: self.segment,
            lines,
            bytes: self.bytes.len() as u64,
            terminated: self.too_long || self.bytes.ends_with(b"\n"),
        }
    }
}

struct Reader<'s> {
    source: &'s dyn SegmentSource,
    segments: &'s [SegmentInfo],
    segment: usize,
    offset: u64,
    /// Whether the line at `offset` began in a block before.
    skipping: bool,
}

impl Reader<'_> {
    /// Bytes from where the reader is, of the `left` ones of the segment.
    fn read(&self, segment: u64, left: u64, most: usize) -> Result<Vec<u8>, StoreError> {
        let limit = usize::try_from(left).unwrap_or(most).min(most);
        if limit == 0 {
            return Ok(Vec::new());
        }
        let mut bytes = self.source.read(segment, self.offset, limit)?;
        bytes.truncate(limit);
        Ok(bytes)
    }

    fn next(&mut self) -> Result<Option<Block>, StoreError> {
        loop {
            let Some(info) = self.segments.get(self.segment) else { return Ok(None) };
            // What is appended meanwhile is not looked at.
            let left = info.len.saturating_sub(self.offset);
            let mut bytes = self.read(info.first_seq, left, BLOCK)?;
            if bytes.len() == BLOCK && memchr::memchr(b'\n', &bytes).is_none() {
                bytes = self.read(info.first_seq, left, LONG)?;
            }
            if bytes.is_empty() {
                self.segment += 1;
                self.offset = 0;
                self.skipping = false;
                continue;
            }
            if self.skipping {
                match memchr::memchr(b'\n', &bytes) {
                    Some(end) => {
                        self.offset += end as u64 + 1;
                        self.skipping = false;
                    }
                    None => self.offset += bytes.len() as u64,
                }
                continue;
            }
            let last = bytes.len() as u64 >= left;
            let too_long = match memchr::memrchr(b'\n', &bytes) {
                // The rest of a line is read again, with its end, in the next block.
                Some(end) if !last => {
                    bytes.truncate(end + 1);
                    false
                }
                None if bytes.len() == LONG => true,
                _ => false,
            };
            let block = Block { segment: self.segment, offset: self.offset, bytes, too_long };
            self.offset += block.bytes.len() as u64;
            self.skipping = too_long;
            return Ok(Some(block));
        }
    }
}
