//! Why a live configuration could not be read.

use crate::error::LoadError;

/// Why a configuration was not read, or not read again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LiveError {
    /// It cannot be loaded.
    #[error(transparent)]
    Load(LoadError),
    /// It was loaded, and could not be recorded.
    #[cfg(feature = "ledger")]
    #[error(transparent)]
    Record(crate::ledger::record::RecordError),
    /// The files cannot be watched.
    #[error("the files cannot be watched; {}", advice(.0))]
    Watch(#[source] notify::Error),
    /// SIGHUP cannot be waited for, or there is no thread for it.
    #[error("the configuration cannot be followed")]
    System(#[source] std::io::Error),
}

fn advice(error: &notify::Error) -> &'static str {
    match error.kind {
        notify::ErrorKind::MaxFilesWatch => {
            "raise the limit `fs.inotify.max_user_watches`, or read them on an interval with `every`"
        }
        notify::ErrorKind::Io(_) => {
            "check the limit `fs.inotify.max_user_instances` and the permissions, or read them on an interval with `every`"
        }
        _ => "read them on an interval with `every`",
    }
}
