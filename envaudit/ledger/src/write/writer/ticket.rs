//! The tickets of waiting callers.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::error::SubmitError;
use crate::write::ledger::Appended;

/// The caller that waits for an event. It is answered whatever happens to the writer.
pub(super) struct Reply(pub(super) Option<Arc<Slot>>);

impl Reply {
    pub(super) fn answer(mut self, answer: Result<Appended, SubmitError>) {
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

/// A queued event: wait for it, or await it.
#[must_use = "an event is recorded when its ticket says so"]
pub struct Ticket(pub(super) Arc<Slot>);

pub(super) struct Slot {
    /// The process whose thread answers.
    process: u32,
    state: Mutex<SlotState>,
    answered: Condvar,
}

#[derive(Default)]
struct SlotState {
    answer: Option<Result<Appended, SubmitError>>,
    waker: Option<Waker>,
}

impl Slot {
    pub(super) fn new() -> Self {
        let process = std::process::id();
        Slot { process, state: Mutex::default(), answered: Condvar::new() }
    }

    /// The answer in a process that was forked while the event was waiting: nobody there gives another.
    fn answer_of_child(&self) -> Option<Result<Appended, SubmitError>> {
        if self.process == std::process::id() {
            return None;
        }
        let answer = match self.state.try_lock() {
            Ok(state) => state.answer.clone(),
            // A thread that is not in this process holds it.
            Err(_) => None,
        };
        Some(answer.unwrap_or(Err(SubmitError::Forked)))
    }

    fn state(&self) -> MutexGuard<'_, SlotState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn answer(&self, answer: Result<Appended, SubmitError>) {
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
        if let Some(answer) = self.0.answer_of_child() {
            return answer;
        }
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
        if let Some(answer) = self.0.answer_of_child() {
            return Poll::Ready(answer);
        }
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
        let mut ticket = f.debug_struct("Ticket");
        if let Ok(state) = self.0.state.try_lock() {
            ticket.field("answer", &state.answer);
        }
        ticket.finish_non_exhaustive()
    }
}
