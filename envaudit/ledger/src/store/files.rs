//! The operations that only a store of files has: syncing the page cache, torn ends of killed writers, HEAD.

use std::path::Path;

use super::{Durability, StoreError, WriteError};

/// A file or folder of a ledger to which others than its owner have a right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenToOthers {
    /// Where it is.
    pub place: String,
    /// Its mode, such as 0644.
    pub mode: u32,
    /// What it is.
    pub kind: OpenKind,
}

/// What others than its owner have a right to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenKind {
    /// The folder.
    Folder,
    /// A file with a key.
    Key,
    /// A segment.
    Segment,
}

/// The files of a ledger. Only the holder of the [lock](super::StoreLock) calls these.
pub trait FileChain {
    /// The directory that they are in, if it is one of the local file system.
    fn directory(&self) -> Option<&Path> {
        None
    }

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

    /// Guards a segment against further writing. It may be called twice.
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

    /// Writes the content of a segment from `offset` again, as it reads now, and makes it durable, even if an earlier sync
    /// failed and the system has dropped unwritten pages. With [`Durability::Deferred`] the next append or sync does the last
    /// step.
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

    /// Copies the content of a segment from `offset` to a name that begins with [`TORN`](super::TORN), durably and replacing a
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

    /// The folder, the keys in it, and one of the newest segments, each if others than its owner have any right to it: the place
    /// and the mode of each.
    fn open_to_others(&self) -> Vec<OpenToOthers> {
        Vec::new()
    }

    /// Gives a copy another name, durably.
    ///
    /// # Errors
    ///
    /// When it may still have the old one.
    fn rename_torn_copy(&self, from: &str, to: &str) -> Result<(), WriteError>;
}
