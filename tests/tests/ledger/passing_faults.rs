//! Errors of the system that pass: they are not taken for an attack, cost nothing but the event they hit, and never make a
//! writer wait without end.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use envaudit::ledger::store::{Disk, FileStat, Listed, StoreErrorKind, StoreLock};
use envaudit::ledger::testing::{Fault, MemoryDisk, MemoryFile, Operation};
use envaudit::ledger::{
    Actor, AppendError, Event, FileStore, Filter, Ledger, LedgerOptions, LedgerWriter, Record,
    SyncMode,
};
use envaudit_tests::fresh_ledger::{event, on, options, recorded};

/// A disk whose answers about one file can be made to fail.
#[derive(Clone)]
struct FailingStat {
    disk: MemoryDisk,
    name: &'static str,
    kind: io::ErrorKind,
    /// How many more answers fail.
    left: Arc<AtomicUsize>,
    asked: Arc<AtomicUsize>,
}

impl FailingStat {
    fn new(disk: &MemoryDisk, name: &'static str, kind: io::ErrorKind) -> Self {
        let (left, asked) = (Arc::default(), Arc::default());
        FailingStat { disk: disk.clone(), name, kind, left, asked }
    }

    fn fail(&self, often: usize) {
        self.left.store(often, Ordering::SeqCst);
    }
}

impl Disk for FailingStat {
    type File = MemoryFile;

    fn place(&self, name: &str) -> String {
        self.disk.place(name)
    }

    fn make_dir(&self, name: &str) -> io::Result<()> {
        self.disk.make_dir(name)
    }

    fn list(&self, dir: &str) -> io::Result<Option<Vec<Listed>>> {
        self.disk.list(dir)
    }

    fn open(&self, name: &str, write: bool) -> io::Result<MemoryFile> {
        self.disk.open(name, write)
    }

    fn create(&self, name: &str) -> io::Result<MemoryFile> {
        self.disk.create(name)
    }

