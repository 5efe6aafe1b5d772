//! Reading without verifying: records, filters, what is followed, and where things stand.

pub(super) mod filter;
pub(super) mod follow;
pub(super) mod locate;
pub(super) mod reader;
pub(super) mod states;
