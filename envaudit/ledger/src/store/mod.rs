//! Where a ledger is kept: the traits that a store is made of, and the store of files.
//!
//! | trait | purpose |
//! | --- | --- |
//! | [`SegmentSource`] | reading: all that verification needs |
//! | [`ChainStore`] | writing, as a compare-and-swap with a deadline |
//! | [`StoreLock`] | a lock, where there is one |
//! | [`FileChain`] | what only files have: torn ends, syncs, HEAD |
//! | [`KeyStore`] | keys next to the ledger |
//! | [`SegmentRemoval`] | removing old segments |
//!
//! A store keeps bytes and knows nothing of lines and hashes. The first two traits are enough for one: a database or an object
//! store need not have files, a lock, or the right to delete. Every store passes the same suite, `testing::store_conformance`
//! (feature `testing`).

mod batch;
mod chain;
mod error;
mod file;
mod files;
mod keys;
mod lock;
pub(crate) mod lock_wait;
pub(crate) mod per_process;
mod removal;
pub(crate) mod resolve;
mod source;
mod tail;

pub use batch::{Batch, BatchOutcome, Deadline, Durability, Epoch};
pub use chain::{ChainStore, StoreState};
pub use error::{StoreError, StoreErrorKind, WriteError};
pub use file::FileStore;
pub use file::disk::{Disk, DiskFile, FileStat, Identity, Listed, RealDisk, RealFile};
pub use files::{FileChain, OpenKind, OpenToOthers};
pub use keys::{KeyAfter, KeyStore};
pub use lock::StoreLock;
pub use removal::SegmentRemoval;
pub use source::{Listing, SegmentInfo, SegmentSource, StrayFile};
pub(crate) use tail::LINE_END;
pub use tail::Tail;

/// The beginning of the names of copies of torn ends.
pub const TORN: &str = "torn-";
