//! The ledger: an open chain of events that can be appended to.

use core::fmt;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::digest::Digest;
use super::error::{AppendError, OpenError};
use super::event::{Actor, Event};
use super::filter::Filter;
use super::head::Head;
use super::ids::Ids;
use super::key::{EventHash, Hasher, KeyId, KeyRing, NO_HASH};
use super::line::{MAX_LINE, Place, write};
use super::manifest::{Manifest, ManifestKeys};
use super::options::{Found, LedgerOptions, Settings, SyncMode};
use super::reader::Reader;
use super::store::{Durability, SegmentSource, Store, StoreError, Tail, WriteError};
use super::timestamp::Timestamp;
use super::{checkpoint, recover};

/// How much is written at once.
pub(super) const MAX_BATCH: usize = 8 << 20;
/// How much waits for a sync before there is one, however long the interval is.
pub(super) const MAX_UNSYNCED: usize = 4 << 20;

/// An append-only chain of events.
///
/// It can be shared among threads, and several processes may have the same ledger open: each append takes the ledger's
/// lock, sees what others have appended, and goes on from there.
///
/// ```
/// use envaudit::ledger::{Actor, Event, Ledger, LedgerOptions};
///
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("audit");
/// # let options = || LedgerOptions::new().vars([("", ""); 0]);
/// let ledger = options().init(&path)?;
/// let event = Event::new("feature.enabled", Actor::user("ada")).resource("feature", "checkout-v2");
/// let appended = ledger.append(&event)?;
/// ledger.close()?;
///
/// let ledger = options().open(&path)?;
/// let record = ledger.reader().get(appended.seq)?.expect("it is there");
/// assert_eq!(record.line()?.action, "feature.enabled");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Ledger {
    pub(super) store: Box<dyn Store>,
    pub(super) manifest: Manifest,
    pub(super) settings: Settings,
    key_beside: bool,
    state: Mutex<State>,
}

/// What changes while a ledger is open.
pub(super) struct State {
    pub(super) ring: Option<KeyRing>,
    pub(super) hasher: Hasher,
    pub(super) tail: Tail,
    /// The last line is a seal: the next one begins a segment.
    pub(super) sealed: bool,
    /// When the month is over in which the segment was begun.
    pub(super) month_end: Timestamp,
    pub(super) digest: Option<Digest>,
    pub(super) checkpointed: (u64, Timestamp),
    /// What was written and not synced: since when, and how many bytes.
    pub(super) unsynced: Option<(Timestamp, usize)>,
    /// From which offset on the segment has lines of others. Their sync may have failed after they wrote them, so that what
    /// reads back is not on disk.
    pub(super) foreign: Option<u64>,
    pub(super) stopped: Option<Stopped>,
    /// The ids of the events of a write whose end is not known.
    pub(super) uncertain: Vec<Uuid>,
    buffer: Vec<u8>,
    ids: Ids,
}

/// Why nothing more is written.
#[derive(Clone, Debug)]
pub(super) enum Stopped {
    Closed,
    Poisoned(String),
}

/// The place that an event was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Appended {
    /// Its number.
    pub seq: u64,
    /// Its id.
    pub event_id: Uuid,
    /// Its hash.
    pub hash: EventHash,
    /// When it was appended.
    pub timestamp: Timestamp,
}

/// What a ledger was found to be by [`Ledger::reopen`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reopened {
    /// Its last event.
    pub head: Head,
    /// The ids of those events that are there although their write was not acknowledged.
    pub found: Vec<Uuid>,
}

/// What came of making a ledger.
pub(super) enum Made {
    Ledger(Box<Ledger>),
    /// Somebody else was faster.
    ByAnother(Box<dyn Store>, Box<LedgerOptions>),
}

/// Why a step failed: because others were faster, or for good.
#[derive(Debug)]
pub(super) enum Failure {
    Stale,
    Failed(AppendError),
}

impl From<AppendError> for Failure {
    fn from(error: AppendError) -> Self {
        Failure::Failed(error)
    }
}

