//! Writing: one atomic step at a time, after the tail that it names.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;
use std::time::Instant;

use uuid::Uuid;

use super::{
    FileChain, KeyStore, SegmentRemoval, SegmentSource, StoreError, StoreLock, Tail, WriteError,
};

/// What a ledger is written through: a compare-and-swap on its tail.
///
/// A store keeps lines as they are and knows nothing of what they say. What keeps two writers apart is that
/// [`append`](Self::append) does nothing unless the ledger ends where the batch says; a [lock](Self::store_lock) only spares them the
/// second try. What a store of files has beyond that is behind [`files`](Self::files), [`keys`](Self::keys) and
/// [`removal`](Self::removal).
pub trait ChainStore: SegmentSource + Send {
    /// Whether there is a ledger here.
    ///
    /// # Errors
    ///
    /// When that cannot be told.
    fn state(&self, by: Deadline) -> Result<StoreState, StoreError>;

    /// Makes a new ledger of these bytes, or leaves none: whatever remains of a failed call reads as
    /// [`StoreState::Unfinished`], and the next call replaces it. Of several that are called at once, one makes the ledger.
    ///
    /// # Errors
    ///
    /// [`WriteError::Stale`] if there is a ledger.
    fn create(&self, manifest: &[u8], first: &Batch<'_>, by: Deadline) -> Result<(), WriteError>;

    /// Writes the lines of a batch after its tail: all of them or none, and none unless the ledger ends there and no newer
    /// writer of the same name has begun. Returns where the ledger ends then.
    ///
    /// # Errors
    ///
    /// [`WriteError::Stale`] if the ledger does not end there, [`WriteError::Fenced`] if a newer writer has begun;
    /// [`WriteError::Unknown`] if it is not known whether it was written.
    fn append(&self, batch: &Batch<'_>, by: Deadline) -> Result<Tail, WriteError>;

    /// What became of a batch whose append ended as [`WriteError::Unknown`]: told by the ids of its events.
    ///
    /// # Errors
    ///
    /// When that cannot be told yet.
    fn resolve(&self, batch: &Batch<'_>, by: Deadline) -> Result<BatchOutcome, StoreError>;

    /// Where the ledger ends.
    ///
    /// # Errors
    ///
    /// When there is no ledger, or that cannot be told.
    fn tail(&self, by: Deadline) -> Result<Tail, StoreError>;

    /// Keeps a checkpoint, whole or not at all. One of the same seq and the same bytes is as good as kept.
    ///
    /// # Errors
    ///
    /// [`WriteError::Conflict`] if there is another one of this seq, which stays; others when it may not be there.
    fn put_checkpoint(&self, seq: u64, note: &[u8], by: Deadline) -> Result<(), WriteError>;

    /// Begins a new epoch of the writer of this name: whoever has begun under it before is fenced off from here on.
    ///
    /// # Errors
    ///
    /// When it was not begun.
    fn begin(&self, writer: &str, by: Deadline) -> Result<Epoch, StoreError>;

    /// The lock, in a store that has one. Then all writing but [`create`](Self::create) is done by its holder.
    fn store_lock(&self) -> Option<&dyn StoreLock> {
        None
    }

    /// What only files have.
    fn files(&self) -> Option<&dyn FileChain> {
        None
    }

    /// The place for keys beside the ledger. A store without one takes a ledger only with a key that is given.
    fn keys(&self) -> Option<&dyn KeyStore> {
        None
    }

    /// The removal of segments, in a store that allows it.
    fn removal(&self) -> Option<&dyn SegmentRemoval> {
        None
    }
}

/// Lines that are written in one step.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Batch<'a> {
    /// Where the ledger has to end.
    pub after: &'a Tail,
    /// The lines, each with its newline.
    pub lines: &'a [u8],
    /// The ids of their events, in order.
    pub ids: &'a [Uuid],
    /// Where the ledger ends when they are written.
    pub last: &'a Tail,
    /// Whether they begin a segment, which is that of `last`. The one of `after` has ended.
    pub opens_segment: bool,
    /// The epoch of the writer, where it has a name.
    pub epoch: Option<&'a Epoch>,
    /// When they are durable.
    pub durability: Durability,
    /// Whether the writer has kept the store's lock since its last append, so that nobody can have written since.
    pub lock_kept: bool,
}

impl<'a> Batch<'a> {
    /// Lines that go on in the segment of `after`, durable when they are acknowledged.
    pub fn new(after: &'a Tail, lines: &'a [u8], ids: &'a [Uuid], last: &'a Tail) -> Self {
        Batch {
            after,
            lines,
            ids,
            last,
            opens_segment: after.segment != last.segment,
            epoch: None,
            durability: Durability::Immediate,
            lock_kept: false,
        }
    }
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BatchOutcome {
    /// All of it is there.
    There,
    /// Nothing of it is there, and the ledger ends here.
    Absent {
        /// The end of the ledger.
        tail: Tail,
    },
}

/// The time by which a call has to return. It is looked at only where something is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// No deadline.
    pub const NEVER: Deadline = Deadline(None);

    /// So much from now.
    pub fn after(time: Duration) -> Self {
        Deadline(Instant::now().checked_add(time))
    }

    /// What is left of it: zero when it has passed, `None` where there is no deadline.
    pub fn remaining(self) -> Option<Duration> {
        self.0.map(|at| at.saturating_duration_since(Instant::now()))
    }

    /// Whether it has passed.
    pub fn has_passed(self) -> bool {
        self.remaining().is_some_and(|left| left.is_zero())
    }
}

/// A writer of a name, and how many of that name have begun before it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Epoch {
    writer: Arc<str>,
    number: u64,
}

impl Epoch {
    /// The epoch of this number of a writer.
    pub fn new(writer: &str, number: u64) -> Self {
        Epoch { writer: writer.into(), number }
    }

    /// The name of the writer.
    pub fn writer(&self) -> &str {
        &self.writer
    }

    /// Its number; a later one is larger.
    pub fn number(&self) -> u64 {
        self.number
    }
}

impl fmt::Debug for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.writer, self.number)
    }
}

/// When an append is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Durability {
    /// When the call returns.
    Immediate,
    /// With the next [`FileChain::sync`] or [`Durability::Immediate`] append.
    Deferred,
}

/// What a store finds where a ledger should be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreState {
    /// Nothing.
    Absent,
    /// The remains of a [`ChainStore::create`] that did not come to its end; no event was ever acknowledged.
    Unfinished,
    /// A ledger.
    Present,
    /// Files, but no manifest: somebody removed it, or this is not a ledger.
    Foreign {
        /// One of the files.
        example: String,
    },
}
