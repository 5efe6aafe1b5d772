//! The keys for the hashes of events.

use core::fmt;
use std::collections::BTreeMap;

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use zeroize::Zeroizing;

use super::error::KeyError;
use super::id::KeyId;
use super::master::MasterKey;
use crate::keys::hash::{Hmac256, sha256, sha256_each};

/// The length of the text of a key: a name, a colon, digits and a newline.
const LINE: usize = 16 + 1 + 64 + 1;

/// The hash of one event: 32 bytes.
pub type EventHash = [u8; 32];

/// The `previous_hash` of the first event.
pub const NO_HASH: EventHash = [0; 32];

/// The key of the events' hashes, derived from a [`MasterKey`], and the name of the master key in the events.
///
/// Its holder can check the text of events, and forge events, but can neither sign a checkpoint nor find the value of a
/// fingerprint: an auditor needs it together with the public key of the checkpoints.
///
/// It is wiped from memory when dropped. `Debug` shows its name alone.
///
/// ```
/// use envaudit_ledger::MasterKey;
/// use envaudit_ledger::keys::ChainKey;
///
/// let key = MasterKey::from_bytes([7; 32]).chain_key();
/// let handed_over: ChainKey = ChainKey::parse(&key.to_text())?;
/// assert_eq!(handed_over.id(), key.id());
/// assert_eq!(handed_over.hash(b"an event"), key.hash(b"an event"));
/// # Ok::<(), envaudit_ledger::keys::KeyError>(())
/// ```
#[derive(Clone)]
pub struct ChainKey {
    id: KeyId,
    bytes: Zeroizing<[u8; 32]>,
    /// Its two first blocks are hashed already.
    hmac: Hmac256,
}

impl MasterKey {
    /// The key of the events' hashes.
    pub fn chain_key(&self) -> ChainKey {
        ChainKey::new(self.id(), self.derive(b"envaudit chain v1"))
    }
}

impl ChainKey {
    pub(super) fn new(id: KeyId, bytes: Zeroizing<[u8; 32]>) -> Self {
        ChainKey { id, hmac: Hmac256::new(&bytes), bytes }
    }

    pub(super) fn secret_bytes(&self) -> Zeroizing<[u8; 32]> {
        self.bytes.clone()
    }

    /// Reads the text of [`to_text`](Self::to_text); one final newline is allowed, and so are upper-case digits.
    ///
    /// # Errors
    ///
    /// When the text is anything else. The error has nothing of the text.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let line = text.strip_suffix('\n').unwrap_or(text);
        let (id, digits) = line.split_once(':').ok_or_else(|| match MasterKey::from_hex(line) {
            Ok(_) => KeyError::MasterForChain,
            Err(_) => KeyError::NotChain,
        })?;
        let id = KeyId::parse(&id.to_ascii_lowercase()).ok_or(KeyError::NotChain)?;
        let mut bytes = Zeroizing::new([0; 32]);
        if digits.len() != 64 {
            return Err(KeyError::NotChain);
        }
        HEXLOWER_PERMISSIVE
            .decode_mut(digits.as_bytes(), &mut *bytes)
            .map_err(|_| KeyError::NotChain)?;
        Ok(ChainKey::new(id, bytes))
    }

    /// The key as one line: the name of the master key, a colon, 64 hex digits and a newline.
    pub fn to_text(&self) -> Zeroizing<String> {
        let digits = Zeroizing::new(HEXLOWER.encode(&*self.bytes));
        Zeroizing::new(format!("{}:{}\n", self.id, *digits))
    }

    /// The name of the master key, which every line carries.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// HMAC-SHA256 of these bytes.
    pub fn hash(&self, bytes: &[u8]) -> EventHash {
        self.hmac.hash(bytes)
    }
}

impl fmt::Debug for ChainKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChainKey({})", self.id)
    }
}

