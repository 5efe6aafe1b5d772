//! The place within a source where a value was found.

use core::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::Source;

/// The place within a source where a value was found.
///
/// Displayed as `.env.prod:12`, `/run/secrets/api_key`, `/run/secrets/api_key (named in .env:3)` or
/// `prod/db (version 3)`. A path with control characters in it, or with blanks at its ends, is in quotes.
///
/// In JSON it is `{"file": …, "line": …}`, `{"file": …, "named_in": {"file": …, "line": …}}` or
/// `{"secret": …, "version": …}`.
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
    /// A file that a variable `KEY_FILE` of an env file names.
    NamedFile {
        /// The path of the file that has the value.
        #[serde(rename = "file", serialize_with = "path_text")]
        path: Arc<Path>,
        /// The line of the env file.
        named_in: Box<Location>,
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
    /// The file that has the value.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Location::File { path, .. } | Location::NamedFile { path, .. } => Some(path),
            Location::Secret { .. } => None,
        }
    }

    /// The place of the variable that names the file, where that is a line of an env file.
    pub fn named_in(&self) -> Option<&Location> {
        match self {
            Location::NamedFile { named_in, .. } => Some(named_in),
            Location::File { .. } | Location::Secret { .. } => None,
        }
    }

    /// The line in the file, counted from 1.
    pub fn line(&self) -> Option<u32> {
        match self {
            Location::File { line, .. } => *line,
            Location::NamedFile { .. } | Location::Secret { .. } => None,
        }
    }

    /// The store's name for the secret.
    pub fn secret_id(&self) -> Option<&str> {
        match self {
            Location::File { .. } | Location::NamedFile { .. } => None,
            Location::Secret { id, .. } => Some(id),
        }
    }

    /// The store's name for the version of the secret.
    pub fn version(&self) -> Option<&str> {
        match self {
            Location::File { .. } | Location::NamedFile { .. } => None,
            Location::Secret { version, .. } => version.as_deref(),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::File { path, line: Some(line) } => {
                write!(f, "{}:{line}", ShownPath(path))
            }
            Location::File { path, line: None } => write!(f, "{}", ShownPath(path)),
            Location::NamedFile { path, named_in } => {
                write!(f, "{} (named in {named_in})", ShownPath(path))
            }
            Location::Secret { id, version: Some(version) } => {
                write!(f, "{id} (version {version})")
            }
            Location::Secret { id, version: None } => f.write_str(id),
        }
    }
}

/// A path as a message shows it: in quotes if a reader would not see all of it.
pub(crate) struct ShownPath<'p>(pub(crate) &'p Path);

impl fmt::Display for ShownPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string_lossy();
        match text.trim() == text && !text.contains(char::is_control) {
            true => f.write_str(&text),
            false => write!(f, "{text:?}"),
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
