//! The lock: a locked file, and a queue for the waiting handles.
//!
//! A handle that does not get the lock at once locks the manifest first: one handle at a time waits for the lock itself, the
//! others for the manifest. So the holder can see that the lock is wanted, and does not take it again before the waiting
//! handle.

use std::io;

use super::bytes::uninterrupted;
use super::names::{LOCK, MANIFEST};
use super::{FileStore, Open};
use crate::store::file::disk::{Disk, DiskFile, Identity};
use crate::store::{StoreError, StoreErrorKind, StoreLock};

/// How often a lock file that was replaced while it was being locked is opened again.
const MOST_ROUNDS: usize = 8;

/// The manifest, locked by the handle that is next in line for the lock.
#[derive(Debug)]
pub(super) struct LockQueue<F> {
    file: F,
    is_first: bool,
}

impl<D: Disk> StoreLock for FileStore<D> {
    fn lock(&self) -> Result<(), StoreError> {
        let mut open = self.opened();
        if !open.lets_another_go_first && self.take(&mut open, D::File::try_lock)? {
            return Ok(());
        }
        let queue = self.queue(&mut open)?;
        if let Some(queue) = queue {
            let waited = if queue.is_first { Ok(()) } else { uninterrupted(|| queue.file.lock()) };
            waited.map_err(|error| self.failed("lock", MANIFEST, error))?;
            queue.is_first = true;
        }
        let taken = self.take(&mut open, |file| file.lock().map(|()| true));
        leave_queue(&mut open);
        taken.map(drop)
    }

    fn try_lock(&self) -> Result<(), StoreError> {
        let mut open = self.opened();
        if open.lets_another_go_first {
            self.join_queue(&mut open)?;
        }
        let may_try = !open.lets_another_go_first || is_first(&open);
        if may_try && self.take(&mut open, D::File::try_lock)? {
            leave_queue(&mut open);
            return Ok(());
        }
        self.join_queue(&mut open)?;
        let doing = format!("lock `{}`", self.disk.place(LOCK));
        Err(StoreError::new(StoreErrorKind::Locked, doing))
    }

    fn give_up(&self) {
        leave_queue(&mut self.opened());
    }

    fn is_wanted(&self) -> bool {
        let mut open = self.opened();
        let Ok(Some(queue)) = self.queue(&mut open) else { return false };
        let wanted = match uninterrupted(|| queue.file.try_lock()) {
            Ok(true) => {
                let _ = uninterrupted(|| queue.file.unlock());
                false
            }
            Ok(false) => true,
            Err(_) => false,
        };
        open.lets_another_go_first = wanted;
        wanted
    }

    fn unlock(&self) {
        let mut open = self.opened();
        // If unlocking fails, closing the file releases the lock.
        let failed = |file: &D::File| uninterrupted(|| file.unlock()).is_err();
        if open.lock.as_ref().is_some_and(|(file, _)| failed(file)) {
            open.lock = None;
        }
    }
}

impl<D: Disk> FileStore<D> {
    /// Takes the lock with this function, which returns whether it did.
    fn take(
        &self,
        open: &mut Open<D::File>,
        take: impl Fn(&D::File) -> io::Result<bool>,
    ) -> Result<bool, StoreError> {
        for _ in 0..MOST_ROUNDS {
            let (file, identity) = match open.lock.take() {
                Some(held) => held,
                None => self.open_lock().map_err(|error| self.failed("open", LOCK, error))?,
            };
            if !uninterrupted(|| take(&file)).map_err(|error| self.failed("lock", LOCK, error))? {
                open.lock = Some((file, identity));
                return Ok(false);
            }
            // Two writers with two lock files would both believe that they are alone.
            match self.disk.stat(LOCK) {
                Ok(named) if named.identity == identity => {
                    open.lock = Some((file, identity));
                    return Ok(true);
                }
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(self.failed("look at", LOCK, error)),
            }
        }
        let doing = format!("lock `{}`", self.disk.place(LOCK));
        Err(StoreError::new(StoreErrorKind::Replaced, doing))
    }

    fn open_lock(&self) -> io::Result<(D::File, Identity)> {
        let file = match self.disk.create(LOCK) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                self.disk.open(LOCK, true)?
            }
            result => result?,
        };
        let identity = file.stat()?.identity;
        Ok((file, identity))
    }

    /// The queue; `None` while there is no ledger yet.
    fn queue<'o>(
        &self,
        open: &'o mut Open<D::File>,
    ) -> Result<Option<&'o mut LockQueue<D::File>>, StoreError> {
        if open.queue.is_none() {
            open.queue = match self.disk.open(MANIFEST, false) {
                Ok(file) => Some(LockQueue { file, is_first: false }),
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                Err(error) => return Err(self.failed("open", MANIFEST, error)),
            };
        }
        Ok(open.queue.as_mut())
    }

    fn join_queue(&self, open: &mut Open<D::File>) -> Result<(), StoreError> {
        if let Some(queue) = self.queue(open)?
            && !queue.is_first
        {
            let joined = uninterrupted(|| queue.file.try_lock());
            queue.is_first = joined.map_err(|error| self.failed("lock", MANIFEST, error))?;
        }
        Ok(())
    }
}

fn is_first<F>(open: &Open<F>) -> bool {
    open.queue.as_ref().is_none_or(|queue| queue.is_first)
}

fn leave_queue<F: DiskFile>(open: &mut Open<F>) {
    open.lets_another_go_first = false;
    if let Some(queue) = &mut open.queue
        && queue.is_first
    {
        queue.is_first = false;
        // If unlocking fails, closing the file releases the lock.
        if uninterrupted(|| queue.file.unlock()).is_err() {
            open.queue = None;
        }
    }
}
