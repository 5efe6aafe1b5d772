//! The place within a source where a value was found.

use core::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::Source;

/// The place within a source where a value was found.
///
/// Displayed as `.env.prod:12`, `/run/secrets/api_key` or `prod/db (version 3)`.
///
/// In JSON it is `{"file": …, "line": …}` or `{"secret": …, "version": …}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Location {
    /// A file, and the line in it where it has lines.
    File {
        /// The path as it was opened.
        #[serde(rename = "file", serialize_with = "path_text")]
        path: Arc<Path>,
        /// The line, counted from 1.
        #[serde(skip_serializing_if = "Option::is_none")]
        line: Option<u32>,
    },
    /// A secret in a store.
    Secret {
        /// The store's name for it.
        #[serde(rename = "secret")]
        id: Arc<str>,
        /// The store's name for the version that was read.
        #[serde(skip_serializing_if = "Option::is_none")]
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

fn path_text<S: Serializer>(path: &Path, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_str(&path.to_string_lossy())
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
