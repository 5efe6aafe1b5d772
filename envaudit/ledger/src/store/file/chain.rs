//! The operations that only files have: syncs, read-only bits, HEAD, and torn ends of killed writers.

use std::path::Path;

use std::sync::Arc;

use super::bytes::{read, write};
use super::names::{HEAD, KEY, KEY_END, NEW, RETIRED, SEGMENT, segment_name, seq_of};
use super::{FileStore, Live};
use crate::store::file::disk::{Disk, DiskFile};
use crate::store::{
    Durability, FileChain, OpenKind, OpenToOthers, StoreError, StoreErrorKind, TORN, WriteError,
};

/// The number of bytes that are read at once.
const BLOCK: usize = 4 << 20;
/// Of so many of the newest segments it is looked at who may read them: a ledger may have thousands.
const LOOKED_AT: usize = 64;

impl<D: Disk> FileChain for FileStore<D> {
    fn directory(&self) -> Option<&Path> {
        self.disk.directory()
    }

    fn segment_len(&self, first_seq: u64) -> Result<u64, StoreError> {
        if !self.is_live(first_seq) {
            // Others may have sealed it.
            let name = segment_name(first_seq);
            let file = self.disk.open(&name, false);
            let stat = file.and_then(|file| file.stat());
            return stat.map(|stat| stat.len).map_err(|error| self.failed("open", &name, error));
        }
        match self.with_live(first_seq, |_, stat| Ok(stat.len)) {
            Ok(len) => Ok(len),
            Err(
                WriteError::Rejected(error)
                | WriteError::Unknown(error)
                | WriteError::Conflict(error),
            ) => Err(error),
            Err(WriteError::Stale { .. } | WriteError::Fenced { .. }) => {
                let doing = format!("open `{}`", self.disk.place(&segment_name(first_seq)));
                Err(StoreError::new(StoreErrorKind::Missing, doing))
            }
        }
    }

    fn sync(&self, first_seq: u64) -> Result<(), WriteError> {
        // Appends go on while the disk works.
        let (file, name) = self.with_live(first_seq, |Live { file, name, .. }, _| {
            Ok((Arc::clone(file), name.clone()))
        })?;
        file.sync().map_err(|error| self.unknown("sync", &name, error))
    }

    fn seal(&self, first_seq: u64) -> Result<(), WriteError> {
        let name = segment_name(first_seq);
        self.disk.set_readonly(&name).map_err(|error| self.rejected("seal", &name, error))
    }

    fn write_head(&self, head: &[u8]) -> Result<(), WriteError> {
        self.replace("", HEAD, head)
    }

    fn rewrite_and_sync(
        &self,
        first_seq: u64,
        offset: u64,
        durability: Durability,
    ) -> Result<(), WriteError> {
        self.with_live(first_seq, |Live { file, name, .. }, stat| {
            let mut from = offset;
            while from < stat.len {
                let bytes = read(&**file, from, BLOCK)
                    .map_err(|error| self.rejected("read", name, error))?;
                if bytes.is_empty() {
                    break;
                }
                // Whatever of it is written reads as before.
                write(&**file, &bytes, from)
                    .map_err(|error| self.rejected("write", name, error))?;
                from += bytes.len() as u64;
            }
            if offset == 0 {
                // The segment's name may be as little durable as its bytes.
                self.disk.sync_dir("").map_err(|error| self.unknown("sync", "", error))?;
            }
            if durability == Durability::Deferred {
                return Ok(());
            }
            file.sync().map_err(|error| self.unknown("sync", name, error))
        })
    }

    fn move_torn_tail(&self, first_seq: u64, offset: u64, copy: &str) -> Result<(), WriteError> {
        self.with_live(first_seq, |Live { file, name, .. }, stat| {
            let len = usize::try_from(stat.len.saturating_sub(offset)).unwrap_or(usize::MAX);
            let bytes =
                read(&**file, offset, len).map_err(|error| self.rejected("read", name, error))?;
            self.replace("", copy, &bytes)?;
            file.truncate(offset)
                .and_then(|()| file.sync())
                .map_err(|error| self.unknown("cut", name, error))
        })
    }

    fn torn_copies(&self) -> Result<Vec<String>, StoreError> {
        let listed = self.listed("")?.into_iter().filter(|listed| listed.file);
        let mut names: Vec<String> = listed
            .map(|listed| listed.name)
            .filter(|name| name.starts_with(TORN) && !name.ends_with(NEW))
            .collect();
        names.sort_unstable();
        Ok(names)
    }

    fn open_to_others(&self) -> Vec<OpenToOthers> {
        let open = |name: &str, kind| {
            let mode = self.disk.mode(name).ok().flatten().filter(|mode| mode & 0o077 != 0)?;
            Some(OpenToOthers { place: self.disk.place(name), mode, kind })
        };
        let mut names: Vec<String> =
            self.listed("").unwrap_or_default().into_iter().map(|listed| listed.name).collect();
        names.sort_unstable();
        let is_key = |name: &&String| {
            name.starts_with(KEY) || (name.starts_with(RETIRED) && name.ends_with(KEY_END))
        };
        let keys = names.iter().filter(is_key).filter_map(|name| open(name, OpenKind::Key));
        let segments = names.iter().rev().filter(|name| seq_of(name, SEGMENT).is_some());
        let mut segments = segments.take(LOOKED_AT);
        let segment = segments.find_map(|name| open(name, OpenKind::Segment));
        open("", OpenKind::Folder).into_iter().chain(keys).chain(segment).collect()
    }

    fn read_torn_copy(&self, name: &str) -> Result<Vec<u8>, StoreError> {
        self.contents(name)
    }

    fn rename_torn_copy(&self, from: &str, to: &str) -> Result<(), WriteError> {
        self.disk.rename(from, to).map_err(|error| self.rejected("rename", from, error))?;
        self.disk.sync_dir("").map_err(|error| self.unknown("sync", "", error))
    }
}
