//! Env files: their content, and references in them.

mod content;
mod properties;
mod references;
