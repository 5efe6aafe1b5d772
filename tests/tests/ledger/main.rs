//! The ledger: appending, locking, recovery, redaction, faults of disks.

mod append;
mod events;
mod faults;
mod follow;
mod locked;
mod masking;
mod recovery;
mod redaction;
mod redaction_commands;
mod redaction_length;
mod redaction_writing;
mod rotation;
mod store;
mod verifies;
mod writer;
