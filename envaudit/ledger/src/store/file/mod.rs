//! A ledger in a directory.

mod bytes;
mod chain;
pub(crate) mod disk;
mod keys;
mod live;
mod lock;
mod names;
mod read;
mod whole;
mod write;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use super::per_process::PerProcess;
use super::{StoreError, StoreErrorKind, WriteError};
use disk::{Disk, Identity, Irregular, RealDisk};

/// A ledger in a directory: see the [module](crate) for its files.
///
/// ```
/// use envaudit_ledger::FileStore;
/// use envaudit_ledger::store::{ChainStore, Deadline, StoreState};
///
/// # let dir = tempfile::tempdir().unwrap();
/// # let path = dir.path().join("audit");
/// let store = FileStore::new(path);
/// assert_eq!(store.state(Deadline::NEVER)?, StoreState::Absent);
/// # Ok::<(), envaudit_ledger::store::StoreError>(())
/// ```
#[derive(Debug)]
pub struct FileStore<D: Disk = RealDisk> {
    disk: D,
    open: PerProcess<Mutex<Open<D::File>>>,
    /// The segment that was read last: looking up many events would open it for each.
    read: PerProcess<Mutex<Option<Live<D::File>>>>,
}

/// The files that stay open between calls.
#[derive(Debug)]
struct Open<F> {
    lock: Option<(F, Identity)>,
    queue: Option<lock::LockQueue<F>>,
    /// Another handle wanted the lock while this one had it.
    lets_another_go_first: bool,
    live: Option<Live<F>>,
}

impl<F> Open<F> {
    fn nothing() -> Self {
        Open { lock: None, queue: None, lets_another_go_first: false, live: None }
    }
}

#[derive(Debug)]
struct Live<F> {
    first_seq: u64,
    name: String,
    /// Shared with a sync that runs beside other operations.
    file: Arc<F>,
    identity: Identity,
}

impl FileStore {
    /// The ledger in the directory at this path. Nothing is opened or created yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        FileStore::on(RealDisk::new(path))
    }
}

impl<D: Disk> FileStore<D> {
    /// The ledger on another file system.
    pub fn on(disk: D) -> Self {
        let open = PerProcess::new(Mutex::new(Open::nothing()));
        FileStore { disk, open, read: PerProcess::new(Mutex::new(None)) }
    }

    fn opened(&self) -> MutexGuard<'_, Open<D::File>> {
        let open = self.open.get(|parents| {
            // A child keeps none of its parent's files: should the parent be killed, its lock would be held for as long as a
            // copy of the file is open.
            match parents.try_lock() {
                Ok(mut parents) => *parents = Open::nothing(),
                Err(TryLockError::Poisoned(parents)) => *parents.into_inner() = Open::nothing(),
                Err(TryLockError::WouldBlock) => {}
            }
            Mutex::new(Open::nothing())
        });
        open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read_last(&self) -> MutexGuard<'_, Option<Live<D::File>>> {
        let read = self.read.get(|_| Mutex::new(None));
        read.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The file system.
    pub fn disk(&self) -> &D {
        &self.disk
    }

    fn failed(&self, verb: &str, name: &str, error: io::Error) -> StoreError {
        let kind = match error.kind() {
            io::ErrorKind::NotFound => StoreErrorKind::Missing,
            _ if Irregular::is_why(&error) => StoreErrorKind::Replaced,
            _ => StoreErrorKind::Failed,
        };
        StoreError::new(kind, format!("{verb} `{}`", self.disk.place(name))).because(error)
    }

    fn rejected(&self, verb: &str, name: &str, error: io::Error) -> WriteError {
        WriteError::Rejected(self.failed(verb, name, error))
    }

    fn unknown(&self, verb: &str, name: &str, error: io::Error) -> WriteError {
        WriteError::Unknown(self.failed(verb, name, error))
    }
}
