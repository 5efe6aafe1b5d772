//! The store's lock, from one append to the next.
//!
//! With [`SyncMode::Always`](crate::SyncMode::Always) a writer takes the lock for each append: its price vanishes beside that of
//! the sync. With an interval it would be most of the price, so the lock is kept for some milliseconds more. A thread gives
//! it back when another writer waits for it, or when nothing was appended meanwhile.

use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::store::lock_wait::LockWait;
use crate::store::{ChainStore, StoreError};

/// How long the lock is kept before it is looked whether another writer wants it.
const TENURE: Duration = Duration::from_millis(5);

/// Takes the lock of a store, keeps it and gives it back.
pub(crate) struct LockKeeper {
    store: Arc<dyn ChainStore>,
    tenure: Mutex<Tenure>,
}

#[derive(Default)]
struct Tenure {
    is_held: bool,
    /// The lock has been held since the last append, and the end of the ledger was looked at in this tenure.
    is_checked: bool,
    /// Something was appended since the thread looked last.
    was_used: bool,
    is_watched: bool,
}

/// The lock, given back when dropped unless it is to be [kept](Self::keep).
pub(crate) struct HeldLock<'k> {
    keeper: &'k Arc<LockKeeper>,
    tenure: MutexGuard<'k, Tenure>,
    keep: bool,
}

impl LockKeeper {
    pub(crate) fn new(store: Arc<dyn ChainStore>) -> Arc<Self> {
        Arc::new(LockKeeper { store, tenure: Mutex::default() })
    }

    /// Takes the lock, unless it was kept. In a store without a lock there is nothing to take.
    pub(crate) fn hold<'k>(
        self: &'k Arc<Self>,
        wait: &LockWait,
    ) -> Result<HeldLock<'k>, StoreError> {
        let mut tenure = self.tenure();
        if !tenure.is_held
            && let Some(lock) = self.store.store_lock()
        {
            wait.lock(lock)?;
            tenure.is_held = true;
        }
        Ok(HeldLock { keeper: self, tenure, keep: false })
    }

    /// Gives back a lock that was kept.
    pub(crate) fn release(&self) {
        self.give_back(&mut self.tenure());
    }

    fn tenure(&self) -> MutexGuard<'_, Tenure> {
        self.tenure.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn give_back(&self, tenure: &mut Tenure) {
        tenure.is_checked = false;
        if core::mem::take(&mut tenure.is_held)
            && let Some(lock) = self.store.store_lock()
        {
            lock.unlock();
        }
    }

    /// Looks whether the lock is still needed. Returns whether it is.
    fn look(&self) -> bool {
        let mut tenure = self.tenure();
        let was_used = core::mem::take(&mut tenure.was_used);
        // What is appended next makes sure once more that the files are those that were written.
        tenure.is_checked = false;
        let is_wanted = || self.store.store_lock().is_none_or(|lock| lock.is_wanted());
        if tenure.is_held && was_used && !is_wanted() {
            return true;
        }
        self.give_back(&mut tenure);
        tenure.is_watched = false;
        false
    }
}

impl HeldLock<'_> {
    /// Whether nobody can have written since this writer's last append.
    pub(crate) fn is_kept(&self) -> bool {
        self.tenure.is_checked
    }

    /// Keeps the lock for the next append.
    pub(crate) fn keep(mut self) {
        let watched = self.tenure.is_watched || watch(Arc::downgrade(self.keeper));
        self.tenure.is_watched = watched;
        self.keep = watched && self.tenure.is_held;
    }
}

impl Drop for HeldLock<'_> {
    fn drop(&mut self) {
        if self.keep {
            self.tenure.is_checked = true;
            self.tenure.was_used = true;
        } else {
            self.keeper.give_back(&mut self.tenure);
        }
    }
}

/// Starts the thread that looks after a lock that is kept. Returns whether it was started.
fn watch(keeper: Weak<LockKeeper>) -> bool {
    let look = move || {
        loop {
            std::thread::sleep(TENURE);
            if !keeper.upgrade().is_some_and(|keeper| keeper.look()) {
                return;
            }
        }
    };
    std::thread::Builder::new().name("envaudit-lock".to_owned()).spawn(look).is_ok()
}
