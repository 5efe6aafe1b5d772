//! Configuration recorded in a ledger: every start, and exactly what changed since the last one.

mod actor;
mod change;
mod context;
mod details;
mod failure;
mod history;
mod last;
mod loader;
#[cfg(feature = "cli")]
mod plan;
mod recorder;
mod state;

#[cfg(feature = "report")]
pub(super) use history::{Changes, is_carried};
#[cfg(feature = "report")]
pub(crate) use last::recorded_state;
pub(super) use last::{resource_of, state_before};

#[cfg(feature = "cli")]
pub(crate) use actor::of_process;

pub use change::{ChangeKind, ConfigChange};
pub use context::{Context, Values};
pub use history::{Historic, History};
pub use loader::{RecordedLoadError, RecordedLoader};
#[cfg(feature = "cli")]
pub(crate) use plan::Plan;
pub use recorder::{RecordError, Recorded};
pub use state::RecordedValue;
