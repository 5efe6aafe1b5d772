//! Many threads, one writer: group commit.
//!
//! One thread takes all queued events, writes them at once, syncs once, and then answers all waiting callers. The more callers
//! wait, the more each sync is worth.

mod error;
mod queue;
mod ticket;

use core::fmt;
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

    /// Records an event that may be lost: neither waits nor fails. Lost events are counted, and recorded as a `ledger.gap` as
    /// soon as something can be recorded.
    pub fn record(&self, event: Event) {
        let shared = &self.0.shared;
        let mut queue = shared.queue();
        if queue.stopping || event.check_user().is_err() || queue.items.len() >= shared.capacity {
            let now = shared.ledger.settings.now();
            queue.lose(1, now);
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
        self.0.shared.queue().shed
    }

    /// The ledger.
    pub fn ledger(&self) -> &Arc<Ledger> {
        &self.0.shared.ledger
    }

    /// Writes the queued events, ends the thread and closes the ledger.
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
