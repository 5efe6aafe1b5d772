//! The ledger: an open chain of events, and its operations.

use core::fmt;
use std::sync::{Arc, Mutex};

use uuid::Uuid;

use crate::error::{AppendError, OpenError};
use crate::event::Event;
use crate::evidence::anchor::AnchorScope;
use crate::format::head::Head;
use crate::format::manifest::Manifest;
use crate::format::timestamp::Timestamp;
use crate::keys::{EventHash, KeyRing};
use crate::read::filter::Filter;
use crate::read::reader::Reader;
use crate::settings::LedgerSettings;
use crate::store::{ChainStore, SegmentSource, Tail};
use crate::verify::{Report, Verifier, VerifyError};
use crate::write::append::ledger_event;
use crate::write::lock_keeper::LockKeeper;
use crate::write::recover;
use crate::write::state::{Stopped, WriterState};

/// An append-only chain of events.
///
/// It can be shared among threads, and several processes may have the same ledger open: each append takes the ledger's lock,
/// reads the events that others have appended, and continues from there.
///
/// ```
/// use envaudit_ledger::{Actor, Event, Ledger, LedgerOptions};
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
    pub(crate) store: Arc<dyn ChainStore>,
    pub(crate) lock: Arc<LockKeeper>,
    pub(crate) manifest: Manifest,
    pub(crate) settings: LedgerSettings,
    pub(crate) key_beside: bool,
    pub(crate) state: Mutex<WriterState>,
}

/// The position of an appended event.
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

/// The state of a ledger after [`Ledger::reopen`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reopened {
    /// Its last event.
    pub head: Head,
    /// The ids of events that are in the ledger although their write was not acknowledged.
    pub found: Vec<Uuid>,
}

impl Ledger {
    /// Appends an event. When this returns, the event is durable, unless [`SyncMode::Interval`](crate::SyncMode::Interval) says otherwise.
    ///
    /// # Errors
    ///
    /// When it was not recorded; [`AppendError::may_be_there`] says whether it may be in the ledger nevertheless.
    pub fn append(&self, event: &Event) -> Result<Appended, AppendError> {
        let mut last = None;
        self.append_all(core::slice::from_ref(event), |appended| last = Some(appended))?;
        last.ok_or(AppendError::Closed)
    }

    /// Appends events in one write: all of them, or none.
    ///
    /// # Errors
    ///
    /// When none was recorded; [`AppendError::may_be_there`] says whether some may be in the ledger nevertheless.
    pub fn append_batch(&self, events: &[Event]) -> Result<Vec<Appended>, AppendError> {
        let mut all = Vec::with_capacity(events.len());
        self.append_all(events, |appended| all.push(appended))?;
        Ok(all)
    }

    /// Appends an event that depends on the content of the ledger: `make` runs under the ledger's lock, gets the store and the
    /// keys of the ledger, and returns the event. It may run more than once.
    ///
    /// # Errors
    ///
    /// Those of `make`, and when the event was not recorded.
    pub fn append_with<E: From<AppendError>>(
        &self,
        mut make: impl FnMut(&dyn SegmentSource, Option<&KeyRing>) -> Result<Event, E>,
    ) -> Result<Appended, E> {
        let appended = self.with_tail(|state| {
            let now = self.roll_if_due(state)?;
            let event = match make(self.source(), state.ring.as_ref()) {
                Ok(event) => event,
                Err(error) => return Ok(Err(error)),
            };
            if let Err(error) = event.check_user() {
                return Ok(Err(AppendError::Event(error).into()));
            }
            let mut appended = None;
            self.write_events(state, &[event], now, &mut |written| appended = Some(written))?;
            Ok(appended.ok_or_else(|| AppendError::Closed.into()))
        });
        appended.map_err(E::from)?
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

    /// A reader of the ledger, which verifies nothing.
    pub fn reader(&self) -> Reader<'_> {
        Reader::new(self.source())
    }

    /// The reading half of the store.
    pub fn source(&self) -> &dyn SegmentSource {
        &*self.store
    }

    /// The content of `ledger.json`.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The last event that this writer knows of.
    pub fn head(&self) -> Head {
        let Tail { seq, hash, segment, .. } = self.state().tail;
        Head { seq, hash, segment }
    }

