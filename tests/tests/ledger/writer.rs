//! Many threads through one writer.

use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use envaudit::ledger::testing::{Fault, MemoryDisk, Operation};
use envaudit::ledger::writer::{SubmitError, WriterOptions};
use envaudit::ledger::{Delivery, FileStore, Filter, LedgerWriter};
use envaudit_tests::fresh_ledger::{actions, event, on, options, recorded};

fn writer(disk: &MemoryDisk) -> LedgerWriter {
    LedgerWriter::new(Arc::new(on(disk)))
}

#[test]
fn all_that_is_acknowledged_is_durable() {
    let disk = MemoryDisk::new();
    let writer = writer(&disk);
    std::thread::scope(|scope| {
        for thread in 0..16 {
            let writer = writer.clone();
            scope.spawn(move || {
                for nth in 0..25 {
                    writer.append(event(thread * 100 + nth)).unwrap();
                }
            });
        }
    });
    let ledger = options().open_in(FileStore::on(disk.after_power_cut(0))).unwrap();
    assert_eq!(recorded(ledger.source()).len(), 400);
}

#[test]
fn those_who_wait_share_a_sync() {
    let disk = MemoryDisk::new();
    let writer = writer(&disk);
    disk.take_log();
    let tickets: Vec<_> = (0..2000).map(|nth| writer.submit(event(nth)).unwrap()).collect();
    let seqs: Vec<u64> = tickets.into_iter().map(|ticket| ticket.wait().unwrap().seq).collect();
    assert_eq!(seqs, (2..2002).collect::<Vec<_>>(), "in the order they were queued");
    let syncs = disk.take_log().iter().filter(|operation| **operation == Operation::Sync).count();
    assert!(syncs < 1000, "{syncs} syncs for 2000 events");
}

#[test]
fn a_ticket_is_a_future() {
    struct Unpark(std::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let writer = writer(&MemoryDisk::new());
    let mut ticket = Box::pin(writer.submit(event(0)).unwrap());
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let appended = loop {
        match ticket.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(appended) => break appended.unwrap(),
            Poll::Pending => std::thread::park(),
        }
    };
    assert_eq!(appended.seq, 2);
}

#[test]
fn closing_writes_what_is_queued_and_refuses_what_comes_later() {
    let disk = MemoryDisk::new();
    let writer = writer(&disk);
    for nth in 0..100 {
        writer.record(event(nth));
    }
    writer.close().unwrap();
    assert!(matches!(writer.append(event(100)), Err(SubmitError::Stopped)));
    assert!(matches!(writer.submit(event(100)), Err(SubmitError::Stopped)));
    let ledger = options().open_in(FileStore::on(disk)).unwrap();
    assert_eq!(recorded(ledger.source()), (0..100).collect::<Vec<_>>());
    assert_eq!(actions(&ledger).last().unwrap(), "ledger.closed");
}

#[test]
fn a_strict_event_fails_and_degraded_ones_wait_or_become_a_gap() {
    let disk = MemoryDisk::new();
    let ledger = Arc::new(on(&disk));
    let writer = LedgerWriter::with(Arc::clone(&ledger), &WriterOptions::new().capacity(10));
    writer.append(event(0)).unwrap();
    disk.fail_nth(0, Fault::Dead);
    let failed = writer.send(Delivery::Guaranteed, event(1));
    assert!(matches!(failed, Err(SubmitError::Append(_))), "{failed:?}");
    for nth in 100..150 {
        assert!(writer.send(Delivery::BestEffort, event(nth)).unwrap().is_none());
    }
    assert!(writer.lost() >= 30, "{writer:?}");
    disk.heal();
    // A strict event is let in as soon as the ledger can be written again.
    while writer.append(event(2)).is_err() {}
    writer.close().unwrap();
    let numbers = recorded(ledger.source());
    let kept = numbers.iter().filter(|nth| **nth >= 100).count() as u64;
    assert_eq!(kept + writer.lost(), 50, "{numbers:?}");
    let gaps = ledger.reader().events().unwrap().matching(Filter::new().action("ledger.gap"));
    let counted: u64 = gaps
        .map(|record| {
            let record = record.unwrap();
            let line = record.line().unwrap();
            let details: serde_json::Value = serde_json::from_str(line.details.unwrap()).unwrap();
            details["events"].as_u64().unwrap()
        })
        .sum();
    assert_eq!(counted, writer.lost());
}

#[test]
fn an_event_of_a_write_whose_end_is_not_known_is_neither_lost_nor_written_twice() {
    let disk = MemoryDisk::new();
    let ledger = Arc::new(on(&disk));
    let writer = LedgerWriter::new(Arc::clone(&ledger));
    writer.append(event(0)).unwrap();
    disk.take_log();
    writer.append(event(1)).unwrap();
    let sync = disk.take_log().iter().position(|it| *it == Operation::Sync).unwrap();
    // What was written cannot be taken back, and the ledger cannot be read either for a while.
    disk.fail_nth(sync as u64, Fault::Dead);
    let told = writer.submit(event(2)).unwrap();
    writer.record(event(100));
    assert!(told.wait().is_err());
    writer.record(event(101));
    disk.heal();
    while writer.append(event(3)).is_err() {}
    writer.record(event(102));
    writer.close().unwrap();
    let numbers = recorded(ledger.source());
    for nth in [0, 1, 100, 101, 102] {
        assert_eq!(numbers.iter().filter(|it| **it == nth).count(), 1, "{nth}: {numbers:?}");
    }
    assert_eq!(writer.lost(), 0);
}

#[test]
fn a_bad_event_fails_alone() {
    use envaudit::ledger::{Actor, Event};
    let writer = writer(&MemoryDisk::new());
    let bad = Event::new("not an action", Actor::user("ada"));
    assert!(matches!(writer.append(bad.clone()), Err(SubmitError::Append(_))));
    assert!(writer.submit(bad).is_err());
    let float = Event::new("a.b", Actor::user("ada")).detail("x", 0.5);
    assert!(writer.append(float).is_err());
    assert_eq!(writer.append(event(0)).unwrap().seq, 2);
}
