//! The timestamps of a chain never go back, whatever the clocks of its writers show.

use std::sync::Arc;
use std::time::Duration;

use envaudit::ledger::testing::MemoryDisk;
use envaudit::ledger::verify::{Verdict, Verifier};
use envaudit::ledger::{
    FileStore, KeyRing, Ledger, LedgerOptions, LedgerWriter, MasterKey, SyncMode, Timestamp,
};
use envaudit_tests::fresh_ledger::{Clock, event, key};

fn with(clock: &Clock) -> LedgerOptions {
    let clock = clock.clone();
    LedgerOptions::new().key(key()).vars([("", ""); 0]).clock(move || clock.now())
}

fn times(ledger: &Ledger) -> Vec<Timestamp> {
    let events = ledger.reader().events().expect("segments");
    events.map(|record| record.expect("a record").line().expect("a line").timestamp).collect()
}

#[track_caller]
fn assert_steady(ledger: &Ledger) {
    let times = times(ledger);
    assert!(times.is_sorted(), "{times:?}");
    let keys = ledger.keys().expect("keys");
    let report = Verifier::new().keys(&keys).verify(ledger.source()).expect("it can be read");
    assert!(report.findings.is_empty(), "{report}");
}

#[test]
fn a_clock_that_is_set_back_stands_still_in_the_ledger() {
    let (disk, clock) = (MemoryDisk::new(), Clock::at("2026-11-30T12:00:00Z"));
    let ledger = with(&clock).segment_size(2_000).init_in(FileStore::on(disk.clone())).unwrap();
    let mut shown = Vec::new();
    for step in [5, -100, 1, 3, -1_000_000_000, 200, 1_000_000_100, -7] {
        clock.advance(step);
        let appended = ledger.append(&event(0)).unwrap();
        shown.push(appended.timestamp);
        ledger.append_batch(&[event(1), event(2)]).unwrap();
    }
    assert!(shown.is_sorted(), "{shown:?}");
    clock.advance(-50_000_000);
    ledger.seal().unwrap();
    ledger.rotate(MasterKey::from_bytes([9; 32])).unwrap();
    ledger.close().unwrap();
    assert_steady(&ledger);
}

#[test]
fn writers_with_different_clocks_take_turns_without_going_back() {
    let disk = MemoryDisk::new();
    let clocks: Vec<Clock> = [
        "2026-11-30T12:00:00Z",
        "2026-11-30T11:00:00Z",
        "1999-01-01T00:00:00Z",
        "2031-05-05T00:00:00Z",
    ]
    .map(Clock::at)
    .into();
    let first = with(&clocks[0]).init_in(FileStore::on(disk.clone())).unwrap();
    let others =
        clocks[1..].iter().map(|clock| with(clock).open_in(FileStore::on(disk.clone())).unwrap());
    let writers: Vec<Ledger> = core::iter::once(first).chain(others).collect();
    for round in 0..3 {
        for writer in &writers {
            writer.append(&event(round)).unwrap();
        }
        writers[round as usize].seal().unwrap();
        writers[1].checkpoint().unwrap();
    }
    assert_steady(&writers[0]);
}

#[test]
fn a_ledger_that_is_opened_later_by_an_earlier_clock_goes_on_from_the_last_time() {
    for sync in [SyncMode::Always, SyncMode::Interval(Duration::from_secs(1))] {
        let disk = MemoryDisk::new();
        let late = Clock::at("2026-11-30T12:00:00Z");
        let ledger = with(&late).sync(sync).init_in(FileStore::on(disk.clone())).unwrap();
        ledger.append(&event(0)).unwrap();
        drop(ledger);
        let early = Clock::at("2020-01-01T00:00:00Z");
        let ledger = with(&early).sync(sync).open_in(FileStore::on(disk.clone())).unwrap();
        ledger.append(&event(1)).unwrap();
        ledger.reopen().unwrap();
        ledger.append(&event(2)).unwrap();
        assert_steady(&ledger);
        // Through the thread of a writer too.
        let writer = LedgerWriter::new(Arc::new(ledger));
        writer.append(event(3)).unwrap();
        writer.close().unwrap();
        assert_steady(writer.ledger());
    }
}

#[test]
fn a_ledger_that_went_back_before_is_warned_of_and_goes_on() {
    use envaudit_tests::ledger::LedgerBuilder;
    let mut builder = LedgerBuilder::new(Some(key()));
    builder.clock = 60_000_000;
    builder.events(2);
    builder.clock = 0;
    builder.events(2);
    let disk = MemoryDisk::new();
    drop(with(&Clock::at("2026-11-30T12:00:00Z")).init_in(FileStore::on(disk.clone())).unwrap());
    disk.put("ledger.json", &builder.ledger.manifest);
    disk.put("00000000000000000001.jsonl", &builder.ledger.segments[&1]);
    let ledger = with(&Clock::at("2020-01-01T00:00:00Z")).open_in(FileStore::on(disk)).unwrap();
    ledger.append(&event(0)).unwrap();
    let report = Verifier::new().keys(&KeyRing::new(key())).verify(ledger.source()).unwrap();
    let found: Vec<Verdict> = report.findings.iter().map(|found| found.verdict).collect();
    assert_eq!(found, [Verdict::ClockRegression]);
    assert!(report.is_intact());
}