    fn stat(&self, name: &str) -> io::Result<FileStat> {
        if name == self.name {
            self.asked.fetch_add(1, Ordering::SeqCst);
            let fails = |left: usize| left.checked_sub(1);
            if self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fails).is_ok() {
                return Err(self.kind.into());
            }
        }
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

/// Errors that a system gives of a file that is as it was.
const PASSING: [io::ErrorKind; 4] = [
    io::ErrorKind::PermissionDenied,
    io::ErrorKind::StaleNetworkFileHandle,
    io::ErrorKind::OutOfMemory,
    io::ErrorKind::Other,
];

#[test]
fn a_segment_that_cannot_be_looked_at_is_not_said_to_be_replaced_and_the_next_event_is_recorded() {
    for kind in PASSING {
        let disk = MemoryDisk::new();
        let failing = FailingStat::new(&disk, "00000000000000000001.jsonl", kind);
        let ledger = options().init_in(FileStore::on(failing.clone())).expect("a ledger");
        ledger.append(&event(0)).expect("appended");
        failing.fail(1);
        let error = ledger.append(&event(1)).expect_err("it cannot be looked at");
        let AppendError::Rejected(error) = &error else { panic!("{kind}: {error:?}") };
        assert_eq!(error.kind(), StoreErrorKind::Failed, "{kind}");
        ledger.append(&event(2)).expect("the fault has passed");
        assert_eq!(recorded(ledger.source()), [0, 2], "{kind}");
    }
}

#[test]
fn whatever_operation_of_an_append_fails_once_without_having_written_the_next_one_goes_on() {
    // The log of an append whose files are open tells what can fail.
    let disk = MemoryDisk::new();
    let ledger = on(&disk);
    ledger.append(&event(0)).expect("appended");
    disk.take_log();
    ledger.append(&event(1)).expect("appended");
    let operations = disk.take_log();
    let harmless = |operation: &Operation| !matches!(operation, Operation::Write | Operation::Sync);
    let count = operations.iter().filter(|it| harmless(it)).count();
    assert!(count >= 2, "{operations:?}");
    let before_writing: Vec<&Operation> = operations.iter().take_while(|it| harmless(it)).collect();
    for (nth, operation) in before_writing.into_iter().enumerate() {
        let disk = MemoryDisk::new();
        let ledger = on(&disk);
        ledger.append(&event(0)).expect("appended");
        disk.fail_nth(nth as u64, Fault::Io);
        let error = ledger.append(&event(1)).expect_err("an operation failed");
        assert!(matches!(error, AppendError::Rejected(_)), "{operation:?}: {error:?}");
        ledger.append(&event(2)).expect("the fault has passed");
        assert_eq!(recorded(ledger.source()), [0, 2], "{operation:?}");
    }
}

#[test]
fn a_segment_whose_name_is_gone_was_taken_away() {
    let disk = MemoryDisk::new();
    let failing = FailingStat::new(&disk, "00000000000000000001.jsonl", io::ErrorKind::NotFound);
    let ledger = options().init_in(FileStore::on(failing.clone())).expect("a ledger");
    ledger.append(&event(0)).expect("appended");
    failing.fail(1);
    let error = ledger.append(&event(1)).expect_err("its name is gone");
    assert!(matches!(error, AppendError::Poisoned { .. }), "{error:?}");
}

#[test]
fn a_lock_that_cannot_be_looked_at_is_an_error_and_not_a_loop() {
    let timeouts: [fn(LedgerOptions) -> LedgerOptions; 2] =
        [|options| options, |options| options.lock_timeout(Duration::from_secs(3600))];
    for timeout in timeouts {
        for kind in PASSING {
            let disk = MemoryDisk::new();
            let failing = FailingStat::new(&disk, "lock", kind);
            let ledger = timeout(options()).init_in(FileStore::on(failing.clone())).expect("made");
            failing.fail(usize::MAX);
            failing.asked.store(0, Ordering::SeqCst);
            let error = ledger.append(&event(0)).expect_err("the lock cannot be looked at");
            assert!(matches!(error, AppendError::Rejected(_)), "{kind}: {error:?}");
            assert!(failing.asked.load(Ordering::SeqCst) <= 8, "{kind}");
            failing.fail(0);
            ledger.append(&event(1)).expect("the fault has passed");
            assert_eq!(recorded(ledger.source()), [1], "{kind}");
        }
    }
}

#[test]
fn a_lock_file_that_is_replaced_each_time_is_given_up_after_some_rounds() {
    let disk = MemoryDisk::new();
    drop(on(&disk));
    let failing = FailingStat::new(&disk, "lock", io::ErrorKind::NotFound);
    failing.fail(usize::MAX);
    let store = FileStore::on(failing.clone());
    assert_eq!(store.lock().expect_err("another each time").kind(), StoreErrorKind::Replaced);
    let rounds = failing.asked.load(Ordering::SeqCst);
    assert!((1..100).contains(&rounds), "{rounds}");
    // A few rounds are no reason to give up.
    failing.fail(2);
    store.lock().expect("the third round finds it");
    store.unlock();
}

#[test]
fn wherever_a_roll_fails_nothing_is_written_behind_its_seal() {
    let faults = [Fault::Io, Fault::Full, Fault::Short, Fault::DoneButFailed, Fault::Interrupted];
    for sync in
        [SyncMode::Always, SyncMode::Interval(Duration::ZERO), SyncMode::Interval(Duration::MAX)]
    {
        for fault in faults {
            for nth in 0..50 {
                let context = format!("{sync:?}, {fault:?} at operation {nth}");
                let disk = MemoryDisk::new();
                let ledger = options().sync(sync).init_in(FileStore::on(disk.clone()));
                let ledger = ledger.expect("an empty disk");
                ledger.append(&event(0)).expect("appended");
                disk.fail_nth(nth, fault);
                let _ = ledger.seal();
                disk.heal();
                if ledger.append(&event(1)).is_err() {
                    ledger.reopen().unwrap_or_else(|error| panic!("{context}: {error}"));
                    ledger.append(&event(1)).unwrap_or_else(|error| panic!("{context}: {error}"));
                }
                let report = ledger.verify().expect("it can be read");
                assert!(report.is_intact(), "{context}: {report}");
            }
        }
    }
}

/// How many events the gaps of a ledger count.
fn in_gaps(ledger: &Ledger) -> u64 {
    let gaps = ledger.reader().events().expect("segments");
    let gaps = gaps.matching(Filter::new().action("ledger.gap"));
    let count = |record: Record| -> u64 {
        let line = record.line().expect("a line");
        let details = serde_json::from_str::<serde_json::Value>(line.details.expect("details"));
        details.expect("JSON")["events"].as_u64().expect("a number")
    };
    gaps.map(|record| count(record.expect("a record"))).sum()
}

#[test]
fn wherever_the_write_of_a_gap_or_a_roll_before_an_event_fails_each_event_is_there_or_counted_once()
{
    for sync in [SyncMode::Always, SyncMode::Interval(Duration::ZERO)] {
        for fault in [Fault::Io, Fault::Full, Fault::Short, Fault::DoneButFailed] {
            for nth in 0..30 {
                let context = format!("{sync:?}, {fault:?} at operation {nth}");
                let disk = MemoryDisk::new();
                // Each append begins with a roll.
                let ledger =
                    options().sync(sync).segment_size(1).init_in(FileStore::on(disk.clone()));
                let ledger = Arc::new(ledger.expect("an empty disk"));
                let writer = LedgerWriter::new(Arc::clone(&ledger));
                // One that is not an event at all is lost, and becomes a gap.
                writer.append(event(0)).expect("appended");
                disk.fail_nth(nth, fault);
                writer.record(Event::new("no action", Actor::user("ada")));
                writer.record(event(1));
                writer.record(event(2));
                let closed = writer.close();
                if closed.is_err() {
                    continue;
                }
                drop(writer);
                let numbers = recorded(ledger.source());
                assert_eq!(numbers.len() as u64 + in_gaps(&ledger), 4, "{context}: {numbers:?}");
            }
        }
    }
}
