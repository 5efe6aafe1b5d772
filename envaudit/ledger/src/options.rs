//! Options for creating and opening a ledger.

use core::fmt;
use core::time::Duration;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use crate::error::OpenError;
use crate::evidence::anchor::{Anchor, AnchorSlot};
use crate::keys::{KeyRing, MasterKey};
use crate::settings::{LedgerSettings, SyncMode};
use crate::store::lock_wait::LockWait;
use crate::store::{ChainStore, Deadline, FileStore, StoreState};
use crate::write::key_lookup::{GivenKeys, KeySource};
use crate::write::ledger::Ledger;
use crate::write::open::CreateOutcome;

/// How a ledger is created and opened; each setting has a default.
///
/// ```
/// use envaudit_ledger::{Actor, Event, LedgerOptions, MasterKey};
/// use envaudit_ledger::testing::MemoryStore;
///
/// let ledger = LedgerOptions::new()
///     .key(MasterKey::from_bytes([7; 32]))
///     .segment_size(1 << 20)
///     .init_in(MemoryStore::default())?;
/// let appended = ledger.append(&Event::new("user.created", Actor::admin("ada")))?;
/// assert_eq!(appended.seq, 2, "the first is `ledger.created`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct LedgerOptions {
    pub(crate) key_source: KeySource,
    pub(crate) settings: LedgerSettings,
}

