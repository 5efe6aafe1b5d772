//! The errors of an index.

use std::error::Error;

use rusqlite::ErrorCode;

use crate::ledger::store::StoreError;

type Cause = Box<dyn Error + Send + Sync>;

/// Why an index gives no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// The ledger cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The index is not up to date and cannot be brought up to date here and now: the directory cannot be written to, the
    /// disk is full, another process is at it. The ledger itself can be read.
    #[error("`index.sqlite` cannot be used now")]
    Unusable(#[source] Cause),
    /// The index is damaged, or is not one of this ledger. [`Index::ask`](super::Index::ask) makes it anew.
    #[error("`index.sqlite` is damaged")]
    Damaged(#[source] Cause),
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

/// What SQLite said. Its text has its cause in it, which is therefore not told a second time.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct SqliteError(rusqlite::Error);

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
            ) => IndexError::Damaged(SqliteError(error).into()),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                IndexError::unusable("another process is bringing it up to date")
            }
            Some(ErrorCode::DiskFull) => IndexError::unusable("its disk has no room left"),
            Some(_) => IndexError::Unusable(SqliteError(error).into()),
        }
    }
}
