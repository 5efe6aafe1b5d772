//! The provenance of one value.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::json;
use crate::sources::{Location, Source};

/// Where one value came from. The value itself is not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    pub timestamp: DateTime<Utc>,
    /// File and line, or secret and version.
    pub location: Option<Location>,
    /// The alias or the `KEY_FILE` variable under which it was found; `None` when that was the key itself.
    pub found_as: Option<Cow<'static, str>>,
    /// The sources of lower precedence that had a value too, in order.
    pub shadowed: Vec<Source>,
    /// Whether an optional field was left empty because no source had it. Its source is then
    /// [`Source::SchemaDefault`].
    pub unset: bool,
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

impl Serialize for AuditEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("key", &self.key)?;
        map.serialize_entry("source", &self.source)?;
        map.serialize_entry("provider", &self.provider.as_deref())?;
        map.serialize_entry("masked", &self.masked)?;
        map.serialize_entry("timestamp", &json::timestamp(self.timestamp))?;
        if let Some(location) = &self.location {
            map.serialize_entry("location", location)?;
        }
        if let Some(name) = &self.found_as {
            map.serialize_entry("found_as", name)?;
        }
        if !self.shadowed.is_empty() {
            map.serialize_entry("shadowed", &self.shadowed)?;
        }
        if self.unset {
            map.serialize_entry("unset", &true)?;
        }
        map.end()
    }
}
