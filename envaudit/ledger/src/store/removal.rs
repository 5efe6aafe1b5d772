//! Removing old segments, with the credentials that allow it.

use super::{Deadline, WriteError};

/// A store from which segments can be removed. One that forbids deletion does not offer it.
pub trait SegmentRemoval {
    /// Removes a segment, durably. A segment that is not there counts as removed.
    ///
    /// # Errors
    ///
    /// When it may still be there.
    fn remove_segment(&self, first_seq: u64, by: Deadline) -> Result<(), WriteError>;
}
