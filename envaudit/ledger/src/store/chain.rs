//! Writing: one atomic step at a time, after the tail that it names.

use super::{
    Batch, BatchOutcome, Deadline, Epoch, FileChain, KeyStore, SegmentRemoval, SegmentSource,
    StoreError, StoreLock, Tail, WriteError,
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

/// What a store finds where a ledger should be.
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
