//! A sync that runs beside the appends of an interval, so that a fast writer does not wait for the disk.

use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use crate::store::{ChainStore, StoreError, StoreErrorKind, WriteError};

/// A running sync of the bytes that were written before it began.
pub(crate) struct BackgroundSync {
    thread: JoinHandle<Result<(), WriteError>>,
    bytes: usize,
}

impl BackgroundSync {
    /// `None` if the system starts no thread.
    pub(crate) fn start(store: Arc<dyn ChainStore>, segment: u64, bytes: usize) -> Option<Self> {
        let sync = move || match store.files() {
            Some(files) => files.sync(segment),
            None => Ok(()),
        };
        let thread = Builder::new().name("envaudit-sync".to_owned()).spawn(sync).ok()?;
        Some(BackgroundSync { thread, bytes })
    }

    /// The number of bytes that it makes durable.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.thread.is_finished()
    }

    /// Waits for its end.
    pub(crate) fn finish(self) -> Result<(), WriteError> {
        let panicked = |_| {
            let doing = "sync the ledger: the thread panicked";
            Err(WriteError::Unknown(StoreError::new(StoreErrorKind::Failed, doing)))
        };
        self.thread.join().unwrap_or_else(panicked)
    }
}
