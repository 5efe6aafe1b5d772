//! A store in which something happens before one of the calls into it.

use std::sync::{Arc, Mutex, MutexGuard};

use envaudit::ledger::store::{
    Batch, BatchOutcome, ChainStore, Deadline, Epoch, SegmentInfo, SegmentRemoval, SegmentSource,
    StoreError, StoreState, Tail, WriteError,
};

type Action = Box<dyn FnOnce() + Send>;

/// A store without a lock that does something else before the call of a given number.
#[derive(Clone)]
pub struct InterposedStore<S> {
    store: S,
    next: Arc<Mutex<Option<(usize, Action)>>>,
}

impl<S> InterposedStore<S> {
    /// The store, with nothing between the calls.
    pub fn new(store: S) -> Self {
        InterposedStore { store, next: Arc::default() }
    }

    /// Does this before so many calls more, once.
    pub fn before_call(&self, nth: usize, action: impl FnOnce() + Send + 'static) {
        *self.pending() = Some((nth, Box::new(action)));
    }

    /// Whether what was to be done has been done; it is not done any more.
    pub fn is_done(&self) -> bool {
        self.pending().take().is_none()
    }

    fn pending(&self) -> MutexGuard<'_, Option<(usize, Action)>> {
        self.next.lock().expect("no call panicked")
    }

    fn store(&self) -> &S {
        let mut pending = self.pending();
        let due = match pending.take() {
            Some((0, action)) => Some(action),
            Some((calls, action)) => {
                *pending = Some((calls - 1, action));
                None
            }
            None => None,
        };
        drop(pending);
        if let Some(action) = due {
            action();
        }
        &self.store
    }
}

impl<S> std::fmt::Debug for InterposedStore<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InterposedStore")
    }
}

impl<S: SegmentSource> SegmentSource for InterposedStore<S> {
    fn manifest(&self) -> Result<Vec<u8>, StoreError> {
        self.store().manifest()
    }

    fn segments(&self) -> Result<Vec<SegmentInfo>, StoreError> {
        self.store().segments()
    }

    fn read(&self, first_seq: u64, offset: u64, limit: usize) -> Result<Vec<u8>, StoreError> {
        self.store().read(first_seq, offset, limit)
    }

    fn checkpoints_after(
        &self,
        seq: Option<u64>,
        limit: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        self.store().checkpoints_after(seq, limit)
    }

    fn head(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.store().head()
    }
}

impl<S: ChainStore> ChainStore for InterposedStore<S> {
    fn state(&self, by: Deadline) -> Result<StoreState, StoreError> {
        self.store().state(by)
    }

    fn create(&self, manifest: &[u8], first: &Batch<'_>, by: Deadline) -> Result<(), WriteError> {
        self.store().create(manifest, first, by)
    }

    fn append(&self, batch: &Batch<'_>, by: Deadline) -> Result<Tail, WriteError> {
        self.store().append(batch, by)
    }

    fn resolve(&self, batch: &Batch<'_>, by: Deadline) -> Result<BatchOutcome, StoreError> {
        self.store().resolve(batch, by)
    }

    fn tail(&self, by: Deadline) -> Result<Tail, StoreError> {
        self.store().tail(by)
    }

    fn put_checkpoint(&self, seq: u64, note: &[u8], by: Deadline) -> Result<(), WriteError> {
        self.store().put_checkpoint(seq, note, by)
    }

    fn begin(&self, writer: &str, by: Deadline) -> Result<Epoch, StoreError> {
        self.store().begin(writer, by)
    }

    fn removal(&self) -> Option<&dyn SegmentRemoval> {
        self.store.removal()
    }
}
