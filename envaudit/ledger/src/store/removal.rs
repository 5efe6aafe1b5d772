//! Removing what is old, with the credentials that allow it.

use super::{Deadline, WriteError};

/// A store that lets segments be removed. One that forbids deletion does not offer it, and is a store all the same.
pub trait SegmentRemoval {
    /// Removes a segment, durably. One that is not there is as good as removed.
    ///
    /// # Errors
    ///
    /// When it may still be there.
    fn remove_segment(&self, first_seq: u64, by: Deadline) -> Result<(), WriteError>;
}
