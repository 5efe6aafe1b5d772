//! What changes while a ledger is open, and what becomes of it when a step fails.

use uuid::Uuid;

use crate::error::AppendError;
use crate::format::timestamp::Timestamp;
use crate::key::{Hasher, KeyId, KeyRing, NO_HASH};
use crate::store::{Tail, WriteError};
use crate::write::digest::Digest;
use crate::write::ids::Ids;

/// What changes while a ledger is open.
pub(crate) struct State {
    pub(crate) ring: Option<KeyRing>,
    pub(crate) hasher: Hasher,
    pub(crate) tail: Tail,
    /// The last line is a seal: the next one begins a segment.
    pub(crate) sealed: bool,
    /// When the month is over in which the segment was begun.
    pub(crate) month_end: Timestamp,
    pub(crate) digest: Option<Digest>,
    pub(crate) checkpointed: (u64, Timestamp),
    /// What was written and not synced: since when, and how many bytes.
    pub(crate) unsynced: Option<(Timestamp, usize)>,
    /// From which offset on the segment has lines of others. Their sync may have failed after they wrote them, so that what
    /// reads back is not on disk.
    pub(crate) foreign: Option<u64>,
    pub(crate) stopped: Option<Stopped>,
    /// The ids of the events of a write whose end is not known.
    pub(crate) uncertain: Vec<Uuid>,
    /// The lines that are being written.
    pub(crate) buffer: Vec<u8>,
    pub(crate) ids: Ids,
}

/// Why nothing more is written.
#[derive(Clone, Debug)]
pub(crate) enum Stopped {
    Closed,
    Poisoned(String),
}

/// Why a step failed: because others were faster, or for good.
#[derive(Debug)]
pub(crate) enum Failure {
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
    pub(crate) fn unread() -> Self {
        let tail = Tail { seq: 0, hash: NO_HASH, segment: 1, offset: 0 };
        State::at(tail, None, Hasher::Unkeyed)
    }

    pub(crate) fn at(tail: Tail, ring: Option<KeyRing>, hasher: Hasher) -> Self {
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

    pub(crate) fn usable(&self) -> Result<(), AppendError> {
        match &self.stopped {
            None => Ok(()),
            Some(Stopped::Closed) => Err(AppendError::Closed),
            Some(Stopped::Poisoned(reason)) => {
                Err(AppendError::Poisoned { reason: reason.clone() })
            }
        }
    }

    /// Draws the consequence of a failure: whatever leaves open what is on disk poisons.
    pub(crate) fn settle(&mut self, failure: Failure) -> AppendError {
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
                crate::evidence::anchor::AnchorError::Behind { .. }
                | crate::evidence::anchor::AnchorError::Conflict { .. },
            ) => self.stopped = Some(Stopped::Poisoned(error.to_string())),
            _ => {}
        }
        error
    }

    /// The hasher of a key that the chain says is current now.
    pub(crate) fn hasher_of(&self, kid: Option<KeyId>) -> Option<Hasher> {
        match (&self.ring, kid) {
            (None, None) => Some(Hasher::Unkeyed),
            (Some(ring), Some(kid)) => ring.hasher(kid).cloned(),
            _ => None,
        }
    }
}

pub(crate) fn failed(error: WriteError) -> Failure {
    match error {
        WriteError::Stale => Failure::Stale,
        WriteError::Rejected(error) => {
            // A file in another's place will not come back by trying again.
            if error.kind() == crate::store::StoreErrorKind::Replaced {
                return Failure::Failed(AppendError::Poisoned { reason: error.to_string() });
            }
            Failure::Failed(AppendError::Rejected(error))
        }
        WriteError::Unknown(error) => Failure::Failed(AppendError::Unknown(error)),
    }
}
