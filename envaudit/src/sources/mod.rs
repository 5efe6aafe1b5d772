//! The places that a load reads.

pub(crate) mod env_file;
pub(crate) mod environment;
pub(crate) mod file;
pub(crate) mod folder;
pub(crate) mod links;
pub(crate) mod location;
pub(crate) mod provider;
pub(crate) mod provider_error;
#[cfg(any(feature = "aws", feature = "azure", feature = "gcp", feature = "vault"))]
pub(crate) mod remote;
pub(crate) mod secret_file;
pub(crate) mod service_links;
mod source;
pub(crate) mod source_url;

pub(crate) use location::ShownPath;
pub(crate) use location::place;
pub use location::{Held, Location, SecretDetails};
pub(crate) use source::SourceKind;
pub use source::{Source, SourceSet, UnknownSource};
