//! Secrets of a load are in no output.

mod env_file;
#[cfg(feature = "tracing")]
mod events;
mod every_output;
mod messages;
mod stores;
mod types;
mod wrong_place;
