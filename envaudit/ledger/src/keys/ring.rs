//! The keys of a ledger, over its rotations.

use core::fmt;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::chain::{ChainKeys, Hasher};
use super::id::KeyId;
use super::master::MasterKey;
use super::written::KeyTexts;

/// The keys for writing and reading a ledger: the current one, and earlier ones.
///
/// ```
/// use envaudit_ledger::{KeyRing, MasterKey};
///
/// let ring = KeyRing::new(MasterKey::from_bytes([2; 32])).retired(MasterKey::from_bytes([1; 32]));
/// assert!(ring.hasher(MasterKey::from_bytes([1; 32]).id()).is_some());
/// assert!(ring.hasher(MasterKey::from_bytes([3; 32]).id()).is_none());
/// ```
#[derive(Clone)]
pub struct KeyRing {
    current: MasterKey,
    keys: BTreeMap<KeyId, MasterKey>,
    chain: ChainKeys,
    texts: Arc<KeyTexts>,
}

impl KeyRing {
    /// A ring with this key alone.
    pub fn new(current: MasterKey) -> Self {
        let chain = ChainKeys::new(current.chain_key());
        let keys = BTreeMap::from([(current.id(), current.clone())]);
        let mut texts = KeyTexts::default();
        texts.add(&current);
        KeyRing { current, keys, chain, texts: Arc::new(texts) }
    }

    /// Adds a key that only older events were hashed with.
    #[must_use]
    pub fn retired(mut self, key: MasterKey) -> Self {
        Arc::make_mut(&mut self.texts).add(&key);
        self.chain = self.chain.retired(key.chain_key());
        self.keys.insert(key.id(), key);
        self
    }

    /// A ring with another current key, in which the keys of this one are retired.
    #[must_use]
    pub fn rotated_to(mut self, key: MasterKey) -> Self {
        Arc::make_mut(&mut self.texts).add(&key);
        self.chain = self.chain.rotated_to(key.chain_key());
        self.keys.insert(key.id(), key.clone());
        self.current = key;
        self
    }

    /// The key that new events are hashed with.
    pub fn current(&self) -> &MasterKey {
        &self.current
    }

    /// The key of this name, current or retired.
    pub fn key(&self, id: KeyId) -> Option<&MasterKey> {
        self.keys.get(&id)
    }

    /// The keys with which an auditor checks the text of events.
    pub fn chain_keys(&self) -> &ChainKeys {
        &self.chain
    }

    /// The hasher of the key of this name, current or retired.
    pub fn hasher(&self, id: KeyId) -> Option<&Hasher> {
        self.chain.hasher(id)
    }

    /// Cuts the keys out of what was written of an event, from a position on: in hex, Base64, or as they are. Returns whether
    /// there was something to cut.
    pub(crate) fn cut_own_keys(&self, out: &mut Vec<u8>, from: usize) -> bool {
        self.texts.cut(out, from)
    }

    /// The names of all keys.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> + '_ {
        self.keys.keys().copied()
    }
}

impl AsRef<ChainKeys> for KeyRing {
    fn as_ref(&self) -> &ChainKeys {
        &self.chain
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing")
            .field("current", &self.current.id())
            .field("all", &self.keys.keys())
            .finish()
    }
}
