//! The places that a load reads.

pub(crate) mod env_file;
pub(crate) mod environment;
pub(crate) mod file;
pub(crate) mod folder;
pub(crate) mod provider;
