//! The errors of opening a ledger and of appending to it.

use core::fmt;
use std::sync::Arc;

use thiserror::Error;

use super::keys::{KeyError, KeyId};
use super::store::{Epoch, StoreError, WriteError};
use crate::event::EventError;
use crate::evidence::anchor::AnchorError;
use crate::evidence::checkpoint::CheckpointError;
use crate::format::line::LineError;

/// A place in a ledger whose bytes no writer of ours wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    pub(crate) segment: u64,
    pub(crate) offset: u64,
    pub(crate) found: String,
}

impl Damage {
    pub(crate) fn new(segment: u64, offset: u64, found: impl Into<String>) -> Self {
        Damage { segment, offset, found: found.into() }
    }

    /// The first seq of the segment it is in.
    pub fn segment(&self) -> u64 {
        self.segment
    }

    /// The byte of the segment at which the bad line begins.
    pub fn offset(&self) -> u64 {
        self.offset
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "segment {:020}.jsonl, byte {}: {}", self.segment, self.offset, self.found)
    }
}

/// An earlier failure, reported again.
pub(crate) type Cause = Arc<dyn std::error::Error + Send + Sync>;

/// The reason why a ledger was not opened or created.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// There is no ledger.
    #[error("there is no ledger here; make one with `Ledger::init`")]
    Absent,
    /// There is a ledger already.
    #[error("there is a ledger here already; open it with `Ledger::open`")]
    Exists,
    /// There are files, but no `ledger.json`.
    #[error(
        "there are files such as `{example}`, but no `ledger.json`: it was removed, or this is another directory; a new ledger \
         is never begun over an old one"
    )]
    NoManifest {
        /// One of the files.
        example: String,
    },
    /// There is no ledger, but an anchor has seen one.
    #[error(
        "there is no ledger here, but {anchor} has seen one of {size} events: look for it; to begin a new one, give it an \
         anchor of its own"
    )]
    Lost {
        /// The anchor.
        anchor: String,
        /// How many events it has seen.
        size: u64,
    },
    /// `ledger.json` is not what a ledger writes.
    #[error("`ledger.json` is not what a ledger writes; somebody changed it")]
    Manifest(#[source] LineError),
    /// `HEAD` is not what a ledger writes, so the last event that it recorded is not known.
    #[error("`HEAD` is not what a ledger writes; nothing was repaired")]
    Head(#[source] LineError),
    /// The key is not 64 hex digits.
    #[error("the key in {place} cannot be used")]
    Key {
        /// Where the key was found.
        place: String,
        /// The problem with it.
        source: KeyError,
    },
    /// No key was given, and one is required.
    #[error(
        "{why}: give a key in code, in ENVAUDIT_SIGNING_KEY or in the file that ENVAUDIT_SIGNING_KEY_FILE names"
    )]
    NoKey {
        /// The reason why one is required.
        why: &'static str,
    },
    /// The file that holds the key cannot be read.
    #[error("the key file `{path}` cannot be read")]
    KeyFile {
        /// Its path.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The environment gives two keys.
    #[error(
        "ENVAUDIT_SIGNING_KEY has the key {variable}, and the file of ENVAUDIT_SIGNING_KEY_FILE the key {file}: unset one of \
         the two variables"
    )]
    TwoKeys {
        /// The key in the variable.
        variable: KeyId,
        /// The key in the file.
        file: KeyId,
    },
    /// The ledger goes on with a key that was given as a retired one.
    #[error(
        "the ledger goes on with the key {retired}, which was given as a retired one: if the ledger was rotated to {current} \
         before, an older copy was put in its place, and whoever has the retired key may have added to it; if it never was, \
         open it with {retired} and rotate; nothing was written"
    )]
    RolledBack {
        /// The key that the ledger goes on with.
        retired: KeyId,
        /// The current key.
        current: KeyId,
    },
    /// The last event says that the key was rotated, and nothing under the new key is behind it.
    #[error(
        "the ledger ends with a rotation from the key {from} to {current}, and nothing under {current} is behind it: whoever has \
         the retired key {from} may have written all of this; if a rotation was just interrupted, finish it; nothing was \
         written"
    )]
    UnfinishedRotation {
        /// The key that recorded the rotation.
        from: KeyId,
        /// The current key.
        current: KeyId,
    },
    /// Events are hashed with a key that was not given.
    #[error(
        "the ledger is written with the key {0}, which was not given; add it as the current or a retired key"
    )]
    KeyUnknown(KeyId),
    /// A key was given, and `ledger.json` claims that the ledger has no key.
    #[error(
        "a key was given, but `ledger.json` says that the ledger has none: it was changed, or this is another ledger"
    )]
    Downgraded,
    /// The ledger is not what was written.
    #[error("the ledger is not what was written: {0}; nothing was repaired")]
    Damaged(Damage),
    /// The ledger ends before what `HEAD` has seen, or has another event there.
    #[error(
        "HEAD has seen event {seen}, and the ledger, which ends at {last}, does not have it: events were cut off or rewritten; \
         nothing was repaired"
    )]
    BehindHead {
        /// The seq in HEAD.
        seen: u64,
        /// The seq of the last event that is there.
        last: u64,
    },
    /// The ledger ends before its newest checkpoint, or has another history there.
    #[error(
        "the ledger has a checkpoint of {seen} events, and the ledger, which ends at {last}, is not what was signed: events \
         were cut off or rewritten; nothing was repaired"
    )]
    BehindCheckpoint {
        /// The number of events of the checkpoint.
        seen: u64,
        /// The seq of the last event that is there.
        last: u64,
    },
    /// The newest checkpoint is not what a ledger writes.
    #[error("the checkpoint of {seq} events is not what this ledger writes; nothing was repaired")]
    Checkpoint {
        /// The number of events in its name.
        seq: u64,
        /// The problem with it.
        source: CheckpointError,
    },
    /// The ledger is behind an anchor, or the anchor cannot be read.
    #[error(transparent)]
    Anchor(AnchorError),
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    Entropy(#[source] std::io::Error),
    /// The store cannot be read.
    #[error(transparent)]
    Store(StoreError),
    /// The store cannot be written.
    #[error(transparent)]
    Write(WriteError),
    /// The ledger is intact, but its first events could not be appended.
    #[error(transparent)]
    Append(Box<AppendError>),
}

