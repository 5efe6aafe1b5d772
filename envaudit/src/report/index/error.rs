//! The errors of an index.

use core::fmt;
use std::error::Error;

use rusqlite::ErrorCode;

use crate::ledger::store::StoreError;

type Cause = Box<dyn Error + Send + Sync>;

/// Why an index gives no answer.
#[derive(Debug)]
#[non_exhaustive]
pub enum IndexError {
    /// The ledger cannot be read.
    Store(StoreError),
    /// The index is not up to date and cannot be brought up to date here and now: the directory cannot be written to, the
    /// disk is full, another process is at it. The ledger itself can be read.
    Unusable(Cause),
    /// The index is damaged, or is not one of this ledger. [`Index::ask`](super::Index::ask) makes it anew.
    Damaged(Cause),
}

impl IndexError {
    /// The index was changed, or the ledger.
    pub(crate) fn other() -> Self {
        IndexError::Damaged("it says other than the ledger".into())
    }

    pub(super) fn unusable(why: impl Into<Cause>) -> Self {
        IndexError::Unusable(why.into())
    }
}

impl fmt::Display for IndexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            IndexError::Store(error) => error.fmt(f),
            IndexError::Unusable(why) => write!(f, "`index.sqlite` cannot be used now: {why}"),
            IndexError::Damaged(why) => write!(f, "`index.sqlite` is damaged: {why}"),
        }
    }
}

impl Error for IndexError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            IndexError::Store(error) => error.source(),
            IndexError::Unusable(why) | IndexError::Damaged(why) => why.source(),
        }
    }
}

impl From<StoreError> for IndexError {
    fn from(error: StoreError) -> Self {
        IndexError::Store(error)
    }
}

impl From<rusqlite::Error> for IndexError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            // A missing table or column, a value of another type: this was not written by us.
            None
            | Some(
                ErrorCode::NotADatabase
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::Unknown
                | ErrorCode::TypeMismatch
                | ErrorCode::ConstraintViolation
                | ErrorCode::SchemaChanged,
            ) => IndexError::Damaged(error.into()),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                IndexError::unusable("another process is bringing it up to date")
            }
            Some(ErrorCode::DiskFull) => IndexError::unusable("its disk has no room left"),
            Some(_) => IndexError::Unusable(error.into()),
        }
    }
}
