//! With an interval, much is synced beside the appends: they go on meanwhile, within a bound, and hear of a sync that failed.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use envaudit::ledger::store::{Disk, DiskFile, FileStat, Listed};
use envaudit::ledger::testing::{Fault, MemoryDisk, MemoryFile};
use envaudit::ledger::{Actor, AppendError, Event, FileStore, Ledger, SyncMode};
use envaudit_tests::fresh_ledger::options;

const MIB: usize = 1 << 20;

/// A disk that takes its time to sync a segment: as long as others go on to write to it.
#[derive(Clone, Default)]
struct SlowDisk {
    disk: MemoryDisk,
    progress: Arc<Progress>,
}

#[derive(Default)]
struct Progress {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    written: usize,
    synced: usize,
    most_unsynced: usize,
    /// The most bytes that were written while a sync was running.
    most_beside: usize,
    fails: bool,
}

impl Progress {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panicked with it")
    }

    fn wrote(&self, len: usize) {
        let mut state = self.state();
        state.written += len;
        state.most_unsynced = state.most_unsynced.max(state.written - state.synced);
        self.changed.notify_all();
    }

    /// Returns when 64 MiB are not synced, or nobody has written for a moment.
    fn sync(&self) -> io::Result<()> {
        let mut state = self.state();
        let began = state.written;
        loop {
            let before = state.written;
            let moment = Duration::from_secs(2);
            let (newer, timeout) = self.changed.wait_timeout(state, moment).expect("no panic");
            state = newer;
            if (timeout.timed_out() && state.written == before)
                || state.written - state.synced > 64 * MIB
            {
                break;
            }
        }
        state.most_beside = state.most_beside.max(state.written - began);
        if state.fails {
            return Err(io::Error::from_raw_os_error(5));
        }
        state.synced = began;
        Ok(())
    }
}

struct SlowFile {
    file: MemoryFile,
    /// Only of segments.
    progress: Option<Arc<Progress>>,
}

impl SlowDisk {
    fn slow(&self, name: &str, file: MemoryFile) -> SlowFile {
        let is_segment = name.ends_with(".jsonl");
        SlowFile { file, progress: is_segment.then(|| Arc::clone(&self.progress)) }
    }

    fn ledger(&self) -> Ledger {
        options()
            .sync(SyncMode::Interval(Duration::from_secs(100_000)))
            .segment_size(1 << 40)
            .init_in(FileStore::on(self.clone()))
            .expect("an empty disk")
    }
}

impl Disk for SlowDisk {
    type File = SlowFile;

    fn place(&self, name: &str) -> String {
        self.disk.place(name)
    }

    fn make_dir(&self, name: &str) -> io::Result<()> {
        self.disk.make_dir(name)
    }

    fn list(&self, dir: &str) -> io::Result<Option<Vec<Listed>>> {
        self.disk.list(dir)
    }

    fn open(&self, name: &str, write: bool) -> io::Result<SlowFile> {
        Ok(self.slow(name, self.disk.open(name, write)?))
    }

    fn create(&self, name: &str) -> io::Result<SlowFile> {
        Ok(self.slow(name, self.disk.create(name)?))
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

impl DiskFile for SlowFile {
    fn stat(&self) -> io::Result<FileStat> {
        self.file.stat()
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.file.read_at(buffer, offset)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let len = self.file.write_at(bytes, offset)?;
        if let Some(progress) = &self.progress {
            progress.wrote(len);
        }
        Ok(len)
    }

    fn sync(&self) -> io::Result<()> {
        if let Some(progress) = &self.progress {
            progress.sync()?;
        }
        self.file.sync()
    }

    fn truncate(&self, len: u64) -> io::Result<()> {
        self.file.truncate(len)
    }

    fn lock(&self) -> io::Result<()> {
        self.file.lock()
    }

    fn try_lock(&self) -> io::Result<bool> {
        self.file.try_lock()
    }

    fn unlock(&self) -> io::Result<()> {
        self.file.unlock()
    }
}

/// An event of half a MiB.
fn large(nth: usize) -> Event {
    Event::new("order.placed", Actor::user("ada"))
        .resource("order", format!("order-{nth}"))
        .detail("text", "x".repeat(MIB / 2))
}

#[test]
fn appends_go_on_while_the_disk_syncs_but_not_without_a_bound() {
    let disk = SlowDisk::default();
    let ledger = disk.ledger();
    for nth in 0..120 {
        ledger.append(&large(nth)).expect("appended");
    }
    {
        let state = disk.progress.state();
        assert!(state.most_beside > 16 * MIB, "{} bytes beside a sync", state.most_beside);
        assert!(state.most_unsynced < 34 * MIB, "{} bytes unsynced", state.most_unsynced);
    }
    ledger.flush().expect("flushed");
    {
        let state = disk.progress.state();
        assert_eq!(state.synced, state.written);
    }
    ledger.close().expect("closed");
    let report = ledger.verify().expect("verified");
    assert!(report.is_intact(), "{report:?}");
}

#[test]
fn after_a_sync_that_failed_beside_them_appends_are_refused_until_the_ledger_is_read_again() {
    let disk = SlowDisk::default();
    let ledger = disk.ledger();
    disk.progress.state().fails = true;
    // It fails at some time after 4 MiB; the writer would wait for it at 32 MiB.
    let mut acknowledged = 0;
    let refused = loop {
        match ledger.append(&large(acknowledged)) {
            Ok(_) => acknowledged += 1,
            Err(error) => break error,
        }
        assert!(acknowledged < 200, "the failure was never told");
    };
    assert!(matches!(refused, AppendError::Poisoned(_) | AppendError::Unknown(_)), "{refused}");
    let uncertain = usize::from(refused.may_be_there());
    let again = ledger.append(&large(acknowledged)).expect_err("poisoned");
    assert!(matches!(again, AppendError::Poisoned(_)) && !again.may_be_there(), "{again}");

    disk.progress.state().fails = false;
    let reopened = ledger.reopen().expect("read again");
    assert_eq!(reopened.found.len(), uncertain);
    assert_eq!(reopened.head.seq, (1 + acknowledged + uncertain) as u64);
    ledger.append(&large(0)).expect("appended");
    ledger.close().expect("closed");
    let report = ledger.verify().expect("verified");
    assert!(report.is_intact(), "{report:?}");
}

#[test]
fn wherever_an_append_fails_its_error_and_the_reopened_ledger_tell_whether_the_event_is_there() {
    let mut uncertain = 0;
    for fault in [Fault::Io, Fault::Full, Fault::Short, Fault::DoneButFailed] {
        for nth in 0.. {
            let disk = MemoryDisk::new();
            let ledger = options()
                .sync(SyncMode::Interval(Duration::ZERO))
                .init_in(FileStore::on(disk.clone()))
                .expect("an empty disk");
            ledger.append(&large(1)).expect("appended");
            disk.take_log();
            disk.fail_nth(nth, fault);
            let error = match ledger.append(&large(2)) {
                Ok(_) if disk.take_log().len() as u64 <= nth => break,
                Ok(_) => continue,
                Err(error) => error,
            };
            disk.heal();
            let found = ledger.reopen().expect("read again").found;
            let there = ledger.head().seq == 3;
            assert_eq!(found.len(), usize::from(there), "{fault:?} {nth}: {error}");
            assert!(!there || error.may_be_there(), "{fault:?} {nth}: {error}");
            uncertain += found.len();
        }
    }
    assert!(uncertain > 0, "no fault left an event that is there");
}
