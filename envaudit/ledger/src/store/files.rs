//! What only a store of files has: a page cache to be synced, ends that a killed writer tears, HEAD.

use super::{Durability, StoreError, WriteError};

/// The files of a ledger. All of it is done by the holder of the [lock](super::StoreLock).
pub trait FileChain {
    /// The length of a segment, after checking that it is still the one that was written before.
    ///
    /// # Errors
    ///
    /// When the segment is gone or has been replaced.
    fn segment_len(&self, first_seq: u64) -> Result<u64, StoreError>;

    /// Makes durable what [`Durability::Deferred`] appends wrote to the segment.
    ///
    /// # Errors
    ///
    /// When it may not be durable.
    fn sync(&self, first_seq: u64) -> Result<(), WriteError>;

    /// Guards a segment against further writing. Twice is as good as once.
    ///
    /// # Errors
    ///
    /// When the store cannot.
    fn seal(&self, first_seq: u64) -> Result<(), WriteError>;

    /// Replaces HEAD: afterwards, and after a crash, it is the old one or the new one.
    ///
    /// # Errors
    ///
    /// When it may not be the new one.
    fn write_head(&self, head: &[u8]) -> Result<(), WriteError>;

    /// Writes what a segment reads as from `offset` on once more, and makes it durable, even where an earlier sync failed and
    /// the system has forgotten what it did not write. With [`Durability::Deferred`] the next append or sync does the last step
    /// of it.
    ///
    /// # Errors
    ///
    /// When it may not be durable.
    fn rewrite_and_sync(
        &self,
        first_seq: u64,
        offset: u64,
        durability: Durability,
    ) -> Result<(), WriteError>;

    /// Copies what a segment has from `offset` on under a name that begins with [`TORN`](super::TORN), durably, in place of a
    /// copy of that name, and then cuts it off, durably.
    ///
    /// # Errors
    ///
    /// When either may not have happened.
    fn move_torn_tail(&self, first_seq: u64, offset: u64, copy: &str) -> Result<(), WriteError>;

    /// The names of the copies that [`move_torn_tail`](Self::move_torn_tail) made, in order.
    ///
    /// # Errors
    ///
    /// When they cannot be listed.
    fn torn_copies(&self) -> Result<Vec<String>, StoreError>;

    /// The bytes of a copy.
    ///
    /// # Errors
    ///
    /// When there is none of that name, or it cannot be read.
    fn read_torn_copy(&self, name: &str) -> Result<Vec<u8>, StoreError>;

    /// Gives a copy another name, durably.
    ///
    /// # Errors
    ///
    /// When it may still have the old one.
    fn rename_torn_copy(&self, from: &str, to: &str) -> Result<(), WriteError>;
}
