//! Writing: how a ledger is created, opened, appended to, rolled, pruned, rotated, and recovered after a kill.

pub(crate) mod append;
mod background_sync;
pub(crate) mod digest;
pub(crate) mod ids;
pub(crate) mod key_lookup;
pub(crate) mod ledger;
pub(crate) mod lock_keeper;
pub(crate) mod on_behalf_of;
pub(crate) mod open;
pub mod prune;
pub(crate) mod recover;
pub(crate) mod retry;
pub(crate) mod roll;
pub(crate) mod rotate;
mod rotated_key;
mod since_checkpoint;
pub(crate) mod state;
pub(crate) mod warning;
pub mod writer;
