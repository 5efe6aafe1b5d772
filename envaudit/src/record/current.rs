//! A configuration that is about to be recorded.

use std::borrow::Cow;
use std::collections::HashMap;

use envaudit_redact::redact_named;

use crate::audit::AuditEntry;
use crate::ledger::__private::key_of;
use crate::ledger::config_state::RecordedValue;
use crate::ledger::{KeyRing, REDACTED};
use crate::load::{ErasedLoad, LoadedText, Secrets};
use crate::schema::KeyRequest;

use super::context::Values;

/// A value longer than this is recorded by its fingerprint alone.
const MAX_VALUE: usize = 4 << 10;

/// A variable of a configuration that is about to be recorded.
pub(super) struct Current {
    entry: AuditEntry,
    masked: bool,
    text: LoadedText,
    value: Option<String>,
}

/// All variables that have a value. An optional field that was left empty has none: when it is set later, it is added.
pub(super) fn current(loaded: &ErasedLoad<'_>, values: Values) -> Vec<Current> {
    let found: Vec<(&'static KeyRequest, &AuditEntry, LoadedText)> =
        loaded.texts().filter_map(|(request, entry, text)| Some((request, entry, text?))).collect();
    let mut secrets = Secrets::default();
    for (request, _, text) in &found {
        if values == Values::Redacted
            && request.is_secret()
            && let Some(text) = text.as_str()
        {
            secrets.note(request, text);
        }
    }
    let current = found.into_iter().map(|(request, entry, text)| {
        let masked = request.is_secret() || text.has_secret;
        let value = match (masked, values) {
            (false, Values::Redacted) => value_of(request, &text),
            _ => None,
        };
        Current { entry: entry.clone(), masked, text, value }
    });
    let mut current: Vec<Current> = current.collect();
    secrets.redact_values(current.iter_mut().filter_map(|current| current.value.as_mut()));
    for Current { entry, value, .. } in &mut current {
        if let Some(value) = value {
            let clean = redact_named(&entry.key, value);
            if let Cow::Owned(clean) = clean {
                *value = clean;
            }
        }
    }
    current
}

/// The value in a record of a variable that is not a secret.
fn value_of(request: &KeyRequest, text: &LoadedText) -> Option<String> {
    let text = text.as_str().filter(|text| text.len() <= MAX_VALUE)?;
    if request.is_named_like_a_secret() {
        return Some(REDACTED.to_owned());
    }
    Some(text.to_owned())
}

impl Current {
    pub(super) fn key(&self) -> &str {
        &self.entry.key
    }

    pub(super) fn is_masked(&self) -> bool {
        self.masked
    }

    /// Its record under the keys of a ledger. `before` is its last record.
    pub(super) fn record(
        &self,
        before: Option<&RecordedValue>,
        ring: Option<&KeyRing>,
        with_value: bool,
    ) -> RecordedValue {
        let fingerprint = ring.map(|ring| ring.current().fingerprint(self.key(), &self.text.bytes));
        // A value that was redacted because it had the text of a secret stays redacted when the secret is rotated.
        let redacted = before
            .filter(|before| self.has_value_of(before, ring))
            .and_then(|before| before.value.as_ref())
            .filter(|value| value.contains(REDACTED));
        let value = self.value.as_ref().map(|value| redacted.unwrap_or(value));
        let source = self.entry.source.name().to_owned();
        let provider = self.entry.provider.as_deref().map(str::to_owned);
        let mut recorded = RecordedValue::new(self.key().to_owned(), source, provider, self.masked);
        recorded.fingerprint = fingerprint;
        recorded.value = value.filter(|_| with_value).cloned();
        recorded
    }

    /// Whether the variable is the same as in this record.
    pub(super) fn is_as(&self, before: &RecordedValue, ring: Option<&KeyRing>) -> bool {
        before.source == self.entry.source.name()
            && before.provider.as_deref() == self.entry.provider.as_deref()
            && before.masked == self.masked
            && self.has_value_of(before, ring)
    }

    /// Whether the value is the same. A value that cannot be compared, because the key of its record is not given, counts as
    /// changed: better a change too many in the history than one too few.
    fn has_value_of(&self, before: &RecordedValue, ring: Option<&KeyRing>) -> bool {
        match (&before.fingerprint, ring) {
            (Some(fingerprint), Some(ring)) => match key_of(fingerprint, ring) {
                Some(key) => key.fingerprint(self.key(), &self.text.bytes) == *fingerprint,
                None => self.texts(before).is_some_and(|(before, now)| before == now),
            },
            // Without keys, only values can be compared.
            (None, None) => before.value == self.value,
            _ => false,
        }
    }

    /// The recorded value and the present one, if both are known completely.
    fn texts<'a>(&'a self, before: &'a RecordedValue) -> Option<(&'a str, &'a str)> {
        let whole =
            |value: &'a Option<String>| value.as_deref().filter(|value| !value.contains(REDACTED));
        Some((whole(&before.value)?, whole(&self.value)?))
    }
}

/// The variables that cannot be compared, because the key of their last record was not given.
pub(super) fn uncompared(
    before: &[RecordedValue],
    now: &[Current],
    ring: Option<&KeyRing>,
) -> Vec<String> {
    let Some(ring) = ring else { return Vec::new() };
    let now: HashMap<&str, &Current> = now.iter().map(|now| (now.key(), now)).collect();
    let unknown = |before: &&RecordedValue| {
        let fingerprint = before.fingerprint.as_deref();
        fingerprint.is_some_and(|fingerprint| key_of(fingerprint, ring).is_none())
            && now.get(before.key.as_str()).is_some_and(|now| now.texts(before).is_none())
    };
    before.iter().filter(unknown).map(|before| before.key.clone()).collect()
}
