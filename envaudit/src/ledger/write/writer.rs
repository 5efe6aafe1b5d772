//! Many threads, one writer: group commit.
//!
//! One thread takes all that is queued, writes it at once, syncs once, and then answers everybody who waits. The more wait,
//! the more each sync is worth.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::collections::VecDeque;
use std::error::Error;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use crate::ledger::error::AppendError;
use crate::ledger::event::Event;
use crate::ledger::format::timestamp::Timestamp;
use crate::ledger::ledger::{Appended, Ledger};
use crate::ledger::options::SyncMode;

/// How many events are written at once at most.
const MAX_GROUP: usize = 4096;
/// How long a ledger that could not be written is left alone.
const PAUSE: Duration = Duration::from_millis(50);

/// What happens to an event that cannot be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Class {
    /// Its caller is told, and must not go on.
    Strict,
    /// It waits in bounded memory; what has no room there is counted, and the loss is recorded as `ledger.gap`.
    Degraded,
}

/// How a [`LedgerWriter`] works.
#[derive(Clone, Debug)]
pub struct WriterOptions {
    capacity: usize,
}

impl WriterOptions {
    /// Room for 8192 events.
    pub fn new() -> Self {
        WriterOptions { capacity: 8192 }
    }

    /// How many events may wait; at least one.
    #[must_use]
    pub fn capacity(mut self, events: usize) -> Self {
        self.capacity = events.max(1);
        self
    }
}

impl Default for WriterOptions {
    fn default() -> Self {
        WriterOptions::new()
    }
}

/// A handle to the thread that writes a ledger; clones are the same one. When the last is dropped, what is queued is
/// written and the thread ends.
///
/// ```
/// use std::sync::Arc;
/// use envaudit::ledger::{Actor, Event, LedgerOptions, LedgerWriter, MasterKey, MemoryStore};
///
/// let ledger = LedgerOptions::new().key(MasterKey::from_bytes([7; 32])).init_in(MemoryStore::default())?;
/// let writer = LedgerWriter::new(Arc::new(ledger));
///
/// // Waits until the event is durable.
/// let appended = writer.append(Event::new("order.placed", Actor::user("ada")))?;
/// // Does not wait; the ticket can be awaited.
/// let ticket = writer.submit(Event::new("order.paid", Actor::user("ada")))?;
/// assert_eq!(ticket.wait()?.seq, appended.seq + 1);
/// // Neither waits nor fails.
/// writer.record(Event::new("page.viewed", Actor::user("ada")));
/// writer.close()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct LedgerWriter(Arc<Handle>);

struct Handle {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    ledger: Arc<Ledger>,
    capacity: usize,
    queue: Mutex<Queue>,
    work: Condvar,
    room: Condvar,
}

#[derive(Default)]
struct Queue {
    items: VecDeque<Item>,
    gap: Option<Gap>,
    shed: u64,
    stopping: bool,
}

struct Item {
    event: Event,
    reply: Reply,
}

/// Who waits for an event. Whatever becomes of the writer, they are told.
struct Reply(Option<Arc<Slot>>);

impl Reply {
    fn answer(mut self, answer: Result<Appended, SubmitError>) {
        if let Some(slot) = self.0.take() {
            slot.answer(answer);
        }
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        if let Some(slot) = self.0.take() {
            slot.answer(Err(SubmitError::Stopped));
        }
    }
}

/// Events that had no room.
#[derive(Clone, Copy, Debug)]
struct Gap {
    events: u64,
    from: Timestamp,
    to: Timestamp,
}

impl LedgerWriter {
    /// Starts the thread, with room for 8192 waiting events.
    pub fn new(ledger: Arc<Ledger>) -> Self {
        LedgerWriter::with(ledger, &WriterOptions::new())
    }

    /// Starts the thread.
    pub fn with(ledger: Arc<Ledger>, options: &WriterOptions) -> Self {
        let shared = Arc::new(Shared {
            ledger,
            capacity: options.capacity,
            queue: Mutex::default(),
            work: Condvar::new(),
            room: Condvar::new(),
        });
        let of_thread = Arc::clone(&shared);
        let thread = std::thread::spawn(move || of_thread.run());
        LedgerWriter(Arc::new(Handle { shared, thread: Mutex::new(Some(thread)) }))
    }

