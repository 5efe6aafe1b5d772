//! One load: [`loader`] says what to read, [`inputs`] lists it, [`layers`] opens it and notes what it has for each key,
//! [`reader`] hands the winner of each key to the code that the derive generated.

mod attempts;
mod conflicts;
#[cfg(feature = "ledger")]
mod erased;
mod hint;
mod inputs;
mod key_slot;
mod layers;
mod loaded;
#[cfg(any(feature = "ledger", feature = "live"))]
mod loaded_texts;
mod loader;
mod named_path;
mod one_or_many;
mod reader;
mod redaction;
mod settings;
#[cfg(all(test, feature = "cli", feature = "live"))]
mod tests;
#[cfg(feature = "cli")]
mod tools;
#[cfg(feature = "live")]
mod watched_paths;

pub use conflicts::Conflicts;
#[cfg(feature = "ledger")]
pub(crate) use erased::ErasedLoad;
pub use key_slot::KeySlot;
pub use loaded::Loaded;
#[cfg(any(feature = "ledger", feature = "live"))]
pub(crate) use loaded_texts::LoadedText;
pub use loader::Loader;
pub use reader::FieldReader;
#[cfg(feature = "ledger")]
pub(crate) use redaction::Secrets;
#[cfg(feature = "cli")]
pub(crate) use settings::{LoadSettings, UnknownKeys};
#[cfg(feature = "cli")]
pub(crate) use tools::{DynamicLoad, Has, Outcome, Role, Step, explain, keys_of_files, places};
#[cfg(feature = "live")]
pub(crate) use watched_paths::WatchedPaths;
