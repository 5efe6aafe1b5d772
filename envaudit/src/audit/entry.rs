//! The provenance of one value.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::json;
use crate::sources::{Location, Source};

/// Where one value came from. The value itself is not in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AuditEntry {
    /// The full key, such as `APP_DB_PASSWORD`.
    pub key: Cow<'static, str>,
    /// The source that supplied the value.
    pub source: Source,
    /// The name of the [`Provider`](crate::Provider) that supplied it, where it was one.
    pub provider: Option<Arc<str>>,
    /// Whether the value is secret and shown nowhere.
    pub masked: bool,
    /// When it was loaded.
    #[serde(serialize_with = "json::timestamp")]
    pub timestamp: DateTime<Utc>,
    /// File and line, or secret and version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// The alias or the `KEY_FILE` variable under which it was found; `None` when that was the key itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found_as: Option<Cow<'static, str>>,
    /// The sources that had a value too, in order: those of lower precedence, and first the one of the value itself, if it has
    /// another value under another name, or in a further file, folder or provider.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shadowed: Vec<Source>,
    /// Whether an optional field was left empty because no source had it. Its source is then
    /// [`Source::SchemaDefault`].
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unset: bool,
    /// Whether a secret is set and empty.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub empty: bool,
}

/// An entry that a load has not filled in.
pub const BLANK: AuditEntry = AuditEntry {
    key: Cow::Borrowed(""),
    source: Source::SchemaDefault,
    provider: None,
    masked: false,
    timestamp: DateTime::UNIX_EPOCH,
    location: None,
    found_as: None,
    shadowed: Vec::new(),
    unset: false,
    empty: false,
};

impl AuditEntry {
    /// The place in a few words: `.env:12`, or the alias it was found under.
    pub(crate) fn place(&self) -> String {
        let mut place = match (&self.location, self.unset) {
            (Some(location), _) => location.to_string(),
            (None, true) => "(not set)".to_owned(),
            (None, false) => String::new(),
        };
        if let Some(name) = &self.found_as {
            if !place.is_empty() {
                place.push(' ');
            }
            place.push_str(&format!("as {name}"));
        }
        place
    }
}
