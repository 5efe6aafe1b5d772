//! The end of a writer: what waits is written or told, and a thread that panicked leaves nobody waiting.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use envaudit::ledger::anchor::{Anchor, AnchorError, AnchorScope, AnchorSlot, Anchored};
use envaudit::ledger::testing::{Fault, MemoryDisk};
use envaudit::ledger::writer::SubmitError;
use envaudit::ledger::{
    AppendError, Delivery, FileStore, Filter, Ledger, LedgerOptions, LedgerWriter,
};
use envaudit_tests::fresh_ledger::{actions, event, on, options, recorded};

/// Panics once it is told to.
#[derive(Clone, Default)]
struct Trap(Arc<AtomicBool>);

impl Trap {
    fn step(&self) {
        assert!(!self.0.load(Ordering::SeqCst), "as the test wants");
    }
}

impl Anchor for Trap {
    fn name(&self) -> String {
        "a trap".to_owned()
    }

    fn put(&self, _: &Anchored) -> Result<(), AnchorError> {
        self.step();
        Ok(())
    }

    fn put_in(&self, _: &AnchorSlot, anchored: &Anchored) -> Result<(), AnchorError> {
        self.put(anchored)
    }

    fn latest(&self, _: AnchorScope<'_>) -> Result<Option<Anchored>, AnchorError> {
        Ok(None)
    }
}

/// Where a trap is.
type Set = fn(LedgerOptions, Trap) -> LedgerOptions;

const TRAPS: [(&str, Set); 4] = [
    ("the clock", |options, trap| {
        options.clock(move || {
            trap.step();
            chrono::DateTime::UNIX_EPOCH
        })
    }),
    ("the entropy", |options, trap| {
        let draw = move |bytes: &mut [u8]| {
            trap.step();
            bytes.fill(7);
            io::Result::Ok(())
        };
        options.entropy(draw)
    }),
    ("an anchor", |options, trap| options.anchor(trap).checkpoint_events(1)),
    ("the pause for the lock", |options, trap| {
        options.lock_timeout(Duration::from_secs(1)).lock_pause(move |_| trap.step())
    }),
];

/// Runs this in a thread of its own, and fails if it does not end.
fn ends<T: Send + 'static>(context: &str, act: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, ended) = mpsc::channel();
    std::thread::spawn(move || done.send(act()));
    ended.recv_timeout(Duration::from_secs(60)).unwrap_or_else(|_| panic!("{context}: it hangs"))
}

#[test]
fn after_a_panic_in_its_thread_every_call_is_answered_at_once() {
    for (place, set) in TRAPS {
        let (disk, trap) = (MemoryDisk::new(), Trap::default());
        let ledger =
            set(options(), trap.clone()).init_in(FileStore::on(disk.clone())).expect("made");
        let ledger = Arc::new(ledger);
        let writer = LedgerWriter::new(Arc::clone(&ledger));
        writer.append(event(0)).expect("appended");
        // Somebody else has the lock, so that the writer pauses.
        let other = FileStore::on(disk.clone());
        envaudit::ledger::store::StoreLock::lock(&other).expect("locked");
        let held = place == "the pause for the lock";
        if !held {
            envaudit::ledger::store::StoreLock::unlock(&other);
        }
        trap.0.store(true, Ordering::SeqCst);
        // Of the random bytes some are left: so many events use them up.
        let waiting = writer.clone();
        ends(place, move || {
            for nth in 1..200 {
                if waiting.append(event(nth)).is_err() {
                    return;
                }
            }
            panic!("nothing has panicked");
        });
        let (calls, context) = (writer.clone(), place);
        let answers = ends(context, move || {
            let mut answers = Vec::new();
            for _ in 0..3 {
                answers.push(calls.append(event(1000)).map(drop));
                answers.push(calls.submit(event(1001)).and_then(|ticket| ticket.wait()).map(drop));
                answers.push(calls.send(Delivery::Guaranteed, event(1002)).map(drop));
                calls.record(event(1003));
            }
            assert!(calls.lost() >= 3, "{context}");
            let closed = calls.close();
            assert!(matches!(closed, Err(AppendError::Stopped)), "{context}: {closed:?}");
            assert!(format!("{calls:?}").contains("LedgerWriter"), "{context}");
            drop(calls);
            answers
        });
        for answer in answers {
            assert!(matches!(answer, Err(SubmitError::Stopped)), "{place}: {answer:?}");
        }
        ends(place, move || drop(writer));
        // The ledger itself goes on once the cause is gone.
        trap.0.store(false, Ordering::SeqCst);
        if held {
            envaudit::ledger::store::StoreLock::unlock(&other);
        }
        ledger.append(&event(2000)).unwrap_or_else(|error| panic!("{place}: {error}"));
        assert!(ledger.verify().expect("it can be read").is_intact(), "{place}");
    }
}

#[test]
fn those_who_wait_for_room_are_answered_too() {
    let (disk, trap) = (MemoryDisk::new(), Trap::default());
    let ledger = TRAPS[0].1(options(), trap.clone()).init_in(FileStore::on(disk)).unwrap();
    let capacity = envaudit::ledger::writer::WriterOptions::new().capacity(1);
    let writer = LedgerWriter::with(Arc::new(ledger), &capacity);
    trap.0.store(true, Ordering::SeqCst);
    let callers: Vec<_> = (0..8)
        .map(|nth| {
            let writer = writer.clone();
            std::thread::spawn(move || writer.append(event(nth)))
        })
        .collect();
    ends("callers", move || {
        for caller in callers {
            let answer = caller.join().expect("no panic there");
            assert!(matches!(answer, Err(SubmitError::Stopped)), "{answer:?}");
        }
    });
}

