//! One variable that differs from the last recorded state.

use core::fmt;
use std::borrow::Cow;

use super::value::RecordedValue;
use crate::format::walk::{members, text};

/// One variable that differs from the last recorded state.
///
/// `Display` is one line, without any secret: `~ PORT: 80 -> 443`, `~ API_KEY: (secret) rotated`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigChange {
    /// The full key.
    pub key: String,
    /// The kind of change.
    pub kind: ChangeKind,
    /// The variable as recorded before; `None` if it was added.
    pub before: Option<RecordedValue>,
    /// The variable as recorded now; `None` if it was removed.
    pub after: Option<RecordedValue>,
}

/// The kind of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// It has a value now, and had none before.
    Added,
    /// It has another value, or the value comes from another place.
    Changed,
    /// It had a value before, and has none now.
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
    /// Created by the recorder of configurations.
    #[doc(hidden)]
    pub fn new(
        key: String,
        kind: ChangeKind,
        before: Option<RecordedValue>,
        after: Option<RecordedValue>,
    ) -> Self {
        ConfigChange { key, kind, before, after }
    }

    /// Whether the value is different; otherwise it comes from another place, or has become a secret.
    pub fn has_new_value(&self) -> bool {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => {
                before.fingerprint != after.fingerprint || before.value != after.value
            }
            _ => true,
        }
    }

    /// Whether a secret has a new value.
    pub fn is_rotation(&self) -> bool {
        let masked = |side: &Option<RecordedValue>| side.as_ref().is_some_and(|it| it.masked);
        masked(&self.before) && masked(&self.after) && self.has_new_value()
    }

    /// The place before and the place after, if the value comes from another place.
    pub fn moved(&self) -> Option<(&str, &str)> {
        let (before, after) = (self.before.as_ref()?, self.after.as_ref()?);
        let moved = before.source != after.source || before.provider != after.provider;
        moved.then(|| (place(before), place(after)))
    }

    /// Reads a change from the `details` of an event.
    #[doc(hidden)]
    pub fn read(object: &str) -> Option<Self> {
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
