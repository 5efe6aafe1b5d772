//! Which secret feeds which variable, as the program says it.

use std::collections::BTreeMap;

use super::secret_ref::SecretRef;

/// What a provider was told to read.
#[derive(Clone, Debug, Default)]
pub(super) struct Mapping {
    /// JSON objects with a member for each variable; the later wins.
    pub(super) documents: Vec<SecretRef>,
    /// Places whose secrets have one variable each; the later wins.
    pub(super) paths: Vec<String>,
    /// How the names of secrets begin that have one variable each, in a store that lists names alone; the later wins.
    pub(super) prefixes: Vec<String>,
    /// Variables whose secret was named.
    pub(super) explicit: BTreeMap<String, SecretRef>,
}

impl Mapping {
    /// Whether the program has said nothing of secrets.
    #[cfg(any(feature = "azure", feature = "gcp"))]
    pub(super) fn is_empty(&self) -> bool {
        let Mapping { documents, paths, prefixes, explicit } = self;
        documents.is_empty() && paths.is_empty() && prefixes.is_empty() && explicit.is_empty()
    }
}

/// The methods of a provider that say which secret feeds which variable, and what its failures mean.
macro_rules! provider_options {
    ($document:literal, $map:literal) => {
        #[doc = $document]
        ///
        /// It is a JSON object. Its members are looked up as the key (`APP_DB_PASSWORD`), as what is behind the struct's prefix
        /// (`DB_PASSWORD`), and as both in `snake_case` and in `kebab-case`. Called again, it adds a document; where two have a
        /// key, the later wins.
        #[must_use]
        pub fn document(mut self, secret: impl Into<$crate::SecretRef>) -> Self {
            self.mapping.documents.push(secret.into());
            self
        }

        #[doc = $map]
        ///
        /// It wins over documents.
        #[must_use]
        pub fn map(mut self, key: impl Into<String>, secret: impl Into<$crate::SecretRef>) -> Self {
            self.mapping.explicit.insert(key.into(), secret.into());
            self
        }

        /// How long a load waits for it: ten seconds, unless this says otherwise.
        #[must_use]
        pub fn timeout(mut self, time: core::time::Duration) -> Self {
            self.timeout = time;
            self
        }

        /// What a failure means for a load.
        #[must_use]
        pub fn on_failure(mut self, on_failure: $crate::OnFailure) -> Self {
            self.on_failure = on_failure;
            self
        }

        /// Any failure is a warning, and the next source is tried.
        #[must_use]
        pub fn optional(self) -> Self {
            self.on_failure($crate::OnFailure::Optional)
        }
    };
}

pub(super) use provider_options;
