//! A ledger in memory, kept as a database or an object store keeps one: without a lock, without files, by compare-and-swap.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::format::head::Head;
use crate::store::resolve::has_batch;
use crate::store::{
    Batch, BatchOutcome, ChainStore, Deadline, Epoch, SegmentInfo, SegmentRemoval, SegmentSource,
    StoreError, StoreErrorKind, StoreState, Tail, WriteError,
};

/// A ledger in memory. Clones are the same one. It never fails: for failures, use a [`MemoryDisk`](super::MemoryDisk) under a
/// [`FileStore`](crate::FileStore).
///
/// It has no lock: writers are kept apart by the tail that each batch names. It keeps no key either, so a ledger in it needs
/// one that is given.
///
/// ```
/// use envaudit_ledger::store::{ChainStore, Deadline, StoreState};
/// use envaudit_ledger::testing::MemoryStore;
///
/// assert_eq!(MemoryStore::default().state(Deadline::NEVER)?, StoreState::Absent);
/// # Ok::<(), envaudit_ledger::store::StoreError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    kept: Arc<Mutex<Kept>>,
    forbids_removal: bool,
}

#[derive(Debug, Default)]
struct Kept {
    ledger: Option<StoredLedger>,
    checkpoints: BTreeMap<u64, Vec<u8>>,
    epochs: BTreeMap<String, u64>,
}

#[derive(Debug)]
struct StoredLedger {
    manifest: Vec<u8>,
    segments: BTreeMap<u64, Vec<u8>>,
    tail: Tail,
}

impl MemoryStore {
    /// A store that removes nothing, like one under a retention lock.
    pub fn append_only() -> Self {
        MemoryStore { forbids_removal: true, ..MemoryStore::default() }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn stored(&mut self) -> Result<&mut StoredLedger, StoreError> {
        self.ledger.as_mut().ok_or_else(|| missing("ledger.json"))
    }
}

fn name(first_seq: u64) -> String {
    format!("{first_seq:020}.jsonl")
}

fn missing(name: &str) -> StoreError {
    StoreError::new(StoreErrorKind::Missing, format!("read `{name}` in memory"))
}

impl SegmentSource for MemoryStore {
    fn manifest(&self) -> Result<Vec<u8>, StoreError> {
        Ok(self.kept().stored()?.manifest.clone())
    }

    fn segments(&self) -> Result<Vec<SegmentInfo>, StoreError> {
        let kept = self.kept();
        let Some(stored) = &kept.ledger else { return Ok(Vec::new()) };
        let info = |(&first_seq, bytes): (&u64, &Vec<u8>)| SegmentInfo {
            first_seq,
            name: name(first_seq),
            len: bytes.len() as u64,
            sealed: first_seq < stored.tail.segment,
        };
        Ok(stored.segments.iter().map(info).collect())
    }

    fn read(&self, first_seq: u64, offset: u64, limit: usize) -> Result<Vec<u8>, StoreError> {
        let mut kept = self.kept();
        let segment = kept.ledger.as_mut().and_then(|stored| stored.segments.get(&first_seq));
        let bytes = segment.ok_or_else(|| missing(&name(first_seq)))?;
        let from = usize::try_from(offset).map_or(bytes.len(), |from| from.min(bytes.len()));
        let rest = &bytes[from..];
        Ok(rest[..limit.min(rest.len())].to_vec())
    }

    fn checkpoints_after(
        &self,
        seq: Option<u64>,
        limit: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        let kept = self.kept();
        let later =
            kept.checkpoints.iter().filter(|(found, _)| seq.is_none_or(|seq| **found > seq));
        Ok(later.take(limit).map(|(&seq, note)| (seq, note.clone())).collect())
    }

    fn head(&self) -> Result<Option<Vec<u8>>, StoreError> {
        let head = |stored: &StoredLedger| {
            let Tail { seq, hash, segment, .. } = stored.tail;
            Head { seq, hash, segment }.to_bytes()
        };
        Ok(self.kept().ledger.as_ref().map(head))
    }
}

impl ChainStore for MemoryStore {
    fn state(&self, _: Deadline) -> Result<StoreState, StoreError> {
        let there = self.kept().ledger.is_some();
        Ok(if there { StoreState::Present } else { StoreState::Absent })
    }

    fn create(&self, manifest: &[u8], first: &Batch<'_>, _: Deadline) -> Result<(), WriteError> {
        let mut kept = self.kept();
        if let Some(stored) = &kept.ledger {
            return Err(WriteError::Stale { tail: Some(stored.tail) });
        }
        let segments = BTreeMap::from([(1, first.lines.to_vec())]);
        kept.ledger =
            Some(StoredLedger { manifest: manifest.to_vec(), segments, tail: *first.last });
        Ok(())
    }

    fn append(&self, batch: &Batch<'_>, _: Deadline) -> Result<Tail, WriteError> {
        let mut kept = self.kept();
        if let Some(epoch) = batch.epoch
            && let Some(&newest) = kept.epochs.get(epoch.writer())
            && newest > epoch.number()
        {
            return Err(WriteError::Fenced { by: Epoch::new(epoch.writer(), newest) });
        }
        let stored = kept.stored().map_err(WriteError::Rejected)?;
        if stored.tail != *batch.after {
            return Err(WriteError::Stale { tail: Some(stored.tail) });
        }
        let segment = stored.segments.entry(batch.last.segment).or_default();
        segment.extend_from_slice(batch.lines);
        stored.tail = *batch.last;
        Ok(stored.tail)
    }

    fn resolve(&self, batch: &Batch<'_>, by: Deadline) -> Result<BatchOutcome, StoreError> {
        if has_batch(self, batch)? {
            return Ok(BatchOutcome::There);
        }
        Ok(BatchOutcome::Absent { tail: self.tail(by)? })
    }

    fn tail(&self, _: Deadline) -> Result<Tail, StoreError> {
        Ok(self.kept().stored()?.tail)
    }

    fn put_checkpoint(&self, seq: u64, note: &[u8], _: Deadline) -> Result<(), WriteError> {
        let mut kept = self.kept();
        if kept.checkpoints.get(&seq).is_some_and(|kept| kept != note) {
            let doing = format!("keep another checkpoint of event {seq} in memory");
            return Err(WriteError::Conflict(StoreError::new(StoreErrorKind::Failed, doing)));
        }
        kept.checkpoints.insert(seq, note.to_vec());
        Ok(())
    }

    fn begin(&self, writer: &str, _: Deadline) -> Result<Epoch, StoreError> {
        let mut kept = self.kept();
        let number = kept.epochs.entry(writer.to_owned()).or_default();
        *number += 1;
        Ok(Epoch::new(writer, *number))
    }

    fn removal(&self) -> Option<&dyn SegmentRemoval> {
        (!self.forbids_removal).then_some(self as &dyn SegmentRemoval)
    }
}

impl SegmentRemoval for MemoryStore {
    fn remove_segment(&self, first_seq: u64, _: Deadline) -> Result<(), WriteError> {
        if let Some(stored) = &mut self.kept().ledger {
            stored.segments.remove(&first_seq);
        }
        Ok(())
    }
}
