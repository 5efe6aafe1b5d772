//! Keys that are kept next to a ledger. Only a store of files offers it: a remote store must not hold the key that signs it.

use super::{Batch, StoreError, WriteError};

/// A place next to a ledger for its keys.
pub trait KeyStore {
    /// [`ChainStore::create`](super::ChainStore::create) of a ledger whose key is kept next to it from the beginning.
    ///
    /// # Errors
    ///
    /// [`WriteError::Stale`] if there is a ledger.
    fn create_with_key(
        &self,
        manifest: &[u8],
        first: &Batch<'_>,
        key: &[u8],
    ) -> Result<(), WriteError>;

    /// The current key.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    fn key(&self) -> Result<Option<Vec<u8>>, StoreError>;

    /// The key of [`stage_key`](Self::stage_key) that has not yet become [`key`](Self::key).
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    fn next_key(&self) -> Result<Option<Vec<u8>>, StoreError>;

    /// The keys that [`retire_key`](Self::retire_key) has kept.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    fn retired_keys(&self) -> Result<Vec<Vec<u8>>, StoreError>;

    /// Keeps, durably, the key that is to replace the current one.
    ///
    /// # Errors
    ///
    /// When it may not be there.
    fn stage_key(&self, key: &[u8]) -> Result<(), WriteError>;

    /// Keeps the current key as a retired one of this name, durably, before it is replaced as `after` says.
    ///
    /// # Errors
    ///
    /// When either may not have happened.
    fn retire_key(&self, kid: &str, key: &[u8], after: KeyAfter) -> Result<(), WriteError>;
}

/// The replacement of a key that is kept next to a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyAfter {
    /// The one that was staged.
    Staged,
    /// No key: the next one is kept elsewhere.
    Removed,
}
