//! All that writes: how a ledger is made and opened, appended to, rolled, pruned, rotated, and recovered after a kill.

pub(super) mod acting;
pub(super) mod append;
pub(super) mod digest;
pub(super) mod ids;
pub(super) mod open;
pub(super) mod patience;
pub(super) mod prune;
pub(super) mod recover;
pub(super) mod roll;
pub(super) mod rotate;
pub(super) mod state;
pub(super) mod writer;
