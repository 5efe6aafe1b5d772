//! The errors of a store.

use core::fmt;
use std::error::Error;
use std::sync::Arc;

use super::{Epoch, Tail};

/// An error of a store, and where it happened.
#[derive(Clone, Debug)]
pub struct StoreError {
    doing: String,
    kind: StoreErrorKind,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

/// The kind of a [`StoreError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// Something that must be there is not.
    Missing,
    /// Something is not what was written: another file, a symlink, a FIFO, or a segment with an impossible number.
    Replaced,
    /// Another writer has the ledger.
    Locked,
    /// The deadline passed first.
    TimedOut,
    /// The store failed.
    Failed,
}

impl StoreError {
    /// An error while doing this, such as ``open `/var/audit/HEAD` ``.
    pub fn new(kind: StoreErrorKind, doing: impl Into<String>) -> Self {
        StoreError { doing: doing.into(), kind, source: None }
    }

    /// Adds the cause.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    /// Its kind.
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {}", self.doing)?;
        match self.kind {
            StoreErrorKind::Missing => f.write_str(": it is not there"),
            StoreErrorKind::Replaced => {
                f.write_str(": it is not the file that was written; somebody replaced it")
            }
            StoreErrorKind::Locked => f.write_str(": another process holds it"),
            StoreErrorKind::TimedOut => f.write_str(": there was no time left"),
            StoreErrorKind::Failed => Ok(()),
        }
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// The reason why something was not written, and whether it may be there nevertheless.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The ledger has moved on, or there is one already. Nothing was written.
    #[error("the ledger does not end where this writer left it")]
    Stale {
        /// Where the ledger ends, if the store knows without another request.
        tail: Option<Tail>,
    },
    /// A writer of the same name has [begun](super::ChainStore::begin) after this one. Nothing was written.
    #[error("a newer writer called `{}` has the ledger", by.writer())]
    Fenced {
        /// The epoch of that writer.
        by: Epoch,
    },
    /// Something else has this name, and is never replaced. Nothing was written.
    #[error(transparent)]
    Conflict(StoreError),
    /// Nothing of it is in the store.
    #[error(transparent)]
    Rejected(StoreError),
    /// It may be there, now or after a crash. Nothing must be written before it is [resolved](super::ChainStore::resolve) or
    /// the ledger has been read again.
    #[error("it is not known whether it was written")]
    Unknown(#[source] StoreError),
}
