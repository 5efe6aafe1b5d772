//! Where a ledger is kept.
//!
//! A store keeps named pieces of bytes and promises what it says of them: [`SegmentSource`] is what reading and
//! verification need, [`Store`] adds writing. A store knows nothing of lines and hashes. [`FileStore`] keeps a directory;
//! others need not have files. Every store passes the same `testing::store_conformance`.

use core::fmt;
use std::error::Error;

use data_encoding::HEXLOWER;

use crate::key::EventHash;

mod file;
pub(crate) mod lock_wait;

pub use file::FileStore;
pub use file::disk::{Disk, DiskFile, FileStat, Identity, Listed, RealDisk, RealFile};

/// What the names begin with of the copies that are made of torn ends.
pub const TORN: &str = "torn-";

/// One segment of a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentInfo {
    /// The seq of its first event.
    pub first_seq: u64,
    /// What the store calls it, such as `00000000000000000001.jsonl`.
    pub name: String,
    /// Its length in bytes.
    pub len: u64,
    /// Whether the store guards it against further writing.
    pub sealed: bool,
}

/// The reading half of a store: all that verification needs.
pub trait SegmentSource: Sync {
    /// The bytes of `ledger.json`.
    ///
    /// # Errors
    ///
    /// When there is none, or it cannot be read.
    fn manifest(&self) -> Result<Vec<u8>, StoreError>;

    /// The segments in order of their first seq.
    ///
    /// # Errors
    ///
    /// When they cannot be listed.
    fn segments(&self) -> Result<Vec<SegmentInfo>, StoreError>;

    /// Bytes of one segment from an offset, at most `limit`; fewer only at its end. Callers ask for blocks of some MiB,
    /// so that a remote store is asked seldom.
    ///
    /// # Errors
    ///
    /// When there is no such segment, or it cannot be read.
    fn read(&self, first_seq: u64, offset: u64, limit: usize) -> Result<Vec<u8>, StoreError>;

    /// Several parts of one segment: for each an offset, and how much at most, as [`read`](Self::read) takes them. A store
    /// that has to look for a segment before it reads looks once.
    ///
    /// # Errors
    ///
    /// When there is no such segment, or it cannot be read.
    fn read_parts(
        &self,
        first_seq: u64,
        parts: &[(u64, usize)],
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        parts.iter().map(|&(offset, limit)| self.read(first_seq, offset, limit)).collect()
    }

    /// How many bytes are read at once where many are needed: 4 MiB unless the store says otherwise. One that answers each
    /// request slowly wants more.
    fn block_size(&self) -> usize {
        4 << 20
    }

    /// Names (20-digit seq) and bytes of the checkpoints, in order.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    fn checkpoints(&self) -> Result<Vec<(u64, Vec<u8>)>, StoreError>;

    /// The bytes of HEAD, if there is one.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    fn head(&self) -> Result<Option<Vec<u8>>, StoreError>;
}

/// The writing half of a store.
///
/// One call is one durable acknowledgement of a batch of lines. Each says on failure whether its bytes may be there:
/// see [`WriteError`]. The ledger calls everything but [`state`](Self::state) and [`create`](Self::create) between
/// [`lock`](Self::lock) and [`unlock`](Self::unlock).
pub trait Store: SegmentSource + Send {
    /// Whether there is a ledger here.
    ///
    /// # Errors
    ///
    /// When that cannot be told.
    fn state(&self) -> Result<StoreState, StoreError>;

    /// Makes a new ledger of these bytes, or leaves none: whatever remains of a failed call reads as
    /// [`StoreState::Unfinished`], and the next call replaces it. A key given here is kept beside the ledger. Of several
    /// that are called at once, one makes the ledger.
    ///
    /// # Errors
    ///
    /// [`WriteError::Stale`] if there is a ledger.
    fn create(
        &self,
        manifest: &[u8],
        first_lines: &[u8],
        key: Option<&[u8]>,
    ) -> Result<(), WriteError>;

    /// The key that [`create`](Self::create) was given.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    fn key(&self) -> Result<Option<Vec<u8>>, StoreError>;

    /// The key that [`stage_key`](Self::stage_key) was given and that has not yet become [`key`](Self::key).
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    fn next_key(&self) -> Result<Option<Vec<u8>>, StoreError>;

