//! A store without a lock: what a writer does when others were faster, or an answer is lost.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use envaudit::ledger::prune::{PruneError, PrunePolicy};
use envaudit::ledger::store::StoreErrorKind;
use envaudit::ledger::testing::{LostAnswer, MemoryStore, UnreliableStore};
use envaudit::ledger::{AppendError, LedgerOptions, OpenError};
use envaudit_tests::fresh_ledger::{event, options, recorded};

#[test]
fn whoever_was_behind_goes_on_after_the_others() {
    let store = MemoryStore::default();
    let one = options().init_in(store.clone()).expect("made");
    let other = options().open_in(store).expect("open");
    for nth in 0..20 {
        let ledger = if nth % 3 == 0 { &one } else { &other };
        ledger.append(&event(nth)).expect("appended");
    }
    one.seal().expect("a new segment");
    other.append(&event(20)).expect("in the new segment");
    assert_eq!(recorded(one.source()), (0..=20).collect::<Vec<_>>());
    assert!(one.verify().expect("read").is_intact());
}

#[test]
fn an_answer_that_stays_lost_is_unknown_at_the_deadline_and_is_found_when_the_ledger_is_read_anew()
{
    for (lost, is_there) in [(LostAnswer::BeforeWriting, false), (LostAnswer::AfterWriting, true)] {
        let store = UnreliableStore::new(MemoryStore::default());
        let faults = store.faults();
        let pauses = Arc::new(Mutex::new(0));
        let counted = Arc::clone(&pauses);
        let options = options().write_timeout(Duration::from_millis(20));
        let options = options.lock_pause(move |_| *counted.lock().expect("not poisoned") += 1);
        let ledger = options.init_in(store).expect("made");
        faults.lose_all(lost);
        let error = ledger.append(&event(0)).expect_err("no answer comes");
        assert!(error.may_be_there(), "{error:?}");
        assert!(*pauses.lock().expect("not poisoned") > 0, "it was tried more than once");
        assert!(matches!(ledger.append(&event(1)), Err(AppendError::Poisoned { .. })));
        faults.heal();
        let found = ledger.reopen().expect("it can be read").found;
        assert_eq!(!found.is_empty(), is_there, "{lost:?}");
        ledger.append(&event(2)).expect("it goes on");
        let expected = if is_there { vec![0, 2] } else { vec![2] };
        assert_eq!(recorded(ledger.source()), expected, "{lost:?}");
    }
}

#[test]
fn a_writer_whose_name_was_taken_over_stops() {
    let store = MemoryStore::default();
    let dead = options().writer("pod-1").init_in(store.clone()).expect("made");
    dead.append(&event(0)).expect("appended");
    let other = options().writer("pod-2").open_in(store.clone()).expect("open");
    dead.append(&event(1)).expect("another name changes nothing");
    let successor = options().writer("pod-1").open_in(store).expect("open");
    let error = dead.append(&event(2)).expect_err("it is fenced off");
    assert!(matches!(error, AppendError::Fenced { .. }), "{error:?}");
    assert!(error.to_string().contains("`pod-1`"), "{error}");
    assert!(matches!(dead.append(&event(3)), Err(AppendError::Poisoned { .. })));
    successor.append(&event(4)).expect("appended");
    other.append(&event(5)).expect("appended");
    assert_eq!(recorded(successor.source()), [0, 1, 4, 5]);
}

#[test]
fn a_store_without_a_place_for_keys_takes_a_key_that_is_given() {
    let none = LedgerOptions::new().vars([("", ""); 0]);
    let error = none.init_in(MemoryStore::default()).expect_err("there is no key");
    let OpenError::NoKey { why } = error else { panic!("{error:?}") };
    assert!(why.contains("keeps no key"), "{why}");
}

#[test]
fn a_store_that_removes_nothing_says_so_when_it_is_pruned() {
    let ledger = options().init_in(MemoryStore::append_only()).expect("made");
    ledger.append(&event(0)).expect("appended");
    ledger.seal().expect("sealed");
    let error = ledger.prune(PrunePolicy::KeepSegments(1)).expect_err("nothing may be removed");
    assert!(matches!(error, PruneError::Forbidden), "{error:?}");
    assert_eq!(ledger.source().segments().expect("listed").len(), 2);
}

#[test]
fn of_others_that_are_always_faster_the_deadline_makes_an_error_and_poisons_nothing() {
    let store = UnreliableStore::new(MemoryStore::default());
    let faults = store.faults();
    let options = options().write_timeout(Duration::from_millis(20)).lock_pause(|_| ());
    let ledger = options.init_in(store).expect("made");
    faults.lose_all(LostAnswer::Stale);
    let error = ledger.append(&event(0)).expect_err("others are faster each time");
    let AppendError::Rejected(cause) = &error else { panic!("{error:?}") };
    assert_eq!(cause.kind(), StoreErrorKind::TimedOut);
    assert!(!error.may_be_there());
    faults.heal();
    ledger.append(&event(1)).expect("it is not poisoned");
    assert_eq!(recorded(ledger.source()), [1]);
}
