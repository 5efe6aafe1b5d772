//! A signal that arrives while a lock is taken or given back is no failure.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use envaudit::ledger::store::{Disk, DiskFile, FileStat, Listed};
use envaudit::ledger::testing::{MemoryDisk, MemoryFile};
use envaudit::ledger::{FileStore, LedgerOptions};
use envaudit_tests::fresh_ledger::{event, options, recorded};

/// A disk on which each operation on a lock is interrupted some times before it is done.
#[derive(Clone, Default)]
struct Interrupted {
    disk: MemoryDisk,
    calls: Arc<AtomicUsize>,
}

struct InterruptedFile {
    file: MemoryFile,
    calls: Arc<AtomicUsize>,
}

impl InterruptedFile {
    /// Two of three calls are interrupted.
    fn step(&self) -> io::Result<()> {
        match self.calls.fetch_add(1, Ordering::SeqCst) % 3 {
            2 => Ok(()),
            _ => Err(io::ErrorKind::Interrupted.into()),
        }
    }
}

impl Interrupted {
    fn of(&self, file: MemoryFile) -> InterruptedFile {
        InterruptedFile { file, calls: Arc::clone(&self.calls) }
    }
}

impl Disk for Interrupted {
    type File = InterruptedFile;

    fn place(&self, name: &str) -> String {
        self.disk.place(name)
    }

    fn make_dir(&self, name: &str) -> io::Result<()> {
        self.disk.make_dir(name)
    }

    fn list(&self, dir: &str) -> io::Result<Option<Vec<Listed>>> {
        self.disk.list(dir)
    }

    fn open(&self, name: &str, write: bool) -> io::Result<InterruptedFile> {
        Ok(self.of(self.disk.open(name, write)?))
    }

    fn create(&self, name: &str) -> io::Result<InterruptedFile> {
        Ok(self.of(self.disk.create(name)?))
    }

    fn stat(&self, name: &str) -> io::Result<FileStat> {
        self.disk.stat(name)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.disk.rename(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.disk.remove(name)
    }

    fn set_readonly(&self, name: &str) -> io::Result<()> {
        self.disk.set_readonly(name)
    }

    fn sync_dir(&self, dir: &str) -> io::Result<()> {
        self.disk.sync_dir(dir)
    }
}

impl DiskFile for InterruptedFile {
    fn stat(&self) -> io::Result<FileStat> {
        self.file.stat()
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.file.read_at(buffer, offset)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        self.file.write_at(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.file.sync()
    }

    fn truncate(&self, len: u64) -> io::Result<()> {
        self.file.truncate(len)
    }

    fn lock(&self) -> io::Result<()> {
        self.step()?;
        self.file.lock()
    }

    fn try_lock(&self) -> io::Result<bool> {
        self.step()?;
        self.file.try_lock()
    }

    fn unlock(&self) -> io::Result<()> {
        self.step()?;
        self.file.unlock()
    }
}

#[test]
fn it_is_taken_and_given_back_all_the_same() {
    type With = fn(LedgerOptions) -> LedgerOptions;
    let patience: [With; 2] =
        [|options| options, |options| options.lock_timeout(Duration::from_secs(60))];
    for with in patience {
        let disk = Interrupted::default();
        let ledger = with(options()).init_in(FileStore::on(disk.clone())).expect("made");
        let other = with(options()).open_in(FileStore::on(disk.clone())).expect("opened");
        std::thread::scope(|scope| {
            for (ledger, first) in [(&ledger, 0), (&other, 100)] {
                scope.spawn(move || {
                    for nth in first..first + 30 {
                        ledger.append(&event(nth)).expect("appended");
                    }
                });
            }
        });
        assert_eq!(recorded(ledger.source()).len(), 60);
        assert!(disk.calls.load(Ordering::SeqCst) > 300);
    }
}
