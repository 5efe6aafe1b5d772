//! Appending lines: under the lock, after the last one, in one write.

use std::sync::{Arc, MutexGuard};

use uuid::Uuid;

use crate::error::AppendError;
use crate::event::{Event, EventError};
use crate::format::json::{ScanError, Scanner};
use crate::format::line::{LineHeader, MAX_LINE, write};
use crate::format::timestamp::Timestamp;
use crate::keys::{EventHash, KeyRing};
use crate::settings::SyncMode;
use crate::store::{Batch, BatchOutcome, Deadline, Durability, StoreError, Tail, WriteError};
use crate::write::background_sync::BackgroundSync;
use crate::write::ledger::{Appended, Ledger, ProcessWriter};
use crate::write::lock_keeper::HeldLock;
use crate::write::on_behalf_of::self_actor;
use crate::write::recover;
use crate::write::retry::Retry;
use crate::write::state::{StepError, Uncertain, WriterState, step_error};

/// The number of bytes that are written at once of events that do not belong together.
pub(crate) const MAX_BATCH: usize = 8 << 20;
/// The number of bytes that are written at once of events that make one record.
pub(crate) const MAX_RECORD: usize = 32 << 20;
/// The number of unsynced bytes for whose sync an append waits, however long the interval is.
pub(crate) const MAX_UNSYNCED: usize = 32 << 20;
/// The number of unsynced bytes from which a sync is started, however long the interval is.
const SYNCED_AT_ONCE: usize = 4 << 20;

/// The first line of a segment.
pub(crate) struct FirstLine {
    pub(crate) bytes: Vec<u8>,
    pub(crate) hash: EventHash,
    pub(crate) event_id: Uuid,
    pub(crate) timestamp: Timestamp,
}

