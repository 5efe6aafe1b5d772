//! With an interval sync a writer keeps the lock from one append to the next, and gives it up when another wants it.

use std::time::Duration;

use envaudit::ledger::store::{ChainStore, StoreLock};
use envaudit::ledger::testing::{MemoryDisk, Operation};
use envaudit::ledger::{FileStore, Ledger, SyncMode};
use envaudit_tests::Files;
use envaudit_tests::fresh_ledger::{event, options, recorded};

const INTERVAL: SyncMode = SyncMode::Interval(Duration::from_secs(3600));

fn interval_on(disk: &MemoryDisk) -> Ledger {
    options().sync(INTERVAL).init_in(FileStore::on(disk.clone())).expect("an empty disk")
}

#[test]
fn while_the_lock_is_kept_an_append_is_one_write() {
    let disk = MemoryDisk::new();
    let ledger = interval_on(&disk);
    disk.take_log();
    let mut fewest = usize::MAX;
    // The thread that looks after the lock may come in between any two, but not between all.
    for nth in 0..2000 {
        ledger.append(&event(nth)).expect("appended");
        let operations = disk.take_log();
        assert!(operations.contains(&Operation::Write), "{operations:?}");
        fewest = fewest.min(operations.len());
    }
    assert_eq!(fewest, 1, "neither a look at names nor a read of the last line");
    assert_eq!(recorded(ledger.source()).len(), 2000);
}

#[test]
fn a_writer_that_has_nothing_to_write_gives_the_lock_back_by_itself() {
    let files = Files::new();
    let path = files.path().join("audit");
    let idle = options().sync(INTERVAL).init(&path).expect("an empty folder");
    idle.append(&event(0)).expect("appended");
    // Waits without a limit: this test ends only if the lock is given back.
    let other = options().open(&path).expect("a ledger");
    other.append(&event(1)).expect("appended");
    idle.append(&event(2)).expect("appended");
    idle.flush().expect("synced");
    assert_eq!(recorded(other.source()), [0, 1, 2]);
}

#[test]
fn writers_that_never_pause_give_way_to_each_other() {
    const EACH: u64 = 3000;
    let files = Files::new();
    let path = files.path().join("audit");
    drop(options().init(&path).expect("an empty folder"));
    let sync_modes = [INTERVAL, INTERVAL, SyncMode::Always];
    std::thread::scope(|scope| {
        for (writer, sync) in sync_modes.into_iter().enumerate() {
            let path = &path;
            scope.spawn(move || {
                let ledger = options().sync(sync).open(path).expect("a ledger");
                let count = if sync == SyncMode::Always { 20 } else { EACH };
                for nth in 0..count {
                    let number = writer as u64 * 1_000_000 + nth;
                    ledger.append(&event(number)).expect("its turn");
                }
            });
        }
    });
    let ledger = options().open(&path).expect("a ledger");
    let mut numbers = recorded(ledger.source());
    assert_eq!(numbers.len() as u64, 2 * EACH + 20);
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len() as u64, 2 * EACH + 20, "each once");
    assert!(ledger.verify().expect("read").is_intact());
}

#[test]
fn a_ledger_that_is_closed_or_dropped_has_no_lock() {
    for close in [true, false] {
        let disk = MemoryDisk::new();
        let ledger = interval_on(&disk);
        ledger.append(&event(0)).expect("appended");
        if close {
            ledger.close().expect("closed");
        } else {
            drop(ledger);
        }
        let other = FileStore::on(disk.clone());
        other.store_lock().expect("files have a lock").try_lock().expect("it was given back");
        other.unlock();
    }
}

#[test]
fn an_append_that_fails_gives_the_lock_back() {
    let disk = MemoryDisk::new();
    let ledger = interval_on(&disk);
    ledger.append(&event(0)).expect("appended");
    let long = event(1).detail("text", "x".repeat(2 << 20));
    ledger.append(&long).expect_err("a line has at most 1 MiB");
    let other = FileStore::on(disk.clone());
    other.try_lock().expect("it was given back");
    other.unlock();
    ledger.append(&event(2)).expect("appended");
}
