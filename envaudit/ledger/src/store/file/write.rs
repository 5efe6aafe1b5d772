//! The writing half: one batch at a time.

use std::io;

use super::bytes::{fill, write};
use super::names::{
    CHECKPOINTS, KEY, LOCK, MANIFEST, NEW, SEGMENT, checkpoint_name, segment_name, seq_of,
};
use super::whole::if_there;
use super::{FileStore, Live};
use crate::store::file::disk::{Disk, DiskFile, Listed};
use crate::store::resolve::{end_of, has_batch};
use crate::store::{
    Batch, BatchOutcome, ChainStore, Deadline, Durability, Epoch, FileChain, KeyStore, LINE_END,
    SegmentRemoval, StoreError, StoreErrorKind, StoreLock, StoreState, Tail, WriteError,
};

impl<D: Disk> ChainStore for FileStore<D> {
    fn state(&self, _: Deadline) -> Result<StoreState, StoreError> {
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
                // Files of a newly mounted file system, and those that a user may have put here before the first start.
                LOCK | KEY | "lost+found" => continue,
                CHECKPOINTS if dir && self.listed(CHECKPOINTS)?.is_empty() => {}
                name if name.ends_with(NEW) => {}
                // `create` renames the first segment before the manifest; it has one line then.
                name if seq_of(name, SEGMENT) == Some(Ok(1)) && self.has_one_line(name, len)? => {}
                // Another process may have finished creating it since the directory was listed.
                _ if self.disk.stat(MANIFEST).is_ok() => return Ok(StoreState::Present),
                _ => return Ok(StoreState::Foreign { example: name }),
            }
            state = StoreState::Unfinished;
        }
        Ok(state)
    }

    fn create(&self, manifest: &[u8], first: &Batch<'_>, _: Deadline) -> Result<(), WriteError> {
        self.create_with(manifest, first.lines, None)
    }

    fn append(&self, batch: &Batch<'_>, _: Deadline) -> Result<Tail, WriteError> {
        if batch.opens_segment {
            self.start_segment(batch.last.segment, batch.lines)?;
        } else {
            self.append_to_segment(batch)?;
        }
        Ok(*batch.last)
    }

    fn resolve(&self, batch: &Batch<'_>, by: Deadline) -> Result<BatchOutcome, StoreError> {
        if has_batch(self, batch)? {
            return Ok(BatchOutcome::There);
        }
        Ok(BatchOutcome::Absent { tail: self.tail(by)? })
    }

    fn tail(&self, _: Deadline) -> Result<Tail, StoreError> {
        end_of(self)
    }

    fn put_checkpoint(&self, seq: u64, note: &[u8], _: Deadline) -> Result<(), WriteError> {
        let name = checkpoint_name(seq);
        match if_there(self.contents(&name)).map_err(WriteError::Rejected)? {
            Some(kept) if kept == note => return Ok(()),
            Some(_) => {
                let doing = format!("keep another checkpoint in `{}`", self.disk.place(&name));
                return Err(WriteError::Conflict(StoreError::new(StoreErrorKind::Failed, doing)));
            }
            None => {}
        }
        self.disk
            .make_dir(CHECKPOINTS)
            .map_err(|error| self.rejected("make", CHECKPOINTS, error))?;
        self.replace(CHECKPOINTS, &name, note)
    }

    /// Nothing has to be fenced off: the holder of the lock has read the end of the ledger under it.
    fn begin(&self, writer: &str, _: Deadline) -> Result<Epoch, StoreError> {
        Ok(Epoch::new(writer, 0))
    }

    fn store_lock(&self) -> Option<&dyn StoreLock> {
        Some(self)
    }

    fn files(&self) -> Option<&dyn FileChain> {
        Some(self)
    }

    fn keys(&self) -> Option<&dyn KeyStore> {
        Some(self)
    }

    fn removal(&self) -> Option<&dyn SegmentRemoval> {
        Some(self)
    }
}

impl<D: Disk> SegmentRemoval for FileStore<D> {
    fn remove_segment(&self, first_seq: u64, _: Deadline) -> Result<(), WriteError> {
        self.remove(&segment_name(first_seq))
    }
}

impl<D: Disk> FileStore<D> {
    fn append_to_segment(&self, batch: &Batch<'_>) -> Result<(), WriteError> {
        let Batch { after: tail, lines, durability, .. } = *batch;
        let write_there = |Live { file, name, .. }: &Live<D::File>| {
            if let Err(error) = write(&**file, lines, tail.offset) {
                // The remains of a short write are cut off before anything else.
                return Err(match file.truncate(tail.offset) {
                    Ok(()) => self.rejected("write", name, error),
                    Err(_) => self.unknown("write", name, error),
                });
            }
            if durability == Durability::Deferred {
                return Ok(());
            }
            file.sync().map_err(|error| {
                // A failed sync is never tried again: the system has dropped the unwritten pages. Other writers must not build
                // upon them.
                let _ = file.truncate(tail.offset);
                self.unknown("sync", name, error)
            })
        };
        if batch.lock_kept {
            let open = self.opened();
            if let Some(live) = open.live.as_ref().filter(|it| it.first_seq == tail.segment) {
                return write_there(live);
            }
        }
        self.with_live(tail.segment, |live, stat| {
            if stat.len != tail.offset {
                return Err(WriteError::Stale { tail: None });
            }
            if let Some(from) = tail.end() {
                let mut end = [0; LINE_END];
                let filled = fill(&*live.file, &mut end, from);
                let filled = filled.map_err(|error| self.rejected("read", &live.name, error))?;
                if !tail.is_end(&end[..filled]) {
                    return Err(WriteError::Stale { tail: None });
                }
            }
            write_there(live)
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
                    return Err(WriteError::Stale { tail: None });
                }
                file
            }
            result => result.map_err(|error| self.rejected("make", &name, error))?,
        };
        if let Err(error) = write(&file, lines, 0) {
            // A failed start leaves an empty segment.
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

    /// Creates the ledger, with its key next to it if there is one.
    pub(super) fn create_with(
        &self,
        manifest: &[u8],
        first: &[u8],
        key: Option<&[u8]>,
    ) -> Result<(), WriteError> {
        self.disk.make_dir("").map_err(|error| self.rejected("make", "", error))?;
        self.lock().map_err(WriteError::Rejected)?;
        let result = self.create_locked(manifest, first, key);
        self.unlock();
        result
    }

    fn create_locked(
        &self,
        manifest: &[u8],
        first: &[u8],
        key: Option<&[u8]>,
    ) -> Result<(), WriteError> {
        match self.state(Deadline::NEVER).map_err(WriteError::Rejected)? {
            StoreState::Absent | StoreState::Unfinished => {}
            _ => return Err(WriteError::Stale { tail: None }),
        }
        self.disk
            .make_dir(CHECKPOINTS)
            .map_err(|error| self.rejected("make", CHECKPOINTS, error))?;
        if let Some(key) = key {
            self.replace("", KEY, key)?;
        }
        let name = segment_name(1);
        let staged = [self.stage(&name, first)?, self.stage(MANIFEST, manifest)?];
        for (staged, name) in staged.iter().zip([name.as_str(), MANIFEST]) {
            self.disk
                .rename(staged, name)
                .map_err(|error| self.rejected("rename", staged, error))?;
            // The manifest is written last: if it is there, everything else is.
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