impl Ledger {
    pub(crate) fn state(&self) -> MutexGuard<'_, WriterState> {
        self.writer().state()
    }

    pub(crate) fn locked(&self) -> Result<HeldLock<'_>, StoreError> {
        self.writer().lock.hold(&self.settings.lock_wait)
    }

    /// The deadline of an operation that begins now. A store of files waits only for its lock, which has a separate limit.
    pub(crate) fn deadline(&self) -> Deadline {
        match self.store.store_lock() {
            Some(_) => Deadline::NEVER,
            None => Deadline::after(self.settings.write_timeout),
        }
    }

    /// Runs `act` after the last event of the ledger, with the lock held if the store has one. If others have appended, catches
    /// up with them and runs it again, until the deadline.
    pub(crate) fn with_tail<T>(
        &self,
        act: impl FnMut(&mut WriterState) -> Result<T, StepError>,
    ) -> Result<T, AppendError> {
        let writer = self.writer();
        self.act_at_tail(writer, &mut writer.state(), act)
    }

    /// [`with_tail`](Self::with_tail). On failure also returns the events that may be there nevertheless, if `act` has begun to
    /// write them, which it says: a roll before them has lines of its own.
    pub(crate) fn with_tail_or_doubt<T>(
        &self,
        mut act: impl FnMut(&mut WriterState, &mut bool) -> Result<T, StepError>,
    ) -> Result<T, (AppendError, Uncertain)> {
        let writer = self.writer();
        let mut state = writer.state();
        let mut begun = false;
        let acted = self.act_at_tail(writer, &mut state, |state| {
            begun = false;
            let done = act(state, &mut begun);
            // Where others were faster, nothing was written.
            begun &= !matches!(done, Err(StepError::Behind));
            done
        });
        acted.map_err(|error| match begun && error.may_be_there() {
            true => (error, state.uncertain.clone()),
            false => (error, Uncertain::default()),
        })
    }

    fn act_at_tail<T>(
        &self,
        writer: &ProcessWriter,
        state: &mut WriterState,
        mut act: impl FnMut(&mut WriterState) -> Result<T, StepError>,
    ) -> Result<T, AppendError> {
        state.usable()?;
        if let Err(failure) = state.check_background_sync() {
            state.settle(failure);
            state.usable()?;
        }
        let held = writer.lock.hold(&self.settings.lock_wait).map_err(AppendError::Rejected)?;
        state.lock_kept = held.is_kept();
        state.by = self.deadline();
        if !state.is_read {
            recover::read_anew(self, state).map_err(|failure| state.settle(failure))?;
        }
        let mut retry = None;
        let result = loop {
            let failure = match act(state) {
                Ok(done) => break Ok(done),
                Err(failure) => failure,
            };
            state.lock_kept = false;
            let failure = match self.follow_others(state, failure) {
                Ok(behind) => behind,
                Err(failure) => break Err(failure),
            };
            let retry = match &mut retry {
                // The first time, others have only appended since.
                None => {
                    let by = Deadline::after(self.settings.write_timeout);
                    retry = Some(Retry::new(&self.settings, by));
                    continue;
                }
                Some(retry) => retry,
            };
            if !retry.pause() {
                break Err(failure);
            }
        };
        // Only after a write is it known that nobody else has written in this tenure of the lock.
        if result.is_ok() && state.lock_kept && self.settings.sync != SyncMode::Always {
            held.keep();
        }
        result.map_err(|failure| state.settle(failure))
    }

    /// Goes on from where others have brought the ledger, if that is why the step failed. Returns the failure that stands if
    /// there is no time for another try.
    fn follow_others(
        &self,
        state: &mut WriterState,
        failure: StepError,
    ) -> Result<StepError, StepError> {
        let followed = if recover::is_pruned_away(self, state) {
            recover::start_over(self, state)
        } else if let StepError::Behind = failure {
            recover::catch_up(self, state)
        } else {
            Err(failure)
        };
        match followed {
            Ok(()) | Err(StepError::Behind) => Ok(StepError::Behind),
            Err(failure) if recover::is_of_a_moving_ledger(self, state, &failure) => Ok(failure),
            Err(failure) => Err(failure),
        }
    }

    /// Writes the lines of these events in one write. `each` is called when they are acknowledged.
    pub(crate) fn write_events(
        &self,
        state: &mut WriterState,
        events: &[Event],
        now: Timestamp,
        each: &mut dyn FnMut(Appended),
    ) -> Result<(), StepError> {
        self.write_at_most(MAX_BATCH, state, events, now, each)
    }

    /// [`write_events`](Self::write_events) with another limit to the bytes of the write.
    pub(crate) fn write_at_most(
        &self,
        limit: usize,
        state: &mut WriterState,
        events: &[Event],
        now: Timestamp,
        each: &mut dyn FnMut(Appended),
    ) -> Result<(), StepError> {
        // Nothing may follow a seal.
        if state.sealed {
            self.start_next(state)?;
        }
        let stamp = state.stamp(now);
        let WriterState { tail, hasher, buffer, batch_ids, ids, ring, .. } = state;
        buffer.clear();
        batch_ids.clear();
        let mut next = *tail;
        // One event needs no list.
        let mut one = None;
        let mut many = Vec::new();
        for event in events {
            let start = buffer.len();
            let event_id =
                ids.next(stamp, |bytes| self.settings.fill(bytes)).map_err(AppendError::Entropy)?;
            batch_ids.push(event_id);
            let header = LineHeader {
                seq: next.seq + 1,
                event_id,
                timestamp: stamp,
                ledger_id: self.manifest.ledger_id,
                hasher,
                previous_hash: &next.hash,
            };
            let members = |out: &mut Vec<u8>| write_members(event, ring.as_ref(), out);
            let hash = write(buffer, &header, members).map_err(AppendError::Event)?;
            let len = buffer.len() - start;
            if len > MAX_LINE {
                return Err(AppendError::LineTooLong { len }.into());
            }
            next = Tail { seq: next.seq + 1, hash, offset: next.offset + len as u64, ..next };
            if let Some(last) =
                one.replace(Appended { seq: next.seq, event_id, hash, timestamp: stamp })
            {
                many.push(last);
            }
        }
        if buffer.len() > limit {
            return Err(AppendError::BatchTooLong { len: buffer.len(), limit }.into());
        }
        self.write_batch(state, &next, now)?;
        many.into_iter().chain(one).for_each(each);
        self.checkpoint_if_due(state, now);
        Ok(())
    }

    /// Writes the lines in the buffer, after which the ledger ends at `next`. Once the store has them, every failure is one of
    /// which it is not known whether they will be there.
    pub(crate) fn write_batch(
        &self,
        state: &mut WriterState,
        next: &Tail,
        now: Timestamp,
    ) -> Result<(), StepError> {
        let stamp = state.stamp(now);
        let WriterState { tail, buffer, batch_ids, foreign, .. } = state;
        let files = self.store.files();
        let durability = match self.settings.sync {
            SyncMode::Interval(_) if files.is_some() => Durability::Deferred,
            _ => Durability::Immediate,
        };
        // Nothing is built upon bytes that may not be on disk; one sync serves both.
        if let (Some(from), Some(files)) = (*foreign, files) {
            let rewritten = files.rewrite_and_sync(tail.segment, from, Durability::Deferred);
            rewritten.map_err(step_error)?;
        }
        let mut batch = Batch::new(tail, buffer, batch_ids, next);
        batch.epoch = state.epoch.as_ref();
        batch.durability = durability;
        batch.lock_kept = state.lock_kept;
        if let Err(failure) = self.commit(&batch, state.by) {
            if let StepError::Failed(AppendError::Unknown(_)) = failure {
                let first_seq = tail.seq + 1;
                state.doubt(first_seq);
            }
            return Err(failure);
        }
        state.lock_kept = self.settings.sync != SyncMode::Always;
        state.latest = stamp;
        state.ends_with_rotation = false;
        state.tail = *next;
        match self.settings.sync {
            SyncMode::Interval(interval) if files.is_some() => {
                let (since, bytes) = state.unsynced.get_or_insert((now, 0));
                *bytes += state.buffer.len();
                let synced = match elapsed(*since, now) >= interval {
                    true => self.sync(state),
                    false => self.sync_in_background(state),
                };
                synced.map_err(|failure| state.uncertain_after(failure))?;
            }
            _ => state.foreign = None,
        }
        Ok(())
    }

    /// Writes a batch. If a store without files does not know whether it was written, this is found out first: it is written
    /// once, or not at all.
    pub(crate) fn commit(&self, batch: &Batch<'_>, by: Deadline) -> Result<(), StepError> {
        let mut error = match self.store.append(batch, by) {
            Ok(_) => return Ok(()),
            // Bytes that read back from a file need not be on the disk: the ledger is read again before anything else is
            // written.
            Err(WriteError::Unknown(error)) if self.store.files().is_none() => error,
            Err(error) => return Err(step_error(error)),
        };
        let mut retry = Retry::new(&self.settings, by);
        loop {
            match self.store.resolve(batch, by) {
                Ok(BatchOutcome::There) => return Ok(()),
                Ok(BatchOutcome::Absent { tail }) if tail != *batch.after => {
                    return Err(StepError::Behind);
                }
                Ok(_) => match self.store.append(batch, by) {
                    Ok(_) => return Ok(()),
                    // The first try may have arrived in the end.
                    Err(WriteError::Stale { .. }) => {}
                    Err(WriteError::Unknown(newer)) => error = newer,
                    Err(other) => return Err(step_error(other)),
                },
                Err(newer) => error = newer,
            }
            if !retry.pause() {
                return Err(StepError::Failed(AppendError::Unknown(error)));
            }
        }
    }

    /// Writes an event of the ledger itself.
    pub(crate) fn write_ledger_event(
        &self,
        state: &mut WriterState,
        event: &Event,
    ) -> Result<(), StepError> {
        let now = self.settings.now();
        self.write_events(state, core::slice::from_ref(event), now, &mut |_| {})
    }

    pub(crate) fn sync(&self, state: &mut WriterState) -> Result<(), StepError> {
        let segment = state.tail.segment;
        state.finish_background_sync()?;
        if let Some(files) = self.store.files() {
            match (state.foreign, state.unsynced) {
                (Some(from), _) => files.rewrite_and_sync(segment, from, Durability::Immediate),
                (None, Some(_)) => files.sync(segment),
                (None, None) => Ok(()),
            }
            .map_err(step_error)?;
        }
        state.foreign = None;
        state.unsynced = None;
        Ok(())
    }

    /// Starts a sync of what waits for one if it is much. Waits for the one that is running only if it is too much.
    fn sync_in_background(&self, state: &mut WriterState) -> Result<(), StepError> {
        let Some((_, bytes)) = state.unsynced.filter(|(_, bytes)| *bytes >= SYNCED_AT_ONCE) else {
            return Ok(());
        };
        if state.syncing.is_some() && state.unsynced_len() <= MAX_UNSYNCED {
            return Ok(());
        }
        state.finish_background_sync()?;
        let segment = state.tail.segment;
        let syncing = match state.foreign {
            None => BackgroundSync::start(Arc::clone(&self.store), segment, bytes),
            Some(_) => None,
        };
        if syncing.is_none() {
            return self.sync(state);
        }
        state.syncing = syncing;
        state.unsynced = None;
        Ok(())
    }

    /// The line of an event that does not follow the others in a file: the first of a segment.
    pub(crate) fn first_line(
        &self,
        state: &mut WriterState,
        event: &Event,
    ) -> Result<FirstLine, AppendError> {
        let stamp = state.stamp(self.settings.now());
        let fill = |bytes: &mut [u8]| self.settings.fill(bytes);
        let event_id = state.ids.next(stamp, fill).map_err(AppendError::Entropy)?;
        let header = LineHeader {
            seq: state.tail.seq + 1,
            event_id,
            timestamp: stamp,
            ledger_id: self.manifest.ledger_id,
            hasher: &state.hasher,
            previous_hash: &state.tail.hash,
        };
        let mut line = Vec::new();
        let members = |out: &mut Vec<u8>| write_members(event, state.ring.as_ref(), out);
        let hash = write(&mut line, &header, members).map_err(AppendError::Event)?;
        Ok(FirstLine { bytes: line, hash, event_id, timestamp: stamp })
    }

    /// Records that events were lost. On failure also returns the gap if it may be there nevertheless.
    pub(crate) fn append_gap(
        &self,
        events: u64,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<(), (AppendError, Uncertain)> {
        let event = ledger_event("ledger.gap")
            .detail("events", events)
            .detail("from", from.to_string())
            .detail("to", to.to_string());
        self.with_tail_or_doubt(|state, begun| {
            self.roll_if_due(state)?;
            *begun = true;
            self.write_ledger_event(state, &event)
        })
    }
}

