//! The writing half.

use std::io;

use super::bytes::{fill, read, write};
use super::names::{
    CHECKPOINTS, HEAD, KEY, KEY_END, LOCK, MANIFEST, NEW, RETIRED, SEGMENT, checkpoint_name,
    segment_name, seq_of,
};
use super::{FileStore, Live};
use crate::store::file::disk::{Disk, DiskFile, Listed};
use crate::store::{
    Durability, LINE_END, NextKey, Store, StoreError, StoreErrorKind, StoreState, TORN, Tail,
    WriteError,
};

/// How much is read at once.
const BLOCK: usize = 4 << 20;

impl<D: Disk> Store for FileStore<D> {
    fn state(&self) -> Result<StoreState, StoreError> {
        let Some(listed) = self.disk.list("").map_err(|error| self.failed("list", "", error))?
        else {
            return Ok(StoreState::Absent);
        };
        if listed.iter().any(|listed| listed.name == MANIFEST) {
            return Ok(StoreState::Present);
        }
        let mut state = StoreState::Absent;
        for Listed { name, len, dir, .. } in listed {
            match name.as_str() {
                // What mounting a file system leaves, and what a user may have put here before the first start.
                LOCK | KEY | "lost+found" => continue,
                CHECKPOINTS if dir && self.listed(CHECKPOINTS)?.is_empty() => {}
                name if name.ends_with(NEW) => {}
                // `create` renames the first segment before the manifest; it has one line then.
                name if seq_of(name, SEGMENT) == Some(Ok(1)) && self.has_one_line(name, len)? => {}
                // Another process may have come to the end of its creation since the directory was listed.
                _ if self.disk.stat(MANIFEST).is_ok() => return Ok(StoreState::Present),
                _ => return Ok(StoreState::Foreign { example: name }),
            }
            state = StoreState::Unfinished;
        }
        Ok(state)
    }

    fn create(
        &self,
        manifest: &[u8],
        first_lines: &[u8],
        key: Option<&[u8]>,
    ) -> Result<(), WriteError> {
        self.disk.make_dir("").map_err(|error| self.rejected("make", "", error))?;
        self.lock().map_err(WriteError::Rejected)?;
        let result = self.create_locked(manifest, first_lines, key);
        self.unlock();
        result
    }

    fn key(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.contents_if_there(KEY)
    }

    fn next_key(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.contents_if_there(&format!("{KEY}{NEW}"))
    }

