//! What changes while a ledger is open, and what becomes of it when a step fails.

use uuid::Uuid;

use super::digest::Digest;
use super::error::AppendError;
use super::ids::Ids;
use super::key::{Hasher, KeyId, KeyRing, NO_HASH};
use super::store::{Tail, WriteError};
use super::timestamp::Timestamp;

/// What changes while a ledger is open.
pub(super) struct State {
    pub(super) ring: Option<KeyRing>,
    pub(super) hasher: Hasher,
    pub(super) tail: Tail,
    /// The last line is a seal: the next one begins a segment.
    pub(super) sealed: bool,
    /// When the month is over in which the segment was begun.
    pub(super) month_end: Timestamp,
    pub(super) digest: Option<Digest>,
    pub(super) checkpointed: (u64, Timestamp),
    /// What was written and not synced: since when, and how many bytes.
    pub(super) unsynced: Option<(Timestamp, usize)>,
    /// From which offset on the segment has lines of others. Their sync may have failed after they wrote them, so that what
    /// reads back is not on disk.
    pub(super) foreign: Option<u64>,
    pub(super) stopped: Option<Stopped>,
    /// The ids of the events of a write whose end is not known.
    pub(super) uncertain: Vec<Uuid>,
    /// The lines that are being written.
    pub(super) buffer: Vec<u8>,
    pub(super) ids: Ids,
}

/// Why nothing more is written.
#[derive(Clone, Debug)]
pub(super) enum Stopped {
    Closed,
    Poisoned(String),
}

/// Why a step failed: because others were faster, or for good.
#[derive(Debug)]
pub(super) enum Failure {
    Stale,
    Failed(AppendError),
}

impl From<AppendError> for Failure {
    fn from(error: AppendError) -> Self {
        Failure::Failed(error)
    }
}

impl State {
    /// Of a ledger that has not been read yet.
    pub(super) fn unread() -> Self {
        let tail = Tail { seq: 0, hash: NO_HASH, segment: 1, offset: 0 };
        State::at(tail, None, Hasher::Unkeyed)
    }

    pub(super) fn at(tail: Tail, ring: Option<KeyRing>, hasher: Hasher) -> Self {
        State {
            ring,
            hasher,
            tail,
            sealed: false,
            month_end: Timestamp::from(chrono::DateTime::UNIX_EPOCH),
            digest: None,
            checkpointed: (tail.seq, Timestamp::from(chrono::DateTime::UNIX_EPOCH)),
            unsynced: None,
            foreign: None,
            stopped: None,
            uncertain: Vec::new(),
            buffer: Vec::new(),
            ids: Ids::new(),
        }
    }

    pub(super) fn usable(&self) -> Result<(), AppendError> {
        match &self.stopped {
            None => Ok(()),
            Some(Stopped::Closed) => Err(AppendError::Closed),
            Some(Stopped::Poisoned(reason)) => {
                Err(AppendError::Poisoned { reason: reason.clone() })
            }
        }
    }

    /// Draws the consequence of a failure: whatever leaves open what is on disk poisons.
    pub(super) fn settle(&mut self, failure: Failure) -> AppendError {
        let error = match failure {
            // Whoever holds the lock and has caught up is never behind.
            Failure::Stale => {
                AppendError::Poisoned { reason: "the ledger changed under its lock".to_owned() }
            }
            Failure::Failed(error) => error,
        };
        match &error {
            AppendError::Unknown(_) | AppendError::Damaged(_) | AppendError::KeyUnknown(_) => {
                self.stopped = Some(Stopped::Poisoned(error.to_string()));
            }
            AppendError::Poisoned { reason } => {
                self.stopped = Some(Stopped::Poisoned(reason.clone()))
            }
            AppendError::Anchor(
                super::anchor::AnchorError::Behind { .. }
                | super::anchor::AnchorError::Conflict { .. },
            ) => self.stopped = Some(Stopped::Poisoned(error.to_string())),
            _ => {}
        }
        error
    }

    /// The hasher of a key that the chain says is current now.
    pub(super) fn hasher_of(&self, kid: Option<KeyId>) -> Option<Hasher> {
        match (&self.ring, kid) {
            (None, None) => Some(Hasher::Unkeyed),
            (Some(ring), Some(kid)) => ring.hasher(kid).cloned(),
            _ => None,
        }
    }
}

pub(super) fn failed(error: WriteError) -> Failure {
    match error {
        WriteError::Stale => Failure::Stale,
        WriteError::Rejected(error) => {
            // A file in another's place will not come back by trying again.
            if error.kind() == super::store::StoreErrorKind::Replaced {
                return Failure::Failed(AppendError::Poisoned { reason: error.to_string() });
            }
            Failure::Failed(AppendError::Rejected(error))
        }
        WriteError::Unknown(error) => Failure::Failed(AppendError::Unknown(error)),
    }
}
