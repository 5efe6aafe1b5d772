//! Many threads, one writer: group commit.
//!
//! One thread takes all queued events, writes them at once, syncs once, and then answers all waiting callers. The more callers
//! wait, the more each sync is worth.

mod error;
mod queue;
mod ticket;

use core::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

pub use self::error::SubmitError;
use self::queue::{QueuedEvent, SharedQueue};
use self::ticket::Reply;
pub use self::ticket::Ticket;
use crate::error::AppendError;
use crate::event::Event;
use crate::write::ledger::{Appended, Ledger};

/// How an event is delivered, and its fate if it cannot be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delivery {
    /// The caller gets an error, and must not continue.
    Guaranteed,
    /// It waits in bounded memory; if there is no room, it is lost and counted, and the loss is recorded as `ledger.gap`.
    BestEffort,
}

/// The options of a [`LedgerWriter`].
#[derive(Clone, Debug)]
pub struct WriterOptions {
    capacity: usize,
}

impl WriterOptions {
    /// A capacity of 8192 events.
    pub fn new() -> Self {
        WriterOptions { capacity: 8192 }
    }

    /// The number of events that may wait; at least one.
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

/// A handle to the thread that writes a ledger; clones are the same one. When the last is dropped, the queued events are
/// written and the thread ends.
///
/// If something that the thread calls panics, such as a clock or an anchor of the application, the thread ends, and every
/// later call is answered with [`SubmitError::Stopped`] at once. In a child of a fork there is no thread: every call is
/// answered with [`SubmitError::Forked`].
///
/// ```
/// use std::sync::Arc;
/// use envaudit_ledger::{Actor, Event, LedgerOptions, LedgerWriter, MasterKey};
/// use envaudit_ledger::testing::MemoryStore;
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
    /// The process that the thread is in.
    process: u32,
    shared: Arc<SharedQueue>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl LedgerWriter {
    /// Starts the thread, with a capacity of 8192 waiting events.
    pub fn new(ledger: Arc<Ledger>) -> Self {
        LedgerWriter::with(ledger, &WriterOptions::new())
    }

    /// Starts the thread.
    pub fn with(ledger: Arc<Ledger>, options: &WriterOptions) -> Self {
        let shared = Arc::new(SharedQueue {
            ledger,
            capacity: options.capacity,
            queue: Mutex::default(),
            work: Condvar::new(),
            room: Condvar::new(),
            lost: AtomicU64::new(0),
        });
        let of_thread = Burial(Arc::clone(&shared));
        let thread = std::thread::spawn(move || of_thread.0.run());
        let process = std::process::id();
        LedgerWriter(Arc::new(Handle { process, shared, thread: Mutex::new(Some(thread)) }))
    }

    /// The queue, in the process that writes it.
    fn shared(&self) -> Result<&SharedQueue, SubmitError> {
        match self.0.is_forked() {
            true => Err(SubmitError::Forked),
            false => Ok(&self.0.shared),
        }
    }

    /// Queues an event, waits for room if there is none, and waits until the event is durable.
    ///
    /// # Errors
    ///
    /// When it was not recorded.
    pub fn append(&self, event: Event) -> Result<Appended, SubmitError> {
        let shared = self.shared()?;
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
        let shared = self.shared()?;
        event.check_user().map_err(|error| SubmitError::append(AppendError::Event(error)))?;
        let queue = shared.queue();
        if queue.stopping {
            return Err(SubmitError::Stopped);
        }
        if queue.items.len() >= shared.capacity {
            return Err(SubmitError::Full { capacity: shared.capacity });
        }
        shared.push(queue, event)
    }

    /// Records an event that may be lost: neither waits nor fails. Lost events are counted, and recorded as a `ledger.gap` as
    /// soon as something can be recorded.
    pub fn record(&self, event: Event) {
        let shared = &self.0.shared;
        if self.0.is_forked() {
            shared.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let mut queue = shared.queue();
        if queue.stopping {
            // Nobody records a gap any more.
            shared.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        if event.check_user().is_err() || queue.items.len() >= shared.capacity {
            shared.lose(&mut queue, 1);
        } else {
            queue.items.push_back(QueuedEvent { event, reply: Reply(None) });
        }
        drop(queue);
        shared.work.notify_one();
    }

    /// Sends an event with this delivery: waits for a guaranteed one, and never for a best-effort one.
    ///
    /// # Errors
    ///
    /// When a guaranteed event was not recorded.
    pub fn send(&self, class: Delivery, event: Event) -> Result<Option<Appended>, SubmitError> {
        match class {
            Delivery::Guaranteed => self.append(event).map(Some),
            Delivery::BestEffort => {
                self.record(event);
                Ok(None)
            }
        }
    }

    /// The number of events lost so far.
    pub fn lost(&self) -> u64 {
        self.0.shared.lost.load(Ordering::Relaxed)
    }

    /// The ledger.
    pub fn ledger(&self) -> &Arc<Ledger> {
        &self.0.shared.ledger
    }

    /// Writes the queued events, ends the thread and closes the ledger. Events that cannot be written, after some more tries,
    /// are recorded as a `ledger.gap` before `ledger.closed`.
    ///
    /// # Errors
    ///
    /// When the close, or the gap before it, was not recorded.
    pub fn close(&self) -> Result<(), AppendError> {
        if self.0.is_forked() {
            return Err(AppendError::Forked);
        }
        self.0.stop();
        let shared = &self.0.shared;
        if shared.queue().is_dead {
            return Err(AppendError::Stopped);
        }
        shared.write_last_gap()?;
        self.ledger().close()
    }
}

impl fmt::Debug for LedgerWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut writer = f.debug_struct("LedgerWriter");
        if let Ok(queue) = self.0.shared.queue.try_lock() {
            writer.field("waiting", &queue.items.len());
        }
        writer.field("lost", &self.lost()).finish_non_exhaustive()
    }
}

/// Answers everybody if the thread panics.
struct Burial(Arc<SharedQueue>);

impl Drop for Burial {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.bury();
        }
    }
}

impl Handle {
    fn is_forked(&self) -> bool {
        self.process != std::process::id()
    }

    /// Lets the thread write what waits, and waits for its end.
    fn stop(&self) {
        // In a child of a fork nothing can be waited for.
        if self.is_forked() {
            return;
        }
        self.shared.queue().stopping = true;
        self.shared.work.notify_all();
        self.shared.room.notify_all();
        // Who stops it too has to wait as long.
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        // A waker that the thread wakes may own the last handle.
        let is_other =
            |thread: &mut JoinHandle<()>| thread.thread().id() != std::thread::current().id();
        if let Some(thread) = thread.take_if(is_other) {
            // A panic of the thread has been shown already; it dropped the slots of the waiting callers, which answers them.
            let _ = thread.join();
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.stop();
    }
}