    fn retired_keys(&self) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut names: Vec<String> = self.listed("")?.into_iter().map(|it| it.name).collect();
        names.retain(|name| name.starts_with(RETIRED) && name.ends_with(KEY_END));
        names.sort_unstable();
        names.iter().map(|name| self.contents(name)).collect()
    }

    fn stage_key(&self, key: &[u8]) -> Result<(), WriteError> {
        self.stage(KEY, key)?;
        self.disk.sync_dir("").map_err(|error| self.unknown("sync", "", error))
    }

    fn retire_key(&self, kid: &str, key: &[u8], next: NextKey) -> Result<(), WriteError> {
        self.replace("", &format!("{RETIRED}{kid}{KEY_END}"), key)?;
        match next {
            NextKey::Staged => self.adopt("", &format!("{KEY}{NEW}"), KEY),
            NextKey::Elsewhere => self.remove(KEY),
        }
    }

    fn lock(&self) -> Result<(), StoreError> {
        self.lock_by(|file| file.lock().map(|()| true))
    }

    fn try_lock(&self) -> Result<(), StoreError> {
        self.lock_by(DiskFile::try_lock)
    }

    fn unlock(&self) {
        let mut open = self.open.lock().unwrap_or_else(|poison| poison.into_inner());
        // A lock that cannot be given back is given back by closing its file.
        if open.lock.as_ref().is_some_and(|(file, _)| file.unlock().is_err()) {
            open.lock = None;
        }
    }

    fn segment_len(&self, first_seq: u64) -> Result<u64, StoreError> {
        if !self.is_live(first_seq) {
            // It may be one that others have sealed.
            let name = segment_name(first_seq);
            let file = self.disk.open(&name, false);
            let stat = file.and_then(|file| file.stat());
            return stat.map(|stat| stat.len).map_err(|error| self.failed("open", &name, error));
        }
        match self.with_live(first_seq, |_, stat| Ok(stat.len)) {
            Ok(len) => Ok(len),
            Err(WriteError::Rejected(error) | WriteError::Unknown(error)) => Err(error),
            Err(WriteError::Stale) => {
                let doing = format!("open `{}`", self.disk.place(&segment_name(first_seq)));
                Err(StoreError::new(StoreErrorKind::Missing, doing))
            }
        }
    }

    fn append(&self, tail: &Tail, lines: &[u8], durability: Durability) -> Result<(), WriteError> {
        self.with_live(tail.segment, |Live { file, name, .. }, stat| {
            if stat.len != tail.offset {
                return Err(WriteError::Stale);
            }
            if let Some(from) = tail.end() {
                let mut end = [0; LINE_END];
                let filled = fill(file, &mut end, from);
                let filled = filled.map_err(|error| self.rejected("read", name, error))?;
                if !tail.is_end(&end[..filled]) {
                    return Err(WriteError::Stale);
                }
            }
            if let Err(error) = write(file, lines, tail.offset) {
                // Whatever a short write left is cut off before anything else.
                return Err(match file.truncate(tail.offset) {
                    Ok(()) => self.rejected("write", name, error),
                    Err(_) => self.unknown("write", name, error),
                });
            }
            if durability == Durability::Deferred {
                return Ok(());
            }
            file.sync().map_err(|error| {
                // A failed sync is never tried again: the system has forgotten what it did not write. Other writers
                // must not build upon it.
                let _ = file.truncate(tail.offset);
                self.unknown("sync", name, error)
            })
        })
    }

    fn sync(&self, first_seq: u64) -> Result<(), WriteError> {
        self.with_live(first_seq, |Live { file, name, .. }, _| {
            file.sync().map_err(|error| self.unknown("sync", name, error))
        })
    }

    fn start_segment(&self, first_seq: u64, lines: &[u8]) -> Result<(), WriteError> {
        self.forget_live();
        let name = segment_name(first_seq);
        let file = match self.disk.create(&name) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let file = self.disk.open(&name, true);
                let file = file.map_err(|error| self.rejected("open", &name, error))?;
                let stat = file.stat().map_err(|error| self.rejected("read", &name, error))?;
                if stat.len > 0 {
                    return Err(WriteError::Stale);
                }
                file
            }
            result => result.map_err(|error| self.rejected("make", &name, error))?,
        };
        if let Err(error) = write(&file, lines, 0) {
            // An empty segment is what a start that failed leaves.
            return Err(match file.truncate(0) {
                Ok(()) => self.rejected("write", &name, error),
                Err(_) => self.unknown("write", &name, error),
            });
        }
        let durable = file.sync().and_then(|()| self.disk.sync_dir(""));
        durable.map_err(|error| {
            let _ = file.truncate(0);
            self.unknown("sync", &name, error)
        })
    }

    fn seal(&self, first_seq: u64) -> Result<(), WriteError> {
        let name = segment_name(first_seq);
        self.disk.set_readonly(&name).map_err(|error| self.rejected("seal", &name, error))
    }

    fn cut(&self, first_seq: u64, offset: u64, copy: &str) -> Result<(), WriteError> {
        self.with_live(first_seq, |Live { file, name, .. }, stat| {
            let len = usize::try_from(stat.len.saturating_sub(offset)).unwrap_or(usize::MAX);
            let bytes =
                read(file, offset, len).map_err(|error| self.rejected("read", name, error))?;
            self.replace("", copy, &bytes)?;
            file.truncate(offset)
                .and_then(|()| file.sync())
                .map_err(|error| self.unknown("cut", name, error))
        })
    }

    fn copies(&self) -> Result<Vec<String>, StoreError> {
        let listed = self.listed("")?.into_iter().filter(|listed| listed.file);
        let mut names: Vec<String> = listed
            .map(|listed| listed.name)
            .filter(|name| name.starts_with(TORN) && !name.ends_with(NEW))
            .collect();
        names.sort_unstable();
        Ok(names)
    }

    fn copy(&self, name: &str) -> Result<Vec<u8>, StoreError> {
        self.contents(name)
    }

    fn rename_copy(&self, from: &str, to: &str) -> Result<(), WriteError> {
        self.disk.rename(from, to).map_err(|error| self.rejected("rename", from, error))?;
        self.disk.sync_dir("").map_err(|error| self.unknown("sync", "", error))
    }

    fn reaffirm(
        &self,
        first_seq: u64,
        offset: u64,
        durability: Durability,
    ) -> Result<(), WriteError> {
        self.with_live(first_seq, |Live { file, name, .. }, stat| {
            let mut from = offset;
            while from < stat.len {
                let bytes =
                    read(file, from, BLOCK).map_err(|error| self.rejected("read", name, error))?;
                if bytes.is_empty() {
                    break;
                }
                // Whatever of it is written reads as before.
                write(file, &bytes, from).map_err(|error| self.rejected("write", name, error))?;
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

    fn remove_segment(&self, first_seq: u64) -> Result<(), WriteError> {
        self.remove(&segment_name(first_seq))
    }

    fn write_head(&self, head: &[u8]) -> Result<(), WriteError> {
        self.replace("", HEAD, head)
    }

    fn write_checkpoint(&self, seq: u64, note: &[u8]) -> Result<(), WriteError> {
        self.disk
            .make_dir(CHECKPOINTS)
            .map_err(|error| self.rejected("make", CHECKPOINTS, error))?;
        self.replace(CHECKPOINTS, &checkpoint_name(seq), note)
    }
}

impl<D: Disk> FileStore<D> {
    fn create_locked(
        &self,
        manifest: &[u8],
        first_lines: &[u8],
        key: Option<&[u8]>,
    ) -> Result<(), WriteError> {
        match self.state().map_err(WriteError::Rejected)? {
            StoreState::Absent | StoreState::Unfinished => {}
            _ => return Err(WriteError::Stale),
        }
        self.disk
            .make_dir(CHECKPOINTS)
            .map_err(|error| self.rejected("make", CHECKPOINTS, error))?;
        if let Some(key) = key {
            self.replace("", KEY, key)?;
        }
        let first = segment_name(1);
        let staged = [self.stage(&first, first_lines)?, self.stage(MANIFEST, manifest)?];
        for (staged, name) in staged.iter().zip([first.as_str(), MANIFEST]) {
            self.disk
                .rename(staged, name)
                .map_err(|error| self.rejected("rename", staged, error))?;
            // The manifest is the last: where it stands, all the rest does.
            self.disk.sync_dir("").map_err(|error| self.unknown("sync", "", error))?;
        }
        Ok(())
    }

    fn has_one_line(&self, name: &str, len: u64) -> Result<bool, StoreError> {
        const MUCH: u64 = 64 << 10;
        if len > MUCH {
            return Ok(false);
        }
        let bytes = self.contents(name)?;
        Ok(bytes.iter().filter(|&&byte| byte == b'\n').count() <= 1)
    }
}