/// Writes what an event says, without the ledger's own keys.
pub(crate) fn write_members(
    event: &Event,
    ring: Option<&KeyRing>,
    out: &mut Vec<u8>,
) -> Result<(), EventError> {
    let from = out.len();
    event.write(out)?;
    if ring.is_some_and(|ring| ring.cut_own_keys(out, from)) && !are_members(&out[from..], event) {
        let expected = "free of the ledger's own key, which is never written: its action or two names in its details have it";
        return Err(EventError::new("names", expected));
    }
    Ok(())
}

/// Whether these are still the members of a line of this event, after something was cut out of them.
fn are_members(members: &[u8], event: &Event) -> bool {
    let Ok(text) = str::from_utf8(members) else { return false };
    let mut scanner = Scanner::new(text);
    let mut member = || -> Result<(&str, &str), ScanError> {
        scanner.expect(",")?;
        let name = scanner.string()?;
        scanner.expect(":")?;
        Ok((name, scanner.value()?))
    };
    let mut action = None;
    let mut read = 0;
    while read < text.len() {
        let Ok((name, value)) = member() else { return false };
        read += name.len() + value.len() + ",\"\":".len();
        if name == "action" {
            action = Some(value.trim_matches('"'));
        }
    }
    action == Some(event.action())
}

/// An event that the ledger itself records.
pub(crate) fn ledger_event(action: &'static str) -> Event {
    Event::new(action, self_actor())
}

pub(crate) fn elapsed(since: Timestamp, now: Timestamp) -> core::time::Duration {
    core::time::Duration::from_micros(u64::try_from(now.micros() - since.micros()).unwrap_or(0))
}