    /// Queues an event, waits for room if there is none, and waits until the event is durable.
    ///
    /// # Errors
    ///
    /// When it was not recorded.
    pub fn append(&self, event: Event) -> Result<Appended, SubmitError> {
        let shared = &self.0.shared;
        event.check_user().map_err(|error| SubmitError::append(AppendError::Event(error)))?;
        let mut queue = shared.queue();
        while queue.items.len() >= shared.capacity && !queue.stopping {
            queue = shared.room.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        shared.push(queue, event)?.wait()
    }

    /// Queues an event. It is recorded when the ticket says so.
    ///
    /// # Errors
    ///
    /// When there is no room for it, or the writer has stopped.
    pub fn submit(&self, event: Event) -> Result<Ticket, SubmitError> {
        let shared = &self.0.shared;
        event.check_user().map_err(|error| SubmitError::append(AppendError::Event(error)))?;
        let queue = shared.queue();
        if queue.items.len() >= shared.capacity {
            return Err(SubmitError::Full { capacity: shared.capacity });
        }
        shared.push(queue, event)
    }

    /// Records an event whose loss can be borne: neither waits nor fails. What is lost is counted, and recorded as a
    /// `ledger.gap` as soon as something can be recorded.
    pub fn record(&self, event: Event) {
        let shared = &self.0.shared;
        let mut queue = shared.queue();
        if queue.stopping || event.check_user().is_err() || queue.items.len() >= shared.capacity {
            let now = shared.ledger.settings.now();
            queue.lose(1, now);
        } else {
            queue.items.push_back(Item { event, reply: Reply(None) });
        }
        drop(queue);
        shared.work.notify_one();
    }

    /// Sends an event as its class demands: waits for a strict one, and never for a degraded one.
    ///
    /// # Errors
    ///
    /// When a strict event was not recorded.
    pub fn send(&self, class: Class, event: Event) -> Result<Option<Appended>, SubmitError> {
        match class {
            Class::Strict => self.append(event).map(Some),
            Class::Degraded => {
                self.record(event);
                Ok(None)
            }
        }
    }

    /// How many events were lost so far.
    pub fn lost(&self) -> u64 {
        self.0.shared.queue().shed
    }

    /// The ledger.
    pub fn ledger(&self) -> &Arc<Ledger> {
        &self.0.shared.ledger
    }

    /// Writes what is queued, ends the thread and closes the ledger.
    ///
    /// # Errors
    ///
    /// When the close was not recorded.
    pub fn close(&self) -> Result<(), AppendError> {
        self.0.stop();
        self.ledger().close()
    }
}

impl fmt::Debug for LedgerWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let queue = self.0.shared.queue();
        f.debug_struct("LedgerWriter")
            .field("waiting", &queue.items.len())
            .field("lost", &queue.shed)
            .finish_non_exhaustive()
    }
}

