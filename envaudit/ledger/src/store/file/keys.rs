//! The keys next to the ledger: `signing.key`, its staged successor, and the retired ones.

use super::FileStore;
use super::names::{KEY, KEY_END, NEW, RETIRED};
use super::whole::if_there;
use crate::keys::file::LONGEST;
use crate::store::file::disk::Disk;
use crate::store::{Batch, KeyAfter, KeyStore, StoreError, WriteError};

impl<D: Disk> KeyStore for FileStore<D> {
    fn create_with_key(
        &self,
        manifest: &[u8],
        first: &Batch<'_>,
        key: &[u8],
    ) -> Result<(), WriteError> {
        self.create_with(manifest, first.lines, Some(key))
    }

    fn key(&self) -> Result<Option<Vec<u8>>, StoreError> {
        if_there(self.key_in(KEY))
    }

    fn next_key(&self) -> Result<Option<Vec<u8>>, StoreError> {
        if_there(self.key_in(&format!("{KEY}{NEW}")))
    }

    fn retired_keys(&self) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut names: Vec<String> = self.listed("")?.into_iter().map(|it| it.name).collect();
        names.retain(|name| name.starts_with(RETIRED) && name.ends_with(KEY_END));
        names.sort_unstable();
        names.iter().map(|name| self.key_in(name)).collect()
    }

    fn stage_key(&self, key: &[u8]) -> Result<(), WriteError> {
        self.stage(KEY, key)?;
        self.disk.sync_dir("").map_err(|error| self.unknown("sync", "", error))
    }

    fn retire_key(&self, kid: &str, key: &[u8], after: KeyAfter) -> Result<(), WriteError> {
        self.replace("", &format!("{RETIRED}{kid}{KEY_END}"), key)?;
        match after {
            KeyAfter::Staged => self.adopt("", &format!("{KEY}{NEW}"), KEY),
            KeyAfter::Removed => self.remove(KEY),
        }
    }
}

impl<D: Disk> FileStore<D> {
    /// The text of a key. What is longer than any key is cut off, and refused as what it is.
    fn key_in(&self, name: &str) -> Result<Vec<u8>, StoreError> {
        self.beginning(name, LONGEST + 1)
    }
}
