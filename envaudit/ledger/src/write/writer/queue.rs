//! The waiting events, and the thread that writes them.

use core::time::Duration;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use super::error::SubmitError;
use super::ticket::{Reply, Slot, Ticket};
use crate::error::AppendError;
use crate::event::Event;
use crate::format::timestamp::Timestamp;
use crate::settings::SyncMode;
use crate::write::ledger::{Appended, Ledger};
use crate::write::state::Uncertain;

/// The largest number of events that are written at once.
const MAX_GROUP: usize = 4096;

/// The pause after a failed write.
const PAUSE: Duration = Duration::from_millis(50);

/// How often what is left is tried when the writer is to stop.
const LAST_TRIES: u32 = 3;

pub(super) struct SharedQueue {
    pub(super) ledger: Arc<Ledger>,
    pub(super) capacity: usize,
    pub(super) queue: Mutex<Queue>,
    pub(super) work: Condvar,
    pub(super) room: Condvar,
    /// The number of lost events.
    pub(super) lost: AtomicU64,
}

#[derive(Default)]
pub(super) struct Queue {
    pub(super) items: VecDeque<QueuedEvent>,
    pub(super) gap: Option<LostEvents>,
    /// A gap whose write had an unknown outcome.
    doubtful_gap: Option<(Uncertain, LostEvents)>,
    /// Events that may be there, of which the thread could not find that out before it ended.
    given_up: Option<GivenUp>,
    pub(super) stopping: bool,
    /// The thread has ended with a panic.
    pub(super) is_dead: bool,
}

pub(super) struct QueuedEvent {
    pub(super) event: Event,
    pub(super) reply: Reply,
}

/// The events of a write with an unknown outcome, and those that were to follow.
#[derive(Default)]
struct Doubtful {
    uncertain: Uncertain,
    /// In their order: the id of each that may be there, and the event unless its caller was answered.
    events: Vec<(Option<Uuid>, Option<QueuedEvent>)>,
}

struct GivenUp {
    doubtful: Doubtful,
    /// They are among the lost events for now.
    is_counted: bool,
}

/// Events that had no room.
#[derive(Clone, Copy, Debug)]
pub(super) struct LostEvents {
    pub(super) events: u64,
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
}

impl SharedQueue {
    pub(super) fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn push(
        &self,
        mut queue: MutexGuard<'_, Queue>,
        event: Event,
    ) -> Result<Ticket, SubmitError> {
        if queue.stopping {
            return Err(SubmitError::Stopped);
        }
        let slot = Arc::new(Slot::new());
        queue.items.push_back(QueuedEvent { event, reply: Reply(Some(Arc::clone(&slot))) });
        drop(queue);
        self.work.notify_one();
        Ok(Ticket(slot))
    }

    /// Counts lost events, which become a gap.
    pub(super) fn lose(&self, queue: &mut Queue, events: u64) {
        if events == 0 {
            return;
        }
        self.lost.fetch_add(events, Ordering::Relaxed);
        let now = self.ledger.settings.now();
        let gap = queue.gap.get_or_insert(LostEvents { events: 0, from: now, to: now });
        gap.events += events;
        gap.to = now;
    }

    /// Writes until the writer is to stop and nothing is left, or what is left cannot be written.
    pub(super) fn run(&self) {
        let mut doubtful = Doubtful::default();
        let mut failed = false;
        let mut last_tries = LAST_TRIES;
        while let Some((group, gap)) = self.next_group(failed, !doubtful.events.is_empty()) {
            let written = self.write(group, gap, &mut doubtful);
            self.settle(&mut doubtful);
            self.settle_gap();
            let gap_in_doubt = self.queue().doubtful_gap.is_some();
            failed = written.is_err() || gap_in_doubt || !doubtful.events.is_empty();
            if failed && self.queue().stopping {
                last_tries -= 1;
                if last_tries == 0 {
                    break;
                }
            }
        }
        self.give_up(doubtful);
    }

    /// Counts what could not be written. Callers that wait are answered when their events are dropped.
    fn give_up(&self, doubtful: Doubtful) {
        let rest = core::mem::take(&mut self.queue().items);
        let lost = rest.iter().filter(|event| event.reply.0.is_none()).count() as u64;
        drop(rest);
        self.settle_gap();
        let mut queue = self.queue();
        self.lose(&mut queue, lost);
        if !doubtful.events.is_empty() {
            queue.given_up = Some(GivenUp { doubtful, is_counted: false });
        }
        drop(queue);
        let _ = self.settle_given_up();
        let gap = self.queue().gap.take();
        let _ = self.write_gap(gap);
    }

