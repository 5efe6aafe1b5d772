//! The reading half.

use std::io;

use super::FileStore;
use super::bytes::read;
use super::names::{CHECKPOINTS, HEAD, MANIFEST, NOTE, SEGMENT, checkpoint_name, seq_of};
use crate::ledger::store::disk::Disk;
use crate::ledger::store::{SegmentInfo, SegmentSource, StoreError, StoreErrorKind};

impl<D: Disk> SegmentSource for FileStore<D> {
    fn manifest(&self) -> Result<Vec<u8>, StoreError> {
        self.contents(MANIFEST)
    }

    fn segments(&self) -> Result<Vec<SegmentInfo>, StoreError> {
        let mut segments = Vec::new();
        for listed in self.listed("")? {
            let Some(first_seq) = seq_of(&listed.name, SEGMENT) else { continue };
            if !listed.file {
                let doing = format!("read `{}`", self.disk.place(&listed.name));
                return Err(StoreError::new(StoreErrorKind::Replaced, doing));
            }
            segments.push(SegmentInfo {
                first_seq,
                name: listed.name,
                len: listed.len,
                sealed: listed.readonly,
            });
        }
        segments.sort_by_key(|segment| segment.first_seq);
        Ok(segments)
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
        let part = |&(offset, limit): &(u64, usize)| read(&opened.file, offset, limit);
        let bytes = parts.iter().map(part).collect::<io::Result<_>>();
        let bytes = bytes.map_err(|error| self.failed("read", &opened.name, error))?;
        *self.read.lock().unwrap_or_else(|poison| poison.into_inner()) = Some(opened);
        Ok(bytes)
    }

    fn checkpoints(&self) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        let listed = self.listed(CHECKPOINTS)?;
        let mut seqs: Vec<u64> =
            listed.iter().filter_map(|listed| seq_of(&listed.name, NOTE)).collect();
        seqs.sort_unstable();
        seqs.into_iter().map(|seq| Ok((seq, self.contents(&checkpoint_name(seq))?))).collect()
    }

    fn head(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.contents_if_there(HEAD)
    }
}
