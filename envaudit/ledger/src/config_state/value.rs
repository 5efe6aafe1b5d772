//! One variable in a record.

use core::fmt;
use std::borrow::Cow;

use crate::format::walk::{members, text};
use crate::keys::{KeyId, KeyRing, MasterKey};

/// One variable in a record: the source of its value, and a fingerprint of the value.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedValue {
    /// The full key, such as `APP_PORT`.
    pub key: String,
    /// The name of the source, such as `file.env`.
    pub source: String,
    /// The provider, if the source is one.
    pub provider: Option<String>,
    /// Whether the value is secret.
    pub masked: bool,
    /// The fingerprint, `kid:hex`; `None` in a ledger without a key.
    pub fingerprint: Option<String>,
    /// The value without apparent credentials, if it was recorded.
    pub value: Option<String>,
}

impl RecordedValue {
    /// Created by the recorder of configurations.
    #[doc(hidden)]
    pub fn new(key: String, source: String, provider: Option<String>, masked: bool) -> Self {
        RecordedValue { key, source, provider, masked, fingerprint: None, value: None }
    }

    /// Reads a side of a change or an element of a state from the `details` of an event.
    #[doc(hidden)]
    pub fn read(object: &str) -> Option<Self> {
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

    /// The value, or a text instead of it.
    fn shown(&self) -> &str {
        match &self.value {
            Some(value) => value,
            None if self.masked => "(secret)",
            None => "(not recorded)",
        }
    }
}

/// The value, or a text instead of it.
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

/// The key of a fingerprint, if it is in this ring.
pub fn key_of<'r>(fingerprint: &str, ring: &'r KeyRing) -> Option<&'r MasterKey> {
    let (kid, _) = fingerprint.split_once(':')?;
    ring.key(KeyId::parse(kid)?)
}