/// The ledger's lock, given back when dropped.
pub(super) struct Held<'a>(&'a dyn Store);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.unlock();
    }
}

impl Ledger {
    /// Makes a ledger in the directory at this path: see [`LedgerOptions`] for where its key comes from.
    ///
    /// # Errors
    ///
    /// When there is one, or it cannot be made.
    pub fn init(path: impl Into<PathBuf>) -> Result<Self, OpenError> {
        LedgerOptions::new().init(path)
    }

    /// Opens the ledger in the directory at this path, and recovers it if its last writer was killed.
    ///
    /// # Errors
    ///
    /// When there is none, or it is not what was written.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, OpenError> {
        LedgerOptions::new().open(path)
    }

    /// Opens the ledger in the directory at this path, or makes one if there is nothing at all.
    ///
    /// # Errors
    ///
    /// When it can neither be opened nor made.
    pub fn open_or_init(path: impl Into<PathBuf>) -> Result<Self, OpenError> {
        LedgerOptions::new().open_or_init(path)
    }

    /// Appends an event. When this returns, the event is durable, unless [`SyncMode::Interval`] says otherwise.
    ///
    /// # Errors
    ///
    /// When it was not recorded; [`AppendError::may_be_there`] says whether it may be all the same.
    pub fn append(&self, event: &Event) -> Result<Appended, AppendError> {
        let mut last = None;
        self.append_all(core::slice::from_ref(event), |appended| last = Some(appended))?;
        last.ok_or(AppendError::Closed)
    }

    /// Appends events in one write: all of them, or none.
    ///
    /// # Errors
    ///
    /// When none was recorded; [`AppendError::may_be_there`] says whether some may be all the same.
    pub fn append_batch(&self, events: &[Event]) -> Result<Vec<Appended>, AppendError> {
        let mut all = Vec::with_capacity(events.len());
        self.append_all(events, |appended| all.push(appended))?;
        Ok(all)
    }

    fn append_all(
        &self,
        events: &[Event],
        mut each: impl FnMut(Appended),
    ) -> Result<(), AppendError> {
        for event in events {
            event.check_user().map_err(AppendError::Event)?;
        }
        if events.is_empty() {
            return Ok(());
        }
        self.with_tail(|state| {
            let now = self.roll_if_due(state)?;
            self.write_events(state, events, now, &mut each)
        })?;
        Ok(())
    }

    /// Reads the ledger, verifying nothing.
    pub fn reader(&self) -> Reader<'_> {
        Reader::new(self.source())
    }

    /// The reading half of the store.
    pub fn source(&self) -> &dyn SegmentSource {
        &*self.store
    }

    /// What `ledger.json` says.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The last event that this writer knows of.
    pub fn head(&self) -> Head {
        let Tail { seq, hash, segment, .. } = self.state().tail;
        Head { seq, hash, segment }
    }

    /// Whether the key lies beside the ledger, so that whoever owns the directory can forge it.
    pub fn key_is_beside_ledger(&self) -> bool {
        self.key_beside
    }

    /// The keys the ledger was opened with; `None` if it has none.
    pub fn keys(&self) -> Option<KeyRing> {
        self.state().ring.clone()
    }

    /// Makes durable what [`SyncMode::Interval`] has not yet.
    ///
    /// # Errors
    ///
    /// When it may not be durable; the ledger is poisoned then.
    pub fn flush(&self) -> Result<(), AppendError> {
        let mut state = self.state();
        state.usable()?;
        if state.unsynced.is_none() {
            return Ok(());
        }
        let _held = self.hold()?;
        self.sync(&mut state).map_err(|failure| state.settle(failure))
    }

    /// Takes a checkpoint now: signs it, keeps it in the ledger and in every anchor.
    ///
    /// # Errors
    ///
    /// When it may not be kept everywhere.
    pub fn checkpoint(&self) -> Result<(), AppendError> {
        self.with_tail(|state| Ok(self.take_checkpoint(state)?))
    }

    /// Ends the segment and begins another.
    ///
    /// # Errors
    ///
    /// When it was not ended.
    pub fn seal(&self) -> Result<(), AppendError> {
        self.with_tail(|state| {
            self.roll(state)?;
            Ok(self.take_checkpoint(state)?)
        })
    }

    /// Appends `ledger.closed` and takes a checkpoint. Nothing can be appended any more; a second call does nothing.
    ///
    /// # Errors
    ///
    /// When the close was not recorded, or the checkpoint not taken.
    pub fn close(&self) -> Result<(), AppendError> {
        if let Some(Stopped::Closed) = self.state().stopped {
            return Ok(());
        }
        self.with_tail(|state| {
            self.write_own(state, &own("ledger.closed"))?;
            self.take_checkpoint(state)?;
            state.stopped = Some(Stopped::Closed);
            Ok(())
        })
    }

    /// Reads a poisoned ledger anew, finds out what became of the last writes, and goes on.
    ///
    /// # Errors
    ///
    /// When it is not what was written. Nothing is written then, as before.
    pub fn reopen(&self) -> Result<Reopened, OpenError> {
        let mut state = self.state();
        if let Some(Stopped::Closed) = state.stopped {
            return Err(OpenError::Append(Box::new(AppendError::Closed)));
        }
        let _held = self.locked().map_err(OpenError::Store)?;
        let (ring, last) = (state.ring.clone(), state.tail.seq);
        let read = recover::load(self, ring)?;
        let mut found = Vec::new();
        if !state.uncertain.is_empty() {
            let since = self.reader().events().map_err(OpenError::Store)?;
            let since = since.matching(Filter::new().seqs(last + 1, read.tail.seq));
            for record in since.flatten() {
                let id = record.line().ok().and_then(|line| line.event_id.parse().ok());
                found.extend(id.filter(|id| state.uncertain.contains(id)));
            }
        }
        *state = read;
        let Tail { seq, hash, segment, .. } = state.tail;
        Ok(Reopened { head: Head { seq, hash, segment }, found })
    }

    /// Reopens a ledger that an earlier failure has poisoned. Gives how many events of that write are there after all.
    pub(super) fn reopen_if_poisoned(&self) -> usize {
        let poisoned = matches!(self.state().stopped, Some(Stopped::Poisoned(_)));
        if poisoned { self.reopen().map_or(0, |reopened| reopened.found.len()) } else { 0 }
    }

    /// Records that events were lost.
    pub(super) fn append_gap(
        &self,
        events: u64,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<(), AppendError> {
        let event = own("ledger.gap")
            .detail("events", events)
            .detail("from", from.to_string())
            .detail("to", to.to_string());
        self.with_tail(|state| {
            self.roll_if_due(state)?;
            self.write_own(state, &event)
        })
    }

    pub(super) fn make(store: Box<dyn Store>, options: LedgerOptions) -> Result<Made, OpenError> {
        let found = options.find_or_make_keys(&*store)?;
        let mut random = [0; 16];
        options.settings.fill(&mut random).map_err(OpenError::Entropy)?;
        let now = options.settings.now();
        let chain = uuid::Builder::from_random_bytes(random).into_uuid();
        refuse_if_anchored(&options.settings)?;
        let hasher =
            found.ring.as_ref().map_or(Hasher::Unkeyed, |ring| Hasher::keyed(ring.current()));
        let keys = found.ring.as_ref().map(|ring| {
            let seed = options.settings.checkpoint_seed.clone();
            let seed = seed.unwrap_or_else(|| ring.current().checkpoint_seed());
            let checkpoint_key = public_key(&seed);
            ManifestKeys { kid: ring.current().id(), checkpoint_key }
        });
        let manifest = Manifest { chain, keys, created: now };
        let event_id = Ids::new()
            .next(now, |bytes| options.settings.fill(bytes))
            .map_err(OpenError::Entropy)?;
        let place = Place {
            seq: 1,
            event_id,
            timestamp: now,
            chain,
            hasher: &hasher,
            previous_hash: &NO_HASH,
        };
        let mut first = Vec::new();
        let created = own("ledger.created")
            .detail("manifest_sha256", hex(&Sha256::digest(manifest.to_bytes())));
        write(&mut first, &place, |out| created.write(out))
            .map_err(|error| OpenError::Append(Box::new(AppendError::Event(error))))?;
        let key = found.made.as_ref().map(|key| key.as_bytes());
        match store.create(&manifest.to_bytes(), &first, key) {
            Ok(()) => {}
            Err(WriteError::Stale) => return Ok(Made::ByAnother(store, Box::new(options))),
            Err(error) => return Err(OpenError::Write(error)),
        }
        let ledger = Ledger::begin(store, options.settings, manifest, found)?;
        Ok(Made::Ledger(Box::new(ledger)))
    }

    pub(super) fn load(store: Box<dyn Store>, options: LedgerOptions) -> Result<Self, OpenError> {
        let manifest = store.manifest().map_err(OpenError::Store)?;
        let manifest = Manifest::parse(&manifest).map_err(OpenError::Manifest)?;
        let found = options.find_keys(&*store)?;
        match (&found.ring, manifest.keys()) {
            (Some(_), None) => return Err(OpenError::Downgraded),
            (None, Some(_)) => return Err(OpenError::NoKey { why: "the ledger is keyed" }),
            _ => {}
        }
        Ledger::begin(store, options.settings, manifest, found)
    }

    fn begin(
        store: Box<dyn Store>,
        settings: Settings,
        manifest: Manifest,
        found: Found,
    ) -> Result<Self, OpenError> {
        let Found { ring, beside: key_beside, outdated, .. } = found;
        let ledger =
            Ledger { store, manifest, settings, key_beside, state: Mutex::new(State::unread()) };
        {
            let mut state = ledger.state();
            let _held = ledger.locked().map_err(OpenError::Store)?;
            *state = recover::load(&ledger, ring)?;
            if let Some(outdated) = outdated {
                ledger.end_rotation(&state, &outdated)?;
            }
        }
        Ok(ledger)
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn hold(&self) -> Result<Held<'_>, AppendError> {
        self.locked().map_err(AppendError::Rejected)
    }

    fn locked(&self) -> Result<Held<'_>, StoreError> {
        self.settings.patience.lock(&*self.store)?;
        Ok(Held(&*self.store))
    }

    /// Runs `act` with the lock held. If others have appended, catches up with them and runs it again.
    pub(super) fn with_tail<T>(
        &self,
        mut act: impl FnMut(&mut State) -> Result<T, Failure>,
    ) -> Result<T, AppendError> {
        let mut state = self.state();
        state.usable()?;
        let _held = self.hold()?;
        let mut result = act(&mut state);
        let caught_up = match &result {
            Err(_) if recover::is_pruned_away(self, &state) => {
                Some(recover::start_over(self, &mut state))
            }
            Err(Failure::Stale) => Some(recover::catch_up(self, &mut state)),
            _ => None,
        };
        if let Some(caught_up) = caught_up {
            result = caught_up.and_then(|()| act(&mut state));
        }
        result.map_err(|failure| state.settle(failure))
    }

    /// Writes the lines of these events in one write. `each` is told when they are acknowledged.
    pub(super) fn write_events(
        &self,
        state: &mut State,
        events: &[Event],
        now: Timestamp,
        each: &mut dyn FnMut(Appended),
    ) -> Result<(), Failure> {
        // Nothing stands behind a seal.
        if state.sealed {
            self.start_next(state)?;
        }
        let State { tail, hasher, buffer, ids, foreign, .. } = state;
        buffer.clear();
        let mut next = *tail;
        // One event needs no list.
        let mut one = None;
        let mut many = Vec::new();
        for event in events {
            let start = buffer.len();
            let event_id =
                ids.next(now, |bytes| self.settings.fill(bytes)).map_err(AppendError::Entropy)?;
            let place = Place {
                seq: next.seq + 1,
                event_id,
                timestamp: now,
                chain: self.manifest.chain,
                hasher,
                previous_hash: &next.hash,
            };
            let hash = write(buffer, &place, |out| event.write(out)).map_err(AppendError::Event)?;
            let len = buffer.len() - start;
            if len > MAX_LINE {
                return Err(AppendError::LineTooLong { len }.into());
            }
            next = Tail { seq: next.seq + 1, hash, offset: next.offset + len as u64, ..next };
            if let Some(last) =
                one.replace(Appended { seq: next.seq, event_id, hash, timestamp: now })
            {
                many.push(last);
            }
        }
        if buffer.len() > MAX_BATCH {
            return Err(AppendError::BatchTooLong { len: buffer.len() }.into());
        }
        let durability = match self.settings.sync {
            SyncMode::Always => Durability::Immediate,
            SyncMode::Interval(_) => Durability::Deferred,
        };
        // Nothing is built upon what may not be on disk; one sync serves both.
        let reaffirmed = foreign
            .map_or(Ok(()), |from| self.store.reaffirm(tail.segment, from, Durability::Deferred));
        reaffirmed.map_err(failed)?;
        if let Err(error) = self.store.append(tail, buffer, durability) {
            if let WriteError::Unknown(_) = error {
                let ids = many.iter().chain(&one).map(|appended| appended.event_id);
                state.uncertain = ids.collect();
            }
            return Err(failed(error));
        }
        *tail = next;
        match self.settings.sync {
            SyncMode::Always => *foreign = None,
            SyncMode::Interval(interval) => {
                let (since, bytes) = state.unsynced.get_or_insert((now, 0));
                *bytes += state.buffer.len();
                if *bytes > MAX_UNSYNCED || elapsed(*since, now) >= interval {
                    self.sync(state)?;
                }
            }
        }
        many.into_iter().chain(one).for_each(each);
        self.checkpoint_if_due(state, now);
        Ok(())
    }

    /// Writes an event of the ledger itself.
    pub(super) fn write_own(&self, state: &mut State, event: &Event) -> Result<(), Failure> {
        let now = self.settings.now();
        self.write_events(state, core::slice::from_ref(event), now, &mut |_| {})
    }

    pub(super) fn sync(&self, state: &mut State) -> Result<(), Failure> {
        let segment = state.tail.segment;
        match (state.foreign, state.unsynced) {
            (Some(from), _) => self.store.reaffirm(segment, from, Durability::Immediate),
            (None, Some(_)) => self.store.sync(segment),
            (None, None) => Ok(()),
        }
        .map_err(failed)?;
        state.foreign = None;
        state.unsynced = None;
        Ok(())
    }

    /// The line of an event that does not stand behind the others: the first of a segment.
    pub(super) fn first_line(
        &self,
        state: &mut State,
        event: &Event,
    ) -> Result<(Vec<u8>, EventHash), AppendError> {
        let now = self.settings.now();
        let event_id =
            state.ids.next(now, |bytes| self.settings.fill(bytes)).map_err(AppendError::Entropy)?;
        let place = Place {
            seq: state.tail.seq + 1,
            event_id,
            timestamp: now,
            chain: self.manifest.chain,
            hasher: &state.hasher,
            previous_hash: &state.tail.hash,
        };
        let mut line = Vec::new();
        let hash = write(&mut line, &place, |out| event.write(out)).map_err(AppendError::Event)?;
        state.month_end = now.month_end();
        Ok((line, hash))
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        // A ledger that is dropped without being closed loses nothing that a sync can save.
        let _ = self.flush();
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger")
            .field("chain", &self.manifest.chain)
            .field("head", &self.head().seq)
            .finish_non_exhaustive()
    }
}

