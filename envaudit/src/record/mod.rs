//! Configuration recorded in a ledger: every start, and exactly what changed since the last one.

mod actor;
mod context;
mod current;
mod diff;
mod failure;
mod loader;
#[cfg(feature = "cli")]
mod plan;
mod recorder;

#[cfg(feature = "cli")]
pub(crate) use actor::process_actor;
pub use context::{Context, Values};
pub use loader::{RecordedLoadError, RecordedLoader};
#[cfg(feature = "cli")]
pub(crate) use plan::Plan;
pub use recorder::{RecordError, Recorded};
#[cfg(feature = "cli")]
pub(crate) use recorder::{record, record_failure};
