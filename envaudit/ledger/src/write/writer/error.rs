//! Why an event was not recorded.

use std::sync::Arc;

use thiserror::Error;

use crate::error::AppendError;

/// Why an event was not recorded by a [`LedgerWriter`](super::LedgerWriter).
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// As many events wait as may.
    #[error(
        "{capacity} events wait to be written already; wait for some of them, or give the writer more room"
    )]
    Full {
        /// How many that is.
        capacity: usize,
    },
    /// The writer has stopped.
    #[error("the ledger's writer has stopped")]
    Stopped,
    /// The ledger did not take it.
    #[error(transparent)]
    Append(Arc<AppendError>),
}

impl SubmitError {
    pub(super) fn append(error: AppendError) -> Self {
        SubmitError::Append(Arc::new(error))
    }
}