    /// The keys that [`retire_key`](Self::retire_key) put aside.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    fn retired_keys(&self) -> Result<Vec<Vec<u8>>, StoreError>;

    /// Keeps beside the ledger, durably, the key that is to come after the one that lies there.
    ///
    /// # Errors
    ///
    /// When it may not be there.
    fn stage_key(&self, key: &[u8]) -> Result<(), WriteError>;

    /// Puts the key that lies beside the ledger aside, by the name it is known by, durably before it goes. In its place
    /// comes that of [`stage_key`](Self::stage_key), or none.
    ///
    /// # Errors
    ///
    /// When either may not have happened.
    fn retire_key(&self, kid: &str, key: &[u8], next: NextKey) -> Result<(), WriteError>;

    /// Waits until no other writer has the ledger, and takes it. A remote store may do nothing here and rely on the tail
    /// that each call names.
    ///
    /// # Errors
    ///
    /// When it cannot be taken.
    fn lock(&self) -> Result<(), StoreError>;

    /// Takes the ledger if no other writer has it, without waiting. A store that cannot tell waits as
    /// [`lock`](Self::lock) does.
    ///
    /// # Errors
    ///
    /// [`StoreErrorKind::Locked`] when another writer has it; others when it cannot be taken.
    fn try_lock(&self) -> Result<(), StoreError> {
        self.lock()
    }

    /// Gives the ledger back.
    fn unlock(&self);

    /// The length of a segment, after checking that it is still the one that was written before.
    ///
    /// # Errors
    ///
    /// When the segment is gone or has been replaced.
    fn segment_len(&self, first_seq: u64) -> Result<u64, StoreError>;

    /// Writes lines behind `tail`, in one write.
    ///
    /// # Errors
    ///
    /// [`WriteError::Stale`] if the ledger does not end at `tail`.
    fn append(&self, tail: &Tail, lines: &[u8], durability: Durability) -> Result<(), WriteError>;

    /// Makes durable what [`Durability::Deferred`] appends wrote to the segment.
    ///
    /// # Errors
    ///
    /// When it may not be durable.
    fn sync(&self, first_seq: u64) -> Result<(), WriteError>;

    /// Starts a segment with its first lines, durably. A segment of this name that is empty is used.
    ///
    /// # Errors
    ///
    /// [`WriteError::Stale`] if there is such a segment and it has bytes.
    fn start_segment(&self, first_seq: u64, lines: &[u8]) -> Result<(), WriteError>;

    /// Guards a segment against further writing. Twice is as good as once.
    ///
    /// # Errors
    ///
    /// When the store cannot.
    fn seal(&self, first_seq: u64) -> Result<(), WriteError>;

    /// Copies what a segment has from `offset` on under a name that begins with [`TORN`], durably, in place of a copy of
    /// that name, and then cuts it off, durably.
    ///
    /// # Errors
    ///
    /// When either may not have happened.
    fn cut(&self, first_seq: u64, offset: u64, copy: &str) -> Result<(), WriteError>;

    /// The names of the copies that [`cut`](Self::cut) made, in order.
    ///
    /// # Errors
    ///
    /// When they cannot be listed.
    fn copies(&self) -> Result<Vec<String>, StoreError>;

    /// The bytes of a copy.
    ///
    /// # Errors
    ///
    /// When there is none of that name, or it cannot be read.
    fn copy(&self, name: &str) -> Result<Vec<u8>, StoreError>;

    /// Gives a copy another name, durably.
    ///
    /// # Errors
    ///
    /// When it may still have the old one.
    fn rename_copy(&self, from: &str, to: &str) -> Result<(), WriteError>;

    /// Makes durable what a segment reads as from `offset` on, even where an earlier sync failed and the store has
    /// forgotten what it did not write. With [`Durability::Deferred`] the next append or sync does the last step of it.
    ///
    /// # Errors
    ///
    /// When it may not be durable.
    fn reaffirm(
        &self,
        first_seq: u64,
        offset: u64,
        durability: Durability,
    ) -> Result<(), WriteError>;

    /// Removes a segment, durably. One that is not there is as good as removed.
    ///
    /// # Errors
    ///
    /// When it may still be there.
    fn remove_segment(&self, first_seq: u64) -> Result<(), WriteError>;

