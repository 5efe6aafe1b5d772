//! The ledger: appending, locking, recovery, redaction, faults of disks.

mod append;
mod background_sync;
mod events;
mod faults;
mod follow;
mod kept_lock;
mod locked;
mod masking;
mod own_key;
mod passing_faults;
mod recovery;
mod redaction;
mod redaction_commands;
mod redaction_false_alarms;
mod redaction_length;
mod redaction_punctuation;
mod redaction_writing;
mod rotation;
mod state_machine;
mod store;
mod unlocked;
mod verifies;
mod writer;
