//! The state of a configuration, as a record has it.

use core::fmt;
use std::borrow::Cow;

use crate::audit::AuditEntry;
use crate::ledger::event::redact::{REDACTED, is_secret_name, redact};
use crate::ledger::format::walk::{members, text};
use crate::ledger::key::{KeyId, KeyRing, MasterKey};
use crate::load::{LoadedView, Secrets, Text};
use crate::schema::KeyRequest;

use super::context::Values;

/// A value longer than this is recorded by its fingerprint alone.
const MAX_VALUE: usize = 4 << 10;

/// What a record has of one variable: where its value came from, and a fingerprint of the value.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedValue {
    /// The full key, such as `APP_PORT`.
    pub key: String,
    /// The name of the source, such as `file.env`.
    pub source: String,
    /// The provider, where it was one.
    pub provider: Option<String>,
    /// Whether the value is secret.
    pub masked: bool,
    /// The fingerprint, `kid:hex`; `None` in a ledger without a key.
    pub fingerprint: Option<String>,
    /// The value without what looks like a credential, where the record has it.
    pub value: Option<String>,
}

impl RecordedValue {
    /// Reads a side of a change or an element of a state, as it stands in the `details` of an event.
    pub(in crate::ledger) fn read(object: &str) -> Option<Self> {
        let (mut key, mut source, mut masked) = (None, None, None);
        let (mut provider, mut fingerprint, mut recorded) = (None, None, None);
        for (name, value) in members(object) {
            let place = match &*name {
                "key" => &mut key,
                "source" => &mut source,
                "provider" => &mut provider,
                "fingerprint" => &mut fingerprint,
                "value" => &mut recorded,
                "masked" => {
                    masked = value.parse().ok();
                    continue;
                }
                _ => continue,
            };
            *place = text(value).map(Cow::into_owned);
        }
        let (key, source, masked, value) = (key?, source?, masked?, recorded);
        Some(RecordedValue { key, source, provider, masked, fingerprint, value })
    }

    /// The value, or what may be said instead of it.
    fn shown(&self) -> &str {
        match &self.value {
            Some(value) => value,
            None if self.masked => "(secret)",
            None => "(not recorded)",
        }
    }
}

/// The value, or what may be said instead of it.
impl fmt::Display for RecordedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.shown())
    }
}

impl fmt::Debug for RecordedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordedValue")
            .field("key", &self.key)
            .field("source", &self.source)
            .field("provider", &self.provider)
            .field("masked", &self.masked)
            .field("fingerprint", &self.fingerprint)
            .field("value", &self.value)
            .finish()
    }
}

/// A variable of a configuration that is about to be recorded.
pub(super) struct Current {
    entry: AuditEntry,
    masked: bool,
    text: Text,
    value: Option<String>,
}

/// All variables that have a value. An optional field that was left empty has none: when it is set later, it is added.
pub(super) fn current(loaded: &LoadedView<'_>, values: Values) -> Vec<Current> {
    let found: Vec<(&'static KeyRequest, &AuditEntry, Text)> =
        loaded.texts().filter_map(|(request, entry, text)| Some((request, entry, text?))).collect();
    let mut secrets = Secrets::default();
    for (request, _, text) in &found {
        if request.is_secret()
            && let Some(text) = text.as_str()
        {
            secrets.note(request, text);
        }
    }
    let current = found.into_iter().map(|(request, entry, text)| {
        let masked = request.is_secret() || text.has_secret;
        let value = match (masked, values) {
            (false, Values::Redacted) => value_of(request, &text, &secrets),
            _ => None,
        };
        Current { entry: entry.clone(), masked, text, value }
    });
    current.collect()
}

/// What a record may say of a value that is no secret.
fn value_of(request: &KeyRequest, text: &Text, secrets: &Secrets) -> Option<String> {
    let text = text.as_str().filter(|text| text.len() <= MAX_VALUE)?;
    if is_secret_name(request.key()) && !request.field().public {
        return Some(REDACTED.to_owned());
    }
    Some(redact(&secrets.redact(text)).into_owned())
}

impl Current {
    pub(super) fn key(&self) -> &str {
        &self.entry.key
    }

    pub(super) fn is_masked(&self) -> bool {
        self.masked
    }

    /// What is recorded of it under the keys of a ledger. `before` is what was recorded of it last.
    pub(super) fn record(
        &self,
        before: Option<&RecordedValue>,
        ring: Option<&KeyRing>,
        with_value: bool,
    ) -> RecordedValue {
        let fingerprint = ring.map(|ring| ring.current().fingerprint(self.key(), &self.text.bytes));
        // What was redacted because it had the text of a secret stays so when the secret is rotated.
        let redacted = before
            .filter(|before| self.has_value_of(before, ring))
            .and_then(|before| before.value.as_ref())
            .filter(|value| value.contains(REDACTED));
        let value = self.value.as_ref().map(|value| redacted.unwrap_or(value));
        RecordedValue {
            key: self.key().to_owned(),
            source: self.entry.source.name().to_owned(),
            provider: self.entry.provider.as_deref().map(str::to_owned),
            masked: self.masked,
            fingerprint,
            value: value.filter(|_| with_value).cloned(),
        }
    }

    /// Whether nothing has changed since this was recorded.
    pub(super) fn is_as(&self, before: &RecordedValue, ring: Option<&KeyRing>) -> bool {
        before.source == self.entry.source.name()
            && before.provider.as_deref() == self.entry.provider.as_deref()
            && before.masked == self.masked
            && self.has_value_of(before, ring)
    }

    /// Whether the value is the same. One that cannot be compared, because the key is gone under which it was recorded, is
    /// another: better a change too many in the history than one too few.
    fn has_value_of(&self, before: &RecordedValue, ring: Option<&KeyRing>) -> bool {
        match (&before.fingerprint, ring) {
            (Some(fingerprint), Some(ring)) => match key_of(fingerprint, ring) {
                Some(key) => key.fingerprint(self.key(), &self.text.bytes) == *fingerprint,
                None => self.texts(before).is_some_and(|(before, now)| before == now),
            },
            // Without keys, values are all there is to compare.
            (None, None) => before.value == self.value,
            _ => false,
        }
    }

    /// The value as it was recorded and as it is, where both are known whole.
    fn texts<'a>(&'a self, before: &'a RecordedValue) -> Option<(&'a str, &'a str)> {
        let whole =
            |value: &'a Option<String>| value.as_deref().filter(|value| !value.contains(REDACTED));
        Some((whole(&before.value)?, whole(&self.value)?))
    }
}

/// The key that a fingerprint was made with, if it is one of these.
fn key_of<'r>(fingerprint: &str, ring: &'r KeyRing) -> Option<&'r MasterKey> {
    let (kid, _) = fingerprint.split_once(':')?;
    ring.key(KeyId::parse(kid)?)
}

/// The variables of which it cannot be known whether they changed, because the key is not given that they were recorded
/// under.
pub(super) fn uncompared(
    before: &[RecordedValue],
    now: &[Current],
    ring: Option<&KeyRing>,
) -> Vec<String> {
    let Some(ring) = ring else { return Vec::new() };
    let unknown = |before: &&RecordedValue| {
        let fingerprint = before.fingerprint.as_deref();
        fingerprint.is_some_and(|fingerprint| key_of(fingerprint, ring).is_none())
            && now.iter().any(|now| now.key() == before.key && now.texts(before).is_none())
    };
    before.iter().filter(unknown).map(|before| before.key.clone()).collect()
}
