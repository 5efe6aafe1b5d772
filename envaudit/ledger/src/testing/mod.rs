//! Tools for tests of a ledger, or of your own store: a disk and a store in memory, and the suite that every store passes.
//! Behind the feature `testing`; not for production.

mod memory_disk;
mod memory_store;
pub mod store_conformance;
mod unreliable_store;

pub use memory_disk::{Fault, MemoryDisk, MemoryFile, Operation};
pub use memory_store::MemoryStore;
pub use unreliable_store::{LostAnswer, LostAnswers, UnreliableStore};
