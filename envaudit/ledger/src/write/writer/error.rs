//! Why an event was not recorded.

use core::fmt;
use std::error::Error;
use std::sync::Arc;

use crate::error::AppendError;

/// Why an event was not recorded by a [`LedgerWriter`](super::LedgerWriter).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SubmitError {
    /// As many events wait as may.
    Full {
        /// How many that is.
        capacity: usize,
    },
    /// The writer has stopped.
    Stopped,
    /// The ledger did not take it.
    Append(Arc<AppendError>),
}

impl SubmitError {
    pub(super) fn append(error: AppendError) -> Self {
        SubmitError::Append(Arc::new(error))
    }
}

impl fmt::Display for SubmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SubmitError::Full { capacity } => {
                write!(
                    f,
                    "{capacity} events wait to be written already; wait for some of them, or give the writer more room"
                )
            }
            SubmitError::Stopped => f.write_str("the ledger's writer has stopped"),
            SubmitError::Append(error) => error.fmt(f),
        }
    }
}

impl Error for SubmitError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            SubmitError::Append(error) => Some(&**error),
            _ => None,
        }
    }
}
