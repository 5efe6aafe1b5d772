//! A provider that has been asked, on a thread of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::asked::{AskedProvider, Turn};
use super::{Ask, Fetched, Provider};
use crate::schema::table::Table;
use crate::sources::environment::Environment;
use crate::sources::provider_error::{ProviderError, ProviderErrorKind};

/// Longer than any program runs: a timeout beyond it is none.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// How long a provider that ends its own calls at the deadline may take to say so.
const GRACE: Duration = Duration::from_millis(50);

/// An answer, with the time at which it was given.
type Answer = (Instant, Result<Fetched, ProviderError>);

/// A provider that has been asked.
pub(crate) struct PendingFetch {
    provider: AskedProvider,
    table: &'static Table,
    environment: Environment,
    now: DateTime<Utc>,
    deadline: Instant,
    /// `None` while another load is asking it.
    call: Option<Call>,
}

struct Call {
    answer: mpsc::Receiver<Answer>,
    is_given_up: Arc<AtomicBool>,
}

impl PendingFetch {
    /// Asks for the variables of a table. The thread is left behind when the provider outlives its timeout: nothing can stop it,
    /// and the provider is not asked again before it ends.
    pub(crate) fn ask(
        provider: &AskedProvider,
        table: &'static Table,
        environment: &Environment,
        now: DateTime<Utc>,
    ) -> PendingFetch {
        let timeout = provider.timeout().min(FOR_EVER);
        PendingFetch::until(provider, table, environment, now, Instant::now() + timeout)
    }

    /// The same with another deadline.
    pub(crate) fn until(
        provider: &AskedProvider,
        table: &'static Table,
        environment: &Environment,
        now: DateTime<Utc>,
        deadline: Instant,
    ) -> PendingFetch {
        let pending = PendingFetch {
            provider: provider.clone(),
            table,
            environment: environment.clone(),
            now,
            deadline,
            call: None,
        };
        let call = provider.try_turn().map(|turn| pending.fetch(turn));
        PendingFetch { call, ..pending }
    }

    pub(crate) fn provider(&self) -> &dyn Provider {
        &*self.provider
    }

    pub(crate) fn wait(&self) -> Result<Fetched, ProviderError> {
        let own;
        let call = match &self.call {
            Some(call) => call,
            None => match self.provider.wait_for_turn(self.deadline) {
                Some(turn) => {
                    own = self.fetch(turn);
                    &own
                }
                None => {
                    let kind = ProviderErrorKind::TimedOut;
                    return Err(ProviderError::free_text(kind, "an earlier call has not returned"));
                }
            },
        };
        let no_answer = || {
            let timeout = humantime::format_duration(self.provider.timeout());
            let text = format_args!("no answer within {timeout}");
            Err(ProviderError::free_text(ProviderErrorKind::TimedOut, text))
        };
        let left = self.deadline.saturating_duration_since(Instant::now());
        match call.answer.recv_timeout(left + GRACE) {
            // While others were waited for, it may have answered too late.
            Ok((at, Ok(_))) if at > self.deadline => no_answer(),
            Ok((_, Ok(fetched))) => {
                self.provider.note_versions(fetched.versions());
                Ok(fetched)
            }
            Ok((_, Err(error))) => Err(error),
            Err(RecvTimeoutError::Timeout) => {
                call.is_given_up.store(true, Ordering::Relaxed);
                self.provider.gave_up();
                no_answer()
            }
            Err(RecvTimeoutError::Disconnected) => Err(ProviderError::new("its thread ended")),
        }
    }

    fn fetch(&self, turn: Turn) -> Call {
        let PendingFetch { provider, table, now, deadline, .. } = self;
        let (table, now, deadline) = (*table, *now, *deadline);
        let environment = self.environment.clone();
        let (answer_to, answer) = mpsc::channel();
        let (asked, known) = (provider.shared(), provider.known_versions());
        // The name of a thread cannot hold a NUL.
        let name = format!("envaudit-{}", provider.name()).replace('\0', "");
        let answer_on = answer_to.clone();
        let is_given_up = Arc::new(AtomicBool::new(false));
        let given_up = Arc::clone(&is_given_up);
        let spawned = std::thread::Builder::new().name(name).spawn(move || {
            let ask = Ask::new(table, environment, now, deadline, given_up, &known);
            let fetched = catch_unwind(AssertUnwindSafe(|| asked.fetch(&ask)));
            let fetched = fetched.unwrap_or_else(|_| Err(ProviderError::new("it panicked")));
            let answered = Instant::now();
            drop(turn);
            // The load may have stopped waiting.
            let _ = answer_on.send((answered, fetched));
        });
        if let Err(error) = spawned {
            let failed = Err(ProviderError::new(format_args!("no thread for it: {error}")));
            let failed = (Instant::now(), failed);
            answer_to.send(failed).unwrap_or_else(|_| unreachable!("the receiver is held above"));
        }
        Call { answer, is_given_up }
    }
}