impl Handle {
    fn stop(&self) {
        self.shared.queue().stopping = true;
        self.shared.work.notify_all();
        self.shared.room.notify_all();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // A panic of the thread has been shown already; those who waited are answered by its dropping their slots.
            let _ = thread.join();
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Queue {
    fn lose(&mut self, events: u64, now: Timestamp) {
        if events == 0 {
            return;
        }
        self.shed += events;
        let gap = self.gap.get_or_insert(Gap { events: 0, from: now, to: now });
        gap.events += events;
        gap.to = now;
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, mut queue: MutexGuard<'_, Queue>, event: Event) -> Result<Ticket, SubmitError> {
        if queue.stopping {
            return Err(SubmitError::Stopped);
        }
        let slot = Arc::new(Slot::default());
        queue.items.push_back(Item { event, reply: Reply(Some(Arc::clone(&slot))) });
        drop(queue);
        self.work.notify_one();
        Ok(Ticket(slot))
    }

    fn run(&self) {
        let mut failed = false;
        while let Some((group, gap)) = self.next_group(failed) {
            let result = self.write(group, gap);
            failed = result.is_err();
        }
    }

    /// Waits for work. `None` when there is none left and the writer is to stop.
    fn next_group(&self, failed: bool) -> Option<(Vec<Item>, Option<Gap>)> {
        let mut queue = self.queue();
        if failed && !queue.stopping {
            // Strict callers are told at once; those that can wait are tried again later.
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
            queue = match self.ledger.settings.sync {
                SyncMode::Interval(interval) => {
                    let waited = self.work.wait_timeout(queue, interval);
                    let (guard, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
                    if timeout.timed_out() {
                        drop(guard);
                        // A flush that fails poisons the ledger, and the next event is told so.
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
    fn write(&self, group: Vec<Item>, gap: Option<Gap>) -> Result<(), ()> {
        let (events, replies): (Vec<Event>, Vec<Reply>) =
            group.into_iter().map(|item| (item.event, item.reply)).unzip();
        let (appended, error) = match self.write_events(&events) {
            Ok(appended) => (appended, None),
            Err((appended, error)) => (appended, Some(Arc::new(error))),
        };
        // What a failed write left on disk all the same is not written again.
        let there = match &error {
            Some(_) => appended.len() + self.ledger.reopen_if_poisoned(),
            None => appended.len(),
        };
        let mut waiting = VecDeque::new();
        for (at, (event, reply)) in events.into_iter().zip(replies).enumerate() {
            match (&reply.0, appended.get(at), &error) {
                (Some(_), Some(&appended), _) => reply.answer(Ok(appended)),
                (Some(_), None, Some(error)) => {
                    reply.answer(Err(SubmitError::Append(Arc::clone(error))))
                }
                (None, None, Some(_)) if at >= there => waiting.push_back(Item { event, reply }),
                _ => {}
            }
        }
        if error.is_none() {
            return self.write_gap(gap);
        }
        self.put_back(waiting, gap);
        Err(())
    }

    /// Writes events, in as many batches as they need. On failure gives those that were acknowledged.
    fn write_events(
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

    fn write_gap(&self, gap: Option<Gap>) -> Result<(), ()> {
        let Some(Gap { events, from, to }) = gap else { return Ok(()) };
        if self.ledger.append_gap(events, from, to).is_ok() {
            return Ok(());
        }
        self.ledger.reopen_if_poisoned();
        self.put_back(VecDeque::new(), gap);
        Err(())
    }

    /// Keeps what has room for another try, and counts the rest.
    fn put_back(&self, waiting: VecDeque<Item>, gap: Option<Gap>) {
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
            // There is no later any more.
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

/// A queued event: wait for it, or await it.
#[must_use = "an event is recorded when its ticket says so"]
pub struct Ticket(Arc<Slot>);

#[derive(Default)]
struct Slot {
    state: Mutex<SlotState>,
    answered: Condvar,
}

#[derive(Default)]
struct SlotState {
    answer: Option<Result<Appended, SubmitError>>,
    waker: Option<Waker>,
}

impl Slot {
    fn state(&self) -> MutexGuard<'_, SlotState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, answer: Result<Appended, SubmitError>) {
        let mut state = self.state();
        state.answer.get_or_insert(answer);
        let waker = state.waker.take();
        drop(state);
        self.answered.notify_all();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Ticket {
    /// Waits until the event is durable.
    ///
    /// # Errors
    ///
    /// When it was not recorded.
    pub fn wait(self) -> Result<Appended, SubmitError> {
        let mut state = self.0.state();
        loop {
            if let Some(answer) = state.answer.clone() {
                return answer;
            }
            state = self.0.answered.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Future for Ticket {
    type Output = Result<Appended, SubmitError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.0.state();
        match state.answer.clone() {
            Some(answer) => Poll::Ready(answer),
            None => {
                state.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket").field("answer", &self.0.state().answer).finish()
    }
}

/// Why an event was not recorded by a [`LedgerWriter`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SubmitError {
    /// As many events wait as may.
    Full {
        /// How many that is.
        capacity: usize,
    },
    /// The writer has stopped.
    Stopped,
    /// The ledger did not take it.
    Append(Arc<AppendError>),
}

impl SubmitError {
    fn append(error: AppendError) -> Self {
        SubmitError::Append(Arc::new(error))
    }
}

impl fmt::Display for SubmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SubmitError::Full { capacity } => {
                write!(
                    f,
                    "{capacity} events wait to be written already; wait for some of them, or give the writer more room"
                )
            }
            SubmitError::Stopped => f.write_str("the ledger's writer has stopped"),
            SubmitError::Append(error) => error.fmt(f),
        }
    }
}

impl Error for SubmitError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            SubmitError::Append(error) => Some(&**error),
            _ => None,
        }
    }
}
