//! A store whose answers get lost.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::store::{
    Batch, BatchOutcome, ChainStore, Deadline, Epoch, SegmentInfo, SegmentRemoval, SegmentSource,
    StoreError, StoreErrorKind, StoreState, Tail, WriteError,
};

/// The fate of a batch whose answer is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LostAnswer {
    /// The batch did not arrive.
    BeforeWriting,
    /// The batch was written.
    AfterWriting,
    /// The batch was not written, and the answer is that others were faster.
    Stale,
}

/// A store that loses the answers to some appends, as a network does: the writer does not know whether its batch was written.
///
/// It offers none of the operations that only files have.
#[derive(Debug)]
pub struct UnreliableStore<S> {
    store: S,
    faults: LostAnswers,
}

/// The answers that an [`UnreliableStore`] loses. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct LostAnswers(Arc<Mutex<Option<(LostAnswer, usize)>>>);

impl LostAnswers {
    /// Loses the answers to this many of the next appends.
    pub fn lose(&self, what: LostAnswer, often: usize) {
        *self.pending() = Some((what, often));
    }

    /// Loses all answers from now on, those about what became of a batch included.
    pub fn lose_all(&self, what: LostAnswer) {
        self.lose(what, usize::MAX);
    }

    /// Loses no more answers.
    pub fn heal(&self) {
        *self.pending() = None;
    }

    /// Whether all answers are lost.
    fn is_silent(&self) -> bool {
        matches!(*self.pending(), Some((what, often)) if often > usize::MAX / 2 && what != LostAnswer::Stale)
    }

    fn pending(&self) -> MutexGuard<'_, Option<(LostAnswer, usize)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Option<LostAnswer> {
        let mut pending = self.pending();
        let (what, often) = (*pending)?;
        *pending = often.checked_sub(1).filter(|left| *left > 0).map(|left| (what, left));
        Some(what)
    }
}

impl<S> UnreliableStore<S> {
    /// The store, reliable at first.
    pub fn new(store: S) -> Self {
        UnreliableStore { store, faults: LostAnswers::default() }
    }

    /// The control over its failures.
    pub fn faults(&self) -> LostAnswers {
        self.faults.clone()
    }
}

impl<S: SegmentSource> SegmentSource for UnreliableStore<S> {
    fn manifest(&self) -> Result<Vec<u8>, StoreError> {
        self.store.manifest()
    }

    fn segments(&self) -> Result<Vec<SegmentInfo>, StoreError> {
        self.store.segments()
    }

    fn read(&self, first_seq: u64, offset: u64, limit: usize) -> Result<Vec<u8>, StoreError> {
        self.store.read(first_seq, offset, limit)
    }

    fn block_size(&self) -> usize {
        self.store.block_size()
    }

    fn checkpoints_after(
        &self,
        seq: Option<u64>,
        limit: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        self.store.checkpoints_after(seq, limit)
    }

    fn head(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.head()
    }
}

impl<S: ChainStore> ChainStore for UnreliableStore<S> {
    fn state(&self, by: Deadline) -> Result<StoreState, StoreError> {
        self.store.state(by)
    }

    fn create(&self, manifest: &[u8], first: &Batch<'_>, by: Deadline) -> Result<(), WriteError> {
        self.store.create(manifest, first, by)
    }

    fn append(&self, batch: &Batch<'_>, by: Deadline) -> Result<Tail, WriteError> {
        let lost = || {
            let error = StoreError::new(StoreErrorKind::Failed, "hear of an append");
            WriteError::Unknown(error.because("the answer was lost"))
        };
        match self.faults.next() {
            None => self.store.append(batch, by),
            Some(LostAnswer::BeforeWriting) => Err(lost()),
            Some(LostAnswer::Stale) => Err(WriteError::Stale { tail: None }),
            Some(LostAnswer::AfterWriting) => {
                self.store.append(batch, by)?;
                Err(lost())
            }
        }
    }

    fn resolve(&self, batch: &Batch<'_>, by: Deadline) -> Result<BatchOutcome, StoreError> {
        if self.faults.is_silent() {
            let doing = "hear what became of a batch";
            return Err(StoreError::new(StoreErrorKind::Failed, doing));
        }
        self.store.resolve(batch, by)
    }

    fn tail(&self, by: Deadline) -> Result<Tail, StoreError> {
        self.store.tail(by)
    }

    fn put_checkpoint(&self, seq: u64, note: &[u8], by: Deadline) -> Result<(), WriteError> {
        self.store.put_checkpoint(seq, note, by)
    }

    fn begin(&self, writer: &str, by: Deadline) -> Result<Epoch, StoreError> {
        self.store.begin(writer, by)
    }

    fn removal(&self) -> Option<&dyn SegmentRemoval> {
        self.store.removal()
    }
}
