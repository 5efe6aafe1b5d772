//! What a load noticed that is not an error.

use core::fmt;
use std::path::PathBuf;

use crate::error;
use crate::sources::{Location, Source, place};

/// Something a load noticed that does not keep the program from starting.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// A deprecated variable is set.
    Deprecated {
        /// The key.
        key: &'static str,
        /// The name under which it was found: the key, an alias, or the variable that names a file.
        name: &'static str,
        /// What to do instead, as the struct says.
        instead: &'static str,
        /// The source that has it.
        source: Source,
        /// Where it is set.
        location: Option<Location>,
    },
    /// A variable is set by a name that is deprecated.
    DeprecatedName {
        /// The key.
        key: &'static str,
        /// The deprecated name that is set.
        name: &'static str,
        /// The name to set instead.
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
    /// A file that holds a value holds something that was hardly meant: nothing at all, or blanks at its ends.
    FileContent {
        /// The key.
        key: &'static str,
        /// The source that has the file.
        source: Source,
        /// The file.
        location: Option<Location>,
        /// What is in it, without the value.
        reason: String,
    },
    /// Something in a folder of secrets looks as if it were meant for a variable that no source supplies, and is not read.
    Overlooked {
        /// The key.
        key: &'static str,
        /// The source that reads the folder.
        source: Source,
        /// What looks so.
        path: PathBuf,
        /// Why it is not read, and what to do.
        reason: String,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::Deprecated { name, instead, source, location, .. } => {
                let place = place(*source, location.as_ref());
                write!(f, "{name} is deprecated: {instead} (set in {place})")
            }
            Warning::DeprecatedName { name, instead, source, location, .. } => {
                let place = place(*source, location.as_ref());
                write!(f, "{name} is deprecated: use {instead} (set in {place})")
            }
            Warning::Duplicate { key, source, lines: (before, now) } => {
                write!(f, "{key} is set twice in {source}: line {now} overrides line {before}")
            }
            Warning::Ignored { key, source, location } => {
                let place = place(*source, location.as_ref());
                write!(f, "{key} is also set in {place}, which may not supply it and is ignored")
            }
            Warning::ProviderFailed { provider, reason, .. } => {
                let reason = error::plain(reason);
                write!(f, "the provider {provider} failed and was skipped: {reason}")
            }
            Warning::FolderUnreadable { path, reason, .. } => {
                write!(f, "{} cannot be listed and was skipped: {reason}", path.display())
            }
            Warning::FileContent { key, source, location, reason } => {
                let place = place(*source, location.as_ref());
                write!(f, "the value of {key} in {} {reason}", error::plain(&place))
            }
            Warning::Overlooked { key, path, reason, .. } => {
                let path = path.display().to_string();
                write!(f, "{key} is not set, and {} is not read: {reason}", error::plain(&path))
            }
        }
    }
}
