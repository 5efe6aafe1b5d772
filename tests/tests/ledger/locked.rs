//! A ledger that another writer has: how long it is waited for, and what is said then.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use envaudit::ledger::store::{RealDisk, StoreError, StoreErrorKind, StoreLock};
use envaudit::ledger::testing::MemoryDisk;
use envaudit::ledger::{AppendError, FileStore, Ledger, OpenError};
use envaudit_tests::Files;
use envaudit_tests::fresh_ledger::{actions, event, on, options};

#[track_caller]
fn is_locked(error: &StoreError) {
    assert_eq!(error.kind(), StoreErrorKind::Locked, "{error}");
    assert!(error.to_string().contains("lock"), "{error}");
}

/// An open ledger that waits so long, and another handle on its store, which has the lock.
fn held(wait: Duration, pause: impl Fn(Duration) + Send + Sync + 'static) -> (Ledger, MemoryDisk) {
    let disk = MemoryDisk::default();
    drop(on(&disk));
    let options = options().lock_timeout(wait).lock_pause(pause);
    (options.open_in(FileStore::on(disk.clone())).expect("it is free"), disk)
}

#[test]
fn of_two_writers_the_second_is_told_that_the_ledger_is_locked_in_every_store_that_has_a_lock() {
    fn one_of_two<S: StoreLock>(first: S, second: S) {
        first.try_lock().expect("it is free");
        is_locked(&second.try_lock().expect_err("it is taken"));
        first.unlock();
        second.try_lock().expect("it is free again");
        is_locked(&first.try_lock().expect_err("it is taken"));
        second.unlock();
    }
    let disk = MemoryDisk::default();
    drop(on(&disk));
    one_of_two(FileStore::on(disk.clone()), FileStore::on(disk));
    let files = Files::new();
    let path = files.path().join("audit");
    drop(options().init(&path).expect("an empty folder"));
    one_of_two(FileStore::on(RealDisk::new(&path)), FileStore::on(RealDisk::new(&path)));
}

#[test]
fn a_ledger_that_stays_locked_is_neither_opened_nor_written_to_and_can_be_used_afterwards() {
    let (ledger, disk) = held(Duration::ZERO, |_| panic!("zero does not wait"));
    let other = FileStore::on(disk.clone());
    other.lock().expect("it is free");
    let refused = ledger.append(&event(1)).expect_err("it is locked");
    assert!(!refused.may_be_there());
    let AppendError::Rejected(error) = &refused else { panic!("{refused:?}") };
    is_locked(error);
    assert!(std::error::Error::source(error).is_some(), "how long it was waited");
    let opened = options().lock_timeout(Duration::ZERO).open_in(FileStore::on(disk));
    let OpenError::Store(error) = opened.expect_err("it is locked") else { panic!() };
    is_locked(&error);
    other.unlock();
    ledger.append(&event(1)).expect("it is free");
    assert_eq!(actions(&ledger), ["ledger.created", "order.placed"]);
}

#[test]
fn pauses_grow_up_to_a_tenth_of_a_second_and_end_with_the_time() {
    let pauses = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&pauses);
    let wait = Duration::from_millis(500);
    let (ledger, disk) = held(wait, move |pause| seen.lock().unwrap().push(pause));
    let other = FileStore::on(disk);
    other.lock().expect("it is free");
    ledger.append(&event(1)).expect_err("it is locked");
    let pauses: Vec<u128> = pauses.lock().unwrap().iter().map(Duration::as_millis).collect();
    assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 100, 100, 100, 73]);
}

#[test]
fn a_lock_that_is_given_back_while_it_is_waited_for_is_taken() {
    let disk = MemoryDisk::default();
    drop(on(&disk));
    let other = FileStore::on(disk.clone());
    other.lock().expect("it is free");
    let options = options().lock_timeout(Duration::from_secs(30));
    let ledger = options.lock_pause(move |_| other.unlock()).open_in(FileStore::on(disk));
    ledger.expect("it was given back").append(&event(1)).expect("nobody else has it");
}

#[test]
fn of_writers_that_wait_for_each_other_none_is_left_out() {
    const EACH: usize = 20;
    let files = Files::new();
    let path = files.path().join("audit");
    let open = || options().lock_timeout(Duration::from_secs(300)).open(&path).expect("a ledger");
    drop(options().init(&path).expect("an empty folder"));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let ledger = open();
                for nth in 0..EACH {
                    ledger.append(&event(nth as u64)).expect("its turn");
                }
            });
        }
    });
    let ledger = open();
    assert_eq!(actions(&ledger).len(), 1 + 4 * EACH);
    assert!(ledger.verify().expect("read").is_intact());
}
