//! The lookup of the keys of a ledger: given in code, in the environment, or next to the ledger.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::error::OpenError;
use crate::keys::file::{LONGEST, read_key_file};
use crate::keys::{KeyRing, MasterKey};
use crate::settings::LedgerSettings;
use crate::store::ChainStore;
use crate::write::recover::last_key;

const KEY_VARIABLE: &str = "ENVAUDIT_SIGNING_KEY";
const KEY_FILE_VARIABLE: &str = "ENVAUDIT_SIGNING_KEY_FILE";

/// Returns the value of a variable.
pub(crate) type Variables = dyn Fn(&str) -> Option<OsString> + Send + Sync;

/// The sources of keys.
pub(crate) struct KeySource {
    pub(crate) keys: GivenKeys,
    pub(crate) retired: Vec<MasterKey>,
    /// The key of a rotation that may have been recorded and interrupted.
    pub(crate) next: Option<MasterKey>,
    pub(crate) production: bool,
    pub(crate) variables: Box<Variables>,
}

pub(crate) enum GivenKeys {
    Nowhere,
    Given(KeyRing),
    None,
}

/// The keys that were found for a ledger.
pub(crate) struct KeyLookup {
    /// `None` for a ledger without keys.
    pub(crate) ring: Option<KeyRing>,
    /// Whether the key is kept next to the ledger.
    pub(crate) beside: bool,
    /// The key next to the ledger, if a rotation to the staged one was recorded and then interrupted.
    pub(crate) outdated: Option<MasterKey>,
    /// The file that holds the key, if a variable names one.
    pub(crate) file: Option<PathBuf>,
    /// A newly generated key, to be kept next to the ledger.
    pub(crate) made: Option<Zeroizing<String>>,
}

impl KeySource {
    /// The keys to open the ledger with.
    pub(crate) fn find(&self, store: &dyn ChainStore) -> Result<KeyLookup, OpenError> {
        let mut found = self.find_current(store)?;
        let retired = self.retired.iter().cloned();
        found.ring = found.ring.map(|ring| retired.fold(ring, KeyRing::retired));
        if let (Some(ring), Some(next)) = (&found.ring, &self.next)
            && ring.current().id() != next.id()
            && last_key(store).map_err(OpenError::Store)? == Some(next.id())
        {
            found.ring = Some(ring.clone().rotated_to(next.clone()));
        }
        Ok(found)
    }

    fn find_current(&self, store: &dyn ChainStore) -> Result<KeyLookup, OpenError> {
        let file = (self.variables)(KEY_FILE_VARIABLE).map(PathBuf::from);
        let given =
            |ring, file| KeyLookup { ring, beside: false, outdated: None, file, made: None };
        match &self.keys {
            GivenKeys::Given(ring) => return Ok(given(Some(ring.clone()), None)),
            GivenKeys::None => return Ok(given(None, None)),
            GivenKeys::Nowhere => {}
        }
        if let Some(key) = self.key_of_environment()? {
            return Ok(given(Some(KeyRing::new(key)), file));
        }
        if self.production {
            return Err(OpenError::NoKey { why: "in production a key must be given" });
        }
        let Some(beside) = store.keys() else {
            return Err(OpenError::NoKey { why: "a store of this kind keeps no key: give one" });
        };
        let key = match beside.key().map_err(OpenError::Store)? {
            Some(bytes) => {
                let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
                parsed("signing.key", &text)?
            }
            None => return Err(OpenError::NoKey { why: "the ledger has no signing.key" }),
        };
        let mut ring = KeyRing::new(key.clone());
        let mut outdated = None;
        if let Some(bytes) = beside.next_key().map_err(OpenError::Store)? {
            let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
            // A key that was not completely written has not been used.
            if let Ok(next) = MasterKey::from_hex(&text)
                && last_key(store).map_err(OpenError::Store)? == Some(next.id())
            {
                ring = ring.rotated_to(next);
                outdated = Some(key);
            }
        }
        // An attacker who could put a key there could have put the current one there too.
        for bytes in beside.retired_keys().map_err(OpenError::Store)? {
            let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
            ring = ring.retired(parsed("a retired key beside the ledger", &text)?);
        }
        Ok(KeyLookup { ring: Some(ring), beside: true, outdated, file: None, made: None })
    }

    /// The keys to create a ledger with.
    pub(crate) fn find_or_make(
        &self,
        store: &dyn ChainStore,
        settings: &LedgerSettings,
    ) -> Result<KeyLookup, OpenError> {
        match self.find(store) {
            Err(OpenError::NoKey { .. }) if !self.production && store.keys().is_some() => {
                let mut bytes = Zeroizing::new([0; 32]);
                settings.fill(&mut *bytes).map_err(OpenError::Entropy)?;
                let key = MasterKey::from_bytes(*bytes);
                let made = Some(key.to_hex());
                let ring = Some(KeyRing::new(key));
                Ok(KeyLookup { ring, beside: true, outdated: None, file: None, made })
            }
            result => result,
        }
    }

    fn key_of_environment(&self) -> Result<Option<MasterKey>, OpenError> {
        let text = (self.variables)(KEY_VARIABLE);
        let in_variable = text.map(|text| {
            let text = Zeroizing::new(text.to_string_lossy().into_owned());
            parsed(KEY_VARIABLE, &text)
        });
        let path = (self.variables)(KEY_FILE_VARIABLE);
        let in_file = path.map(|path| key_in_file(&PathBuf::from(path)));
        let (in_variable, in_file) = (in_variable.transpose()?, in_file.transpose()?);
        match (&in_variable, &in_file) {
            (Some(variable), Some(file)) if variable.id() != file.id() => {
                Err(OpenError::TwoKeys { variable: variable.id(), file: file.id() })
            }
            _ => Ok(in_variable.or(in_file)),
        }
    }
}

fn key_in_file(path: &Path) -> Result<MasterKey, OpenError> {
    let place = path.display().to_string();
    match read_key_file(path, LONGEST) {
        Ok(bytes) => {
            let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
            parsed(&format!("`{place}`"), &text)
        }
        Err(source) => Err(OpenError::KeyFile { path: place, source }),
    }
}

fn parsed(place: &str, text: &str) -> Result<MasterKey, OpenError> {
    MasterKey::from_hex(text).map_err(|source| OpenError::Key { place: place.to_owned(), source })
}
