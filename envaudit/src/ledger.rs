//! The tamper-evident ledger of the crate `envaudit-ledger`, and configuration recorded in it.

pub use envaudit_ledger::*;

pub use crate::record::Context;

/// What was recorded of a configuration, and why it was not.
pub mod record {
    pub use crate::record::{RecordError, Recorded, RecordedLoadError, RecordedLoader, Values};
}
