//! Loads for tools, which look at a load from outside or do not know the struct.

mod discover;
mod dynamic;
mod explain;

pub(crate) use discover::{keys_of_files, places};
pub(crate) use dynamic::DynamicLoad;
pub(crate) use explain::{Has, Outcome, Role, Step, explain};