/// The reason why an event was not acknowledged.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AppendError {
    /// The event cannot be recorded as it is. Nothing was written.
    #[error(transparent)]
    Event(EventError),
    /// The event's line would be longer than 1 MiB. Nothing was written.
    #[error("the event is {len} bytes long, a line has at most 1 MiB; shorten `details`")]
    LineTooLong {
        /// How long it would be.
        len: usize,
    },
    /// The batch would be longer than 8 MiB, or the record of a configuration longer than 32 MiB. Nothing was written.
    #[error(
        "the batch is {len} bytes long, at most {} MiB are written at once; append fewer events",
        limit >> 20
    )]
    BatchTooLong {
        /// How long it would be.
        len: usize,
        /// How long it may be.
        limit: usize,
    },
    /// The ledger was closed.
    #[error("the ledger was closed; open it again")]
    Closed,
    /// The writer's thread has ended, because something that it called panicked. Nothing was written.
    #[error(
        "the ledger's writer has stopped: something that it called panicked; nothing was written"
    )]
    Stopped,
    /// The writer's thread is in the process that this one was forked from. Nothing was written.
    #[error(
        "the ledger's writer is a thread of the process that this one was forked from; make a writer in this process"
    )]
    Forked,
    /// After an earlier failure it is not known what is on disk. Nothing more is written until [`Ledger::reopen`] has read it
    /// again.
    ///
    /// [`Ledger::reopen`]: super::Ledger::reopen
    #[error("nothing is written since an earlier failure; reopen the ledger")]
    Poisoned(#[source] Cause),
    /// The store refused. Nothing was written; the same event may be tried again.
    #[error("the event was not recorded")]
    Rejected(#[source] StoreError),
    /// The store failed. The event may be there, now or after a crash; the ledger is poisoned.
    #[error("the event may or may not be recorded; reopen the ledger to find out")]
    Unknown(#[source] StoreError),
    /// A newer writer of the same name has opened the ledger. This one is poisoned.
    #[error(
        "nothing was written: a newer writer called `{}` has opened the ledger, and this one is believed dead",
        by.writer()
    )]
    Fenced {
        /// The epoch of that writer.
        by: Epoch,
    },
    /// The ledger is no longer what was written. It is poisoned.
    #[error("the ledger is no longer what was written: {0}; nothing was appended")]
    Damaged(Damage),
    /// Another writer changed to a key that this one does not have. It is poisoned.
    #[error(
        "another writer went on to the key {0}, which was not given here; open the ledger with it"
    )]
    KeyUnknown(KeyId),
    /// The ledger is behind an anchor, or the anchor cannot be reached.
    #[error(transparent)]
    Anchor(AnchorError),
    /// The ledger is not what was written, so nothing is signed. Events can be appended; what is wrong stays to be found.
    #[error("no checkpoint was taken, because the ledger is not what was written: {0}")]
    NotSigned(Damage),
    /// A checkpoint could not be signed.
    #[error("no checkpoint was taken: it cannot be signed")]
    Sign(#[source] CheckpointError),
    /// A checkpoint, or HEAD, could not be kept.
    #[error("no checkpoint was taken")]
    Checkpoint(#[source] WriteError),
    /// The key cannot be changed, for the reason given. Nothing was written.
    #[error("the key stays as it is: {0}")]
    Rotation(&'static str),
    /// The system gives no random bytes. Nothing was written.
    #[error("the system gives no random bytes")]
    Entropy(#[source] std::io::Error),
}

impl AppendError {
    /// Whether the event may be in the ledger nevertheless.
    pub fn may_be_there(&self) -> bool {
        matches!(self, AppendError::Unknown(_))
    }
}
