//! The tamper-evident ledger of the crate `envaudit-ledger`, and configuration recorded in it.

pub use envaudit_ledger::*;

pub use crate::record::Context;

/// Records of configurations, and the errors of recording.
pub mod record {
    pub use crate::record::{RecordError, Recorded, RecordedLoadError, RecordedLoader, Values};
}
