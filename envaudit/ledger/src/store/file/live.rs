//! The segments that stay open: the current one, and the one that was read last.

use std::io;
use std::sync::Arc;

use super::names::segment_name;
use super::{FileStore, Live};
use crate::store::file::disk::{Disk, DiskFile, FileStat, Irregular};
use crate::store::{SegmentSource, StoreError, StoreErrorKind, WriteError};

impl<D: Disk> FileStore<D> {
    /// Runs `act` on the open segment, which is opened if necessary, after checking that it still has its name.
    pub(super) fn with_live<T>(
        &self,
        first_seq: u64,
        act: impl FnOnce(&Live<D::File>, FileStat) -> Result<T, WriteError>,
    ) -> Result<T, WriteError> {
        let mut open = self.opened();
        if open.live.as_ref().is_none_or(|live| live.first_seq != first_seq) {
            open.live = None;
            let name = segment_name(first_seq);
            let file = match self.disk.open(&name, true) {
                Err(error)
                    if error.kind() == io::ErrorKind::PermissionDenied
                        && self.is_ended(first_seq).map_err(WriteError::Rejected)? =>
                {
                    return Err(WriteError::Stale { tail: None });
                }
                result => result.map_err(|error| self.rejected("open", &name, error))?,
            };
            let stat = file.stat().map_err(|error| self.rejected("read", &name, error))?;
            let file = Arc::new(file);
            open.live = Some(Live { first_seq, name, file, identity: stat.identity });
        }
        let Some(live) = &open.live else { return Err(WriteError::Stale { tail: None }) };
        let replaced = || {
            let doing = format!("write `{}`", self.disk.place(&live.name));
            Err(WriteError::Rejected(StoreError::new(StoreErrorKind::Replaced, doing)))
        };
        match self.disk.stat(&live.name) {
            Ok(stat) if stat.identity == live.identity => act(live, stat),
            Ok(_) => replaced(),
            // A name that is missing was removed; an error of the system says nothing about the file.
            Err(error) if error.kind() == io::ErrorKind::NotFound || Irregular::is_why(&error) => {
                replaced()
            }
            Err(error) => Err(self.rejected("look at", &live.name, error)),
        }
    }

    /// A segment to read: the file that has its name now.
    pub(super) fn open_to_read(&self, first_seq: u64) -> Result<Live<D::File>, StoreError> {
        let kept = self.read_last().take();
        if let Some(kept) = kept.filter(|kept| kept.first_seq == first_seq)
            // Without file numbers, no file can be told from another.
            && kept.identity.inode != 0
            && self.disk.stat(&kept.name).is_ok_and(|named| named.identity == kept.identity)
        {
            return Ok(kept);
        }
        let name = segment_name(first_seq);
        let file =
            self.disk.open(&name, false).map_err(|error| self.failed("open", &name, error))?;
        let stat = file.stat().map_err(|error| self.failed("read", &name, error))?;
        Ok(Live { first_seq, name, file: Arc::new(file), identity: stat.identity })
    }

    pub(super) fn forget_live(&self) {
        self.opened().live = None;
    }

    pub(super) fn is_live(&self, first_seq: u64) -> bool {
        let open = self.opened();
        open.live.as_ref().is_some_and(|live| live.first_seq == first_seq)
    }

    /// Whether others have sealed a segment and continued after it.
    pub(super) fn is_ended(&self, first_seq: u64) -> Result<bool, StoreError> {
        let segments = self.segments()?;
        let sealed = segments.iter().any(|info| info.first_seq == first_seq && info.sealed);
        Ok(sealed && segments.iter().any(|info| info.first_seq > first_seq && info.len > 0))
    }
}
