//! Writing: one atomic step at a time, after the tail that it names.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;
use std::time::Instant;

use uuid::Uuid;

use super::{
    FileChain, KeyStore, SegmentRemoval, SegmentSource, StoreError, StoreLock, Tail, WriteError,
};

/// The writing half of a store: a compare-and-swap on the tail of a ledger.
///
/// A store keeps lines as they are and does not interpret them. Two writers are kept apart because [`append`](Self::append)
/// does nothing unless the ledger ends where the batch says; a [lock](Self::store_lock) only saves them a second try. The
/// further operations of a store of files are in [`files`](Self::files), [`keys`](Self::keys) and [`removal`](Self::removal).
pub trait ChainStore: SegmentSource + Send {
    /// Whether there is a ledger here.
    ///
    /// # Errors
    ///
    /// When that cannot be found out.
    fn state(&self, by: Deadline) -> Result<StoreState, StoreError>;

    /// Creates a ledger with these bytes, or none: the remains of a failed call are [`StoreState::Unfinished`], and the next
    /// call replaces them. Of several concurrent calls, one creates the ledger.
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

    /// The outcome of a batch whose append ended with [`WriteError::Unknown`], found by the ids of its events.
    ///
    /// # Errors
    ///
    /// When that cannot be found out yet.
    fn resolve(&self, batch: &Batch<'_>, by: Deadline) -> Result<BatchOutcome, StoreError>;

    /// Where the ledger ends.
    ///
    /// # Errors
    ///
    /// When there is no ledger, or it cannot be read.
    fn tail(&self, by: Deadline) -> Result<Tail, StoreError>;

    /// Keeps a checkpoint, whole or not at all. One of the same seq and the same bytes is as good as kept.
    ///
    /// # Errors
    ///
    /// [`WriteError::Conflict`] if there is another one of this seq, which stays; others when it may not be there.
    fn put_checkpoint(&self, seq: u64, note: &[u8], by: Deadline) -> Result<(), WriteError>;

    /// Begins a new epoch of the writer of this name: an earlier writer of the same name is fenced off from now on.
    ///
    /// # Errors
    ///
    /// When it was not begun.
    fn begin(&self, writer: &str, by: Deadline) -> Result<Epoch, StoreError>;

    /// The lock, in a store that has one. Then all writing but [`create`](Self::create) is done by its holder.
    fn store_lock(&self) -> Option<&dyn StoreLock> {
        None
    }

    /// The operations that only a store of files has.
    fn files(&self) -> Option<&dyn FileChain> {
        None
    }

    /// The place for keys next to the ledger. In a store without one, a ledger needs a key that is given.
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
    /// Whether they begin a new segment, that of `last`; the segment of `after` has ended.
    pub opens_segment: bool,
    /// The epoch of the writer, where it has a name.
    pub epoch: Option<&'a Epoch>,
    /// When they are durable.
    pub durability: Durability,
    /// Whether the writer has kept the store's lock since its last append, so that no other writer can have written since.
    pub lock_kept: bool,
}

impl<'a> Batch<'a> {
    /// Lines that continue the segment of `after`, durable when they are acknowledged.
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

/// The outcome of a batch.
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

/// The time by which a call has to return. It is checked only before waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// No deadline.
    pub const NEVER: Deadline = Deadline(None);

    /// This long from now.
    pub fn after(time: Duration) -> Self {
        Deadline(Instant::now().checked_add(time))
    }

    /// The time left: zero when the deadline has passed, `None` if there is none.
    pub fn remaining(self) -> Option<Duration> {
        self.0.map(|at| at.saturating_duration_since(Instant::now()))
    }

    /// Whether it has passed.
    pub fn has_passed(self) -> bool {
        self.remaining().is_some_and(|left| left.is_zero())
    }
}

/// The name of a writer, and how many of that name have begun before it.
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

/// The content of a store, where a ledger should be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreState {
    /// Nothing.
    Absent,
    /// The remains of a [`ChainStore::create`] that did not finish; no event was ever acknowledged.
    Unfinished,
    /// A ledger.
    Present,
    /// Files, but no manifest: it was removed, or this is not a ledger.
    Foreign {
        /// One of the files.
        example: String,
    },
}