impl State {
    /// Of a ledger that has not been read yet.
    fn unread() -> Self {
        let tail = Tail { seq: 0, hash: NO_HASH, segment: 1, offset: 0 };
        State::at(tail, None, Hasher::Unkeyed)
    }

    pub(super) fn at(tail: Tail, ring: Option<KeyRing>, hasher: Hasher) -> Self {
        State {
            ring,
            hasher,
            tail,
            sealed: false,
            month_end: Timestamp::from(chrono::DateTime::UNIX_EPOCH),
            digest: None,
            checkpointed: (tail.seq, Timestamp::from(chrono::DateTime::UNIX_EPOCH)),
            unsynced: None,
            foreign: None,
            stopped: None,
            uncertain: Vec::new(),
            buffer: Vec::new(),
            ids: Ids::new(),
        }
    }

    pub(super) fn usable(&self) -> Result<(), AppendError> {
        match &self.stopped {
            None => Ok(()),
            Some(Stopped::Closed) => Err(AppendError::Closed),
            Some(Stopped::Poisoned(reason)) => {
                Err(AppendError::Poisoned { reason: reason.clone() })
            }
        }
    }

    /// Draws the consequence of a failure: whatever leaves open what is on disk poisons.
    pub(super) fn settle(&mut self, failure: Failure) -> AppendError {
        let error = match failure {
            // Whoever holds the lock and has caught up is never behind.
            Failure::Stale => {
                AppendError::Poisoned { reason: "the ledger changed under its lock".to_owned() }
            }
            Failure::Failed(error) => error,
        };
        match &error {
            AppendError::Unknown(_) | AppendError::Damaged(_) | AppendError::KeyUnknown(_) => {
                self.stopped = Some(Stopped::Poisoned(error.to_string()));
            }
            AppendError::Poisoned { reason } => {
                self.stopped = Some(Stopped::Poisoned(reason.clone()))
            }
            AppendError::Anchor(
                super::anchor::AnchorError::Behind { .. }
                | super::anchor::AnchorError::Conflict { .. },
            ) => self.stopped = Some(Stopped::Poisoned(error.to_string())),
            _ => {}
        }
        error
    }

