//! The places that a load reads.

pub(crate) mod env_file;
pub(crate) mod environment;
pub(crate) mod file;
pub(crate) mod folder;
mod location;
pub(crate) mod provider;
mod source;

pub use location::Location;
pub(crate) use location::ShownPath;
pub(crate) use location::place;
pub(crate) use source::SourceKind;
pub use source::{Source, SourceSet, UnknownSource};