impl LedgerOptions {
    /// The defaults: a key from the environment or next to the ledger, every event synced, segments of 64 MiB, no anchors.
    #[expect(
        clippy::disallowed_methods,
        reason = "the defaults of the injected clock and variables"
    )]
    pub fn new() -> Self {
        LedgerOptions {
            key_source: KeySource {
                keys: GivenKeys::Nowhere,
                retired: Vec::new(),
                next: None,
                production: false,
                variables: Box::new(|name| std::env::var_os(name)),
            },
            settings: LedgerSettings {
                clock: Box::new(Utc::now),
                entropy: Box::new(|bytes| getrandom::fill(bytes).map_err(io::Error::other)),
                segment_size: 64 << 20,
                sync: SyncMode::Always,
                anchors: Vec::new(),
                anchor_slot: None,
                lock_wait: LockWait::default(),
                write_timeout: Duration::from_secs(30),
                writer: None,
                checkpoint_events: None,
                checkpoint_after: None,
                checkpoint_seed: None,
                finish_rotation: None,
            },
        }
    }

    /// The key, instead of one from the environment.
    #[must_use]
    pub fn key(self, key: MasterKey) -> Self {
        self.keys(KeyRing::new(key))
    }

    /// The current key and retired ones, instead of one from the environment. A ledger that still goes on with a retired key is
    /// not opened: it is a copy from before the rotation, or was never [rotated](Ledger::rotate).
    #[must_use]
    pub fn keys(mut self, ring: KeyRing) -> Self {
        self.key_source.keys = GivenKeys::Given(ring);
        self
    }

    /// A key that only older events were hashed with, in addition to the current one, wherever that comes from.
    #[must_use]
    pub fn retired_key(mut self, key: MasterKey) -> Self {
        self.key_source.retired.push(key);
        self
    }

    /// If the ledger ends with the record of a rotation to this key, and nothing is behind it, opening the ledger finishes the
    /// rotation and goes on with this key. Otherwise this changes nothing.
    ///
    /// A rotation is recorded together with the first event under the new key, so only a machine that stopped while they were
    /// written leaves the one without the other. Without this such a ledger is not opened, because whoever has the retired key
    /// can record a rotation behind a history of their own: look at the last events before you use it.
    #[must_use]
    pub fn finish_rotation(mut self, key: MasterKey) -> Self {
        self.settings.finish_rotation = Some(key.id());
        self.key_source.next = Some(key);
        self
    }

    /// No key: the ledger shows accidents, but not attacks by anybody with write access. Its checkpoints are not signed.
    #[must_use]
    pub fn unkeyed(mut self) -> Self {
        self.key_source.keys = GivenKeys::None;
        self
    }

    /// Whether a key must be given: none is generated, and a key next to the ledger is not used.
    #[must_use]
    pub fn production(mut self, production: bool) -> Self {
        self.key_source.production = production;
        self
    }

    /// The name of the environment; `prod` and `production`, in lower or upper case, are [production](Self::production).
    #[must_use]
    pub fn environment(self, name: &str) -> Self {
        let named = envaudit_redact::is_production(name);
        let production = self.key_source.production || named;
        self.production(production)
    }

    /// Variables, instead of the process environment.
    #[must_use]
    pub fn vars(
        self,
        vars: impl IntoIterator<Item = (impl Into<OsString>, impl Into<OsString>)>,
    ) -> Self {
        let vars = vars.into_iter().map(|(name, value)| (name.into(), value.into()));
        let vars: HashMap<OsString, OsString> = vars.collect();
        self.variables(move |name| vars.get(OsStr::new(name)).cloned())
    }

    /// A function that returns the value of a variable, instead of the process environment.
    #[must_use]
    pub fn variables(
        mut self,
        get: impl Fn(&str) -> Option<OsString> + Send + Sync + 'static,
    ) -> Self {
        self.key_source.variables = Box::new(get);
        self
    }

    /// The clock for the timestamps of events, instead of the system's.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        self.settings.clock = Box::new(clock);
        self
    }

    /// The source of random bytes for keys and ids, instead of the system's.
    #[must_use]
    pub fn entropy(
        mut self,
        fill: impl Fn(&mut [u8]) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        self.settings.entropy = Box::new(fill);
        self
    }

    /// The size at which a new segment begins; a segment is larger by at most one batch.
    #[must_use]
    pub fn segment_size(mut self, bytes: u64) -> Self {
        self.settings.segment_size = bytes;
        self
    }

    /// When an appended event is durable.
    #[must_use]
    pub fn sync(mut self, mode: SyncMode) -> Self {
        self.settings.sync = mode;
        self
    }

    /// How long to wait for the lock of the ledger while another writer has it, when opening and before each write. Zero tries
    /// once. Default: no limit. When the time is over, nothing was written, and the error is a
    /// [`StoreError`](super::store::StoreError) of the kind [`Locked`](super::store::StoreErrorKind::Locked).
    ///
    /// Threads that share the handle wait one after the other, each of them as long.
    ///
    /// A lock with a timeout is tried again and again, with growing pauses of up to 100 ms, so that a caller without a timeout
    /// gets the lock first.
    #[must_use]
    pub fn lock_timeout(mut self, limit: Duration) -> Self {
        self.settings.lock_wait.limit = Some(limit);
        self
    }

    /// How long to try again with a store without a lock, if other writers are faster each time or an answer is lost. Default:
    /// 30 s. When the time is over, the error is a [`StoreError`](crate::store::StoreError) of the kind
    /// [`TimedOut`](crate::store::StoreErrorKind::TimedOut), or [`AppendError::Unknown`](crate::AppendError::Unknown).
    #[must_use]
    pub fn write_timeout(mut self, limit: Duration) -> Self {
        self.settings.write_timeout = limit;
        self
    }

    /// The name of this writer in a store that several write to: opening the ledger fences off an earlier writer of the same
    /// name, such as an instance that is believed dead. Default: no name, and no fencing.
    #[must_use]
    pub fn writer(mut self, name: impl Into<String>) -> Self {
        self.settings.writer = Some(name.into());
        self
    }

    /// The function that waits between two tries to write or to take the lock, instead of sleeping.
    #[must_use]
    pub fn lock_pause(mut self, pause: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        self.settings.lock_wait.pause = Box::new(pause);
        self
    }

    /// Adds a place that keeps checkpoints outside of the ledger. A ledger that is behind one is not opened.
    #[must_use]
    pub fn anchor(mut self, anchor: impl Anchor + 'static) -> Self {
        self.settings.anchors.push(Box::new(anchor));
        self
    }

    /// The slot of this ledger in an anchor that several ledgers share. Without a slot, a new ledger is created only if the
    /// anchors have seen no ledger at all; with one, if they have seen none in this slot.
    ///
    /// ```
    /// use envaudit_ledger::anchor::{AnchorSlot, FileAnchor};
    /// use envaudit_ledger::{LedgerOptions, MasterKey};
    /// use envaudit_ledger::testing::MemoryStore;
    ///
    /// # let dir = tempfile::tempdir()?;
    /// let anchor = FileAnchor::new(dir.path().join("anchors"));
    /// for pod in ["pod-1", "pod-2"] {
    ///     let options = LedgerOptions::new().key(MasterKey::from_bytes([7; 32])).anchor(anchor.clone());
    ///     let ledger = options.anchor_slot(AnchorSlot::new("checkout", pod)?).init_in(MemoryStore::default())?;
    ///     ledger.close()?;
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn anchor_slot(mut self, slot: AnchorSlot) -> Self {
        self.settings.anchor_slot = Some(slot);
        self
    }

    /// Takes a checkpoint after this many events, in addition to those at the end of a segment and when the ledger is closed.
    #[must_use]
    pub fn checkpoint_events(mut self, events: u64) -> Self {
        self.settings.checkpoint_events = Some(events);
        self
    }

    /// Takes a checkpoint with the first event that comes this long after the last checkpoint.
    #[must_use]
    pub fn checkpoint_after(mut self, time: Duration) -> Self {
        self.settings.checkpoint_after = Some(time);
        self
    }

    /// The seed of the Ed25519 key that signs checkpoints, instead of one derived from the master key.
    #[must_use]
    pub fn checkpoint_key(mut self, seed: [u8; 32]) -> Self {
        self.settings.checkpoint_seed = Some(Zeroizing::new(seed));
        self
    }

    /// Creates a ledger in the directory at this path, which must not have one.
    ///
    /// # Errors
    ///
    /// When there is one already, or it cannot be created.
    pub fn init(self, path: impl Into<PathBuf>) -> Result<Ledger, OpenError> {
        self.init_in(FileStore::new(path))
    }

    /// Opens the ledger in the directory at this path.
    ///
    /// # Errors
    ///
    /// When there is no ledger, or it is not what was written.
    pub fn open(self, path: impl Into<PathBuf>) -> Result<Ledger, OpenError> {
        self.open_in(FileStore::new(path))
    }

    /// Opens the ledger in the directory at this path; creates one if the directory is empty and the anchors have seen none.
    ///
    /// # Errors
    ///
    /// When it can neither be opened nor created.
    pub fn open_or_init(self, path: impl Into<PathBuf>) -> Result<Ledger, OpenError> {
        self.open_or_init_in(FileStore::new(path))
    }

    /// Creates a ledger in a store.
    ///
    /// # Errors
    ///
    /// When there is one already, or it cannot be created.
    pub fn init_in(self, store: impl ChainStore + 'static) -> Result<Ledger, OpenError> {
        match store.state(Deadline::after(self.settings.write_timeout)).map_err(OpenError::Store)? {
            StoreState::Absent | StoreState::Unfinished => {
                Ledger::make(Arc::new(store), self.settings, self.key_source).and_then(|made| {
                    match made {
                        CreateOutcome::Ledger(ledger) => Ok(*ledger),
                        CreateOutcome::ByAnother(..) => Err(OpenError::Exists),
                    }
                })
            }
            StoreState::Present => Err(OpenError::Exists),
            StoreState::Foreign { example } => Err(OpenError::NoManifest { example }),
        }
    }

    /// Opens the ledger in a store.
    ///
    /// # Errors
    ///
    /// When there is no ledger, or it is not what was written.
    pub fn open_in(self, store: impl ChainStore + 'static) -> Result<Ledger, OpenError> {
        match store.state(Deadline::after(self.settings.write_timeout)).map_err(OpenError::Store)? {
            StoreState::Present => Ledger::load(Arc::new(store), self.settings, self.key_source),
            StoreState::Absent | StoreState::Unfinished => Err(OpenError::Absent),
            StoreState::Foreign { example } => Err(OpenError::NoManifest { example }),
        }
    }

    /// Opens the ledger in a store, or creates one if the store is empty.
    ///
    /// # Errors
    ///
    /// When it can neither be opened nor created.
    pub fn open_or_init_in(self, store: impl ChainStore + 'static) -> Result<Ledger, OpenError> {
        match store.state(Deadline::after(self.settings.write_timeout)).map_err(OpenError::Store)? {
            StoreState::Absent | StoreState::Unfinished => {
                match Ledger::make(Arc::new(store), self.settings, self.key_source)? {
                    CreateOutcome::Ledger(ledger) => Ok(*ledger),
                    CreateOutcome::ByAnother(store, settings, keys) => {
                        Ledger::load(store, *settings, *keys)
                    }
                }
            }
            _ => self.open_in(store),
        }
    }

    /// The keys for reading the ledger in a store, and whether they are kept next to it; no keys for a ledger without a key.
    ///
    /// # Errors
    ///
    /// When a key that should be there is missing or is not a key.
    pub fn keys_to_read(
        &self,
        store: &dyn ChainStore,
    ) -> Result<(Option<KeyRing>, bool), OpenError> {
        self.key_source.find(store).map(|found| (found.ring, found.beside))
    }
}

