//! The errors of an index.

use std::error::Error;

use rusqlite::ErrorCode;

use crate::ledger::store::StoreError;

type Cause = Box<dyn Error + Send + Sync>;

/// The reason why an index has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// The ledger cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The index is not up to date and cannot be brought up to date here and now: the directory cannot be written to, the disk
    /// is full, or another process is updating it. The ledger itself can be read.
    #[error("`index.sqlite` cannot be used now")]
    Unusable(#[source] Cause),
    /// The index is damaged, or belongs to another ledger. [`Index::ask`](super::Index::ask) rebuilds it.
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

/// An error of SQLite. Its text contains its cause, which is therefore not its source.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct SqliteError(rusqlite::Error);

impl From<rusqlite::Error> for IndexError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            // A missing table or column, or a value of another type: an index does not write this.
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
