//! The settings of an open ledger.

use core::time::Duration;
use std::io;

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use crate::evidence::anchor::{Anchor, AnchorSlot};
use crate::format::timestamp::Timestamp;
use crate::keys::KeyId;
use crate::store::lock_wait::LockWait;

/// When an appended event is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SyncMode {
    /// Before it is acknowledged.
    Always,
    /// At most this much later, provided that the ledger is written to or [flushed](crate::Ledger::flush). What was
    /// acknowledged since the last sync is lost when the machine stops; a process that is killed loses nothing.
    ///
    /// More than 4 MiB are synced sooner, on a thread beside the appends; an append waits for it when 32 MiB are not synced.
    /// If that sync fails, the next append is refused and the ledger is poisoned.
    ///
    /// A writer keeps the lock of the ledger after an append for up to 5 ms, for the next one, and looks at the files and the
    /// last line once in that time instead of at each append. A thread of its own gives the lock back when nothing was appended
    /// for 5 ms or another writer waits for it; the other writer gets it first then.
    Interval(Duration),
}

/// Fills a slice with random bytes.
pub(crate) type Fill = dyn Fn(&mut [u8]) -> io::Result<()> + Send + Sync;

/// The settings of an open ledger.
pub(crate) struct LedgerSettings {
    pub(crate) clock: Box<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    pub(crate) entropy: Box<Fill>,
    pub(crate) segment_size: u64,
    pub(crate) sync: SyncMode,
    pub(crate) anchors: Vec<Box<dyn Anchor>>,
    /// The slot of the ledger in an anchor that several ledgers share.
    pub(crate) anchor_slot: Option<AnchorSlot>,
    pub(crate) lock_wait: LockWait,
    pub(crate) write_timeout: Duration,
    pub(crate) writer: Option<String>,
    pub(crate) checkpoint_events: Option<u64>,
    pub(crate) checkpoint_after: Option<Duration>,
    pub(crate) checkpoint_seed: Option<Zeroizing<[u8; 32]>>,
    /// The key of a rotation that may have been recorded and interrupted.
    pub(crate) finish_rotation: Option<KeyId>,
}

impl LedgerSettings {
    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)().into()
    }

    pub(crate) fn fill(&self, bytes: &mut [u8]) -> io::Result<()> {
        (self.entropy)(bytes)
    }
}
