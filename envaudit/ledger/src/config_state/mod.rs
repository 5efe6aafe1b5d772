//! Records of configurations in a ledger, and how the last state and the history are read from them.

pub(crate) mod change;
#[doc(hidden)]
pub mod details;
pub(crate) mod history;
pub(crate) mod last;
pub(crate) mod parts;
pub(crate) mod recorded_ref;
pub(crate) mod table;
pub(crate) mod value;

pub use change::{ChangeKind, ConfigChange};
pub use history::{History, HistoryEntry};
pub(crate) use last::state_before;
pub(crate) use recorded_ref::resource_of;
pub use value::RecordedValue;
