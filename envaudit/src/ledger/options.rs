//! How a ledger is made and opened.

use core::fmt;
use core::time::Duration;
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use super::error::OpenError;
use super::key::{KeyRing, MasterKey};
use super::ledger::Ledger;
use super::store::{FileStore, Store, StoreState};
use crate::ledger::evidence::anchor::Anchor;
use crate::ledger::format::timestamp::Timestamp;
use crate::ledger::write::open::Made;
use crate::ledger::write::patience::Patience;
use crate::ledger::write::recover;
use crate::sources::environment::Environment;

const KEY_VARIABLE: &str = "ENVAUDIT_SIGNING_KEY";
const KEY_FILE_VARIABLE: &str = "ENVAUDIT_SIGNING_KEY_FILE";

/// When an appended event is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SyncMode {
    /// Before it is acknowledged.
    Always,
    /// At most this much later, as long as the ledger is written to or [flushed](Ledger::flush). What was acknowledged
    /// since the last sync is lost when the machine stops; a process that is killed loses nothing.
    Interval(Duration),
}

/// How a ledger is made and opened; each setting has a default.
///
/// ```
/// use envaudit::ledger::{Actor, Event, LedgerOptions, MasterKey, MemoryStore};
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
    keys: Keys,
    retired: Vec<MasterKey>,
    production: bool,
    vars: Environment,
    pub(super) settings: Settings,
}

enum Keys {
    Found,
    Given(KeyRing),
    None,
}

/// Fills bytes at random.
type Fill = dyn Fn(&mut [u8]) -> io::Result<()> + Send + Sync;

/// What an open ledger goes by.
pub(super) struct Settings {
    clock: Box<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    entropy: Box<Fill>,
    pub(super) segment_size: u64,
    pub(super) sync: SyncMode,
    pub(super) anchors: Vec<Box<dyn Anchor>>,
    pub(super) patience: Patience,
    pub(super) checkpoint_events: Option<u64>,
    pub(super) checkpoint_after: Option<Duration>,
    pub(super) checkpoint_seed: Option<Zeroizing<[u8; 32]>>,
}

impl Settings {
    pub(super) fn now(&self) -> Timestamp {
        (self.clock)().into()
    }

    pub(super) fn fill(&self, bytes: &mut [u8]) -> io::Result<()> {
        (self.entropy)(bytes)
    }
}

/// The keys that were found for a ledger.
pub(super) struct Found {
    /// `None` for a ledger without keys.
    pub(super) ring: Option<KeyRing>,
    /// Whether the key lies beside the ledger.
    pub(super) beside: bool,
    /// The key that lies beside the ledger, where a rotation to the staged one was recorded and then interrupted.
    pub(super) outdated: Option<MasterKey>,
    /// A key that was made just now, to be kept beside the ledger.
    pub(super) made: Option<Zeroizing<String>>,
}

impl LedgerOptions {
    /// The defaults: a key from the environment or beside the ledger, every event synced, segments of 64 MiB, no anchors.
    #[expect(clippy::disallowed_methods, reason = "the default of the injected clock")]
    pub fn new() -> Self {
        LedgerOptions {
            keys: Keys::Found,
            retired: Vec::new(),
            production: false,
            vars: Environment::Process,
            settings: Settings {
                clock: Box::new(Utc::now),
                entropy: Box::new(|bytes| getrandom::fill(bytes).map_err(io::Error::other)),
                segment_size: 64 << 20,
                sync: SyncMode::Always,
                anchors: Vec::new(),
                patience: Patience::default(),
                checkpoint_events: None,
                checkpoint_after: None,
                checkpoint_seed: None,
            },
        }
    }

    /// The key, in place of one from the environment.
    #[must_use]
    pub fn key(self, key: MasterKey) -> Self {
        self.keys(KeyRing::new(key))
    }

    /// The current key and retired ones, in place of one from the environment. A ledger whose events were hashed with a
    /// retired key goes on with the current one from its opening on.
    #[must_use]
    pub fn keys(mut self, ring: KeyRing) -> Self {
        self.keys = Keys::Given(ring);
        self
    }

    /// A key that only older events were hashed with, besides the current one from wherever it comes.
    #[must_use]
    pub fn retired_key(mut self, key: MasterKey) -> Self {
        self.retired.push(key);
        self
    }

    /// No key: the ledger shows accidents, and no attack by those who can write to it. Nothing signs its checkpoints.
    #[must_use]
    pub fn unkeyed(mut self) -> Self {
        self.keys = Keys::None;
        self
    }

    /// Whether a key must be given: none is made, and none that lies beside the ledger is used.
    #[must_use]
    pub fn production(mut self, production: bool) -> Self {
        self.production = production;
        self
    }

