//! Configurations in a ledger: what is recorded, found again and pruned.

mod changes;
mod far_back;
mod loads;
mod pruned;
mod secrets;
