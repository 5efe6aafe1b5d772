//! The bytes of a ledger: its lines, and the files beside them.

pub(super) mod head;
pub(super) mod json;
pub(super) mod line;
pub(super) mod manifest;
pub(super) mod timestamp;
pub(super) mod walk;
