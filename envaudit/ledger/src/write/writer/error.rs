//! The errors of a writer.

use std::sync::Arc;

use thiserror::Error;

use crate::error::AppendError;

/// The reason why an event was not recorded by a [`LedgerWriter`](super::LedgerWriter).
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// The queue is full.
    #[error(
        "{capacity} events are waiting to be written already; wait for some of them, or give the writer a larger capacity"
    )]
    Full {
        /// Its capacity.
        capacity: usize,
    },
    /// The writer has stopped: it was closed, or something that its thread called panicked.
    #[error("the ledger's writer has stopped")]
    Stopped,
    /// The writer's thread is in the process that this one was forked from.
    #[error(
        "the ledger's writer is a thread of the process that this one was forked from; make a writer in this process"
    )]
    Forked,
    /// The ledger did not append it.
    #[error(transparent)]
    Append(Arc<AppendError>),
}

impl SubmitError {
    pub(super) fn append(error: AppendError) -> Self {
        SubmitError::Append(Arc::new(error))
    }
}
