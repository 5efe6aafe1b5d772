//! A sync that runs beside the appends of an interval, so that a fast writer does not wait for the disk.

use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use crate::store::{ChainStore, StoreError, StoreErrorKind, WriteError};
use crate::write::append::MAX_UNSYNCED;
use crate::write::ledger::Ledger;
use crate::write::state::{StepError, WriterState, step_error};

/// The number of unsynced bytes from which a sync is started, however long the interval is.
const SYNCED_AT_ONCE: usize = 4 << 20;

/// A running sync of the bytes that were written before it began.
pub(crate) struct BackgroundSync {
    thread: JoinHandle<Result<(), WriteError>>,
    bytes: usize,
}

impl BackgroundSync {
    /// `None` if the system starts no thread.
    fn start(store: Arc<dyn ChainStore>, segment: u64, bytes: usize) -> Option<Self> {
        let sync = move || match store.files() {
            Some(files) => files.sync(segment),
            None => Ok(()),
        };
        let thread = Builder::new().name("envaudit-sync".to_owned()).spawn(sync).ok()?;
        Some(BackgroundSync { thread, bytes })
    }

    fn finish(self) -> Result<(), StepError> {
        let panicked = |_| {
            let doing = "sync the ledger: the thread panicked";
            Err(WriteError::Unknown(StoreError::new(StoreErrorKind::Failed, doing)))
        };
        self.thread.join().unwrap_or_else(panicked).map_err(step_error)
    }
}

impl WriterState {
    /// The number of bytes that were written and may not be on the disk.
    pub(crate) fn unsynced_len(&self) -> usize {
        let syncing = self.syncing.as_ref().map_or(0, |syncing| syncing.bytes);
        syncing + self.unsynced.map_or(0, |(_, bytes)| bytes)
    }

    /// Waits for the sync that is running, if there is one.
    pub(crate) fn finish_background_sync(&mut self) -> Result<(), StepError> {
        self.syncing.take().map_or(Ok(()), BackgroundSync::finish)
    }

    /// The outcome of a sync that has ended meanwhile.
    pub(crate) fn check_background_sync(&mut self) -> Result<(), StepError> {
        match self.syncing.take_if(|syncing| syncing.thread.is_finished()) {
            Some(ended) => ended.finish(),
            None => Ok(()),
        }
    }
}

impl Ledger {
    /// Starts a sync of what waits for one if it is much. Waits for the one that is running only if it is too much.
    pub(crate) fn sync_in_background(&self, state: &mut WriterState) -> Result<(), StepError> {
        let Some((_, bytes)) = state.unsynced.filter(|(_, bytes)| *bytes >= SYNCED_AT_ONCE) else {
            return Ok(());
        };
        if state.syncing.is_some() && state.unsynced_len() <= MAX_UNSYNCED {
            return Ok(());
        }
        state.finish_background_sync()?;
        let segment = state.tail.segment;
        let syncing = match state.foreign {
            None => BackgroundSync::start(Arc::clone(&self.store), segment, bytes),
            Some(_) => None,
        };
        if syncing.is_none() {
            return self.sync(state);
        }
        state.syncing = syncing;
        state.unsynced = None;
        Ok(())
    }
}