    /// The hasher of a key that the chain says is current now.
    pub(super) fn hasher_of(&self, kid: Option<KeyId>) -> Option<Hasher> {
        match (&self.ring, kid) {
            (None, None) => Some(Hasher::Unkeyed),
            (Some(ring), Some(kid)) => ring.hasher(kid).cloned(),
            _ => None,
        }
    }
}

/// An event that the ledger itself records.
pub(super) fn own(action: &'static str) -> Event {
    Event::new(action, Actor::system("envaudit"))
}

pub(super) fn failed(error: WriteError) -> Failure {
    match error {
        WriteError::Stale => Failure::Stale,
        WriteError::Rejected(error) => {
            // A file in another's place will not come back by trying again.
            if error.kind() == super::store::StoreErrorKind::Replaced {
                return Failure::Failed(AppendError::Poisoned { reason: error.to_string() });
            }
            Failure::Failed(AppendError::Rejected(error))
        }
        WriteError::Unknown(error) => Failure::Failed(AppendError::Unknown(error)),
    }
}

pub(super) fn elapsed(since: Timestamp, now: Timestamp) -> core::time::Duration {
    core::time::Duration::from_micros(u64::try_from(now.micros() - since.micros()).unwrap_or(0))
}

/// The public half of the key that signs checkpoints.
pub(super) fn public_key(seed: &[u8; 32]) -> [u8; 32] {
    ed25519_dalek::SigningKey::from_bytes(seed).verifying_key().to_bytes()
}

/// A directory that is empty although an anchor has seen a ledger in it is no place for a new one.
fn refuse_if_anchored(settings: &Settings) -> Result<(), OpenError> {
    for anchor in &settings.anchors {
        let seen = anchor.latest(None).map_err(OpenError::Anchor)?;
        if let Some(seen) = seen {
            return Err(OpenError::Lost { anchor: anchor.name(), size: seen.size });
        }
    }
    Ok(())
}

/// The key's hex, for details of events.
pub(super) fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

impl Ledger {
    /// The note signer of the current key; `None` in an unkeyed ledger.
    pub(super) fn signer(
        &self,
        state: &State,
    ) -> Option<Result<super::note::NoteSigner, super::note::NoteError>> {
        let ring = state.ring.as_ref()?;
        let seed = self.settings.checkpoint_seed.clone();
        let seed = seed.unwrap_or_else(|| ring.current().checkpoint_seed());
        Some(checkpoint::signer(&self.manifest.chain.to_string(), &seed))
    }
}
