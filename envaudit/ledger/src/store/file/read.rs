//! The reading half.

use std::io;

use super::FileStore;
use super::bytes::{read, read_reusing};
use super::names::{CHECKPOINTS, HEAD, MANIFEST, NOTE, SEGMENT, checkpoint_name};
use super::whole::if_there;
use crate::store::file::disk::{Disk, Listed};
use crate::store::{Listing, SegmentInfo, SegmentSource, StoreError, StoreErrorKind, StrayFile};

/// More is read of no file that is read as a whole: none of a ledger is as long, and what is cut off here is refused as what it
/// is.
const MOST: usize = (1 << 20) + 1;

impl<D: Disk> SegmentSource for FileStore<D> {
    fn manifest(&self) -> Result<Vec<u8>, StoreError> {
        self.beginning(MANIFEST, MOST)
    }

    fn segments(&self) -> Result<Vec<SegmentInfo>, StoreError> {
        Ok(self.numbered("", SEGMENT)?.into_iter().map(info).collect())
    }

    fn read(&self, first_seq: u64, offset: u64, limit: usize) -> Result<Vec<u8>, StoreError> {
        self.read_reusing(first_seq, offset, limit, Vec::new())
    }

    fn read_reusing(
        &self,
        first_seq: u64,
        offset: u64,
        limit: usize,
        spare: Vec<u8>,
    ) -> Result<Vec<u8>, StoreError> {
        let opened = self.open_to_read(first_seq)?;
        let bytes = read_reusing(&*opened.file, offset, limit, spare);
        let bytes = bytes.map_err(|error| self.failed("read", &opened.name, error))?;
        *self.read_last() = Some(opened);
        Ok(bytes)
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
        *self.read_last() = Some(opened);
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
        wanted.map(|seq| Ok((seq, self.beginning(&checkpoint_name(seq), MOST)?))).collect()
    }

    fn newest_checkpoint(&self) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        let newest = self.numbered(CHECKPOINTS, NOTE)?.pop();
        newest.map(|(seq, _)| Ok((seq, self.beginning(&checkpoint_name(seq), MOST)?))).transpose()
    }

    fn head(&self) -> Result<Option<Vec<u8>>, StoreError> {
        if_there(self.beginning(HEAD, MOST))
    }

    fn listing(&self) -> Result<Listing, StoreError> {
        let mut strays = Vec::new();
        let manifest = self.contents_or_stray(MANIFEST, MOST, &mut strays)?;
        let head = match self.contents_or_stray(HEAD, MOST, &mut strays) {
            Err(error) if error.kind() == StoreErrorKind::Missing => None,
            result => result?,
        };
        let notes = match self.numbered_and_strays(CHECKPOINTS, NOTE) {
            Err(error) if error.kind() == StoreErrorKind::Replaced => {
                let name = CHECKPOINTS.to_owned();
                strays.push(StrayFile { name, seq: None, found: "not a folder" });
                Vec::new()
            }
            result => {
                let (notes, more) = result?;
                strays.extend(more);
                notes
            }
        };
        let note =
            |(seq, _): (u64, Listed)| Ok((seq, self.beginning(&checkpoint_name(seq), MOST)?));
        let checkpoints = notes.into_iter().map(note).collect::<Result<_, StoreError>>()?;
        let (segments, more) = self.numbered_and_strays("", SEGMENT)?;
        strays.extend(more);
        let segments = segments.into_iter().map(info).collect();
        Ok(Listing { manifest, head, checkpoints, segments, strays })
    }
}

fn info((first_seq, listed): (u64, Listed)) -> SegmentInfo {
    let Listed { name, len, readonly: sealed, .. } = listed;
    SegmentInfo { first_seq, name, len, sealed }
}