    /// The name of the environment; `prod` and `production`, in small letters or capitals, are
    /// [production](Self::production).
    #[must_use]
    pub fn environment(self, name: &str) -> Self {
        let named = ["prod", "production"].iter().any(|prod| name.eq_ignore_ascii_case(prod));
        let production = self.production || named;
        self.production(production)
    }

    /// Variables in place of the process environment.
    #[must_use]
    pub fn vars(
        mut self,
        vars: impl IntoIterator<Item = (impl Into<OsString>, impl Into<OsString>)>,
    ) -> Self {
        self.vars = Environment::given(vars);
        self
    }

    /// [`vars`](Self::vars), as a load has them.
    #[cfg(feature = "cli")]
    pub(crate) fn variables(mut self, vars: Environment) -> Self {
        self.vars = vars;
        self
    }

    /// The clock that stamps events, in place of the system's.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        self.settings.clock = Box::new(clock);
        self
    }

    /// The source of random bytes, in place of the system's. Keys and ids are made of them.
    #[must_use]
    pub fn entropy(
        mut self,
        fill: impl Fn(&mut [u8]) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        self.settings.entropy = Box::new(fill);
        self
    }

    /// The size at which a new segment is begun; a segment is larger by at most one batch.
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

    /// How long the lock of the ledger is waited for while another has it, at the opening and before each write. Zero
    /// tries once. Default: as long as it takes. When the time is over, nothing was written, and the error is a
    /// [`StoreError`](super::StoreError) of the kind [`Locked`](super::StoreErrorKind::Locked).
    ///
    /// Threads that share the handle wait one after the other, each of them as long.
    ///
    /// A lock that is not to be waited for without end is tried again and again, with growing pauses of up to 100 ms: who
    /// waits without end comes first.
    #[must_use]
    pub fn lock_timeout(mut self, limit: Duration) -> Self {
        self.settings.patience.limit = Some(limit);
        self
    }

    /// What passes the time between two tries to take the lock, in place of sleeping that long.
    #[must_use]
    pub fn lock_pause(mut self, pause: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        self.settings.patience.pause = Box::new(pause);
        self
    }

    /// Adds a place that keeps checkpoints outside of the ledger. A ledger that is behind one is not opened.
    #[must_use]
    pub fn anchor(mut self, anchor: impl Anchor + 'static) -> Self {
        self.settings.anchors.push(Box::new(anchor));
        self
    }

    /// Takes a checkpoint after so many events, besides those at the roll of a segment and at the close.
    #[must_use]
    pub fn checkpoint_events(mut self, events: u64) -> Self {
        self.settings.checkpoint_events = Some(events);
        self
    }

    /// Takes a checkpoint with the first event that comes so long after the last one.
    #[must_use]
    pub fn checkpoint_after(mut self, time: Duration) -> Self {
        self.settings.checkpoint_after = Some(time);
        self
    }

    /// The seed of the Ed25519 key that signs checkpoints, in place of one derived from the master key.
    #[must_use]
    pub fn checkpoint_key(mut self, seed: [u8; 32]) -> Self {
        self.settings.checkpoint_seed = Some(Zeroizing::new(seed));
        self
    }

    /// Makes a ledger in the directory at this path, which must not have one.
    ///
    /// # Errors
    ///
    /// When there is one, or it cannot be made.
    pub fn init(self, path: impl Into<PathBuf>) -> Result<Ledger, OpenError> {
        self.init_in(FileStore::new(path))
    }

    /// Opens the ledger in the directory at this path.
    ///
    /// # Errors
    ///
    /// When there is none, or it is not what was written.
    pub fn open(self, path: impl Into<PathBuf>) -> Result<Ledger, OpenError> {
        self.open_in(FileStore::new(path))
    }

    /// Opens the ledger in the directory at this path; makes one if there is nothing at all, nor in the anchors.
    ///
    /// # Errors
    ///
    /// When it can neither be opened nor made.
    pub fn open_or_init(self, path: impl Into<PathBuf>) -> Result<Ledger, OpenError> {
        self.open_or_init_in(FileStore::new(path))
    }

    /// Makes a ledger in a store.
    ///
    /// # Errors
    ///
    /// When there is one, or it cannot be made.
    pub fn init_in(self, store: impl Store + 'static) -> Result<Ledger, OpenError> {
        match store.state().map_err(OpenError::Store)? {
            StoreState::Absent | StoreState::Unfinished => Ledger::make(Box::new(store), self)
                .and_then(|made| match made {
                    Made::Ledger(ledger) => Ok(*ledger),
                    Made::ByAnother(..) => Err(OpenError::Exists),
                }),
            StoreState::Present => Err(OpenError::Exists),
            StoreState::Foreign { example } => Err(OpenError::NoManifest { example }),
        }
    }

    /// Opens the ledger in a store.
    ///
    /// # Errors
    ///
    /// When there is none, or it is not what was written.
    pub fn open_in(self, store: impl Store + 'static) -> Result<Ledger, OpenError> {
        match store.state().map_err(OpenError::Store)? {
            StoreState::Present => Ledger::load(Box::new(store), self),
            StoreState::Absent | StoreState::Unfinished => Err(OpenError::Absent),
            StoreState::Foreign { example } => Err(OpenError::NoManifest { example }),
        }
    }

    /// Opens the ledger in a store, or makes one if there is nothing at all.
    ///
    /// # Errors
    ///
    /// When it can neither be opened nor made.
    pub fn open_or_init_in(self, store: impl Store + 'static) -> Result<Ledger, OpenError> {
        match store.state().map_err(OpenError::Store)? {
            StoreState::Absent | StoreState::Unfinished => {
                match Ledger::make(Box::new(store), self)? {
                    Made::Ledger(ledger) => Ok(*ledger),
                    Made::ByAnother(store, options) => Ledger::load(store, *options),
                }
            }
            _ => self.open_in(store),
        }
    }

    /// The keys that the ledger in a store is read with, and whether they lie beside it; none in a ledger without a key.
    #[cfg(feature = "cli")]
    pub(crate) fn keys_to_read(
        &self,
        store: &dyn Store,
    ) -> Result<(Option<KeyRing>, bool), OpenError> {
        self.find_keys(store).map(|found| (found.ring, found.beside))
    }

    /// The keys to open the ledger with.
    pub(super) fn find_keys(&self, store: &dyn Store) -> Result<Found, OpenError> {
        let mut found = self.find_current(store)?;
        let retired = self.retired.iter().cloned();
        found.ring = found.ring.map(|ring| retired.fold(ring, KeyRing::retired));
        Ok(found)
    }

    fn find_current(&self, store: &dyn Store) -> Result<Found, OpenError> {
        let given = |ring| Found { ring, beside: false, outdated: None, made: None };
        match &self.keys {
            Keys::Given(ring) => return Ok(given(Some(ring.clone()))),
            Keys::None => return Ok(given(None)),
            Keys::Found => {}
        }
        if let Some(key) = self.key_of_environment()? {
            return Ok(given(Some(KeyRing::new(key))));
        }
        if self.production {
            return Err(OpenError::NoKey { why: "in production a key must be given" });
        }
        let key = match store.key().map_err(OpenError::Store)? {
            Some(bytes) => {
                let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
                parsed("signing.key", &text)?
            }
            None => return Err(OpenError::NoKey { why: "the ledger has no signing.key" }),
        };
        let mut ring = KeyRing::new(key.clone());
        let mut outdated = None;
        if let Some(bytes) = store.next_key().map_err(OpenError::Store)? {
            let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
            // One that was not written to its end has not been used.
            if let Ok(next) = MasterKey::from_hex(&text)
                && recover::last_key(store).map_err(OpenError::Store)? == Some(next.id())
            {
                ring = ring.rotated_to(next);
                outdated = Some(key);
            }
        }
        // Whoever could put a key there could have put the current one there too.
        for bytes in store.retired_keys().map_err(OpenError::Store)? {
            let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
            ring = ring.retired(parsed("a retired key beside the ledger", &text)?);
        }
        Ok(Found { ring: Some(ring), beside: true, outdated, made: None })
    }

    /// The keys to make a ledger with.
    pub(super) fn find_or_make_keys(&self, store: &dyn Store) -> Result<Found, OpenError> {
        match self.find_keys(store) {
            Err(OpenError::NoKey { .. }) if !self.production => {
                let mut bytes = Zeroizing::new([0; 32]);
                self.settings.fill(&mut *bytes).map_err(OpenError::Entropy)?;
                let key = MasterKey::from_bytes(*bytes);
                let made = Some(key.to_hex());
                Ok(Found { ring: Some(KeyRing::new(key)), beside: true, outdated: None, made })
            }
            result => result,
        }
    }

    fn key_of_environment(&self) -> Result<Option<MasterKey>, OpenError> {
        if let Some(text) = self.vars.get(KEY_VARIABLE) {
            let text = Zeroizing::new(text.to_string_lossy().into_owned());
            return parsed(KEY_VARIABLE, &text).map(Some);
        }
        let Some(path) = self.vars.get(KEY_FILE_VARIABLE) else { return Ok(None) };
        let path = PathBuf::from(path);
        let place = path.display().to_string();
        match std::fs::read(&path) {
            Ok(bytes) => {
                let bytes = Zeroizing::new(bytes);
                let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
                parsed(&format!("`{place}`"), &text).map(Some)
            }
            Err(source) => Err(OpenError::KeyFile { path: place, source }),
        }
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
            .field("production", &self.production)
            .field("segment_size", &self.settings.segment_size)
            .field("sync", &self.settings.sync)
            .finish_non_exhaustive()
    }
}

fn parsed(place: &str, text: &str) -> Result<MasterKey, OpenError> {
    MasterKey::from_hex(text).map_err(|source| OpenError::Key { place: place.to_owned(), source })
}