    /// Counts those of the events that may be there which are not; as long as that cannot be found out, all of them are lost,
    /// and no gap says so.
    fn settle_given_up(&self) -> Result<(), AppendError> {
        let Some(mut given_up) = self.queue().given_up.take() else { return Ok(()) };
        let waits = |event: &Option<QueuedEvent>| {
            event.as_ref().is_some_and(|event| event.reply.0.is_none())
        };
        let events = given_up.doubtful.events.iter().filter(|(_, event)| waits(event));
        let all = events.clone().count() as u64;
        let Some(there) = self.ledger.settled(&given_up.doubtful.uncertain) else {
            if !core::mem::replace(&mut given_up.is_counted, true) {
                self.lost.fetch_add(all, Ordering::Relaxed);
            }
            self.queue().given_up = Some(given_up);
            return self.ledger.state().usable().and(Err(AppendError::Stopped));
        };
        let is_there = |id: &Option<Uuid>| id.is_some_and(|id| there.contains(&id));
        let missing = events.filter(|(id, _)| !is_there(id)).count() as u64;
        if given_up.is_counted {
            self.lost.fetch_sub(all, Ordering::Relaxed);
        }
        self.lose(&mut self.queue(), missing);
        Ok(())
    }

    /// Writes the gap that the thread could not write.
    pub(super) fn write_last_gap(&self) -> Result<(), AppendError> {
        self.settle_gap();
        self.settle_given_up()?;
        let gap = self.queue().gap.take();
        if gap.is_some() {
            let _ = self.ledger.settled(&Uncertain::default());
        }
        self.write_gap(gap)
    }

    /// What remains when the thread has panicked: every later call is answered at once.
    pub(super) fn bury(&self) {
        let mut queue = self.queue();
        queue.stopping = true;
        queue.is_dead = true;
        let items = core::mem::take(&mut queue.items);
        drop(queue);
        let lost = items.iter().filter(|item| item.reply.0.is_none()).count() as u64;
        self.lost.fetch_add(lost, Ordering::Relaxed);
        drop(items);
        self.work.notify_all();
        self.room.notify_all();
    }

    /// Finds out which events of a failed write are there nevertheless, and queues the others again, before all later ones.
    fn settle(&self, doubtful: &mut Doubtful) {
        let Some(there) = self.ledger.settled(&doubtful.uncertain) else { return };
        let Doubtful { events, .. } = core::mem::take(doubtful);
        let is_there = |id: &Option<Uuid>| id.is_some_and(|id| there.contains(&id));
        let missing = events.into_iter().filter(|(id, _)| !is_there(id));
        let missing: VecDeque<QueuedEvent> = missing.filter_map(|(_, event)| event).collect();
        if !missing.is_empty() {
            self.put_back(missing, None);
        }
    }