/// A ledger with the default options.
impl Ledger {
    /// Creates a ledger in the directory at this path: see [`LedgerOptions`] for where its key comes from.
    ///
    /// # Errors
    ///
    /// When there is one already, or it cannot be created.
    pub fn init(path: impl Into<PathBuf>) -> Result<Self, OpenError> {
        LedgerOptions::new().init(path)
    }

    /// Opens the ledger in the directory at this path, and recovers it if its last writer was killed.
    ///
    /// # Errors
    ///
    /// When there is no ledger, or it is not what was written.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, OpenError> {
        LedgerOptions::new().open(path)
    }

    /// Opens the ledger in the directory at this path, or creates one if the directory is empty.
    ///
    /// # Errors
    ///
    /// When it can neither be opened nor created.
    pub fn open_or_init(path: impl Into<PathBuf>) -> Result<Self, OpenError> {
        LedgerOptions::new().open_or_init(path)
    }
}

impl Default for LedgerOptions {
    fn default() -> Self {
        LedgerOptions::new()
    }
}

impl fmt::Debug for LedgerOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LedgerOptions")
            .field("production", &self.key_source.production)
            .field("segment_size", &self.settings.segment_size)
            .field("sync", &self.settings.sync)
            .finish_non_exhaustive()
    }
}
