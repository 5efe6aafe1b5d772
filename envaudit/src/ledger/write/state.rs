//! What changes while a ledger is open, and what becomes of it when a step fails.

use uuid::Uuid;

use crate::ledger::error::AppendError;
use crate::ledger::format::timestamp::Timestamp;
use crate::ledger::key::{Hasher, KeyId, KeyRing, NO_HASH};
use crate::ledger::store::{Tail, WriteError};
use crate::ledger::write::digest::Digest;
use crate::ledger::write::ids::Ids;

/// What changes while a ledger is open.
pub(in crate::ledger) struct State {
    pub(in crate::ledger) ring: Option<KeyRing>,
    pub(in crate::ledger) hasher: Hasher,
    pub(in crate::ledger) tail: Tail,
    /// The last line is a seal: the next one begins a segment.
    pub(in crate::ledger) sealed: bool,
    /// When the month is over in which the segment was begun.
    pub(in crate::ledger) month_end: Timestamp,
    pub(in crate::ledger) digest: Option<Digest>,
    pub(in crate::ledger) checkpointed: (u64, Timestamp),
    /// What was written and not synced: since when, and how many bytes.
    pub(in crate::ledger) unsynced: Option<(Timestamp, usize)>,
    /// From which offset on the segment has lines of others. Their sync may have failed after they wrote them, so that what
    /// reads back is not on disk.
    pub(in crate::ledger) foreign: Option<u64>,
    pub(in crate::ledger) stopped: Option<Stopped>,
    /// The ids of the events of a write whose end is not known.
    pub(in crate::ledger) uncertain: Vec<Uuid>,
    /// The lines that are being written.
    pub(in crate::ledger) buffer: Vec<u8>,
    pub(in crate::ledger) ids: Ids,
}

/// Why nothing more is written.
#[derive(Clone, Debug)]
pub(in crate::ledger) enum Stopped {
    Closed,
    Poisoned(String),
}

/// Why a step failed: because others were faster, or for good.
#[derive(Debug)]
pub(in crate::ledger) enum Failure {
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
    pub(in crate::ledger) fn unread() -> Self {
        let tail = Tail { seq: 0, hash: NO_HASH, segment: 1, offset: 0 };
        State::at(tail, None, Hasher::Unkeyed)
    }

    pub(in crate::ledger) fn at(tail: Tail, ring: Option<KeyRing>, hasher: Hasher) -> Self {
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

    pub(in crate::ledger) fn usable(&self) -> Result<(), AppendError> {
        match &self.stopped {
            None => Ok(()),
            Some(Stopped::Closed) => Err(AppendError::Closed),
            Some(Stopped::Poisoned(reason)) => {
                Err(AppendError::Poisoned { reason: reason.clone() })
            }
        }
    }

    /// Draws the consequence of a failure: whatever leaves open what is on disk poisons.
    pub(in crate::ledger) fn settle(&mut self, failure: Failure) -> AppendError {
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
                crate::ledger::evidence::anchor::AnchorError::Behind { .. }
                | crate::ledger::evidence::anchor::AnchorError::Conflict { .. },
            ) => self.stopped = Some(Stopped::Poisoned(error.to_string())),
            _ => {}
        }
        error
    }

    /// The hasher of a key that the chain says is current now.
    pub(in crate::ledger) fn hasher_of(&self, kid: Option<KeyId>) -> Option<Hasher> {
        match (&self.ring, kid) {
            (None, None) => Some(Hasher::Unkeyed),
            (Some(ring), Some(kid)) => ring.hasher(kid).cloned(),
            _ => None,
        }
    }
}

pub(in crate::ledger) fn failed(error: WriteError) -> Failure {
    match error {
        WriteError::Stale => Failure::Stale,
        WriteError::Rejected(error) => {
            // A file in another's place will not come back by trying again.
            if error.kind() == crate::ledger::store::StoreErrorKind::Replaced {
                return Failure::Failed(AppendError::Poisoned { reason: error.to_string() });
            }
            Failure::Failed(AppendError::Rejected(error))
        }
        WriteError::Unknown(error) => Failure::Failed(AppendError::Unknown(error)),
    }
}
