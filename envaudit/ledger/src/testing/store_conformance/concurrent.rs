//! The requirements on a store with several writers at once.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::{BEGIN, MANIFEST, Next, by, created};
use crate::event::{Actor, Event};
use crate::keys::MasterKey;
use crate::options::LedgerOptions;
use crate::store::{ChainStore, SegmentSource, Tail, WriteError};
use crate::testing::{LostAnswer, UnreliableStore};
use crate::verify::Verifier;
use crate::write::ledger::Ledger;

/// How many write at once.
const WRITERS: usize = 16;
/// The number of events that each of them writes.
const EACH: usize = 25;

pub(super) fn one_of_many_makes_the_ledger<S: ChainStore, H: Fn() -> S + Sync>(handle: &H) {
    let made = AtomicUsize::new(0);
    thread::scope(|scope| {
        for nth in 0..WRITERS {
            let made = &made;
            scope.spawn(move || {
                let first = Next::new(BEGIN, &format!("of {nth}"));
                match handle().create(MANIFEST, &first.batch(), by()) {
                    Ok(()) => {
                        made.fetch_add(1, Ordering::Relaxed);
                    }
                    Err(WriteError::Stale { .. }) => {}
                    Err(error) => panic!("{nth}: {error:?}"),
                }
            });
        }
    });
    assert_eq!(made.into_inner(), 1);
    assert_eq!(handle().tail(by()).unwrap().seq, 1);
}

pub(super) fn no_batch_is_lost_or_overwritten<S: ChainStore, H: Fn() -> S + Sync>(handle: &H) {
    created(&handle());
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            scope.spawn(move || {
                let store = handle();
                for nth in 0..EACH {
                    append_somewhere(&store, &format!("{writer}.{nth}"));
                }
            });
        }
    });
    let store = handle();
    let bytes = store.read(1, 0, 64 << 20).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let mut found = BTreeSet::new();
    for (at, line) in text.lines().enumerate() {
        let begin = format!("{{\"v\":1,\"seq\":{},\"x\":\"", at + 1);
        let rest = line.strip_prefix(&begin).unwrap_or_else(|| panic!("{begin} is not in {line}"));
        found.insert(rest.split('"').next().unwrap().to_owned());
    }
    assert_eq!(found.len(), 1 + WRITERS * EACH, "each line is there, and once");
    assert_eq!(text.lines().count(), 1 + WRITERS * EACH);
}

/// Appends a line at the end of the ledger, wherever that is by then.
fn append_somewhere<S: ChainStore>(store: &S, text: &str) {
    let lock = store.store_lock();
    if let Some(lock) = lock {
        lock.lock().unwrap();
    }
    let mut known: Option<Tail> = None;
    loop {
        let after = known.take().unwrap_or_else(|| store.tail(by()).unwrap());
        match store.append(&Next::new(after, text).batch(), by()) {
            Ok(_) => break,
            Err(WriteError::Stale { tail }) => known = tail,
            Err(error) => panic!("{text}: {error:?}"),
        }
        thread::yield_now();
    }
    if let Some(lock) = lock {
        lock.unlock();
    }
}

fn options() -> LedgerOptions {
    LedgerOptions::new().key(MasterKey::from_bytes([7; 32]))
}

fn event(writer: usize, nth: usize) -> Event {
    Event::new("test.appended", Actor::user(format!("{writer}"))).detail("nth", nth as u64)
}

pub(super) fn writers_of_a_ledger_lose_nothing<S: ChainStore + 'static, H: Fn() -> S + Sync>(
    handle: &H,
) {
    options().init_in(handle()).unwrap();
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            scope.spawn(move || {
                let ledger = options().segment_size(8 << 10).open_in(handle()).unwrap();
                for nth in 0..EACH {
                    if let Err(error) = ledger.append(&event(writer, nth)) {
                        panic!("writer {writer}, event {nth}: {error:?}");
                    }
                }
            });
        }
    });
    check_events(&handle(), WRITERS, EACH);
}

/// Each event is there once, and the ledger is what was written.
fn check_events(source: &dyn SegmentSource, writers: usize, each: usize) {
    let ledger = crate::read::reader::Reader::new(source);
    let mut found = BTreeSet::new();
    let mut count = 0;
    for record in ledger.events().unwrap() {
        let record = record.unwrap();
        let line = record.line().unwrap();
        if line.action == "test.appended" {
            count += 1;
            found.insert((line.actor_id.to_string(), line.details.unwrap().to_owned()));
        }
    }
    assert_eq!((count, found.len()), (writers * each, writers * each));
    let key = MasterKey::from_bytes([7; 32]);
    let report = Verifier::new().keys(&crate::keys::KeyRing::new(key)).verify(source).unwrap();
    assert!(report.findings.iter().all(|it| !it.verdict.is_break()), "{:?}", report.findings);
}

pub(super) fn an_event_whose_answer_is_lost_is_there_once<
    S: ChainStore + 'static,
    H: Fn() -> S + Sync,
>(
    handle: &H,
) {
    // Bytes that read back from a file need not be on the disk: there the ledger has to be read again, which other tests do.
    if handle().files().is_some() {
        return;
    }
    let store = UnreliableStore::new(handle());
    let faults = store.faults();
    let ledger: Ledger = options().init_in(store).unwrap();
    let other = options().open_in(handle()).unwrap();
    let mut count = 0;
    for lost in [LostAnswer::BeforeWriting, LostAnswer::AfterWriting] {
        for often in 1..4 {
            faults.lose(lost, often);
            ledger.append(&event(0, count)).unwrap();
            count += 1;
            other.append(&event(0, count)).unwrap();
            count += 1;
        }
        // At the beginning of a segment as well.
        faults.lose(lost, 1);
        ledger.seal().unwrap();
    }
    check_events(&handle(), 1, count);
}
