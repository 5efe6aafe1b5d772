//! A ledger in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::store::{
    Durability, NextKey, SegmentInfo, SegmentSource, Store, StoreError, StoreErrorKind, StoreState,
    Tail, WriteError,
};

/// A ledger in memory. Clones are the same one. Nothing in it ever fails: for that there is a
/// [`MemoryDisk`](super::MemoryDisk) under a [`FileStore`](crate::FileStore).
///
/// ```
/// use envaudit_ledger::store::{Store, StoreState};
/// use envaudit_ledger::testing::MemoryStore;
///
/// assert_eq!(MemoryStore::default().state()?, StoreState::Absent);
/// # Ok::<(), envaudit_ledger::store::StoreError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemoryStore(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    kept: Mutex<Kept>,
    unlocked: Condvar,
}

#[derive(Debug, Default)]
struct Kept {
    manifest: Option<Vec<u8>>,
    key: Option<Vec<u8>>,
    next_key: Option<Vec<u8>>,
    retired: BTreeMap<String, Vec<u8>>,
    head: Option<Vec<u8>>,
    segments: BTreeMap<u64, Segment>,
    checkpoints: BTreeMap<u64, Vec<u8>>,
    cuts: BTreeMap<String, Vec<u8>>,
    locked: bool,
    /// How many wait for the lock.
    waiting: usize,
}

#[derive(Debug, Default)]
struct Segment {
    bytes: Vec<u8>,
    sealed: bool,
}

impl MemoryStore {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn segment(&mut self, first_seq: u64) -> Result<&mut Segment, StoreError> {
        self.segments.get_mut(&first_seq).ok_or_else(|| missing(&name(first_seq)))
    }

    fn open(&mut self, first_seq: u64) -> Result<&mut Segment, WriteError> {
        self.segment(first_seq).map_err(WriteError::Rejected)
    }
}

fn name(first_seq: u64) -> String {
    format!("{first_seq:020}.jsonl")
}

fn missing(name: &str) -> StoreError {
    StoreError::new(StoreErrorKind::Missing, format!("read `{name}` in memory"))
}

fn position(offset: u64, len: usize) -> usize {
    usize::try_from(offset).map_or(len, |offset| offset.min(len))
}

impl SegmentSource for MemoryStore {
    fn manifest(&self) -> Result<Vec<u8>, StoreError> {
        self.kept().manifest.clone().ok_or_else(|| missing("ledger.json"))
    }

    fn segments(&self) -> Result<Vec<SegmentInfo>, StoreError> {
        let infos = self
            .kept()
            .segments
            .iter()
            .map(|(&first_seq, segment)| SegmentInfo {
                first_seq,
                name: name(first_seq),
                len: segment.bytes.len() as u64,
                sealed: segment.sealed,
            })
            .collect();
        Ok(infos)
    }

    fn read(&self, first_seq: u64, offset: u64, limit: usize) -> Result<Vec<u8>, StoreError> {
        let mut kept = self.kept();
        let bytes = &kept.segment(first_seq)?.bytes;
        let rest = &bytes[position(offset, bytes.len())..];
        Ok(rest[..limit.min(rest.len())].to_vec())
    }

    fn checkpoints(&self) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        Ok(self.kept().checkpoints.iter().map(|(&seq, note)| (seq, note.clone())).collect())
    }

    fn head(&self) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.kept().head.clone())
    }
}

impl Store for MemoryStore {
    fn state(&self) -> Result<StoreState, StoreError> {
        let there = self.kept().manifest.is_some();
        Ok(if there { StoreState::Present } else { StoreState::Absent })
    }

    fn create(
        &self,
        manifest: &[u8],
        first_lines: &[u8],
        key: Option<&[u8]>,
    ) -> Result<(), WriteError> {
        let mut kept = self.kept();
        if kept.manifest.is_some() {
            return Err(WriteError::Stale);
        }
        kept.manifest = Some(manifest.to_vec());
        kept.key = key.map(<[u8]>::to_vec);
        kept.segments.insert(1, Segment { bytes: first_lines.to_vec(), sealed: false });
        Ok(())
    }

