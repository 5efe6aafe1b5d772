//! The tamper-evident ledger of the crate `envaudit-ledger`, and configuration recorded in it.

pub use envaudit_ledger::*;

pub use crate::record::{
    Context, RecordError, Recorded, RecordedLoadError, RecordedLoader, Values,
};
