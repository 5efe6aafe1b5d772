//! An append-only, tamper-evident history of configuration changes and audited actions.
//!
//! ```
//! use envaudit_ledger::{Actor, Event, LedgerOptions, MasterKey, Outcome};
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
//! A [`Ledger`] that was open when the process forked can be used by parent and child: the child opens the files anew, with a
//! lock of its own, before it writes. A thread is not copied by a fork, so a [`LedgerWriter`] of the parent answers every call
//! of the child with [`SubmitError::Forked`](writer::SubmitError::Forked); make one in each process. That holds
//! whatever the other threads of the parent were doing with the ledger at that moment; only if one of them had its lock, and the
//! parent is killed with it, the lock is held until the child ends.
//!
//! # On disk
//!
//! | file | what it is |
//! | --- | --- |
//! | `ledger.json` | the [`Manifest`](format::Manifest): format, id, algorithm and keys; written once |
//! | `00000000000000000001.jsonl` | a segment, named by its first seq; sealed ones are read-only |
//! | `checkpoints/*.note` | signed [checkpoints](checkpoint) |
//! | `HEAD` | the last event at the last roll, checkpoint or close |
//! | `lock` | taken for each append |
//! | `index.sqlite` | the index for reports and histories of `envaudit`; rebuilt from the events whenever necessary |
//! | `torn-*` | a half-written line of a killed writer; `ledger.recovered` records it |
//! | `signing.key` | the key, if none was given: the owner of the directory can forge the ledger |
//! | `retired-*.key` | an earlier `signing.key`, kept by a rotation |
//!
//! # Failures
//!
//! | failure | result |
//! | --- | --- |
//! | the disk is full | [`AppendError::Rejected`]: nothing was written, the event can be tried again |
//! | a sync fails | [`AppendError::Unknown`]: the event may be there; nothing more is written until [`Ledger::reopen`] |
//! | a writer is killed | the next one moves the torn end to a file and records `ledger.recovered` |
//! | a whole line was changed, lines are missing | [`OpenError::Damaged`], [`OpenError::BehindHead`], [`OpenError::BehindCheckpoint`]: refused, never repaired |
//! | an older copy goes on with a retired key | [`OpenError::RolledBack`], [`OpenError::UnfinishedRotation`]: refused |
//! | the directory is empty, but an anchor is not | [`OpenError::Lost`]: no new ledger is begun |

pub mod config_state;
mod error;
mod event;
mod evidence;
pub mod export;
pub mod format;
pub mod keys;
mod options;
pub mod read;
mod settings;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
pub mod verify;
mod write;

pub use self::evidence::{anchor, checkpoint, merkle, note, proof};
pub use self::write::{prune, writer};
pub use envaudit_redact::{REDACTED, is_secret_name, mask_ip, redact};
pub use error::{AppendError, Damage, OpenError};
pub use event::{Actor, ActorKind, Event, EventError, Origin, Outcome};
pub use format::timestamp::Timestamp;
#[doc(inline)]
pub use keys::{KeyRing, MasterKey};
pub use options::LedgerOptions;
pub use read::filter::Filter;
pub use read::reader::{Reader, Record};
pub use settings::SyncMode;
#[doc(inline)]
pub use store::FileStore;
pub use write::ledger::{Appended, Ledger, Reopened};
pub use write::on_behalf_of::OnBehalfOf;
pub use write::warning::LedgerWarning;
#[doc(inline)]
pub use writer::{Delivery, LedgerWriter};

/// Items for the crate `envaudit`. Not part of the API: both crates are released together, under one version.
#[doc(hidden)]
pub mod __private {
    pub use crate::config_state::details;
    pub use crate::config_state::history::{Changes, is_carried};
    pub use crate::config_state::last::{LastState, LastStateSearch, find_last_state};
    pub use crate::config_state::parts::{PART, PartPosition};
    pub use crate::config_state::recorded_ref::{part_seqs, recorded_state};
    pub use crate::config_state::value::key_of;
    pub use crate::export::csv::write_record as write_csv_record;
    pub use crate::format::walk::{list, member, members, text};
    pub use crate::keys::file::{LONGEST as LONGEST_KEY_FILE, open_to_others, read_key_file};
    pub use crate::read::lines::{LineBlock, LineBlocks, LineBytes, LineEnd, Lines, line_in};
    pub use crate::read::locate::{Located, line_at, time_of};
    pub use crate::store::lock_wait::wait_for_lock;
}