fn gaps(ledger: &Ledger) -> u64 {
    let gaps = ledger.reader().events().expect("segments");
    gaps.matching(Filter::new().action("ledger.gap"))
        .map(|record| {
            let record = record.expect("a record");
            let line = record.line().expect("a line");
            let details: serde_json::Value =
                serde_json::from_str(line.details.expect("details")).expect("JSON");
            details["events"].as_u64().expect("a number")
        })
        .sum()
}

#[test]
fn what_waits_when_it_is_closed_is_written_or_becomes_a_gap_before_the_end() {
    for by_drop in [false, true] {
        for fault in [Fault::Io, Fault::Full, Fault::Short, Fault::DoneButFailed] {
            for nth in 0..14 {
                let context = format!("{fault:?} at {nth}, dropped: {by_drop}");
                let disk = MemoryDisk::new();
                let ledger = Arc::new(on(&disk));
                let writer = LedgerWriter::new(Arc::clone(&ledger));
                disk.fail_nth(nth, fault);
                for nth in 0..5 {
                    writer.record(event(nth));
                }
                let closed = if by_drop {
                    drop(writer);
                    Ok(())
                } else {
                    writer.close()
                };
                disk.heal();
                let _ = ledger.reopen();
                let found = recorded(ledger.source());
                if closed.is_ok() {
                    assert_eq!(found.len() as u64 + gaps(&ledger), 5, "{context}: {found:?}");
                    let last = actions(&ledger).pop().expect("an event");
                    assert_eq!(last == "ledger.closed", !by_drop, "{context}: {last}");
                }
                let mut once = found.clone();
                once.dedup();
                assert_eq!(once, found, "{context}");
            }
        }
    }
}

#[test]
fn a_disk_that_is_gone_for_good_is_an_error_of_the_close() {
    let disk = MemoryDisk::new();
    let writer = LedgerWriter::new(Arc::new(on(&disk)));
    disk.fail_nth(0, Fault::Dead);
    writer.record(event(0));
    assert!(writer.close().is_err());
    assert_eq!(writer.lost(), 1);
    disk.heal();
    // A second call does what is left.
    writer.close().unwrap();
    let ledger = writer.ledger();
    assert_eq!((recorded(ledger.source()).len(), gaps(ledger)), (0, 1));
    assert_eq!(actions(ledger), ["ledger.created", "ledger.gap", "ledger.closed"]);
}

#[test]
fn two_who_close_it_at_once_lose_nothing() {
    for _ in 0..30 {
        let disk = MemoryDisk::new();
        let writer = LedgerWriter::new(Arc::new(on(&disk)));
        for nth in 0..200 {
            writer.record(event(nth));
        }
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| writer.close().expect("closed"));
            }
        });
        assert_eq!(recorded(writer.ledger().source()), (0..200).collect::<Vec<_>>());
    }
}

#[test]
fn a_ledger_that_several_threads_close_is_closed_for_each_of_them() {
    for _ in 0..200 {
        let ledger = on(&MemoryDisk::new());
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| ledger.close().expect("closed"));
            }
        });
        assert!(matches!(ledger.append(&event(0)), Err(AppendError::Closed)));
    }
}

#[test]
fn an_event_whose_outcome_the_last_tries_did_not_find_out_is_no_part_of_a_gap() {
    // The write arrives and is answered with an error, after which the disk fails for a while, until the close or beyond.
    let run = |first: u64, failing: u64, again: bool| {
        let disk = MemoryDisk::new();
        let writer = LedgerWriter::new(Arc::new(on(&disk)));
        disk.fail_nth(first, Fault::DoneButFailed);
        (first + 1..first + failing).for_each(|nth| disk.fail_nth(nth, Fault::Io));
        writer.record(event(7));
        let mut closed = writer.close().is_ok();
        disk.heal();
        if !closed {
            closed = again && writer.close().is_ok();
        }
        let lost = writer.lost();
        drop(writer);
        let opened = options().open_in(FileStore::on(disk.after_kill())).expect("opened");
        let there = recorded(opened.source()).len() as u64;
        let gaps: u64 = opened
            .reader()
            .events()
            .expect("read")
            .map(|record| record.expect("a line"))
            .filter_map(|record| {
                let line = record.line().ok()?;
                let details: serde_json::Value = serde_json::from_str(line.details?).ok()?;
                details["events"].as_u64().filter(|_| line.action == "ledger.gap")
            })
            .sum::<u64>();
        let context = format!("{failing} failures from {first} on: {there} there, {gaps} in gaps");
        assert!(!closed || there + gaps == 1, "{context}");
        assert!(!closed || gaps == lost, "{context}, {lost} lost");
        assert!(there + lost >= 1, "{context}");
    };
    std::thread::scope(|scope| {
        for first in 0..8 {
            for again in [false, true] {
                scope.spawn(move || (1..16).for_each(|failing| run(first, failing, again)));
            }
        }
    });
}
