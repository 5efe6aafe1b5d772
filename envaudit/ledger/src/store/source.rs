//! Reading: the part of a store that verification, readers and indexes need.

use super::StoreError;

/// How many checkpoints are read at once.
const CHECKPOINTS_AT_ONCE: usize = 1000;

/// One segment of a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentInfo {
    /// The seq of its first event.
    pub first_seq: u64,
    /// Its name in the store, such as `00000000000000000001.jsonl`.
    pub name: String,
    /// Its length in bytes.
    pub len: u64,
    /// Whether the store guards it against further writing.
    pub sealed: bool,
}

/// What lies under the name of a file of a ledger and is none: a symlink, a FIFO, a folder, or a number that no event has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrayFile {
    /// Its name in the store.
    pub name: String,
    /// The number in its name, if an event can have it.
    pub seq: Option<u64>,
    /// What it is.
    pub found: &'static str,
}

/// What a store has, as far as it can be read, and what is in the way.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// The bytes of `ledger.json`; `None` if something else lies there.
    pub manifest: Option<Vec<u8>>,
    /// The bytes of HEAD, if there is one.
    pub head: Option<Vec<u8>>,
    /// The checkpoints, in order.
    pub checkpoints: Vec<(u64, Vec<u8>)>,
    /// The segments, in order.
    pub segments: Vec<SegmentInfo>,
    /// What is no file of a ledger.
    pub strays: Vec<StrayFile>,
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

    /// Bytes of one segment from an offset, at most `limit`; fewer only at its end. Callers ask for blocks of some MiB, so that
    /// a remote store gets few requests.
    ///
    /// # Errors
    ///
    /// When there is no such segment, or it cannot be read.
    fn read(&self, first_seq: u64, offset: u64, limit: usize) -> Result<Vec<u8>, StoreError>;

    /// The same as [`read`](Self::read) into memory that has been used before, whose bytes are lost. A store whose bytes arrive
    /// in memory of their own has no use for it.
    ///
    /// # Errors
    ///
    /// When there is no such segment, or it cannot be read.
    fn read_reusing(
        &self,
        first_seq: u64,
        offset: u64,
        limit: usize,
        spare: Vec<u8>,
    ) -> Result<Vec<u8>, StoreError> {
        drop(spare);
        self.read(first_seq, offset, limit)
    }

    /// Several parts of one segment: for each an offset, and how much at most, as [`read`](Self::read) takes them. A store that
    /// has to look up a segment before reading does so once.
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

    /// How many bytes are read at once if many are needed: 4 MiB by default. A store with slow requests should return more.
    fn block_size(&self) -> usize {
        4 << 20
    }

    /// The checkpoints with a larger seq than this one, or the first of all, in order, at most `limit` of them: the seq and
    /// the bytes of each.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    fn checkpoints_after(
        &self,
        seq: Option<u64>,
        limit: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, StoreError>;

    /// All checkpoints, in order.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    fn checkpoints(&self) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        let mut all: Vec<(u64, Vec<u8>)> = Vec::new();
        loop {
            let after = all.last().map(|(seq, _)| *seq);
            let more = self.checkpoints_after(after, CHECKPOINTS_AT_ONCE)?;
            let is_last = more.len() < CHECKPOINTS_AT_ONCE;
            all.extend(more);
            if is_last {
                return Ok(all);
            }
        }
    }

    /// The checkpoint with the largest seq: that and its bytes.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    fn newest_checkpoint(&self) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        Ok(self.checkpoints()?.pop())
    }

    /// The bytes of HEAD, if there is one.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    fn head(&self) -> Result<Option<Vec<u8>>, StoreError>;

    /// All that a verification reads before the events: the files about the segments first, so that events that are appended
    /// meanwhile are not missed. A store of files lists here what the other methods refuse with
    /// [`Replaced`](super::StoreErrorKind::Replaced).
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    fn listing(&self) -> Result<Listing, StoreError> {
        Ok(Listing {
            manifest: Some(self.manifest()?),
            head: self.head()?,
            checkpoints: self.checkpoints()?,
            segments: self.segments()?,
            strays: Vec::new(),
        })
    }
}
