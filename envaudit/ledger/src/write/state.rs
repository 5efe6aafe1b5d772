//! The changing state of an open ledger, and its change when a step fails.

use std::sync::Arc;

use uuid::Uuid;

use crate::error::{AppendError, Cause};
use crate::format::timestamp::Timestamp;
use crate::keys::{Hasher, KeyId, KeyRing, NO_HASH};
use crate::store::{Deadline, Epoch, StoreError, StoreErrorKind, Tail, WriteError};
use crate::write::background_sync::BackgroundSync;
use crate::write::digest::Digest;
use crate::write::ids::Ids;

/// The changing state of an open ledger.
pub(crate) struct WriterState {
    pub(crate) ring: Option<KeyRing>,
    pub(crate) hasher: Hasher,
    pub(crate) tail: Tail,
    /// The ledger was read in this process. A child of a fork has to read it before it writes.
    pub(crate) is_read: bool,
    /// The latest timestamp: that of the last line, as no line is earlier than the one before.
    pub(crate) latest: Timestamp,
    /// The last line rotates the key, and nothing is under the new one yet.
    pub(crate) ends_with_rotation: bool,
    /// The key of the last line that was read.
    pub(crate) rotated_from: Option<KeyId>,
    /// The seq of the `ledger.closed` of a close that did not come to its end.
    pub(crate) closed_at: Option<u64>,
    /// The last line is a seal: the next one begins a segment.
    pub(crate) sealed: bool,
    /// The end of the month in which the segment was started.
    pub(crate) month_end: Timestamp,
    pub(crate) digest: Option<Digest>,
    pub(crate) checkpointed: (u64, Timestamp),
    /// The bytes that wait for a sync: since when, and how many.
    pub(crate) unsynced: Option<(Timestamp, usize)>,
    /// The sync of those before them.
    pub(crate) syncing: Option<BackgroundSync>,
    /// The offset from which the segment has lines of others. Their sync may have failed after they wrote them, so bytes that
    /// read back may not be on disk.
    pub(crate) foreign: Option<u64>,
    pub(crate) stopped: Option<Stopped>,
    /// The events of a write with an unknown outcome.
    pub(crate) uncertain: Uncertain,
    /// The lines that are being written, and the ids of their events.
    pub(crate) buffer: Vec<u8>,
    pub(crate) batch_ids: Vec<Uuid>,
    pub(crate) epoch: Option<Epoch>,
    /// The lock has been kept since the last append.
    pub(crate) lock_kept: bool,
    /// The deadline of the current operation.
    pub(crate) by: Deadline,
    pub(crate) ids: Ids,
}

/// The events of a write with an unknown outcome: they may be there, from a seq on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Uncertain {
    pub(crate) first_seq: u64,
    pub(crate) ids: Vec<Uuid>,
}

/// The reason why nothing more is written.
#[derive(Clone, Debug)]
pub(crate) enum Stopped {
    Closed,
    Poisoned(Cause),
}

/// The reason why a step of a write failed.
#[derive(Debug)]
pub(crate) enum StepError {
    /// This writer is behind: others were faster. The step can be tried again after catching up.
    Behind,
    /// The step cannot be tried again.
    Failed(AppendError),
}

impl From<AppendError> for StepError {
    fn from(error: AppendError) -> Self {
        StepError::Failed(error)
    }
}

impl WriterState {
    /// The state of a ledger that has not been read yet.
    pub(crate) fn unread(ring: Option<KeyRing>) -> Self {
        let tail = Tail { seq: 0, hash: NO_HASH, segment: 1, offset: 0 };
        WriterState::at(tail, ring, Hasher::Unkeyed)
    }

    /// The state of a child of a fork, which has to read the ledger itself. Random bytes, syncs and the lock are the parent's.
    pub(crate) fn of_child(parents: &WriterState) -> Self {
        WriterState {
            epoch: parents.epoch.clone(),
            stopped: parents.stopped.clone(),
            uncertain: parents.uncertain.clone(),
            ..WriterState::at(parents.tail, parents.ring.clone(), parents.hasher.clone())
        }
    }

    pub(crate) fn at(tail: Tail, ring: Option<KeyRing>, hasher: Hasher) -> Self {
        WriterState {
            ring,
            hasher,
            tail,
            is_read: false,
            latest: Timestamp::MIN,
            ends_with_rotation: false,
            rotated_from: None,
            closed_at: None,
            sealed: false,
            month_end: Timestamp::from(chrono::DateTime::UNIX_EPOCH),
            digest: None,
            checkpointed: (tail.seq, Timestamp::from(chrono::DateTime::UNIX_EPOCH)),
            unsynced: None,
            syncing: None,
            foreign: None,
            stopped: None,
            uncertain: Uncertain::default(),
            buffer: Vec::new(),
            batch_ids: Vec::new(),
            epoch: None,
            lock_kept: false,
            by: Deadline::NEVER,
            ids: Ids::new(),
        }
    }

