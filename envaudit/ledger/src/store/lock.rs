//! The lock of a store that has one.

use super::StoreError;

/// A lock that one writer has at a time, across threads, processes and handles.
pub trait StoreLock {
    /// Waits until no other writer has the lock, and takes it. Waiting writers get it in turn.
    ///
    /// # Errors
    ///
    /// When it cannot be taken.
    fn lock(&self) -> Result<(), StoreError>;

    /// Takes the lock if no other writer has it, without waiting. If another writer has it, that writer sees that it is
    /// [wanted](Self::is_wanted), until this handle gets it or [gives up](Self::give_up).
    ///
    /// # Errors
    ///
    /// [`StoreErrorKind::Locked`](super::StoreErrorKind::Locked) when another writer has it; others when it cannot be taken.
    fn try_lock(&self) -> Result<(), StoreError>;

    /// Withdraws the wish of [`try_lock`](Self::try_lock): the lock is not wanted any more.
    fn give_up(&self);

    /// Whether another writer waits for the lock that this one has.
    fn is_wanted(&self) -> bool;

    /// Gives the lock back.
    fn unlock(&self);
}
