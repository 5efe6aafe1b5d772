//! What goes wrong with a ledger.

use core::fmt;
use std::error::Error;

use super::key::{KeyError, KeyId};
use super::store::{StoreError, WriteError};
use crate::event::EventError;
use crate::evidence::anchor::AnchorError;
use crate::format::line::LineError;

/// Something in a ledger that no writer of ours wrote.
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

/// Why a ledger was not opened or made.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenError {
    /// There is none.
    Absent,
    /// There is one already.
    Exists,
    /// There are files, but no `ledger.json`.
    NoManifest {
        /// One of the files.
        example: String,
    },
    /// There is no ledger, but an anchor has seen one.
    Lost {
        /// The anchor.
        anchor: String,
        /// How many events it has seen.
        size: u64,
    },
    /// `ledger.json` is not what a ledger writes.
    Manifest(LineError),
    /// `HEAD` is not what a ledger writes, so that how far the ledger was is not known from it.
    Head(LineError),
    /// The key is not 64 hex digits.
    Key {
        /// Where it was found.
        place: String,
        /// What is wrong with it.
        source: KeyError,
    },
    /// No key was given, where one must be.
    NoKey {
        /// Why one must be.
        why: &'static str,
    },
    /// The file that holds the key cannot be read.
    KeyFile {
        /// Its path.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// Events are hashed with a key that was not given.
    KeyUnknown(KeyId),
    /// A key was given, and `ledger.json` claims that the ledger needs none.
    Downgraded,
    /// The ledger is not what was written.
    Damaged(Damage),
    /// The ledger ends before what `HEAD` has seen, or has another event there.
    BehindHead {
        /// The seq that HEAD has seen.
        seen: u64,
        /// The seq of the last event that is there.
        last: u64,
    },
    /// The ledger is behind an anchor, or the anchor cannot be asked.
    Anchor(AnchorError),
    /// The system gives no random bytes.
    Entropy(std::io::Error),
    /// The store cannot be read.
    Store(StoreError),
    /// The store cannot be written.
    Write(WriteError),
    /// The ledger was found in order, and its first events could not be appended.
    Append(Box<AppendError>),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::Absent => f.write_str("there is no ledger here; make one with `Ledger::init`"),
            OpenError::Exists => f.write_str("there is a ledger here already; open it with `Ledger::open`"),
            OpenError::NoManifest { example } => write!(
                f,
                "there are files such as `{example}`, but no `ledger.json`: it was removed, or this is another directory; \
                 a new ledger is never begun over an old one"
            ),
            OpenError::Lost { anchor, size } => write!(
                f,
                "there is no ledger here, but {anchor} has seen one of {size} events: look for it; to begin a new one, give it \
                 an anchor of its own"
            ),
            OpenError::Manifest(_) => f.write_str("`ledger.json` is not what a ledger writes; somebody changed it"),
            OpenError::Head(_) => f.write_str("`HEAD` is not what a ledger writes; nothing was repaired"),
            OpenError::Key { place, source } => write!(f, "the key in {place} cannot be used: {source}"),
            OpenError::NoKey { why } => {
                write!(f, "{why}: give a key in code, in ENVAUDIT_SIGNING_KEY or in the file that ENVAUDIT_SIGNING_KEY_FILE names")
            }
            OpenError::KeyFile { path, .. } => write!(f, "the key file `{path}` cannot be read"),
            OpenError::KeyUnknown(kid) => {
                write!(f, "the ledger is written with the key {kid}, which was not given; add it as the current or a retired key")
            }
            OpenError::Downgraded => {
                f.write_str("a key was given, but `ledger.json` says that the ledger has none: it was changed, or this is another ledger")
            }
            OpenError::Damaged(damage) => write!(f, "the ledger is not what was written: {damage}; nothing was repaired"),
            OpenError::BehindHead { seen, last } => write!(
                f,
                "HEAD has seen event {seen}, and the ledger, which ends at {last}, does not have it: events were cut off or \
                 rewritten; nothing was repaired"
            ),
            OpenError::Anchor(error) => error.fmt(f),
            OpenError::Entropy(_) => f.write_str("the system gives no random bytes"),
            OpenError::Store(error) => error.fmt(f),
            OpenError::Write(error) => error.fmt(f),
            OpenError::Append(error) => error.fmt(f),
        }
    }
}

