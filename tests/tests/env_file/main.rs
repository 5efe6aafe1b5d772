//! Env files: their content, and references in them.

mod content;
mod grammar;
mod key_files;
mod limits;
mod pasted;
mod properties;
mod references;
