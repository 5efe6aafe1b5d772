//! One load: [`loader`] says what to read, [`layers`] reads it and notes what it has for each key, [`reader`] hands the
//! winner of each key to the code that the derive generated.

#[cfg(feature = "cli")]
mod explain;
mod few;
#[cfg(feature = "cli")]
mod found;
mod layers;
mod loaded;
mod loader;
mod places;
mod reader;
mod redaction;
mod scope;
mod settings;
mod slot;
#[cfg(any(feature = "ledger", feature = "live"))]
mod texts;
#[cfg(feature = "cli")]
mod untyped;
#[cfg(feature = "ledger")]
mod view;
#[cfg(feature = "live")]
mod watched;

#[cfg(feature = "cli")]
pub(crate) use explain::{Has, Outcome, Role, Step, explain};
#[cfg(feature = "cli")]
pub(crate) use found::keys_of_files;
pub use loaded::Loaded;
pub use loader::Loader;
pub use reader::Reader;
#[cfg(feature = "ledger")]
pub(crate) use redaction::Secrets;
#[cfg(feature = "cli")]
pub(crate) use settings::LoadSettings;
pub use slot::Slot;
#[cfg(any(feature = "ledger", feature = "live"))]
pub(crate) use texts::{Text, Texts};
#[cfg(feature = "cli")]
pub(crate) use untyped::Untyped;
#[cfg(feature = "ledger")]
pub(crate) use view::LoadedView;
#[cfg(feature = "live")]
pub(crate) use watched::Watched;
