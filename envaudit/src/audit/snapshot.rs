//! A saved audit.

use core::fmt;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, Datelike, NaiveDateTime, SubsecRound, Utc};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{AuditEntry, BLANK, json, strict_json, table};
use crate::error::one_line;
use crate::sources::{Held, Location, SecretDetails, Source};

/// An audit without its types: to keep in a file, and to compare with a later one. Its times are those of the JSON, to
/// the microsecond.
///
/// ```
/// use envaudit::{AuditSnapshot, Source};
///
/// let saved = AuditSnapshot::from_json(
///     r#"{"PORT": {"key": "PORT", "source": "file.env", "provider": null, "masked": false,
///         "timestamp": "2026-11-30T12:00:00"}}"#,
/// )?;
/// assert_eq!(saved.get("PORT").unwrap().source, Source::FileEnv);
/// # Ok::<(), envaudit::SnapshotError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct AuditSnapshot {
    entries: BTreeMap<Cow<'static, str>, AuditEntry>,
}

impl AuditSnapshot {
    pub(super) fn new(entries: impl Iterator<Item = AuditEntry>) -> Self {
        let entries = entries.map(|mut entry| {
            entry.timestamp = to_the_microsecond(entry.timestamp);
            (entry.key.clone(), entry)
        });
        AuditSnapshot { entries: entries.collect() }
    }

    /// Reads the JSON that [`to_json`](Self::to_json) or [`Audit::to_json`](crate::Audit::to_json) wrote, or any object by
    /// key whose members have `key`, `source`, `provider`, `masked` and `timestamp`. A timestamp without an offset is UTC.
    /// Unknown members are ignored.
    ///
    /// # Errors
    ///
    /// When the text is not such JSON or gives a member twice, with the key of the entry that is wrong.
    pub fn from_json(text: &str) -> Result<Self, SnapshotError> {
        let value =
            strict_json::parse(text).map_err(|message| SnapshotError::new(None, message))?;
        let Value::Object(members) = value else {
            return Err(SnapshotError::new(None, "an object by key is expected"));
        };
        let entries = members
            .iter()
            .map(|(key, member)| {
                let entry = read_entry(key, member)
                    .map_err(|message| SnapshotError::new(Some(key), message))?;
                Ok((Cow::Owned(key.clone()), entry))
            })
            .collect::<Result<_, _>>()?;
        Ok(AuditSnapshot { entries })
    }

    /// The entry of a key.
    pub fn get(&self, key: &str) -> Option<&AuditEntry> {
        self.entries.get(key)
    }

    /// The entries, by key.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &AuditEntry> {
        self.entries.values()
    }

    /// An object by key, without any value.
    pub fn to_json(&self) -> String {
        json::compact(self)
    }

    /// [`to_json`](Self::to_json) with line breaks and indentation.
    pub fn to_json_pretty(&self) -> String {
        json::pretty(self)
    }
}

/// The table of [`Audit`](crate::Audit).
impl fmt::Display for AuditSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        table::write(f, self.entries())
    }
}

/// Why a text is not a saved audit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a saved audit: {}{message}", .key.as_ref().map_or_else(String::new, |key| format!("the entry of {}: ", one_line(key))))]
pub struct SnapshotError {
    key: Option<String>,
    message: String,
}

impl SnapshotError {
    fn new(key: Option<&String>, message: impl Into<String>) -> Self {
        SnapshotError { key: key.cloned(), message: one_line(&message.into()).into_owned() }
    }

    /// The key whose entry is wrong.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }
}

fn read_entry(key: &str, member: &Value) -> Result<AuditEntry, String> {
    let Value::Object(member) = member else { return Err("an object is expected".to_owned()) };
    let named = text(member, "key")?;
    if named != key {
        return Err("its `key` is a different one".to_owned());
    }
    let source = text(member, "source")?;
    let source: Source = source.parse().map_err(|error| format!("`source`: {error}"))?;
    let masked = match member.get("masked") {
        Some(Value::Bool(masked)) => *masked,
        _ => return Err("`masked` must be true or false".to_owned()),
    };
    let timestamp = read_timestamp(text(member, "timestamp")?)
        .ok_or("`timestamp` must be a time such as `2026-11-30T12:00:00Z`")?;
    let mut entry = AuditEntry { masked, timestamp, source, ..BLANK };
    entry.key = Cow::Owned(key.to_owned());
    entry.provider = match member.get("provider") {
        None | Some(Value::Null) => None,
        Some(Value::String(provider)) => Some(provider.as_str().into()),
        Some(_) => return Err("`provider` must be text or null".to_owned()),
    };
    entry.location = member.get("location").and_then(read_location);
    entry.found_as =
        member.get("found_as").and_then(Value::as_str).map(|name| name.to_owned().into());
    let shadowed = member.get("shadowed").and_then(Value::as_array);
    entry.shadowed =
        shadowed.into_iter().flatten().filter_map(|source| source.as_str()?.parse().ok()).collect();
    entry.unset = member.get("unset") == Some(&Value::Bool(true));
    entry.empty = member.get("empty") == Some(&Value::Bool(true));
    Ok(entry)
}

fn text<'v>(member: &'v Map<String, Value>, name: &str) -> Result<&'v str, String> {
    match member.get(name) {
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(format!("`{name}` must be text")),
        None => Err(format!("`{name}` is missing")),
    }
}

fn read_timestamp(text: &str) -> Option<DateTime<Utc>> {
    let with_offset = DateTime::parse_from_rfc3339(text).map(|time| time.to_utc());
    let naive = || text.replace(' ', "T").parse::<NaiveDateTime>().map(|time| time.and_utc());
    let time = with_offset.or_else(|_| naive()).ok().map(to_the_microsecond)?;
    // RFC 3339 has no other years.
    (0..=9999).contains(&time.year()).then_some(time)
}

fn to_the_microsecond(time: DateTime<Utc>) -> DateTime<Utc> {
    time.trunc_subsecs(6)
}

fn read_location(value: &Value) -> Option<Location> {
    let part = |name| value.get(name).and_then(Value::as_str);
    if let Some(path) = part("file") {
        let line = value.get("line").and_then(Value::as_u64);
        let line = line.and_then(|line| line.try_into().ok());
        let path = Path::new(path).into();
        return Some(match value.get("named_in").and_then(read_location) {
            Some(named_in) => Location::NamedFile { path, named_in: Box::new(named_in) },
            None => Location::File { path, line },
        });
    }
    let id = part("secret")?.into();
    let time = |name| part(name).and_then(read_timestamp);
    let held = time("cached_since").map(Held::Cached);
    let details = SecretDetails {
        field: part("field").map(Into::into),
        stage: part("stage").map(Into::into),
        created: time("created"),
        held: held.or_else(|| time("stale_since").map(Held::Stale)),
    };
    let details = (!details.is_empty()).then(|| Box::new(details));
    Some(Location::Secret { id, version: part("version").map(Into::into), details })
}
