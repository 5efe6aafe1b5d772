//! The ledger: an open chain of events, and its operations.

use core::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use uuid::Uuid;

use crate::error::{AppendError, OpenError};
use crate::event::Event;
use crate::evidence::anchor::AnchorScope;
use crate::format::head::Head;
use crate::format::manifest::Manifest;
use crate::format::timestamp::Timestamp;
use crate::keys::{EventHash, KeyRing};
use crate::read::filter::Filter;
use crate::read::reader::{ReadError, Reader};
use crate::settings::LedgerSettings;
use crate::store::per_process::PerProcess;
use crate::store::{ChainStore, SegmentSource, StoreError, Tail};
use crate::verify::{Report, Verifier, VerifyError};
use crate::write::append::{MAX_RECORD, ledger_event};
use crate::write::lock_keeper::LockKeeper;
use crate::write::recover;
use crate::write::state::{StepError, Stopped, Uncertain, WriterState};
use crate::write::warning::LedgerWarning;

/// An append-only chain of events.
///
/// It can be shared among threads, and several processes may have the same ledger open: each append takes the ledger's lock,
/// reads the events that others have appended, and continues from there. After a fork, parent and child both may use it.
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
    pub(crate) manifest: Manifest,
    pub(crate) settings: LedgerSettings,
    pub(crate) key_beside: bool,
    /// The keys that it was opened with.
    pub(crate) opened_with: Option<KeyRing>,
    pub(crate) warnings: Vec<LedgerWarning>,
    pub(crate) writer: PerProcess<ProcessWriter>,
}

/// What a process needs to write: a child of a fork has a lock and a state of its own.
pub(crate) struct ProcessWriter {
    pub(crate) lock: Arc<LockKeeper>,
    state: Mutex<WriterState>,
}

impl ProcessWriter {
    pub(crate) fn new(store: &Arc<dyn ChainStore>, state: WriterState) -> Self {
        ProcessWriter { lock: LockKeeper::new(Arc::clone(store)), state: Mutex::new(state) }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, WriterState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
    /// The writing half of this process.
    pub(crate) fn writer(&self) -> &ProcessWriter {
        self.writer.get(|parents| {
            let state = match parents.state.try_lock() {
                Ok(parents) => WriterState::of_child(&parents),
                Err(TryLockError::Poisoned(parents)) => {
                    WriterState::of_child(&parents.into_inner())
                }
                // A thread that is not in this process holds it.
                Err(TryLockError::WouldBlock) => WriterState::unread(self.opened_with.clone()),
            };
            ProcessWriter::new(&self.store, state)
        })
    }

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
        self.append_record_with(|source, ring| Ok(vec![make(source, ring)?]))
    }

