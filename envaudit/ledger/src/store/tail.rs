//! Where a ledger ends.

use data_encoding::HEXLOWER;

#[cfg(doc)]
use super::ChainStore;
use crate::keys::EventHash;

/// Where a ledger ends: the compare-and-swap token of [`ChainStore::append`]. A store that keeps lines as they are compares the
/// hash with the one that the last line ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tail {
    /// The seq of the last event.
    pub seq: u64,
    /// Its hash.
    pub hash: EventHash,
    /// The first seq of the segment it is in.
    pub segment: u64,
    /// The length of that segment.
    pub offset: u64,
}

/// The length of the end of a line that identifies it: its hash and the characters that close it.
pub(crate) const LINE_END: usize = 67;

impl Tail {
    /// Where the bytes for [`is_end`](Self::is_end) are; `None` in a segment that is too short to have any.
    pub(crate) fn end(&self) -> Option<u64> {
        self.offset.checked_sub(LINE_END as u64)
    }

    /// Whether these are the last bytes of the last line.
    pub(crate) fn is_end(&self, bytes: &[u8]) -> bool {
        let mut end = [0; LINE_END];
        HEXLOWER.encode_mut(&self.hash, &mut end[..64]);
        end[64..].copy_from_slice(b"\"}\n");
        bytes == end
    }
}