    /// Replaces HEAD: afterwards, and after a crash, it is the old one or the new one.
    ///
    /// # Errors
    ///
    /// When it may not be the new one.
    fn write_head(&self, head: &[u8]) -> Result<(), WriteError>;

    /// Adds a checkpoint, whole or not at all.
    ///
    /// # Errors
    ///
    /// When it may not be there.
    fn write_checkpoint(&self, seq: u64, note: &[u8]) -> Result<(), WriteError>;
}

/// What comes in the place of a key that lies beside a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextKey {
    /// The one that was staged.
    Staged,
    /// None.
    Elsewhere,
}

/// Where a ledger ends: the compare-and-swap token of [`Store::append`]. A store that keeps lines as they are compares the
/// hash with the one that the last line ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tail {
    /// The seq of the last event.
    pub seq: u64,
    /// Its hash.
    pub hash: EventHash,
    /// The first seq of the segment it is in.
    pub segment: u64,
    /// The length of that segment.
    pub offset: u64,
}

/// How long the end of a line is by which it is known: its hash and what closes it.
pub(crate) const LINE_END: usize = 67;

impl Tail {
    /// Where the bytes stand that [`is_end`](Self::is_end) wants; `None` in a segment that is too short to have any.
    pub(crate) fn end(&self) -> Option<u64> {
        self.offset.checked_sub(LINE_END as u64)
    }

    /// Whether these are the last bytes of the last line.
    pub(crate) fn is_end(&self, bytes: &[u8]) -> bool {
        let mut end = [0; LINE_END];
        HEXLOWER.encode_mut(&self.hash, &mut end[..64]);
        end[64..].copy_from_slice(b"\"}\n");
        bytes == end
    }
}

/// When an append is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Durability {
    /// When the call returns.
    Immediate,
    /// With the next [`Store::sync`] or [`Durability::Immediate`] append.
    Deferred,
}

/// What a store finds where a ledger should be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreState {
    /// Nothing.
    Absent,
    /// The remains of a [`Store::create`] that did not come to its end; no event was ever acknowledged.
    Unfinished,
    /// A ledger.
    Present,
    /// Files, but no manifest: somebody removed it, or this is not a ledger.
    Foreign {
        /// One of the files.
        example: String,
    },
}

/// What went wrong in a store, and where.
#[derive(Debug)]
pub struct StoreError {
    doing: String,
    kind: StoreErrorKind,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// The kind of a [`StoreError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// Something that must be there is not.
    Missing,
    /// Something is not what was written: a file in another's place, a symlink, a FIFO, a segment of a number that no event has.
    Replaced,
    /// Another writer has the ledger.
    Locked,
    /// The store failed.
    Failed,
}

impl StoreError {
    /// An error while doing this, such as ``open `/var/audit/HEAD` ``.
    pub fn new(kind: StoreErrorKind, doing: impl Into<String>) -> Self {
        StoreError { doing: doing.into(), kind, source: None }
    }

    /// With what caused it.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Its kind.
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {}", self.doing)?;
        match self.kind {
            StoreErrorKind::Missing => f.write_str(": it is not there"),
            StoreErrorKind::Replaced => {
                f.write_str(": it is not the file that was written; somebody replaced it")
            }
            StoreErrorKind::Locked => f.write_str(": another process holds it"),
            StoreErrorKind::Failed => Ok(()),
        }?;
        match &self.source {
            Some(source) => write!(f, " ({source})"),
            None => Ok(()),
        }
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// Why something was not written, and whether it may be there all the same.
#[derive(Debug)]
#[non_exhaustive]
pub enum WriteError {
    /// The ledger has moved on, or there is one already. Nothing was written.
    Stale,
    /// Nothing of it is in the store.
    Rejected(StoreError),
    /// It may be there, now or after a crash. Nothing must be written before the ledger has been read anew.
    Unknown(StoreError),
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WriteError::Stale => f.write_str("the ledger does not end where this writer left it"),
            WriteError::Rejected(error) => error.fmt(f),
            WriteError::Unknown(error) => write!(f, "{error}; the bytes may be there all the same"),
        }
    }
}

impl Error for WriteError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            WriteError::Stale => None,
            WriteError::Rejected(error) | WriteError::Unknown(error) => Some(error),
        }
    }
}
