//! Where a text has credentials.

use core::ops::Range;

/// Where they are, in bytes.
pub(super) type Spans = Vec<Range<usize>>;
