//! Records of configurations in a ledger, and how the last state and the history are read from them.

pub(crate) mod change;
#[doc(hidden)]
pub mod details;
pub(crate) mod history;
pub(crate) mod last;
pub(crate) mod table;
pub(crate) mod value;

pub use change::{ChangeKind, ConfigChange};
pub use history::{History, HistoryEntry};
pub(crate) use last::{resource_of, state_before};
pub use value::RecordedValue;
