//! Reports, and the index they are made from.

#[cfg(all(feature = "cli", target_os = "linux"))]
mod index_disks;
mod index_edited;
mod index_fit;
mod index_history;
#[cfg(feature = "cli")]
mod index_others;
mod index_sealed;
mod questions;
