use core::fmt;
use std::borrow::Cow;

use super::state::{Current, RecordedValue};
use crate::ledger::format::walk::{members, text};
use crate::ledger::key::KeyRing;

/// One variable that differs from the last recorded state.
///
/// `Display` is one line, without any secret:
///
/// ```
/// # use envaudit::ledger::{Context, LedgerOptions, MasterKey, MemoryStore};
/// # use envaudit::{EnvConfig, SecretString};
/// #[derive(EnvConfig)]
/// struct Config {
///     port: u16,
///     api_key: SecretString,
/// }
///
/// # let ledger = LedgerOptions::new().key(MasterKey::from_bytes([7; 32])).init_in(MemoryStore::default())?;
/// # let context = Context::new();
/// let before = Config::loader().vars([("PORT", "80"), ("API_KEY", "old")]).load()?;
/// let after = Config::loader().vars([("PORT", "443"), ("API_KEY", "new")]).load()?;
/// ledger.record(&before, &context)?;
/// let recorded = ledger.record(&after, &context)?;
/// let lines: Vec<String> = recorded.changes().iter().map(ToString::to_string).collect();
/// assert_eq!(lines, ["~ PORT: 80 -> 443", "~ API_KEY: (secret) rotated"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigChange {
    /// The full key.
    pub key: String,
    /// What happened to it.
    pub kind: ChangeKind,
    /// What was recorded before; `None` if it was added.
    pub before: Option<RecordedValue>,
    /// What it is now; `None` if it was removed.
    pub after: Option<RecordedValue>,
}

/// What happened to a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChangeKind {
    /// It has a value and had none.
    Added,
    /// It has another value, or the value comes from another place.
    Changed,
    /// It had a value and has none.
    Removed,
}

impl ChangeKind {
    /// Its name in a record.
    pub const fn name(self) -> &'static str {
        match self {
            ChangeKind::Added => "added",
            ChangeKind::Changed => "changed",
            ChangeKind::Removed => "removed",
        }
    }
}

impl fmt::Display for ConfigChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = &self.key;
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => {
                write!(f, "~ {key}: ")?;
                if !self.has_new_value() {
                    write!(f, "{after}")?;
                } else if self.is_rotation() {
                    f.write_str("(secret) rotated")?;
                } else {
                    write!(f, "{before} -> {after}")?;
                }
                if let Some((from, to)) = self.moved() {
                    write!(f, " (moved from {from} to {to})")?;
                }
                Ok(())
            }
            (None, Some(after)) => write!(f, "+ {key}: {after}"),
            (Some(before), None) => write!(f, "- {key}: {before}"),
            (None, None) => f.write_str(key),
        }
    }
}

fn place(value: &RecordedValue) -> &str {
    value.provider.as_deref().unwrap_or(&value.source)
}

impl ConfigChange {
    /// Whether the value is another; else it comes from another place, or has become a secret.
    pub fn has_new_value(&self) -> bool {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => {
                before.fingerprint != after.fingerprint || before.value != after.value
            }
            _ => true,
        }
    }

    /// Whether a secret has another value than before.
    pub fn is_rotation(&self) -> bool {
        let masked = |side: &Option<RecordedValue>| side.as_ref().is_some_and(|it| it.masked);
        masked(&self.before) && masked(&self.after) && self.has_new_value()
    }

    /// From where to where, if the value comes from another place.
    pub fn moved(&self) -> Option<(&str, &str)> {
        let (before, after) = (self.before.as_ref()?, self.after.as_ref()?);
        let moved = before.source != after.source || before.provider != after.provider;
        moved.then(|| (place(before), place(after)))
    }

    /// Reads a change, as it stands in the `details` of an event.
    pub(in crate::ledger) fn read(object: &str) -> Option<Self> {
        let kinds = [ChangeKind::Added, ChangeKind::Changed, ChangeKind::Removed];
        let (mut key, mut kind, mut before, mut after) = (None, None, None, None);
        for (name, value) in members(object) {
            match &*name {
                "key" => key = text(value).map(Cow::into_owned),
                "kind" => {
                    kind = kinds
                        .into_iter()
                        .find(|kind| text(value).is_some_and(|it| it == kind.name()));
                }
                "before" => before = Some(RecordedValue::read(value)?),
                "after" => after = Some(RecordedValue::read(value)?),
                _ => {}
            }
        }
        Some(ConfigChange { key: key?, kind: kind?, before, after })
    }
}

/// The differences, in the order of the fields; what was removed comes last.
pub(super) fn between(
    before: &[RecordedValue],
    now: &[Current],
    ring: Option<&KeyRing>,
    with_values: bool,
) -> Vec<ConfigChange> {
    let change = |kind, before: Option<&RecordedValue>, after: Option<&Current>| ConfigChange {
        key: before.map_or_else(|| after.map_or("", Current::key), |before| &before.key).to_owned(),
        kind,
        before: before.map(|before| {
            let mut before = before.clone();
            // What has become a secret since is not said once more.
            if !with_values || after.is_some_and(Current::is_masked) {
                before.value = None;
            }
            before
        }),
        after: after.map(|after| after.record(before, ring, with_values)),
    };
    let mut changes = Vec::new();
    for after in now {
        match before.iter().find(|before| before.key == after.key()) {
            None => changes.push(change(ChangeKind::Added, None, Some(after))),
            Some(before) if after.is_as(before, ring) => {}
            Some(before) => changes.push(change(ChangeKind::Changed, Some(before), Some(after))),
        }
    }
    let is_gone = |before: &&RecordedValue| now.iter().all(|now| now.key() != before.key);
    let gone = before.iter().filter(is_gone);
    changes.extend(gone.map(|before| change(ChangeKind::Removed, Some(before), None)));
    changes
}