    /// Goes on with a state that was read from the store.
    pub(crate) fn replace(&mut self, read: WriterState) {
        let epoch = self.epoch.take();
        *self = read;
        self.epoch = epoch;
    }

    pub(crate) fn usable(&self) -> Result<(), AppendError> {
        match &self.stopped {
            None => Ok(()),
            Some(Stopped::Closed) => Err(AppendError::Closed),
            Some(Stopped::Poisoned(cause)) => Err(AppendError::Poisoned(Arc::clone(cause))),
        }
    }

    /// Draws the consequence of a failure: one that leaves the content of the disk unknown poisons the ledger.
    pub(crate) fn settle(&mut self, failure: StepError) -> AppendError {
        let error = match failure {
            // Nothing was written, and the next append begins by catching up with others.
            StepError::Behind => {
                let doing = "append to the ledger: other writers were faster each time";
                AppendError::Rejected(StoreError::new(StoreErrorKind::TimedOut, doing))
            }
            StepError::Failed(error) => error,
        };
        if let Some(cause) = poison(&error) {
            self.stopped = Some(Stopped::Poisoned(cause));
        }
        error
    }

    /// The timestamp of the next line: the clock of another writer, or this one's before, may have been ahead.
    pub(crate) fn stamp(&self, now: Timestamp) -> Timestamp {
        now.max(self.latest)
    }

    /// The events of the last write may be there, from this seq on.
    pub(crate) fn doubt(&mut self, first_seq: u64) {
        self.uncertain = Uncertain { first_seq, ids: core::mem::take(&mut self.batch_ids) };
    }

    /// The number of bytes that were written and may not be on the disk.
    pub(crate) fn unsynced_len(&self) -> usize {
        let syncing = self.syncing.as_ref().map_or(0, BackgroundSync::bytes);
        syncing + self.unsynced.map_or(0, |(_, bytes)| bytes)
    }

    /// Waits for the sync that is running, if there is one.
    pub(crate) fn finish_background_sync(&mut self) -> Result<(), StepError> {
        self.syncing.take().map_or(Ok(()), BackgroundSync::finish).map_err(step_error)
    }

    /// The outcome of a sync that has ended meanwhile.
    pub(crate) fn check_background_sync(&mut self) -> Result<(), StepError> {
        match self.syncing.take_if(|syncing| syncing.has_ended()) {
            Some(ended) => ended.finish().map_err(step_error),
            None => Ok(()),
        }
    }

    /// The failure of a step after the lines were written: it is not known whether they will be there.
    pub(crate) fn uncertain_after(&mut self, failure: StepError) -> StepError {
        let store_error = match &failure {
            StepError::Failed(AppendError::Rejected(error) | AppendError::Unknown(error)) => {
                Some(error)
            }
            StepError::Failed(AppendError::Poisoned(cause)) => cause.downcast_ref(),
            _ => None,
        };
        let doing = "sync the events that were written";
        let error =
            store_error.cloned().unwrap_or_else(|| StoreError::new(StoreErrorKind::Failed, doing));
        let count = self.batch_ids.len() as u64;
        self.doubt((self.tail.seq + 1).saturating_sub(count));
        StepError::Failed(AppendError::Unknown(error))
    }

    /// The hasher of a key that the last events name.
    pub(crate) fn hasher_of(&self, kid: Option<KeyId>) -> Option<Hasher> {
        match (&self.ring, kid) {
            (None, None) => Some(Hasher::Unkeyed),
            (Some(ring), Some(kid)) => ring.hasher(kid).cloned(),
            _ => None,
        }
    }
}

pub(crate) fn step_error(error: WriteError) -> StepError {
    match error {
        WriteError::Stale { .. } => StepError::Behind,
        WriteError::Fenced { by } => StepError::Failed(AppendError::Fenced { by }),
        WriteError::Conflict(error) => StepError::Failed(AppendError::Rejected(error)),
        WriteError::Rejected(error) => {
            // A replaced file will not come back by trying again.
            if error.kind() == StoreErrorKind::Replaced {
                return StepError::Failed(AppendError::Poisoned(Arc::new(error)));
            }
            StepError::Failed(AppendError::Rejected(error))
        }
        WriteError::Unknown(error) => StepError::Failed(AppendError::Unknown(error)),
    }
}

/// The cause for later appends, if the failure leaves the content of the store unknown.
fn poison(error: &AppendError) -> Option<Cause> {
    Some(match error {
        AppendError::Unknown(error) => Arc::new(AppendError::Unknown(error.clone())),
        AppendError::Damaged(damage) => Arc::new(AppendError::Damaged(damage.clone())),
        AppendError::KeyUnknown(kid) => Arc::new(AppendError::KeyUnknown(*kid)),
        AppendError::Fenced { by } => Arc::new(AppendError::Fenced { by: by.clone() }),
        AppendError::Poisoned(cause) => Arc::clone(cause),
        AppendError::Anchor(error) => Arc::new(error.alarm()?),
        _ => return None,
    })
}
