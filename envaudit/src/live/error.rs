//! Why a live configuration could not be read.

use core::fmt;
use std::error::Error;

use crate::error::LoadError;

/// Why a configuration was not read, or not read again.
#[derive(Debug)]
#[non_exhaustive]
pub enum LiveError {
    /// It cannot be loaded.
    Load(LoadError),
    /// It was loaded, and could not be recorded.
    #[cfg(feature = "ledger")]
    Record(crate::ledger::RecordError),
    /// The files cannot be watched.
    Watch(notify::Error),
    /// SIGHUP cannot be waited for, or there is no thread for it.
    System(std::io::Error),
}

impl fmt::Display for LiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LiveError::Load(error) => error.fmt(f),
            #[cfg(feature = "ledger")]
            LiveError::Record(error) => error.fmt(f),
            LiveError::Watch(error) => write!(f, "the files cannot be watched: {error}"),
            LiveError::System(error) => write!(f, "the configuration cannot be followed: {error}"),
        }
    }
}

impl Error for LiveError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            LiveError::Load(error) => error.source(),
            #[cfg(feature = "ledger")]
            LiveError::Record(error) => error.source(),
            LiveError::Watch(error) => error.source(),
            LiveError::System(error) => error.source(),
        }
    }
}