    /// Whether the key is kept next to the ledger, so that the owner of the directory can forge it.
    pub fn key_is_beside_ledger(&self) -> bool {
        self.key_beside
    }

    /// The keys of the open ledger; `None` if it has no key.
    pub fn keys(&self) -> Option<KeyRing> {
        self.state().ring.clone()
    }

    /// Makes the events durable that [`SyncMode::Interval`](crate::SyncMode::Interval) has not synced yet.
    ///
    /// # Errors
    ///
    /// When it may not be durable; the ledger is poisoned then.
    pub fn flush(&self) -> Result<(), AppendError> {
        let mut state = self.state();
        state.usable()?;
        if state.unsynced_len() == 0 {
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
            self.write_ledger_event(state, &ledger_event("ledger.closed"))?;
            self.take_checkpoint(state)?;
            state.stopped = Some(Stopped::Closed);
            Ok(())
        })?;
        self.lock.release();
        Ok(())
    }

    /// Reads a poisoned ledger again, finds out which events of the last writes are there, and continues.
    ///
    /// # Errors
    ///
    /// When it is not what was written. The ledger then stays poisoned.
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
            // They follow the last event, or are the last ones if it is their sync that failed.
            let first = (last + 1).saturating_sub(state.uncertain.len() as u64);
            let since = since.matching(Filter::new().seqs(first, read.tail.seq));
            for record in since.flatten() {
                let id = record.line().ok().and_then(|line| line.event_id.parse().ok());
                found.extend(id.filter(|id| state.uncertain.contains(id)));
            }
        }
        *state = read;
        let Tail { seq, hash, segment, .. } = state.tail;
        Ok(Reopened { head: Head { seq, hash, segment }, found })
    }

    /// Verifies the ledger with its own keys and anchors, as far as they can be read back. If this process or its host cannot
    /// be trusted, use a [`Verifier`] elsewhere.
    ///
    /// # Errors
    ///
    /// When the store or an anchor cannot be read. What is wrong with the ledger itself is in the report.
    ///
    /// ```
    /// use envaudit_ledger::verify::Verdict;
    /// use envaudit_ledger::{LedgerOptions, MasterKey};
    /// use envaudit_ledger::testing::MemoryStore;
    ///
    /// let key = MasterKey::from_bytes([7; 32]);
    /// let ledger = LedgerOptions::new().key(key).init_in(MemoryStore::default())?;
    /// assert_eq!(ledger.verify()?.verdict(), Verdict::OkUnanchoredTail);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify(&self) -> Result<Report, VerifyError> {
        let ledger_id = self.manifest.ledger_id().to_string();
        let kept: Result<Vec<_>, _> = self
            .settings
            .anchors
            .iter()
            .map(|anchor| anchor.latest(AnchorScope::Ledger(&ledger_id)))
            .collect();
        let kept = kept.map_err(VerifyError::Anchor)?;
        let keys = self.keys();
        let mut verifier =
            Verifier::new().ledger_id(ledger_id).key_beside(self.key_is_beside_ledger());
        if let Some(keys) = &keys {
            verifier = verifier.keys(keys);
        }
        verifier.anchors.extend(kept.into_iter().flatten());
        verifier.verify(self.source())
    }

    /// Reopens a ledger that an earlier failure has poisoned. Returns the events of that write that are there after all, by
    /// their positions in it; `None` if the ledger stays poisoned.
    pub(crate) fn reopen_if_poisoned(&self) -> Option<Vec<usize>> {
        let uncertain = {
            let state = self.state();
            match state.stopped {
                Some(Stopped::Poisoned(_)) => state.uncertain.clone(),
                _ => return Some(Vec::new()),
            }
        };
        let found = self.reopen().ok()?.found;
        let there = uncertain.iter().enumerate().filter(|(_, id)| found.contains(id));
        Some(there.map(|(at, _)| at).collect())
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        // A ledger that is dropped without being closed is synced first.
        let _ = self.flush();
        self.lock.release();
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger")
            .field("ledger_id", &self.manifest.ledger_id)
            .field("head", &self.head().seq)
            .finish_non_exhaustive()
    }
}