    fn key(&self) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.kept().key.clone())
    }

    fn next_key(&self) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.kept().next_key.clone())
    }

    fn retired_keys(&self) -> Result<Vec<Vec<u8>>, StoreError> {
        Ok(self.kept().retired.values().cloned().collect())
    }

    fn stage_key(&self, key: &[u8]) -> Result<(), WriteError> {
        self.kept().next_key = Some(key.to_vec());
        Ok(())
    }

    fn retire_key(&self, kid: &str, key: &[u8], next: NextKey) -> Result<(), WriteError> {
        let mut kept = self.kept();
        kept.retired.insert(kid.to_owned(), key.to_vec());
        kept.key = match next {
            NextKey::Staged => kept.next_key.take(),
            NextKey::Elsewhere => None,
        };
        Ok(())
    }

    fn lock(&self) -> Result<(), StoreError> {
        let mut kept = self.kept();
        while kept.locked {
            kept.waiting += 1;
            kept = self.0.unlocked.wait(kept).unwrap_or_else(PoisonError::into_inner);
            kept.waiting -= 1;
        }
        kept.locked = true;
        Ok(())
    }

    fn try_lock(&self) -> Result<(), StoreError> {
        match std::mem::replace(&mut self.kept().locked, true) {
            false => Ok(()),
            true => Err(StoreError::new(StoreErrorKind::Locked, "lock the ledger in memory")),
        }
    }

    fn unlock(&self) {
        let mut kept = self.kept();
        kept.locked = false;
        // To tell nobody is a system call as well.
        if kept.waiting > 0 {
            self.0.unlocked.notify_one();
        }
    }

    fn segment_len(&self, first_seq: u64) -> Result<u64, StoreError> {
        Ok(self.kept().segment(first_seq)?.bytes.len() as u64)
    }

    fn append(&self, tail: &Tail, lines: &[u8], _: Durability) -> Result<(), WriteError> {
        let mut kept = self.kept();
        let segment = kept.open(tail.segment)?;
        let is_end = |from| tail.is_end(&segment.bytes[position(from, segment.bytes.len())..]);
        if segment.bytes.len() as u64 != tail.offset || !tail.end().is_none_or(is_end) {
            return Err(WriteError::Stale);
        }
        segment.bytes.extend_from_slice(lines);
        Ok(())
    }

    fn sync(&self, _: u64) -> Result<(), WriteError> {
        Ok(())
    }

    fn start_segment(&self, first_seq: u64, lines: &[u8]) -> Result<(), WriteError> {
        let mut kept = self.kept();
        let segment = kept.segments.entry(first_seq).or_default();
        if !segment.bytes.is_empty() {
            return Err(WriteError::Stale);
        }
        segment.bytes.extend_from_slice(lines);
        Ok(())
    }

    fn seal(&self, first_seq: u64) -> Result<(), WriteError> {
        self.kept().open(first_seq)?.sealed = true;
        Ok(())
    }

    fn cut(&self, first_seq: u64, offset: u64, copy: &str) -> Result<(), WriteError> {
        let mut kept = self.kept();
        let bytes = &mut kept.open(first_seq)?.bytes;
        let rest = bytes.split_off(position(offset, bytes.len()));
        kept.cuts.insert(copy.to_owned(), rest);
        Ok(())
    }

    fn copies(&self) -> Result<Vec<String>, StoreError> {
        Ok(self.kept().cuts.keys().cloned().collect())
    }

    fn copy(&self, name: &str) -> Result<Vec<u8>, StoreError> {
        self.kept().cuts.get(name).cloned().ok_or_else(|| missing(name))
    }

    fn rename_copy(&self, from: &str, to: &str) -> Result<(), WriteError> {
        let mut kept = self.kept();
        let bytes = kept.cuts.remove(from).ok_or_else(|| WriteError::Rejected(missing(from)))?;
        kept.cuts.insert(to.to_owned(), bytes);
        Ok(())
    }

    fn reaffirm(&self, _: u64, _: u64, _: Durability) -> Result<(), WriteError> {
        Ok(())
    }

    fn remove_segment(&self, first_seq: u64) -> Result<(), WriteError> {
        self.kept().segments.remove(&first_seq);
        Ok(())
    }

    fn write_head(&self, head: &[u8]) -> Result<(), WriteError> {
        self.kept().head = Some(head.to_vec());
        Ok(())
    }

    fn write_checkpoint(&self, seq: u64, note: &[u8]) -> Result<(), WriteError> {
        self.kept().checkpoints.insert(seq, note.to_vec());
        Ok(())
    }
}
