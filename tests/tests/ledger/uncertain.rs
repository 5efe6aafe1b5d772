//! Once the store has the lines of an event, every failure says that it may be there, and reopening tells by its id.

use std::sync::Arc;
use std::time::Duration;

use envaudit::ledger::testing::{Fault, MemoryDisk};
use envaudit::ledger::{FileStore, Ledger, LedgerWriter, SyncMode};
use envaudit_tests::fresh_ledger::{event, options, recorded};

/// Every append is synced before it returns, although with an interval.
const AT_ONCE: SyncMode = SyncMode::Interval(Duration::ZERO);

fn begun(sync: SyncMode, others: bool) -> (MemoryDisk, Ledger, Vec<u64>) {
    let disk = MemoryDisk::new();
    let ledger = options().sync(sync).init_in(FileStore::on(disk.clone())).expect("made");
    ledger.append(&event(0)).expect("appended");
    let mut there = vec![0];
    if others {
        // Their lines are written again before anything is built upon them.
        let other = options().sync(sync).open_in(FileStore::on(disk.clone())).expect("opened");
        other.append(&event(1)).expect("appended");
        there.push(1);
    }
    (disk, ledger, there)
}

/// How many operations an append has.
fn operations(sync: SyncMode, others: bool) -> u64 {
    let (disk, ledger, _) = begun(sync, others);
    disk.take_log();
    ledger.append(&event(7)).expect("appended");
    disk.take_log().len() as u64
}

#[test]
fn whatever_fails_a_caller_that_does_as_it_is_told_has_the_event_once() {
    let mut unknown = 0;
    for sync in [SyncMode::Always, AT_ONCE, SyncMode::Interval(Duration::from_secs(3600))] {
        for others in [false, true] {
            for nth in 0..operations(sync, others) {
                for fault in [Fault::Io, Fault::Full, Fault::Short, Fault::DoneButFailed] {
                    let context = format!("{sync:?}, others: {others}, {fault:?} at {nth}");
                    let (disk, ledger, mut there) = begun(sync, others);
                    disk.fail_nth(nth, fault);
                    let result = ledger.append(&event(7));
                    disk.heal();
                    match result {
                        Ok(_) => {}
                        Err(error) if error.may_be_there() => {
                            unknown += 1;
                            let found = ledger.reopen().expect("it can be read").found;
                            assert!(found.len() <= 1, "{context}: {found:?}");
                            if found.is_empty() {
                                ledger.append(&event(7)).expect("appended");
                            }
                        }
                        // "Nothing was written; the same event may be tried again."
                        Err(_) => {
                            let again = ledger.append(&event(7)).or_else(|_| {
                                ledger.reopen().expect("it can be read");
                                ledger.append(&event(7))
                            });
                            again.unwrap_or_else(|error| panic!("{context}: {error}"));
                        }
                    }
                    there.push(7);
                    assert_eq!(recorded(ledger.source()), there, "{context}");
                }
            }
        }
    }
    assert!(unknown > 10, "{unknown}");
}

#[test]
fn a_segment_that_is_renamed_before_its_sync_leaves_the_event_in_doubt() {
    let (disk, ledger, _) = begun(SyncMode::Interval(Duration::from_secs(3600)), false);
    let name = "00000000000000000001.jsonl";
    ledger.append(&event(1)).unwrap();
    disk.put(name, &disk.contents(name).unwrap());
    let error = ledger.flush().unwrap_err();
    assert!(!error.may_be_there(), "it was acknowledged before: {error}");
    assert!(ledger.append(&event(2)).is_err());
}

#[test]
fn whoever_reopens_the_ledger_an_event_of_a_writer_is_there_once() {
    let mut doubts = 0;
    for sync in [SyncMode::Always, AT_ONCE] {
        for nth in 0..operations(sync, false) {
            for fault in [Fault::Io, Fault::DoneButFailed, Fault::Dead] {
                let context = format!("{sync:?}, {fault:?} at {nth}");
                let (disk, ledger, _) = begun(sync, false);
                let ledger = Arc::new(ledger);
                let writer = LedgerWriter::new(Arc::clone(&ledger));
                disk.fail_nth(nth, fault);
                // The event of the caller and the one that nobody waits for are one group, or two.
                writer.record(event(7));
                let told = writer.append(event(8));
                disk.heal();
                // What every message says: the application reopens the ledger, and the writer's thread may too.
                let mut reopened = ledger.reopen();
                while reopened.is_err() {
                    reopened = ledger.reopen();
                }
                doubts += usize::from(told.is_err());
                writer.close().unwrap_or_else(|error| panic!("{context}: {error}"));
                let found = recorded(ledger.source());
                let times = |wanted| found.iter().filter(|nth| **nth == wanted).count();
                assert_eq!(times(7), 1, "{context}: {found:?}");
                assert!(times(8) <= 1 && (told.is_err() || times(8) == 1), "{context}: {found:?}");
                assert_eq!(writer.lost(), 0, "{context}");
            }
        }
    }
    assert!(doubts > 3, "{doubts}");
}
