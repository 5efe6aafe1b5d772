//! The bytes of a ledger: its lines, and the files next to them.

pub(crate) mod head;
pub(crate) mod json;
pub(crate) mod line;
pub(crate) mod manifest;
pub(crate) mod opening;
pub(crate) mod timestamp;
pub(crate) mod walk;

pub use head::Head;
pub use line::{LINE_VERSION, Line, LineError, LineText, MAX_LINE};
pub use manifest::{Algorithm, FORMAT_VERSION, Manifest, ManifestKeys};
