//! The difference between two audits.

use core::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{AuditEntry, AuditSnapshot};
use crate::error::one_line;

/// What differs between two audits.
///
/// Compared are the keys, and for each its source, provider and whether it is masked. Times, lines and paths are not:
/// they differ between two runs of the same deployment.
///
/// ```
/// # use envaudit::EnvConfig;
/// #[derive(EnvConfig)]
/// struct Config {
///     #[env(default = 8080)]
///     port: u16,
/// }
///
/// let before = Config::loader().vars([("PORT", "80")]).load()?.audit().snapshot();
/// let now = Config::loader().vars([("X", "")]).load()?;
/// let drift = now.audit().diff(&before);
/// assert_eq!(drift.to_string(), "~ PORT: system -> schema_default\n1 changed\n");
/// # Ok::<(), envaudit::LoadError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Drift {
    changes: Vec<DriftChange>,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DriftChange {
    /// A key that was not there before.
    Added(AuditEntry),
    /// A key whose source, provider or masking is another one.
    Changed {
        /// The entry before.
        before: AuditEntry,
        /// The entry now.
        after: AuditEntry,
    },
    /// A key that is no longer there.
    Removed(AuditEntry),
}

impl Drift {
    /// Compares two snapshots.
    pub fn between(before: &AuditSnapshot, after: &AuditSnapshot) -> Self {
        let mut changes: Vec<DriftChange> = before
            .entries()
            .filter_map(|old| match after.get(&old.key) {
                None => Some(DriftChange::Removed(old.clone())),
                Some(new) if compared(old) == compared(new) => None,
                Some(new) => Some(DriftChange::Changed { before: old.clone(), after: new.clone() }),
            })
            .collect();
        let added = after.entries().filter(|new| before.get(&new.key).is_none());
        changes.extend(added.cloned().map(DriftChange::Added));
        changes.sort_by(|a, b| a.key().cmp(b.key()));
        Drift { changes }
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The differences, by key.
    pub fn changes(&self) -> &[DriftChange] {
        &self.changes
    }
}

/// Part of the five established fields alone: a baseline that has no more agrees with a load that has.
fn compared(entry: &AuditEntry) -> (crate::Source, Option<&str>, bool) {
    (entry.source, entry.provider.as_deref(), entry.masked)
}

impl DriftChange {
    /// The key that differs.
    pub fn key(&self) -> &str {
        match self {
            DriftChange::Added(entry) | DriftChange::Removed(entry) => &entry.key,
            DriftChange::Changed { after, .. } => &after.key,
        }
    }
}

fn described(entry: &AuditEntry) -> String {
    let mut text = match &entry.provider {
        Some(provider) => format!("{} ({})", entry.source, one_line(provider)),
        None if entry.unset => "not set".to_owned(),
        None => entry.source.to_string(),
    };
    if entry.masked {
        text.push_str(", masked");
    }
    text
}

/// One change a line, then counts; `no drift` when there is none.
impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return writeln!(f, "no drift");
        }
        let mut counts = [(0, "added"), (0, "changed"), (0, "removed")];
        for change in &self.changes {
            match change {
                DriftChange::Added(entry) => {
                    counts[0].0 += 1;
                    writeln!(f, "+ {}: {}", one_line(&entry.key), described(entry))?;
                }
                DriftChange::Changed { before, after } => {
                    counts[1].0 += 1;
                    let (from, to) = (described(before), described(after));
                    writeln!(f, "~ {}: {from} -> {to}", one_line(&after.key))?;
                }
                DriftChange::Removed(entry) => {
                    counts[2].0 += 1;
                    writeln!(f, "- {}: {}", one_line(&entry.key), described(entry))?;
                }
            }
        }
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        let counts: Vec<String> = counts.map(|(count, word)| format!("{count} {word}")).collect();
        writeln!(f, "{}", counts.join(", "))
    }
}

/// `{"key": …, "kind": "added" | "changed" | "removed", "before": …, "after": …}`.
impl Serialize for DriftChange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kind, before, after) = match self {
            DriftChange::Added(entry) => ("added", None, Some(entry)),
            DriftChange::Changed { before, after } => ("changed", Some(before), Some(after)),
            DriftChange::Removed(entry) => ("removed", Some(entry), None),
        };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("key", self.key())?;
        map.serialize_entry("kind", kind)?;
        map.serialize_entry("before", &before)?;
        map.serialize_entry("after", &after)?;
        map.end()
    }
}