    /// Waits for work, or a moment after a failure. `None` when there is none left and the writer is to stop.
    fn next_group(
        &self,
        failed: bool,
        doubts: bool,
    ) -> Option<(Vec<QueuedEvent>, Option<LostEvents>)> {
        let mut queue = self.queue();
        if failed {
            // Guaranteed events are answered at once; the others are tried again later, also when there will be no other try.
            let strict = |queue: &mut Queue| !queue.items.iter().any(|item| item.reply.0.is_some());
            let was_stopping = queue.stopping;
            let waited = self.work.wait_timeout_while(queue, PAUSE, |queue| {
                strict(queue) && queue.stopping == was_stopping
            });
            queue = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        while queue.items.is_empty() && queue.gap.is_none() {
            if doubts || queue.doubtful_gap.is_some() {
                return Some((Vec::new(), None));
            }
            if queue.stopping {
                return None;
            }
            queue = match self.ledger.settings.sync {
                SyncMode::Interval(interval) => {
                    let waited = self.work.wait_timeout(queue, interval);
                    let (guard, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
                    if timeout.timed_out() {
                        drop(guard);
                        // A failed flush poisons the ledger, and the next event gets that error; one that does not get the lock
                        // is tried again.
                        let _ = self.ledger.flush();
                        self.queue()
                    } else {
                        guard
                    }
                }
                SyncMode::Always => self.work.wait(queue).unwrap_or_else(PoisonError::into_inner),
            };
        }
        let count = queue.items.len().min(MAX_GROUP);
        let group = queue.items.drain(..count).collect();
        let gap = if queue.items.is_empty() { queue.gap.take() } else { None };
        drop(queue);
        self.room.notify_all();
        Some((group, gap))
    }

    /// Writes a group and answers it.
    fn write(
        &self,
        group: Vec<QueuedEvent>,
        gap: Option<LostEvents>,
        doubtful: &mut Doubtful,
    ) -> Result<(), ()> {
        let (events, replies): (Vec<Event>, Vec<Reply>) =
            group.into_iter().map(|item| (item.event, item.reply)).unzip();
        let (appended, failure) = match self.write_events(&events) {
            Ok(appended) => (appended, None),
            Err((appended, error, uncertain)) => (appended, Some((Arc::new(error), uncertain))),
        };
        let mut left = VecDeque::new();
        for (at, (event, reply)) in events.into_iter().zip(replies).enumerate() {
            let Some((error, uncertain)) = failure.as_ref().filter(|_| at >= appended.len()) else {
                if let Some(&appended) = appended.get(at) {
                    reply.answer(Ok(appended));
                }
                continue;
            };
            let id = uncertain.ids.get(at - appended.len()).copied();
            let event = match reply.0 {
                Some(_) => {
                    reply.answer(Err(SubmitError::Append(Arc::clone(error))));
                    None
                }
                None => Some(QueuedEvent { event, reply }),
            };
            left.push_back((id, event));
        }
        let Some((_, uncertain)) = failure else { return self.write_gap(gap).map_err(drop) };
        let mut waiting = VecDeque::new();
        if uncertain.ids.is_empty() {
            waiting.extend(left.into_iter().filter_map(|(_, event)| event));
        } else {
            *doubtful = Doubtful { uncertain, events: left.into() };
        }
        self.put_back(waiting, gap);
        Err(())
    }

    /// Writes events, in as many batches as they need. On failure returns those that were acknowledged, and those that may be
    /// there.
    fn write_events(
        &self,
        events: &[Event],
    ) -> Result<Vec<Appended>, (Vec<Appended>, AppendError, Uncertain)> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        match self.ledger.append_or_doubt(events) {
            Err((AppendError::BatchTooLong { .. }, _)) if events.len() > 1 => {
                let (left, right) = events.split_at(events.len() / 2);
                let mut done = self.write_events(left)?;
                match self.write_events(right) {
                    Ok(more) => {
                        done.extend(more);
                        Ok(done)
                    }
                    Err((more, error, uncertain)) => {
                        done.extend(more);
                        Err((done, error, uncertain))
                    }
                }
            }
            result => result.map_err(|(error, uncertain)| (Vec::new(), error, uncertain)),
        }
    }

    fn write_gap(&self, gap: Option<LostEvents>) -> Result<(), AppendError> {
        let Some(lost) = gap else { return Ok(()) };
        let Err((error, uncertain)) = self.ledger.append_gap(lost.events, lost.from, lost.to)
        else {
            return Ok(());
        };
        if uncertain.ids.is_empty() {
            self.put_back(VecDeque::new(), gap);
        } else {
            self.queue().doubtful_gap = Some((uncertain, lost));
        }
        Err(error)
    }

    /// Finds out whether a gap is there whose write had an unknown outcome. One that is not is written again.
    fn settle_gap(&self) {
        let doubtful = self.queue().doubtful_gap.take();
        let Some((uncertain, lost)) = doubtful else { return };
        match self.ledger.settled(&uncertain) {
            None => self.queue().doubtful_gap = Some((uncertain, lost)),
            Some(there) if there.is_empty() => self.put_back(VecDeque::new(), Some(lost)),
            Some(_) => {}
        }
    }

    /// Keeps as many events as there is room for, and counts the rest.
    fn put_back(&self, waiting: VecDeque<QueuedEvent>, gap: Option<LostEvents>) {
        let mut queue = self.queue();
        if let Some(old) = gap {
            let newer = queue.gap.replace(old);
            if let (Some(gap), Some(newer)) = (&mut queue.gap, newer) {
                gap.events += newer.events;
                gap.to = newer.to;
            }
        }
        for item in waiting.into_iter().rev() {
            if queue.items.len() < self.capacity {
                queue.items.push_front(item);
            } else {
                self.lose(&mut queue, 1);
            }
        }
    }
}
