//! Writing: one atomic step at a time, after the tail that it names.

use super::{
    Batch, BatchOutcome, Deadline, Epoch, FileChain, KeyStore, SegmentRemoval, SegmentSource,
    StoreError, StoreLock, Tail, WriteError,
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
