//! The place within a source where a value was found.

use core::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::Source;

/// The place within a source where a value was found.
///
/// Displayed as `.env.prod:12`, `/run/secrets/api_key` or `prod/db (version 3)`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// A file, and the line in it where it has lines.
    File {
        /// The path as it was opened.
        path: Arc<Path>,
        /// The line, counted from 1.
        line: Option<u32>,
    },
    /// A secret in a store.
    Secret {
        /// The store's name for it.
        id: Arc<str>,
        /// The store's name for the version that was read.
        version: Option<Arc<str>>,
    },
}

impl Location {
    /// The file.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Location::File { path, .. } => Some(path),
            Location::Secret { .. } => None,
        }
    }

    /// The line in the file, counted from 1.
    pub fn line(&self) -> Option<u32> {
        match self {
            Location::File { line, .. } => *line,
            Location::Secret { .. } => None,
        }
    }

    /// The store's name for the secret.
    pub fn secret_id(&self) -> Option<&str> {
        match self {
            Location::File { .. } => None,
            Location::Secret { id, .. } => Some(id),
        }
    }

    /// The store's name for the version of the secret.
    pub fn version(&self) -> Option<&str> {
        match self {
            Location::File { .. } => None,
            Location::Secret { version, .. } => version.as_deref(),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::File { path, line: Some(line) } => write!(f, "{}:{line}", path.display()),
            Location::File { path, line: None } => write!(f, "{}", path.display()),
            Location::Secret { id, version: Some(version) } => {
                write!(f, "{id} (version {version})")
            }
            Location::Secret { id, version: None } => f.write_str(id),
        }
    }
}

/// `{"file": …, "line": …}` or `{"secret": …, "version": …}`.
impl Serialize for Location {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Location::File { path, line } => {
                map.serialize_entry("file", &path.to_string_lossy())?;
                if let Some(line) = line {
                    map.serialize_entry("line", line)?;
                }
            }
            Location::Secret { id, version } => {
                map.serialize_entry("secret", &**id)?;
                if let Some(version) = version {
                    map.serialize_entry("version", &**version)?;
                }
            }
        }
        map.end()
    }
}

/// A place in a few words, within the source where that is known.
pub(crate) fn place(source: Source, location: Option<&Location>) -> String {
    match (location, source) {
        (Some(location), _) => location.to_string(),
        (None, Source::System) => "the process environment".to_owned(),
        (None, Source::SchemaDefault) => "the default of the field".to_owned(),
        (None, source) => source.to_string(),
    }
}
