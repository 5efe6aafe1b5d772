//! The place within a source where a value was found.

use core::fmt;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};

use super::Source;

/// The place within a source where a value was found.
///
/// Displayed as `.env.prod:12`, `/run/secrets/api_key`, `/run/secrets/api_key (named in .env:3)` or
/// `prod/db#password (version 3, AWSCURRENT)`. A path with control characters in it, or with blanks at its ends, is in quotes.
///
/// In JSON it is `{"file": …, "line": …}`, `{"file": …, "named_in": {"file": …, "line": …}}` or
/// `{"secret": …, "version": …, "field": …, "stage": …, "created": …, "cached_since": …}`, with what the store says of these.
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
        /// What else the store says of it.
        #[serde(flatten)]
        details: Option<Box<SecretDetails>>,
    },
}

/// What a store says of the version of a secret that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SecretDetails {
    /// The member of the secret that has the value, where the secret is a document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<Arc<str>>,
    /// The store's name for what the version is now, such as `AWSCURRENT`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Arc<str>>,
    /// When the version was made.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "maybe_time")]
    pub created: Option<DateTime<Utc>>,
    /// Since when it is kept, where it was not fetched for this load.
    #[serde(flatten)]
    pub held: Option<Held>,
}

impl SecretDetails {
    pub(crate) fn is_empty(&self) -> bool {
        *self == SecretDetails::default()
    }
}

/// Since when a value is kept that was not fetched for this load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Held {
    /// It is fetched again when its time is over.
    #[serde(rename = "cached_since", serialize_with = "time")]
    Cached(DateTime<Utc>),
    /// Its time is over, and the store cannot be asked for another.
    #[serde(rename = "stale_since", serialize_with = "time")]
    Stale(DateTime<Utc>),
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

impl Location {
    /// What else the store says of the secret.
    pub fn details(&self) -> Option<&SecretDetails> {
        match self {
            Location::File { .. } | Location::NamedFile { .. } => None,
            Location::Secret { details, .. } => details.as_deref(),
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
            Location::Secret { id, version, details } => {
                let none = SecretDetails::default();
                let SecretDetails { field, stage, held, .. } = details.as_deref().unwrap_or(&none);
                f.write_str(id)?;
                if let Some(field) = field {
                    write!(f, "#{field}")?;
                }
                let time = |time: &DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
                let notes = [
                    version.as_ref().map(|version| format!("version {version}")),
                    stage.as_ref().map(ToString::to_string),
                    held.as_ref().map(|held| match held {
                        Held::Cached(since) => format!("cached since {}", time(since)),
                        Held::Stale(since) => format!("stale since {}", time(since)),
                    }),
                ];
                let notes: Vec<String> = notes.into_iter().flatten().collect();
                match notes.is_empty() {
                    true => Ok(()),
                    false => write!(f, " ({})", notes.join(", ")),
                }
            }
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

fn time<S: Serializer>(time: &DateTime<Utc>, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_str(&time.to_rfc3339_opts(SecondsFormat::Micros, true))
}

#[expect(clippy::ref_option, reason = "serde passes a reference")]
fn maybe_time<S: Serializer>(at: &Option<DateTime<Utc>>, out: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => time(at, out),
        None => out.serialize_none(),
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
