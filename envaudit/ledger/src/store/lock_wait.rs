//! How long a writer waits for a lock that another holds.

use core::time::Duration;

use thiserror::Error;

use crate::store::{StoreError, StoreErrorKind, StoreLock};

/// The first pause between two tries; each is twice as long as the one before, up to [`LONGEST`].
const FIRST: Duration = Duration::from_millis(1);
const LONGEST: Duration = Duration::from_millis(100);

/// A function that pauses for this long.
type Pause = dyn Fn(Duration) + Send + Sync;

/// The waiting of a writer while another holds the lock.
pub(crate) struct LockWait {
    /// `None` waits until it gets the lock.
    pub(crate) limit: Option<Duration>,
    pub(crate) pause: Box<Pause>,
}

impl Default for LockWait {
    fn default() -> Self {
        LockWait { limit: None, pause: Box::new(std::thread::sleep) }
    }
}

impl LockWait {
    /// Takes the lock. The limit counts the pauses alone: a try costs next to nothing.
    pub(crate) fn lock(&self, lock: &dyn StoreLock) -> Result<(), StoreError> {
        let Some(limit) = self.limit else { return lock.lock() };
        let (mut waited, mut pause) = (Duration::ZERO, FIRST);
        loop {
            match lock.try_lock() {
                Err(error) if error.kind() == StoreErrorKind::Locked => {
                    if waited >= limit {
                        lock.give_up();
                        return Err(match limit.is_zero() {
                            true => error.because(NotWaited),
                            false => error.because(Waited(limit)),
                        });
                    }
                }
                Err(error) => {
                    lock.give_up();
                    return Err(error);
                }
                Ok(()) => return Ok(()),
            }
            let next = pause.min(limit - waited);
            (self.pause)(next);
            waited += next;
            pause = (pause * 2).min(LONGEST);
        }
    }
}

/// Takes a lock within this time.
pub fn wait_for_lock(lock: &dyn StoreLock, limit: Duration) -> Result<(), StoreError> {
    LockWait { limit: Some(limit), ..LockWait::default() }.lock(lock)
}

/// The time of waiting in vain.
#[derive(Debug, Error)]
#[error("waited {0:?}")]
struct Waited(Duration);

/// The limit leaves no time to wait.
#[derive(Debug, Error)]
#[error("did not wait")]
struct NotWaited;
