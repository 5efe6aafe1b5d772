//! One load: [`loader`] says what to read, [`layers`] reads it and notes what it has for each key, [`reader`] hands the
//! winner of each key to the code that the derive generated.

mod expected;
mod layers;
mod loaded;
mod loader;
mod places;
mod reader;
mod redaction;
mod scope;
mod slot;
#[cfg(any(feature = "ledger", feature = "live"))]
mod texts;
#[cfg(feature = "live")]
mod watched;

pub(crate) use expected::expected;
pub use loaded::Loaded;
pub use loader::Loader;
pub use reader::Reader;
#[cfg(feature = "ledger")]
pub(crate) use redaction::Secrets;
pub use slot::Slot;
#[cfg(any(feature = "ledger", feature = "live"))]
pub(crate) use texts::{Text, Texts};
#[cfg(feature = "live")]
pub(crate) use watched::Watched;
