//! A ledger in memory, kept as a database or an object store keeps one: without a lock, without files, by compare-and-swap.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::format::head::Head;
use crate::store::resolve::has_batch;
use crate::store::{
    Batch, BatchOutcome, ChainStore, Deadline, Epoch, SegmentInfo, SegmentRemoval, SegmentSource,
    StoreError, StoreErrorKind, StoreState, Tail, WriteError,
};

/// A ledger in memory. Clones are the same one. Nothing in it ever fails: for that there is a
/// [`MemoryDisk`](super::MemoryDisk) under a [`FileStore`](crate::FileStore).
///
/// It has no lock: what keeps writers apart is the tail that each batch names. It keeps no key either, so that a ledger in it
/// needs one that is given.
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
    ledger: Option<Chain>,
    checkpoints: BTreeMap<u64, Vec<u8>>,
    epochs: BTreeMap<String, u64>,
}

#[derive(Debug)]
struct Chain {
    manifest: Vec<u8>,
    segments: BTreeMap<u64, Vec<u8>>,
    tail: Tail,
}

impl MemoryStore {
    /// A store that removes nothing, as one under a retention lock.
    pub fn append_only() -> Self {
        MemoryStore { forbids_removal: true, ..MemoryStore::default() }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn chain(&mut self) -> Result<&mut Chain, StoreError> {
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
        Ok(self.kept().chain()?.manifest.clone())
    }

    fn segments(&self) -> Result<Vec<SegmentInfo>, StoreError> {
        let kept = self.kept();
        let Some(chain) = &kept.ledger else { return Ok(Vec::new()) };
        let info = |(&first_seq, bytes): (&u64, &Vec<u8>)| SegmentInfo {
            first_seq,
            name: name(first_seq),
            len: bytes.len() as u64,
            sealed: first_seq < chain.tail.segment,
        };
        Ok(chain.segments.iter().map(info).collect())
    }

    fn read(&self, first_seq: u64, offset: u64, limit: usize) -> Result<Vec<u8>, StoreError> {
        let mut kept = self.kept();
        let segment = kept.ledger.as_mut().and_then(|chain| chain.segments.get(&first_seq));
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
        let head = |chain: &Chain| {
            let Tail { seq, hash, segment, .. } = chain.tail;
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
        if let Some(chain) = &kept.ledger {
            return Err(WriteError::Stale { tail: Some(chain.tail) });
        }
        let segments = BTreeMap::from([(1, first.lines.to_vec())]);
        kept.ledger = Some(Chain { manifest: manifest.to_vec(), segments, tail: *first.last });
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
        let chain = kept.chain().map_err(WriteError::Rejected)?;
        if chain.tail != *batch.after {
            return Err(WriteError::Stale { tail: Some(chain.tail) });
        }
        let segment = chain.segments.entry(batch.last.segment).or_default();
        segment.extend_from_slice(batch.lines);
        chain.tail = *batch.last;
        Ok(chain.tail)
    }

    fn resolve(&self, batch: &Batch<'_>, by: Deadline) -> Result<BatchOutcome, StoreError> {
        if has_batch(self, batch)? {
            return Ok(BatchOutcome::There);
        }
        Ok(BatchOutcome::Absent { tail: self.tail(by)? })
    }

    fn tail(&self, _: Deadline) -> Result<Tail, StoreError> {
        Ok(self.kept().chain()?.tail)
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
        if let Some(chain) = &mut self.kept().ledger {
            chain.segments.remove(&first_seq);
        }
        Ok(())
    }
}
