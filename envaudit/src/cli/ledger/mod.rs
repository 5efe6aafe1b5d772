//! The ledger of `--ledger`, its keys and its index.

mod error;
mod event_check;
#[cfg(feature = "report")]
mod index;
mod key_file;
mod open;
mod read;
mod recorded_names;

pub(crate) use event_check::{EventCheck, EventKeyArgs, chain_keys_in, marked};
#[cfg(feature = "report")]
pub(crate) use index::query_index;
pub(crate) use key_file::{
    GivenKey, random, read_key, read_or_create, refuse_beside, refuse_guessable, warn_if_beside,
    warn_of_readers, write_private,
};
pub(crate) use open::{KEY_VARIABLES, LedgerKeys, RetiredKeys};
pub(crate) use read::{StoredLedger, refuse_inside};
#[cfg(feature = "report")]
pub(crate) use recorded_names::{NotRecorded, not_recorded_json};
pub(crate) use recorded_names::{end_with, not_recorded};
