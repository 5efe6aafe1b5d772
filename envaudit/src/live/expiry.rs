//! When values are no longer good, as the stores say that they came from.

use core::time::Duration;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::config::EnvConfig;
use crate::load::Loaded;

/// What is good for less than this is read again after this time.
const SHORTEST: Duration = Duration::from_secs(1);

/// When a store that failed is asked again.
const RETRY: Duration = Duration::from_secs(30);

/// The time at which the configuration has to be read again, if there is one.
#[derive(Debug, Default)]
pub(super) struct Expiry(Mutex<Option<Instant>>);

impl Expiry {
    /// Takes note of how long the values of a load are good.
    pub(super) fn note<T: EnvConfig>(&self, loaded: &Loaded<T>) {
        let time = loaded.valid_for().map(|time| time.max(SHORTEST));
        // What is good for longer than any clock runs is good for ever.
        *self.time() = time.and_then(|time| Instant::now().checked_add(time));
    }

    /// Takes note that they could not be fetched again.
    pub(super) fn failed(&self) {
        let mut at = self.time();
        if at.is_some_and(|at| at <= Instant::now()) {
            *at = Some(Instant::now() + RETRY);
        }
    }

    /// How much time is left.
    pub(super) fn left(&self) -> Option<Duration> {
        self.time().map(|at| at.saturating_duration_since(Instant::now()))
    }

    fn time(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
