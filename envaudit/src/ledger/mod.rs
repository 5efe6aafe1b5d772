//! An append-only, tamper-evident history of configuration changes and audited actions.
//!
//! ```
//! use envaudit::ledger::{Actor, Event, LedgerOptions, MasterKey, Outcome};
//!
//! # let dir = tempfile::tempdir()?;
//! # let path = dir.path().join("audit");
//! let key = MasterKey::from_hex(&"5e".repeat(32))?;
//! let ledger = LedgerOptions::new().key(key).open_or_init(&path)?;
//! ledger.append(
//!     &Event::new("user.deleted", Actor::admin("ada")).resource("user", "eve").outcome(Outcome::Success),
//! )?;
//! ledger.close()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Every event is one line of JSON that carries the hash of the line before it and its own, which is an HMAC under a key. When
//! [`Ledger::append`] returns, the line is on disk. Many threads share one sync through a [`LedgerWriter`]; several processes
//! may have one ledger open.
//!
//! # On disk
//!
//! | file | what it is |
//! | --- | --- |
//! | `ledger.json` | the [`Manifest`]: format, id, algorithm and keys; written once |
//! | `00000000000000000001.jsonl` | a segment, named by its first seq; sealed ones are read-only |
//! | `checkpoints/*.note` | signed [checkpoints](checkpoint) |
//! | `HEAD` | the last event at the last roll, checkpoint or close |
//! | `lock` | taken for each append |
//! | `index.sqlite` | what reports and histories are looked up in; made anew from the events whenever need be |
//! | `torn-*` | what a killed writer left half written; `ledger.recovered` says so |
//! | `signing.key` | the key, where none was given: whoever owns the directory can forge the ledger |
//! | `retired-*.key` | what was in `signing.key` before a rotation |
//!
//! # What goes wrong, and what happens then
//!
//! | what | what happens |
//! | --- | --- |
//! | the disk is full | [`AppendError::Rejected`]: nothing was written, the event can be tried again |
//! | a sync fails | [`AppendError::Unknown`]: the event may be there; nothing more is written until [`Ledger::reopen`] |
//! | a writer is killed | the next one cuts off what is torn, keeps it in a file, and records `ledger.recovered` |
//! | a whole line was changed, lines are missing | [`OpenError::Damaged`], [`OpenError::BehindHead`]: refused, never repaired |
//! | the directory is empty, an anchor is not | [`OpenError::Lost`]: no new ledger is begun |

mod error;
mod event;
mod evidence;
mod export;
mod format;
#[cfg(feature = "report")]
pub mod index;
mod key;
#[expect(clippy::module_inception, reason = "the ledger of the module of ledgers")]
mod ledger;
mod options;
mod read;
mod record;
mod store;
pub mod verify;
mod write;

pub use self::evidence::{anchor, checkpoint, merkle, note, proof};
pub use error::{AppendError, Damage, OpenError};
pub use event::mask::mask_ip;
pub use event::redact::{REDACTED, is_secret_name, redact};
pub use event::{Actor, ActorKind, Event, EventError, Origin, Outcome};
pub use export::ExportFormat;
#[cfg(any(feature = "cli", feature = "report"))]
pub(crate) use export::is_turning;
#[cfg(feature = "report")]
pub(crate) use export::write_csv_record;
pub use format::head::Head;
pub use format::line::{LINE_VERSION, Line, LineError, MAX_LINE, Text};
pub use format::manifest::{Algorithm, FORMAT_VERSION, Manifest, ManifestKeys};
pub use format::timestamp::Timestamp;
pub use key::{
    ChainKey, ChainKeys, EventHash, Hasher, KeyError, KeyId, KeyRing, MasterKey, NO_HASH,
};
pub use ledger::{Appended, Ledger, Reopened};
pub use options::{LedgerOptions, SyncMode};
pub use read::filter::Filter;
pub use read::follow::Follow;
pub use read::reader::{ReadError, Reader, Record, Records};
#[cfg(feature = "report")]
pub(crate) use record::recorded_state;
pub use record::{
    ChangeKind, ConfigChange, Context, Historic, History, RecordError, Recorded, RecordedLoadError,
    RecordedLoader, RecordedValue, Values,
};
#[cfg(feature = "cli")]
pub(crate) use record::{Plan, of_process};
pub use store::{
    Disk, DiskFile, Durability, Fault, FileStat, FileStore, Identity, Listed, MemoryDisk,
    MemoryFile, MemoryStore, NextKey, Operation, RealDisk, RealFile, SegmentInfo, SegmentSource,
    Store, StoreError, StoreErrorKind, StoreState, TORN, Tail, WriteError, conformance,
};
pub use write::acting::Acting;
#[cfg(feature = "cli")]
pub(crate) use write::patience::wait_for_lock;
pub use write::prune::{CarriedState, PruneError, PrunePlan, PrunePolicy, Pruned};
pub use write::writer::{Class, LedgerWriter, SubmitError, Ticket, WriterOptions};
