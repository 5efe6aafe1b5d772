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
    /// What was read, for its memory.
    read: LineBlock,
    /// How many bytes they are.
    pub(super) bytes: u64,
    /// Whether the last line has a newline.
    pub(super) terminated: bool,
}

/// Hands every block to `each`, in order; what that leaves of its lines is dropped.
pub(super) fn blocks(
    source: &dyn SegmentSource,
    segments: &[SegmentInfo],
    first: usize,
    checker: &Checker<'_>,
    threads: usize,
    mut each: impl FnMut(&mut CheckedBlock) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut reader = BlockReader::new(source, segments, first);
    if threads <= 1 {
        let mut spare = Vec::new();
        while let Some(block) = reader.next()? {
            let mut block = block.check(checker, spare);
            each(&mut block)?;
            spare = block.lines;
            reader.reuse(block.read);
        }
        return Ok(());
    }
    let (work, queue) = mpsc::channel::<Work>();
    let queue = Mutex::new(queue);
    let (done, results) = mpsc::channel();
    std::thread::scope(|scope| {
        // This thread checks lines, too: one more than there are cores would take turns with the others.
        for _ in 1..threads {
            let (queue, done) = (&queue, done.clone());
            scope.spawn(move || {
                loop {
                    let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok(work) = next else { return };
                    if done.send(work.run(checker)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        // Dropped when this closure ends, early or not: the threads stop when there is no more work.
        let work = work;
        let (mut ready, mut spares) = (BTreeMap::new(), Vec::new());
        let (mut sent, mut taken, mut more) = (0, 0, true);
        loop {
            while more && sent - taken < threads as u64 + 3 {
                match reader.next()? {
                    Some(block) => {
                        let spare = spares.pop().unwrap_or_default();
                        if work.send(Work { number: sent, block, spare }).is_err() {
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
            if let Some(mut block) = ready.remove(&taken) {
                taken += 1;
                each(&mut block)?;
                spares.push(block.lines);
                reader.reuse(block.read);
                continue;
            }
            // Another thread that waits for work holds the lock: then there is none to take.
            let own = queue.try_lock().ok().and_then(|queue| queue.try_recv().ok());
            let (number, block) = match own {
                Some(work) => work.run(checker),
                None => {
                    let Ok(result) = results.recv() else { return Ok(()) };
                    result
                }
            };
            ready.insert(number, block);
        }
    })
}

/// A block that is to be checked.
struct Work {
    number: u64,
    block: Block,
    /// The list of lines of an earlier block, for the memory that it has.
    spare: Vec<CheckedLine>,
}

impl Work {
    fn run(self, checker: &Checker<'_>) -> (u64, CheckedBlock) {
        (self.number, self.block.check(checker, self.spare))
    }
}

/// Lines of one segment.
struct Block {
    /// The index of the segment.
    segment: usize,
    lines: LineBlock,
}

impl Block {
    fn check(self, checker: &Checker<'_>, mut lines: Vec<CheckedLine>) -> CheckedBlock {
        let Block { segment, lines: block } = self;
        let bytes = block.bytes().len();
        let too_long = block.end() != LineEnd::Newline && bytes == LONG;
        lines.clear();
        if too_long {
            let bad = BadLine { claimed: None, reason: BadReason::TooLong };
            lines.push(CheckedLine { offset: block.offset(), state: LineState::Bad(bad) });
        } else {
            checker.lines(&block, &mut lines);
        }
        let terminated = too_long || block.end() == LineEnd::Newline;
        CheckedBlock { segment, lines, read: block, bytes: bytes as u64, terminated }
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
    /// The memory of blocks that are done with. New memory would have to be cleared, by this process or by the system.
    spares: Vec<Vec<u8>>,
}

impl<'s> BlockReader<'s> {
    fn new(source: &'s dyn SegmentSource, segments: &'s [SegmentInfo], first: usize) -> Self {
        let spares = Vec::new();
        BlockReader { source, segments, segment: first, blocks: None, pieces: None, spares }
    }

    /// Reads a block to come into the memory of this one.
    fn reuse(&mut self, block: LineBlock) {
        self.spares.extend(block.into_memory());
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
            if let Some(spare) = self.spares.pop() {
                blocks.reuse(spare);
            }
            self.pieces = blocks.next().transpose()?.map(|block| block.pieces(PIECE));
            if self.pieces.is_none() {
                self.segment += 1;
                self.blocks = None;
            }
        }
    }
}
