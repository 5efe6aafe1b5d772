//! Lines are appended: under the lock, behind the last one there is, in one write.

use std::sync::{MutexGuard, PoisonError};

use crate::error::AppendError;
use crate::event::Event;
use crate::format::line::{MAX_LINE, Place, write};
use crate::format::timestamp::Timestamp;
use crate::key::EventHash;
use crate::settings::SyncMode;
use crate::store::{Durability, Store, StoreError, Tail, WriteError};
use crate::write::ledger::{Appended, Ledger};
use crate::write::on_behalf_of::itself;
use crate::write::recover;
use crate::write::state::{Failure, State, failed};

/// How much is written at once.
pub(crate) const MAX_BATCH: usize = 8 << 20;
/// How much waits for a sync before there is one, however long the interval is.
pub(crate) const MAX_UNSYNCED: usize = 4 << 20;

/// The ledger's lock, given back when dropped.
pub(crate) struct Held<'a>(&'a dyn Store);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.unlock();
    }
}

impl Ledger {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn hold(&self) -> Result<Held<'_>, AppendError> {
        self.locked().map_err(AppendError::Rejected)
    }

    pub(crate) fn locked(&self) -> Result<Held<'_>, StoreError> {
        self.settings.lock_wait.lock(&*self.store)?;
        Ok(Held(&*self.store))
    }

    /// Runs `act` with the lock held. If others have appended, catches up with them and runs it again.
    pub(crate) fn with_tail<T>(
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
    pub(crate) fn write_events(
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
    pub(crate) fn write_own(&self, state: &mut State, event: &Event) -> Result<(), Failure> {
        let now = self.settings.now();
        self.write_events(state, core::slice::from_ref(event), now, &mut |_| {})
    }

    pub(crate) fn sync(&self, state: &mut State) -> Result<(), Failure> {
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
    pub(crate) fn first_line(
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
    /// Records that events were lost.
    pub(crate) fn append_gap(
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
}

/// An event that the ledger itself records.
pub(crate) fn own(action: &'static str) -> Event {
    Event::new(action, itself())
}

pub(crate) fn elapsed(since: Timestamp, now: Timestamp) -> core::time::Duration {
    core::time::Duration::from_micros(u64::try_from(now.micros() - since.micros()).unwrap_or(0))
}
