//! What a load noticed that is not an error.

use core::fmt;
use std::path::PathBuf;

use crate::error;
use crate::sources::{Location, ShownPath, Source, place};

/// Something a load noticed that does not keep the program from starting.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// A deprecated variable is set.
    Deprecated {
        /// The key.
        key: &'static str,
        /// What to do instead, as the struct says.
        instead: &'static str,
        /// The source that has it.
        source: Source,
        /// Where it is set.
        location: Option<Location>,
    },
    /// An env file has a variable twice; the later line counts.
    Duplicate {
        /// The key.
        key: &'static str,
        /// The source.
        source: Source,
        /// The line that is overridden and the line that counts.
        lines: (u32, u32),
    },
    /// A line of an env file has a `#` directly after the `=`, which begins a comment, so that the value is empty.
    CommentAfterEquals {
        /// The key.
        key: &'static str,
        /// The source.
        source: Source,
        /// The line.
        location: Location,
    },
    /// A source that may not supply a variable has it too.
    Ignored {
        /// The key.
        key: &'static str,
        /// The source.
        source: Source,
        /// Where it is set.
        location: Option<Location>,
    },
    /// An optional provider failed, so the next source was tried.
    ProviderFailed {
        /// The provider's name.
        provider: String,
        /// Its source.
        source: Source,
        /// Why.
        reason: String,
    },
    /// A default folder is there and cannot be listed.
    FolderUnreadable {
        /// The source.
        source: Source,
        /// The folder.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::Deprecated { key, instead, source, location } => {
                write!(
                    f,
                    "{key} is deprecated: {instead} (set in {})",
                    place(*source, location.as_ref())
                )
            }
            Warning::Duplicate { key, source, lines: (before, now) } => {
                write!(f, "{key} is set twice in {source}: line {now} overrides line {before}")
            }
            Warning::CommentAfterEquals { key, location, .. } => write!(
                f,
                "{key} is empty in {location}: the `#` after `=` begins a comment; a value that begins with `#` goes into \
                 quotes, and a blank before a comment makes it plain"
            ),
            Warning::Ignored { key, source, location } => {
                let place = place(*source, location.as_ref());
                write!(f, "{key} is also set in {place}, which may not supply it and is ignored")
            }
            Warning::ProviderFailed { provider, reason, .. } => {
                let reason = error::plain(reason);
                write!(f, "the provider {provider} failed and was skipped: {reason}")
            }
            Warning::FolderUnreadable { path, reason, .. } => {
                write!(f, "{} cannot be listed and was skipped: {reason}", ShownPath(path))
            }
        }
    }
}
