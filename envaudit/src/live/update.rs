//! What subscribers of a live configuration receive.

use core::fmt;
use std::sync::Arc;

use super::change::Change;
use super::error::LiveError;
use crate::config::EnvConfig;
use crate::error::with_causes;

/// What subscribers receive.
#[non_exhaustive]
pub enum Update<T: EnvConfig> {
    /// There is a new configuration.
    Changed(Arc<Change<T>>),
    /// A new state could not be used; the last good one stays. The same failure is reported once, however often it occurs.
    Rejected(Arc<LiveError>),
}

impl<T: EnvConfig> Clone for Update<T> {
    fn clone(&self) -> Self {
        match self {
            Update::Changed(change) => Update::Changed(Arc::clone(change)),
            Update::Rejected(error) => Update::Rejected(Arc::clone(error)),
        }
    }
}

/// One line for each changed key, or why nothing changed.
impl<T: EnvConfig> fmt::Display for Update<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Update::Changed(change) => change.fmt(f),
            Update::Rejected(error) => {
                write!(f, "the configuration stays as it was: {}", with_causes(&**error))
            }
        }
    }
}

impl<T: EnvConfig> fmt::Debug for Update<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Update::Changed(change) => f.debug_tuple("Changed").field(change).finish(),
            Update::Rejected(error) => f.debug_tuple("Rejected").field(error).finish(),
        }
    }
}
