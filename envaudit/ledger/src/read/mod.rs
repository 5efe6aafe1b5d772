//! Reading without verifying: lines, records, filters, following, and lookups by seq.

pub(crate) mod filter;
pub(crate) mod follow;
pub(crate) mod lines;
pub(crate) mod locate;
pub(crate) mod reader;

pub use follow::Follow;
pub use reader::{ReadError, Records};
