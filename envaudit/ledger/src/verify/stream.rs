//! Blocks of lines, read one after the other and checked on all cores.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError, mpsc};

use super::check::{BadLine, BadReason, CheckedLine, Checker, LineState};
use crate::format::line::MAX_LINE;
use crate::read::lines::{LineBlock, LineBlocks, LineEnd, LinePieces};
use crate::store::{SegmentInfo, SegmentSource, StoreError};

/// How many bytes are checked at once: so many that they stay in the cache of a core while they are hashed.
const PIECE: usize = 512 << 10;
/// A line that is longer than one may be is looked at nevertheless, as far as this: the seq it claims is worth knowing.
const LONG: usize = 2 * MAX_LINE;

/// The lines of a block.
pub(super) struct CheckedBlock {
    /// The index of the segment.
    pub(super) segment: usize,
    pub(super) lines: Vec<CheckedLine>,
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
    let mut reader = BlockReader::new(source, segments, first);
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
        // This thread checks lines, too: one more than there are cores would take turns with the others.
        for _ in 1..threads {
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
            while more && sent - taken < threads as u64 + 3 {
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
            ready.extend(results.try_iter());
            if let Some(block) = ready.remove(&taken) {
                taken += 1;
                each(block)?;
                continue;
            }
            // Another thread that waits for work holds the lock: then there is none to take.
            let own = queue.try_lock().ok().and_then(|queue| queue.try_recv().ok());
            match own {
                Some((number, block)) => drop(ready.insert(number, block.check(checker))),
                None => {
                    let Ok((number, block)) = results.recv() else { return Ok(()) };
                    ready.insert(number, block);
                }
            }
        }
    })
}

/// Lines of one segment.
struct Block {
    /// The index of the segment.
    segment: usize,
    lines: LineBlock,
}

impl Block {
    fn check(self, checker: &Checker<'_>) -> CheckedBlock {
        let Block { segment, lines: block } = self;
        let bytes = block.bytes().len();
        let too_long = block.end() != LineEnd::Newline && bytes == LONG;
        let lines = if too_long {
            let bad = BadLine { claimed: None, reason: BadReason::TooLong };
            vec![CheckedLine { offset: block.offset(), state: LineState::Bad(bad) }]
        } else {
            checker.lines(&block)
        };
        let terminated = too_long || block.end() == LineEnd::Newline;
        CheckedBlock { segment, lines, bytes: bytes as u64, terminated }
    }
}

/// The blocks of several segments. Lines that are appended meanwhile are not looked at.
struct BlockReader<'s> {
    source: &'s dyn SegmentSource,
    segments: &'s [SegmentInfo],
    /// The index of the segment that is read.
    segment: usize,
    blocks: Option<LineBlocks<'s>>,
    /// Lines that were read and not returned yet.
    pieces: Option<LinePieces>,
}

impl<'s> BlockReader<'s> {
    fn new(source: &'s dyn SegmentSource, segments: &'s [SegmentInfo], first: usize) -> Self {
        BlockReader { source, segments, segment: first, blocks: None, pieces: None }
    }

    fn next(&mut self) -> Result<Option<Block>, StoreError> {
        loop {
            if let Some(lines) = self.pieces.as_mut().and_then(Iterator::next) {
                return Ok(Some(Block { segment: self.segment, lines }));
            }
            let Some(info) = self.segments.get(self.segment) else { return Ok(None) };
            let blocks = self.blocks.get_or_insert_with(|| {
                LineBlocks::forward(self.source, info.first_seq, 0..info.len).longest(LONG)
            });
            self.pieces = blocks.next().transpose()?.map(|block| block.pieces(PIECE));
            if self.pieces.is_none() {
                self.segment += 1;
                self.blocks = None;
            }
        }
    }
}
