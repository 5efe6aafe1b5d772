//! The reading half.

use std::io;

use super::FileStore;
use super::bytes::read;
use super::names::{CHECKPOINTS, HEAD, MANIFEST, NOTE, SEGMENT, checkpoint_name};
use crate::store::file::disk::{Disk, Listed};
use crate::store::{SegmentInfo, SegmentSource, StoreError};

impl<D: Disk> SegmentSource for FileStore<D> {
    fn manifest(&self) -> Result<Vec<u8>, StoreError> {
        self.contents(MANIFEST)
    }

    fn segments(&self) -> Result<Vec<SegmentInfo>, StoreError> {
        let numbered = self.numbered("", SEGMENT)?.into_iter();
        let info = |(first_seq, Listed { name, len, readonly: sealed, .. })| SegmentInfo {
            first_seq,
            name,
            len,
            sealed,
        };
        Ok(numbered.map(info).collect())
    }

    fn read(&self, first_seq: u64, offset: u64, limit: usize) -> Result<Vec<u8>, StoreError> {
        let mut read = self.read_parts(first_seq, &[(offset, limit)])?;
        Ok(read.pop().unwrap_or_default())
    }

    fn read_parts(
        &self,
        first_seq: u64,
        parts: &[(u64, usize)],
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        let opened = self.open_to_read(first_seq)?;
        let part = |&(offset, limit): &(u64, usize)| read(&*opened.file, offset, limit);
        let bytes = parts.iter().map(part).collect::<io::Result<_>>();
        let bytes = bytes.map_err(|error| self.failed("read", &opened.name, error))?;
        *self.read.lock().unwrap_or_else(|poison| poison.into_inner()) = Some(opened);
        Ok(bytes)
    }

    /// So much stays in the cache of a core until it has been used.
    fn block_size(&self) -> usize {
        512 << 10
    }

    fn checkpoints_after(
        &self,
        seq: Option<u64>,
        limit: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        let numbered = self.numbered(CHECKPOINTS, NOTE)?.into_iter().map(|(seq, _)| seq);
        let wanted = numbered.filter(|&found| seq.is_none_or(|seq| found > seq)).take(limit);
        wanted.map(|seq| Ok((seq, self.contents(&checkpoint_name(seq))?))).collect()
    }

    fn head(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.contents_if_there(HEAD)
    }
}