impl Error for OpenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            OpenError::Manifest(source) | OpenError::Head(source) => Some(source),
            OpenError::Key { source, .. } => Some(source),
            OpenError::KeyFile { source, .. } | OpenError::Entropy(source) => Some(source),
            OpenError::Anchor(source) => source.source(),
            OpenError::Store(source) => source.source(),
            OpenError::Write(source) => source.source(),
            OpenError::Append(source) => source.source(),
            _ => None,
        }
    }
}

/// Why an event was not acknowledged.
#[derive(Debug)]
#[non_exhaustive]
pub enum AppendError {
    /// The event cannot be recorded as it is. Nothing was written.
    Event(EventError),
    /// The event's line would be longer than 1 MiB. Nothing was written.
    LineTooLong {
        /// How long it would be.
        len: usize,
    },
    /// The batch would be longer than 8 MiB. Nothing was written.
    BatchTooLong {
        /// How long it would be.
        len: usize,
    },
    /// The ledger was closed.
    Closed,
    /// An earlier failure left open what is on disk. Nothing more is written until [`Ledger::reopen`] has read it anew.
    ///
    /// [`Ledger::reopen`]: super::Ledger::reopen
    Poisoned {
        /// That failure.
        reason: String,
    },
    /// The store refused. Nothing was written; the same event may be tried again.
    Rejected(StoreError),
    /// The store failed. The event may be there, now or after a crash; the ledger is poisoned.
    Unknown(StoreError),
    /// The ledger is no longer what was written. It is poisoned.
    Damaged(Damage),
    /// Another writer changed to a key that this one does not have. It is poisoned.
    KeyUnknown(KeyId),
    /// The ledger is behind an anchor, or the anchor cannot be reached.
    Anchor(AnchorError),
    /// A checkpoint could not be made, for the reason given.
    Checkpoint(String),
    /// The key cannot be changed, for the reason given. Nothing was written.
    Rotation(&'static str),
    /// The system gives no random bytes. Nothing was written.
    Entropy(std::io::Error),
}

impl AppendError {
    /// Whether the event may be in the ledger all the same.
    pub fn may_be_there(&self) -> bool {
        matches!(self, AppendError::Unknown(_))
    }
}

impl fmt::Display for AppendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AppendError::Event(error) => error.fmt(f),
            AppendError::LineTooLong { len } => {
                write!(
                    f,
                    "the event is {len} bytes long, a line has at most 1 MiB; shorten `details`"
                )
            }
            AppendError::BatchTooLong { len } => {
                write!(
                    f,
                    "the batch is {len} bytes long, at most 8 MiB are written at once; append fewer events"
                )
            }
            AppendError::Closed => f.write_str("the ledger was closed; open it again"),
            AppendError::Poisoned { reason } => {
                write!(
                    f,
                    "nothing is written since an earlier failure ({reason}); reopen the ledger"
                )
            }
            AppendError::Rejected(error) => write!(f, "the event was not recorded: {error}"),
            AppendError::Unknown(error) => {
                write!(
                    f,
                    "the event may or may not be recorded: {error}; reopen the ledger to find out"
                )
            }
            AppendError::Damaged(damage) => {
                write!(
                    f,
                    "the ledger is no longer what was written: {damage}; nothing was appended"
                )
            }
            AppendError::KeyUnknown(kid) => {
                write!(
                    f,
                    "another writer went on to the key {kid}, which was not given here; open the ledger with it"
                )
            }
            AppendError::Anchor(error) => error.fmt(f),
            AppendError::Checkpoint(reason) => write!(f, "no checkpoint was taken: {reason}"),
            AppendError::Rotation(reason) => write!(f, "the key stays as it is: {reason}"),
            AppendError::Entropy(_) => f.write_str("the system gives no random bytes"),
        }
    }
}

impl Error for AppendError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            AppendError::Event(source) => source.source(),
            AppendError::Rejected(source) | AppendError::Unknown(source) => Some(source),
            AppendError::Anchor(source) => Some(source),
            AppendError::Entropy(source) => Some(source),
            _ => None,
        }
    }
}
