//! The texts that a load has read, for a ledger and for the comparison of two loads.

use secrecy::zeroize::Zeroizing;

use crate::audit::AuditEntry;
use crate::schema::table::Table;
use crate::schema::{DefaultText, KeyRequest};
use crate::sources::Source;
use crate::sources::environment::Environment;
use crate::value::Raw;

/// What the files, folders and providers gave for each key. What the environment gave is not in here: it is read again
/// when it is needed, so that a load of variables alone keeps nothing.
#[derive(Clone)]
pub(crate) struct LoadedTexts {
    environment: Environment,
    kept: Vec<(usize, LoadedText)>,
}

/// The text of one value, wiped from memory when dropped.
#[derive(Clone)]
pub(crate) struct LoadedText {
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    /// Whether a reference put the value of a secret field into it.
    #[cfg(feature = "ledger")]
    pub(crate) has_secret: bool,
}

impl LoadedTexts {
    pub(super) fn new(environment: &Environment) -> Self {
        LoadedTexts { environment: environment.clone(), kept: Vec::new() }
    }

    #[cfg(feature = "ledger")]
    pub(crate) fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Each key with where its value came from and what its text was; `None` where a field was left empty.
    pub(crate) fn by_key<'a>(
        &'a self,
        table: &'static Table,
        entries: impl Iterator<Item = &'a AuditEntry>,
    ) -> impl Iterator<Item = (&'static KeyRequest, &'a AuditEntry, Option<LoadedText>)> {
        let entries = table.leaves.iter().zip(entries).enumerate();
        entries.map(|(index, (request, entry))| (request, entry, self.get(index, request, entry)))
    }

    /// Takes note of what was found for the key at this position.
    pub(super) fn note(&mut self, index: usize, entry: &AuditEntry, raw: &Raw<'_>) {
        if !is_variable(entry) {
            let bytes = Zeroizing::new(raw.as_bytes().to_vec());
            let text = LoadedText {
                bytes,
                #[cfg(feature = "ledger")]
                has_secret: raw.is_secret(),
            };
            self.kept.push((index, text));
        }
    }

    /// The text of the key at this position; `None` where a field was left empty. Of a default that is an expression it is
    /// the expression.
    fn get(&self, index: usize, request: &KeyRequest, entry: &AuditEntry) -> Option<LoadedText> {
        if entry.unset {
            return None;
        }
        if let Ok(at) = self.kept.binary_search_by_key(&index, |(index, _)| *index) {
            return Some(self.kept[at].1.clone());
        }
        let bytes = if is_variable(entry) {
            let name = entry.found_as.as_ref().unwrap_or(&entry.key);
            self.environment.get(name)?.into_encoded_bytes()
        } else {
            match request.field.default? {
                DefaultText::Value(text) | DefaultText::Expression(text) => text.into(),
            }
        };
        Some(LoadedText {
            bytes: Zeroizing::new(bytes),
            #[cfg(feature = "ledger")]
            has_secret: false,
        })
    }
}

/// Whether the value is that of a variable of the environment, and not in a file that a variable names.
fn is_variable(entry: &AuditEntry) -> bool {
    entry.source == Source::System && entry.provider.is_none() && entry.location.is_none()
}

impl LoadedText {
    /// The text, if it is UTF-8.
    #[cfg(feature = "ledger")]
    pub(crate) fn as_str(&self) -> Option<&str> {
        str::from_utf8(&self.bytes).ok()
    }
}

/// Nothing of the texts.
impl core::fmt::Debug for LoadedTexts {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("LoadedTexts")
    }
}
