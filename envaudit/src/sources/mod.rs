//! The places that a load reads.

pub(crate) mod env_file;
pub(crate) mod environment;
pub(crate) mod file;
pub(crate) mod folder;
pub(crate) mod links;
mod location;
pub(crate) mod provider;
pub(crate) mod provider_error;
pub(crate) mod secret_file;
mod source;

pub use location::Location;
pub(crate) use location::place;
pub(crate) use source::SourceKind;
pub use source::{Source, SourceSet, UnknownSource};
