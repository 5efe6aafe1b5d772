//! What a provider answers.

use core::fmt;
use core::time::Duration;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};

use super::ask::KnownVersions;
use super::shown_id::shown_id;
use crate::sources::location::{Held, Location, SecretDetails};
use crate::sources::provider_error::{ProviderError, ProviderErrorKind};

/// The values that a provider has, and why it has not others.
///
/// `Debug` shows the keys alone.
#[derive(Clone, Default)]
pub struct Fetched {
    values: HashMap<String, FetchedValue>,
    failures: Vec<Failure>,
}

/// A value that could not be fetched.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    /// The key or the alias.
    pub(crate) key: String,
    pub(crate) error: ProviderError,
    /// Whether the load goes on in spite of it.
    pub(crate) is_admitted: bool,
}

/// One value of a [`Fetched`], and where it came from.
#[derive(Clone)]
pub struct FetchedValue {
    text: SecretString,
    id: Option<Arc<str>>,
    version: Option<Arc<str>>,
    details: SecretDetails,
    valid_for: Option<Duration>,
    overrides: bool,
}

impl Fetched {
    /// No values.
    pub fn new() -> Self {
        Fetched::default()
    }

    /// Adds the value of a key or of one of its aliases.
    pub fn insert(
        &mut self,
        key: impl Into<String>,
        value: impl Into<SecretString>,
    ) -> &mut FetchedValue {
        let slot = self.values.entry(key.into());
        slot.insert_entry(FetchedValue::new(value.into())).into_mut()
    }

    /// Adds a value that the store has as bytes.
    ///
    /// # Errors
    ///
    /// When they are not UTF-8. Nothing of them is in the error.
    pub fn insert_bytes(
        &mut self,
        key: impl Into<String>,
        value: Vec<u8>,
    ) -> Result<&mut FetchedValue, ProviderError> {
        match String::from_utf8(value) {
            Ok(text) => Ok(self.insert(key, text)),
            Err(_) => {
                Err(ProviderError::free_text(ProviderErrorKind::Malformed, "it is not UTF-8"))
            }
        }
    }

    /// Says that one value could not be fetched, while others could. A load needs it only if no source of higher precedence has
    /// the key; then it does what the provider says of failures.
    pub fn fail(&mut self, key: impl Into<String>, error: ProviderError) {
        let key = key.into();
        self.values.remove(&key);
        self.failures.push(Failure { key, error, is_admitted: false });
    }

    pub(crate) fn get(&self, name: &str) -> Option<&FetchedValue> {
        self.values.get(name)
    }

    /// The keys of the values.
    #[cfg(feature = "cli")]
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut FetchedValue> {
        self.values.values_mut()
    }

    /// What could not be fetched.
    pub(crate) fn failures(&self) -> &[Failure] {
        &self.failures
    }

    /// Takes values of an earlier answer in place of those that this one lacks for such a reason.
    pub(super) fn fill_unavailable(
        &mut self,
        earlier: &Fetched,
        is_such: impl Fn(&ProviderError) -> bool,
    ) {
        for failure in std::mem::take(&mut self.failures) {
            match earlier.values.get(&failure.key).filter(|_| is_such(&failure.error)) {
                Some(value) => drop(self.values.insert(failure.key, value.clone())),
                None => self.failures.push(failure),
            }
        }
    }

    /// Says which failures the load goes on in spite of.
    pub(crate) fn admit(&mut self, admits: impl Fn(&ProviderError) -> bool) {
        for failure in &mut self.failures {
            failure.is_admitted = admits(&failure.error);
        }
    }

    /// Whether a value is of an earlier answer.
    pub(super) fn has_held(&self) -> bool {
        self.values.values().any(|value| value.details.held.is_some())
    }

    /// The versions of the values.
    pub(crate) fn versions(&self) -> KnownVersions {
        let version = |(key, value): (&String, &FetchedValue)| {
            Some((key.clone(), Arc::clone(value.version.as_ref()?)))
        };
        self.values.iter().filter_map(version).collect()
    }

    /// How long all values are good.
    pub(crate) fn valid_for(&self) -> Option<Duration> {
        self.values.values().filter_map(|value| value.valid_for).min()
    }
}

impl fmt::Debug for Fetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

impl FetchedValue {
    fn new(text: SecretString) -> Self {
        FetchedValue {
            text,
            id: None,
            version: None,
            details: SecretDetails::default(),
            valid_for: None,
            overrides: false,
        }
    }

    /// The store's name for the secret that the value came from. It is shown and recorded: on one line, of bounded length, and
    /// without what looks like a credential, such as the userinfo of a URL. So is all that is said of the value. Without a name,
    /// it is said of the variable, except for a version alone.
    pub fn secret_id(&mut self, id: impl Into<Arc<str>>) -> &mut Self {
        self.id = Some(without_credentials(id.into()));
        self
    }

    /// The store's name for the version that was read.
    pub fn version(&mut self, version: impl Into<Arc<str>>) -> &mut Self {
        self.version = Some(without_credentials(version.into()));
        self
    }

    /// The store's name for what the version is now, such as `AWSCURRENT`.
    pub fn stage(&mut self, stage: impl Into<Arc<str>>) -> &mut Self {
        self.details.stage = Some(without_credentials(stage.into()));
        self
    }

    /// The member of the secret that has the value, where the secret is a document.
    pub fn field(&mut self, field: impl Into<Arc<str>>) -> &mut Self {
        self.details.field = Some(without_credentials(field.into()));
        self
    }

    /// When the store says that the version was made. A [policy](crate::Policy::max_age) can set a limit to its age.
    pub fn created(&mut self, time: DateTime<Utc>) -> &mut Self {
        self.details.created = Some(time);
        self
    }

    /// How long the value is good: [`Live`](crate::live::Live) reads again afterwards.
    #[cfg_attr(not(feature = "live"), doc = "", allow(rustdoc::broken_intra_doc_links))]
    pub fn valid_for(&mut self, time: Duration) -> &mut Self {
        self.valid_for = Some(time);
        self
    }

    pub(super) fn valid_for_at_most(&mut self, time: Duration) {
        self.valid_for = Some(self.valid_for.map_or(time, |own| own.min(time)));
    }

    /// Says that the provider has another value for the key, which this one is taken instead of.
    pub fn overriding(&mut self) -> &mut Self {
        self.overrides = true;
        self
    }

    /// Says that the value was fetched earlier, and kept.
    pub(super) fn held(&mut self, held: Held) -> &mut Self {
        self.details.held = Some(held);
        self
    }

    pub(crate) fn is_overriding(&self) -> bool {
        self.overrides
    }

    pub(crate) fn text(&self) -> &str {
        self.text.expose_secret()
    }

    /// Where it is from. `key` stands for a secret that has no name, if more than its version is said of it.
    pub(crate) fn location(&self, key: &str) -> Option<Location> {
        let details = (!self.details.is_empty()).then(|| Box::new(self.details.clone()));
        let id = self.id.clone().or_else(|| details.is_some().then(|| key.into()))?;
        Some(Location::Secret { id, version: self.version.clone(), details })
    }
}

fn without_credentials(id: Arc<str>) -> Arc<str> {
    match shown_id(&id) {
        Cow::Borrowed(clean) if clean.len() == id.len() => id,
        clean => clean.into(),
    }
}

impl fmt::Debug for FetchedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FetchedValue")
            .field("id", &self.id)
            .field("version", &self.version)
            .field("details", &self.details)
            .finish_non_exhaustive()
    }
}
