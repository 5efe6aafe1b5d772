//! Ledgers for tests: a fixed key, a clock that is set by hand, nothing of the machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use envaudit::ledger::keys::{Hasher, NO_HASH};
use envaudit::ledger::store::SegmentSource;
use envaudit::ledger::testing::MemoryDisk;
use envaudit::ledger::{Actor, Event, FileStore, Ledger, LedgerOptions, MasterKey};

/// The key of all ledgers of tests.
pub fn key() -> MasterKey {
    MasterKey::from_bytes([7; 32])
}

/// A clock that stands still until it is moved.
#[derive(Clone, Default)]
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    /// At this moment.
    pub fn at(text: &str) -> Self {
        let moment: DateTime<Utc> = text.parse().expect("a timestamp");
        Clock(Arc::new(AtomicI64::new(moment.timestamp_micros())))
    }

    /// Moves on.
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    /// What it shows.
    pub fn now(&self) -> DateTime<Utc> {
        let micros = self.0.load(Ordering::SeqCst);
        DateTime::from_timestamp_micros(micros).expect("a moment")
    }
}

/// Options with the key, no variables, a clock that moves by a millisecond with each look, and random bytes that are none.
pub fn options() -> LedgerOptions {
    let clock = Clock::at("2026-11-30T12:00:00Z");
    let ticks = AtomicU64::new(0);
    LedgerOptions::new().key(key()).vars([("", ""); 0]).clock(move || {
        let ticks = ticks.fetch_add(1, Ordering::SeqCst);
        clock.now() + chrono::TimeDelta::milliseconds(i64::try_from(ticks).expect("few ticks"))
    })
}

/// A new ledger on a disk in memory.
pub fn on(disk: &MemoryDisk) -> Ledger {
    options().init_in(FileStore::on(disk.clone())).expect("an empty disk")
}

/// The `nth` of a row of events, all different.
pub fn event(nth: u64) -> Event {
    Event::new("order.placed", Actor::user("ada"))
        .resource("order", format!("order-{nth}"))
        .detail("nth", nth)
}

/// The numbers of all events of [`event`], in the order they stand in the ledger.
///
/// # Panics
///
/// When the chain does not hold from the first line to the last, or something lies behind it.
#[track_caller]
pub fn recorded(source: &dyn SegmentSource) -> Vec<u64> {
    recorded_with(source, &[key()])
}

/// Like [`recorded`], for a ledger whose keys were rotated.
#[track_caller]
pub fn recorded_with(source: &dyn SegmentSource, keys: &[MasterKey]) -> Vec<u64> {
    let mut numbers = Vec::new();
    let mut previous = None;
    for (at, info) in source.segments().expect("segments").into_iter().enumerate() {
        let bytes = source.read(info.first_seq, 0, usize::MAX >> 1).expect("a segment");
        let text = bytes.strip_suffix(b"\n").expect("a newline at the end of the segment");
        for line in text.split(|&byte| byte == b'\n') {
            let line = envaudit::ledger::format::Line::parse(line).expect("a line");
            let hasher = match line.kid {
                None => Hasher::Unkeyed,
                Some(kid) => {
                    Hasher::keyed(keys.iter().find(|key| key.id() == kid).expect("a known key"))
                }
            };
            assert!(line.hash_holds(&hasher), "the hash of {}", line.seq);
            let (seq, hash) = match previous {
                Some(previous) => previous,
                None if at == 0 && info.first_seq > 1 => (info.first_seq - 1, line.previous_hash),
                None => (0, NO_HASH),
            };
            assert_eq!((line.seq, line.previous_hash), (seq + 1, hash), "after {seq}");
            previous = Some((line.seq, line.event_hash));
            if line.action == "order.placed" {
                let details: serde_json::Value =
                    serde_json::from_str(line.details.expect("details")).expect("JSON");
                numbers.push(details["nth"].as_u64().expect("a number"));
            }
        }
    }
    numbers
}

/// The actions of all events, oldest first.
pub fn actions(ledger: &Ledger) -> Vec<String> {
    let events = ledger.reader().events().expect("segments");
    events
        .map(|record| record.expect("a record").line().expect("a line").action.to_string())
        .collect()
}
