//! The waiting events, and the thread that writes them.

use core::time::Duration;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::error::SubmitError;
use super::ticket::{Reply, Slot, Ticket};
use crate::error::AppendError;
use crate::event::Event;
use crate::format::timestamp::Timestamp;
use crate::settings::SyncMode;
use crate::write::ledger::{Appended, Ledger};

/// The largest number of events that are written at once.
pub(super) const MAX_GROUP: usize = 4096;

/// The pause after a failed write.
pub(super) const PAUSE: Duration = Duration::from_millis(50);

pub(super) struct SharedQueue {
    pub(super) ledger: Arc<Ledger>,
    pub(super) capacity: usize,
    pub(super) queue: Mutex<Queue>,
    pub(super) work: Condvar,
    pub(super) room: Condvar,
}

#[derive(Default)]
pub(super) struct Queue {
    pub(super) items: VecDeque<QueuedEvent>,
    pub(super) gap: Option<LostEvents>,
    pub(super) shed: u64,
    pub(super) stopping: bool,
}

pub(super) struct QueuedEvent {
    pub(super) event: Event,
    pub(super) reply: Reply,
}

/// The events of a write with an unknown outcome, in their order; `None` for those whose caller was answered.
type Doubtful = Vec<Option<QueuedEvent>>;

/// Events that had no room.
#[derive(Clone, Copy, Debug)]
pub(super) struct LostEvents {
    pub(super) events: u64,
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
}

impl Queue {
    pub(super) fn lose(&mut self, events: u64, now: Timestamp) {
        if events == 0 {
            return;
        }
        self.shed += events;
        let gap = self.gap.get_or_insert(LostEvents { events: 0, from: now, to: now });
        gap.events += events;
        gap.to = now;
    }
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
        let slot = Arc::new(Slot::default());
        queue.items.push_back(QueuedEvent { event, reply: Reply(Some(Arc::clone(&slot))) });
        drop(queue);
        self.work.notify_one();
        Ok(Ticket(slot))
    }

    pub(super) fn run(&self) {
        let mut doubtful = Doubtful::new();
        let mut failed = false;
        while let Some((group, gap)) = self.next_group(failed, !doubtful.is_empty()) {
            let written = self.write(group, gap, &mut doubtful);
            self.settle(&mut doubtful);
            failed = written.is_err() || !doubtful.is_empty();
        }
        let unknown = doubtful.into_iter().flatten().count() as u64;
        self.queue().lose(unknown, self.ledger.settings.now());
    }

    /// Finds out which events of a failed write are there nevertheless, and queues the others again, before all later ones.
    fn settle(&self, doubtful: &mut Doubtful) {
        let Some(there) = self.ledger.reopen_if_poisoned() else { return };
        let missing = doubtful.drain(..).enumerate().filter(|(at, _)| !there.contains(at));
        let missing: VecDeque<QueuedEvent> = missing.filter_map(|(_, item)| item).collect();
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
        if failed && !queue.stopping {
            // Guaranteed events are answered at once; the others are tried again later.
            let strict = |queue: &mut Queue| !queue.items.iter().any(|item| item.reply.0.is_some());
            let waited = self
                .work
                .wait_timeout_while(queue, PAUSE, |queue| strict(queue) && !queue.stopping);
            queue = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        while queue.items.is_empty() && queue.gap.is_none() {
            if queue.stopping {
                return None;
            }
            if doubts {
                return Some((Vec::new(), None));
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
        let (appended, error) = match self.write_events(&events) {
            Ok(appended) => (appended, None),
            Err((appended, error)) => (appended, Some(Arc::new(error))),
        };
        let unknown = error.as_ref().is_some_and(|error| error.may_be_there());
        let mut waiting = VecDeque::new();
        for (at, (event, reply)) in events.into_iter().zip(replies).enumerate() {
            match (&reply.0, appended.get(at), &error) {
                (Some(_), Some(&appended), _) => reply.answer(Ok(appended)),
                (Some(_), None, Some(error)) => {
                    reply.answer(Err(SubmitError::Append(Arc::clone(error))));
                    if unknown {
                        doubtful.push(None);
                    }
                }
                (None, None, Some(_)) if unknown => {
                    doubtful.push(Some(QueuedEvent { event, reply }))
                }
                (None, None, Some(_)) => waiting.push_back(QueuedEvent { event, reply }),
                _ => {}
            }
        }
        if error.is_none() {
            return self.write_gap(gap);
        }
        self.put_back(waiting, gap);
        Err(())
    }

    /// Writes events, in as many batches as they need. On failure returns those that were acknowledged.
    pub(super) fn write_events(
        &self,
        events: &[Event],
    ) -> Result<Vec<Appended>, (Vec<Appended>, AppendError)> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        match self.ledger.append_batch(events) {
            Err(AppendError::BatchTooLong { .. }) if events.len() > 1 => {
                let (left, right) = events.split_at(events.len() / 2);
                let mut done = self.write_events(left)?;
                match self.write_events(right) {
                    Ok(more) => {
                        done.extend(more);
                        Ok(done)
                    }
                    Err((more, error)) => {
                        done.extend(more);
                        Err((done, error))
                    }
                }
            }
            result => result.map_err(|error| (Vec::new(), error)),
        }
    }

    pub(super) fn write_gap(&self, gap: Option<LostEvents>) -> Result<(), ()> {
        let Some(LostEvents { events, from, to }) = gap else { return Ok(()) };
        if self.ledger.append_gap(events, from, to).is_ok() {
            return Ok(());
        }
        self.put_back(VecDeque::new(), gap);
        Err(())
    }

    /// Keeps as many events as there is room for, and counts the rest.
    pub(super) fn put_back(&self, waiting: VecDeque<QueuedEvent>, gap: Option<LostEvents>) {
        let mut queue = self.queue();
        let now = self.ledger.settings.now();
        if let Some(old) = gap {
            let newer = queue.gap.replace(old);
            if let (Some(gap), Some(newer)) = (&mut queue.gap, newer) {
                gap.events += newer.events;
                gap.to = newer.to;
            }
        }
        if queue.stopping {
            // There will be no later try.
            let lost = waiting.len() as u64;
            queue.lose(lost, now);
            queue.gap = None;
            return;
        }
        for item in waiting.into_iter().rev() {
            if queue.items.len() < self.capacity {
                queue.items.push_front(item);
            } else {
                queue.lose(1, now);
            }
        }
    }
}
