//! Reading without verifying: records, filters, what is followed, and where things stand.

pub(crate) mod filter;
pub(crate) mod follow;
pub(crate) mod lines;
pub(crate) mod locate;
pub(crate) mod reader;

pub use follow::Follow;
pub use reader::{ReadError, Records};