/// The chain keys of a ledger, over its rotations, for checking the text of its events.
///
/// ```
/// use envaudit_ledger::{KeyRing, MasterKey};
/// use envaudit_ledger::keys::ChainKeys;
///
/// let ring = KeyRing::new(MasterKey::from_bytes([2; 32])).retired(MasterKey::from_bytes([1; 32]));
/// let keys = ChainKeys::parse(&ring.chain_keys().to_text())?;
/// assert_eq!(keys.current(), ring.current().id());
/// assert!(keys.hasher(MasterKey::from_bytes([1; 32]).id()).is_some());
/// # Ok::<(), envaudit_ledger::keys::KeyError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ChainKeys {
    current: KeyId,
    hashers: BTreeMap<KeyId, Hasher>,
}

impl ChainKeys {
    /// This key alone.
    pub fn new(current: ChainKey) -> Self {
        let keys = ChainKeys { current: current.id, hashers: BTreeMap::new() };
        keys.retired(current)
    }

    /// Adds a key that only older events were hashed with.
    #[must_use]
    pub fn retired(mut self, key: ChainKey) -> Self {
        self.hashers.insert(key.id, Hasher::Keyed(key));
        self
    }

    /// The same keys and another one, which is the current one from now on.
    #[must_use]
    pub(super) fn rotated_to(mut self, key: ChainKey) -> Self {
        self.current = key.id;
        self.retired(key)
    }

    /// Reads keys, one a line, the current one first. Empty lines at the end are ignored.
    ///
    /// # Errors
    ///
    /// When a line is not a key or has the name of an earlier one, or there is no key. The error has nothing of the text.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let mut keys = text.trim_end_matches(['\r', '\n']).lines().map(ChainKey::parse);
        let current = keys.next().ok_or(KeyError::NotChain)??;
        keys.try_fold(ChainKeys::new(current), |all, key| {
            let key = key?;
            // If two keys have one name, one of them is wrong.
            if all.hasher(key.id()).is_some() {
                Err(KeyError::NotChain)
            } else {
                Ok(all.retired(key))
            }
        })
    }

    /// The keys, one a line, the current one first.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(self.hashers.len() * LINE));
        let older = self.ids().filter(|id| *id != self.current);
        for id in [self.current].into_iter().chain(older) {
            if let Some(Hasher::Keyed(key)) = self.hasher(id) {
                text.push_str(&key.to_text());
            }
        }
        text
    }

    /// The name of the key that new events are hashed with.
    pub fn current(&self) -> KeyId {
        self.current
    }

    /// The hasher of the key of this name, current or retired.
    pub fn hasher(&self, id: KeyId) -> Option<&Hasher> {
        self.hashers.get(&id)
    }

    /// The names of all keys.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> + '_ {
        self.hashers.keys().copied()
    }
}

impl AsRef<ChainKeys> for ChainKeys {
    fn as_ref(&self) -> &ChainKeys {
        self
    }
}

/// How the events of a ledger are hashed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Hasher {
    /// HMAC-SHA256: without the key nobody can write or forge.
    Keyed(ChainKey),
    /// SHA-256: finds accidents, but not attacks by writers.
    Unkeyed,
}

impl Hasher {
    /// The hasher of a key.
    pub fn keyed(key: &MasterKey) -> Self {
        Hasher::Keyed(key.chain_key())
    }

    /// The hash of the bytes of a line before its `,"event_hash":"`.
    pub fn hash(&self, bytes: &[u8]) -> EventHash {
        match self {
            Hasher::Keyed(key) => key.hash(bytes),
            Hasher::Unkeyed => sha256(bytes),
        }
    }

    /// The hashes of several lines, in less time than one after the other.
    pub(crate) fn hash_each<const N: usize>(&self, lines: [&[u8]; N]) -> [EventHash; N] {
        match self {
            Hasher::Keyed(key) => key.hmac.hash_each(lines),
            Hasher::Unkeyed => sha256_each(lines),
        }
    }

    /// The key's name, if there is a key.
    pub fn key_id(&self) -> Option<KeyId> {
        match self {
            Hasher::Keyed(key) => Some(key.id),
            Hasher::Unkeyed => None,
        }
    }
}