    /// [`append_with`](Self::append_with) for several events that make one record: all of them are written, next to each other,
    /// or none. Returns the position of the last.
    #[doc(hidden)]
    pub fn append_record_with<E: From<AppendError>>(
        &self,
        mut make: impl FnMut(&dyn SegmentSource, Option<&KeyRing>) -> Result<Vec<Event>, E>,
    ) -> Result<Appended, E> {
        let appended = self.with_tail(|state| {
            let now = self.roll_if_due(state)?;
            let events = match make(self.source(), state.ring.as_ref()) {
                Ok(events) => events,
                Err(error) => return Ok(Err(error)),
            };
            if let Err(error) = events.iter().try_for_each(Event::check_user) {
                return Ok(Err(AppendError::Event(error).into()));
            }
            let mut appended = None;
            let mut each = |written| appended = Some(written);
            self.write_at_most(MAX_RECORD, state, &events, now, &mut each)?;
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

    /// [`append_batch`](Self::append_batch) of checked events. On failure also returns those that may be there nevertheless.
    pub(crate) fn append_or_doubt(
        &self,
        events: &[Event],
    ) -> Result<Vec<Appended>, (AppendError, Uncertain)> {
        self.with_tail_or_doubt(|state, begun| {
            let mut all = Vec::with_capacity(events.len());
            let now = self.roll_if_due(state)?;
            *begun = true;
            self.write_events(state, events, now, &mut |appended| all.push(appended))?;
            Ok(all)
        })
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

    /// What was not as it should be when the ledger was opened, such as a folder that others than its owner can change.
    pub fn warnings(&self) -> &[LedgerWarning] {
        &self.warnings
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
        {
            let state = self.state();
            state.usable()?;
            if state.unsynced_len() == 0 {
                return Ok(());
            }
        }
        self.with_tail(|state| self.sync(state))
    }

    /// Takes a checkpoint now: signs it, keeps it in the ledger and in every anchor.
    ///
    /// # Errors
    ///
    /// When it may not be kept everywhere.
    pub fn checkpoint(&self) -> Result<(), AppendError> {
        self.with_tail(|state| {
            self.be_at_end(state)?;
            Ok(self.take_checkpoint(state)?)
        })
    }

    /// Others may have appended since this writer last looked: then it catches up first.
    pub(crate) fn be_at_end(&self, state: &WriterState) -> Result<(), StepError> {
        match recover::is_at_end(self, state)? {
            true => Ok(()),
            false => Err(StepError::Behind),
        }
    }

    /// Ends the segment and begins another.
    ///
    /// # Errors
    ///
    /// When it was not ended.
    pub fn seal(&self) -> Result<(), AppendError> {
        self.with_tail(|state| {
            self.be_at_end(state)?;
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
        let closed = self.with_tail(|state| {
            self.be_at_end(state)?;
            if state.closed_at != Some(state.tail.seq) {
                recover::refuse_contradictions(self, &state.tail)?;
                self.refuse_findings(state)?;
                self.write_ledger_event(state, &ledger_event("ledger.closed"))?;
                state.closed_at = Some(state.tail.seq);
            }
            self.take_checkpoint(state)?;
            state.stopped = Some(Stopped::Closed);
            Ok(())
        });
        match closed {
            // Another thread was faster.
            Err(AppendError::Closed) => Ok(()),
            closed => {
                closed?;
                self.writer().lock.release();
                Ok(())
            }
        }
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
        let read = recover::load(self, state.ring.clone())?;
        let found = self.find(&state.uncertain).map_err(OpenError::Store)?;
        state.replace(read);
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

    /// Which events of a write with an unknown outcome are in the ledger, whoever reopened it since: if nobody did, this does.
    /// `None` while that is not known.
    pub(crate) fn settled(&self, uncertain: &Uncertain) -> Option<Vec<Uuid>> {
        let is_poisoned = |state: &WriterState| matches!(state.stopped, Some(Stopped::Poisoned(_)));
        if is_poisoned(&self.state()) {
            self.reopen().ok()?;
        }
        // Until it is looked, nobody writes in this process, and no later failure leaves the content unknown.
        let state = self.state();
        if is_poisoned(&state) {
            return None;
        }
        self.find(uncertain).ok()
    }

    /// The events of a write that are in the ledger, where that was read again since.
    fn find(&self, uncertain: &Uncertain) -> Result<Vec<Uuid>, StoreError> {
        let Uncertain { first_seq, ids } = uncertain;
        let mut found = Vec::new();
        if ids.is_empty() {
            return Ok(found);
        }
        let last = first_seq.saturating_add(ids.len() as u64 - 1);
        for record in self.reader().events()?.matching(Filter::new().seqs(*first_seq, last)) {
            let record = match record {
                Ok(record) => record,
                Err(ReadError::Store(error)) => return Err(error),
                Err(ReadError::Line { .. }) => continue,
            };
            let id = record.line().ok().and_then(|line| line.event_id.parse().ok());
            found.extend(id.filter(|id| ids.contains(id)));
        }
        Ok(found)
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        // A ledger that is dropped without being closed is synced first.
        let _ = self.flush();
        self.writer().lock.release();
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
