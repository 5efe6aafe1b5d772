//! Files that are read and written as wholes.

use std::io;

use super::FileStore;
use super::bytes::{read, write};
use super::names::{NEW, NoSeq, seq_of};
use crate::store::file::disk::{Disk, DiskFile, Listed};
use crate::store::{StoreError, StoreErrorKind, StrayFile, WriteError};

/// The files whose name is a number, in order.
type Numbered = Vec<(u64, Listed)>;

impl<D: Disk> FileStore<D> {
    pub(super) fn listed(&self, dir: &str) -> Result<Vec<Listed>, StoreError> {
        self.disk
            .list(dir)
            .map(Option::unwrap_or_default)
            .map_err(|error| self.failed("list", dir, error))
    }

    /// The files whose name is a number, in order. Anything else with such a name was made by an intruder.
    pub(super) fn numbered(&self, dir: &str, ending: &str) -> Result<Numbered, StoreError> {
        let (numbered, strays) = self.numbered_and_strays(dir, ending)?;
        let Some(stray) = strays.first() else { return Ok(numbered) };
        let place = self.disk.place(&stray.name);
        let error = StoreError::new(StoreErrorKind::Replaced, format!("read `{place}`"));
        Err(error.because(stray.found))
    }

    /// The same, with what was made by an intruder.
    pub(super) fn numbered_and_strays(
        &self,
        dir: &str,
        ending: &str,
    ) -> Result<(Numbered, Vec<StrayFile>), StoreError> {
        let (mut numbered, mut strays) = (Vec::new(), Vec::new());
        for listed in self.listed(dir)? {
            let (seq, found) = match seq_of(&listed.name, ending) {
                None => continue,
                Some(Ok(seq)) if listed.file => {
                    numbered.push((seq, listed));
                    continue;
                }
                Some(Ok(seq)) => (Some(seq), "not a regular file"),
                Some(Err(NoSeq)) => (None, "no event has this number"),
            };
            let name = match dir {
                "" => listed.name,
                dir => format!("{dir}/{}", listed.name),
            };
            strays.push(StrayFile { name, seq, found });
        }
        numbered.sort_unstable_by_key(|(seq, _)| *seq);
        strays.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok((numbered, strays))
    }

    /// The content of a file about the segments; `None`, and a stray, if something else lies there.
    pub(super) fn contents_or_stray(
        &self,
        name: &str,
        limit: usize,
        strays: &mut Vec<StrayFile>,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        match self.beginning(name, limit) {
            Err(error) if error.kind() == StoreErrorKind::Replaced => {
                let found = "not a regular file";
                strays.push(StrayFile { name: name.to_owned(), seq: None, found });
                Ok(None)
            }
            result => result.map(Some),
        }
    }

    pub(super) fn contents(&self, name: &str) -> Result<Vec<u8>, StoreError> {
        self.beginning(name, usize::MAX)
    }

    /// So many bytes of a file, or all that it has.
    pub(super) fn beginning(&self, name: &str, limit: usize) -> Result<Vec<u8>, StoreError> {
        let file = self.disk.open(name, false).map_err(|error| self.failed("open", name, error))?;
        let len = file.stat().map_err(|error| self.failed("read", name, error))?.len;
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        read(&file, 0, len.min(limit)).map_err(|error| self.failed("read", name, error))
    }

    /// Writes a file under a temporary name, and makes its bytes durable.
    pub(super) fn stage(&self, name: &str, bytes: &[u8]) -> Result<String, WriteError> {
        let staged = format!("{name}{NEW}");
        match self.disk.remove(&staged) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(self.rejected("remove", &staged, error));
            }
            _ => {}
        }
        let file =
            self.disk.create(&staged).map_err(|error| self.rejected("make", &staged, error))?;
        write(&file, bytes, 0).map_err(|error| self.rejected("write", &staged, error))?;
        file.sync().map_err(|error| self.rejected("sync", &staged, error))?;
        Ok(staged)
    }

    /// Replaces a file with another: after a crash it is either of them.
    pub(super) fn replace(&self, dir: &str, name: &str, bytes: &[u8]) -> Result<(), WriteError> {
        let staged = self.stage(name, bytes)?;
        self.adopt(dir, &staged, name)
    }

    /// Gives a staged file its name.
    pub(super) fn adopt(&self, dir: &str, staged: &str, name: &str) -> Result<(), WriteError> {
        self.disk.rename(staged, name).map_err(|error| self.rejected("rename", staged, error))?;
        self.disk.sync_dir(dir).map_err(|error| self.unknown("sync", dir, error))
    }

    /// Removes a file of the directory itself, durably, if it is there.
    pub(super) fn remove(&self, name: &str) -> Result<(), WriteError> {
        match self.disk.remove(name) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(self.rejected("remove", name, error))
            }
            _ => self.disk.sync_dir("").map_err(|error| self.unknown("sync", "", error)),
        }
    }
}

/// `None` for a file that is not there.
pub(super) fn if_there(read: Result<Vec<u8>, StoreError>) -> Result<Option<Vec<u8>>, StoreError> {
    match read {
        Err(error) if error.kind() == StoreErrorKind::Missing => Ok(None),
        result => result.map(Some),
    }
}
