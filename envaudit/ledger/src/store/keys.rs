//! Keys that are kept beside a ledger. Only a store of files offers it: whoever can write to a store must not find there
//! what signs it.

use super::{Batch, StoreError, WriteError};

/// A place beside a ledger for its keys.
pub trait KeyStore {
    /// [`ChainStore::create`](super::ChainStore::create) of a ledger whose key is kept beside it from the beginning.
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

    /// The key that lies there.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    fn key(&self) -> Result<Option<Vec<u8>>, StoreError>;

    /// The key that [`stage_key`](Self::stage_key) was given and that has not yet become [`key`](Self::key).
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    fn next_key(&self) -> Result<Option<Vec<u8>>, StoreError>;

    /// The keys that [`retire_key`](Self::retire_key) put aside.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    fn retired_keys(&self) -> Result<Vec<Vec<u8>>, StoreError>;

    /// Keeps, durably, the key that is to come after the one that lies there.
    ///
    /// # Errors
    ///
    /// When it may not be there.
    fn stage_key(&self, key: &[u8]) -> Result<(), WriteError>;

    /// Puts the key that lies there aside, by the name it is known by, durably before it goes. `after` says what comes in its
    /// place.
    ///
    /// # Errors
    ///
    /// When either may not have happened.
    fn retire_key(&self, kid: &str, key: &[u8], after: KeyAfter) -> Result<(), WriteError>;
}

/// What comes in the place of a key that lies beside a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyAfter {
    /// The one that was staged.
    Staged,
    /// None: the next key is kept elsewhere.
    Removed,
}
