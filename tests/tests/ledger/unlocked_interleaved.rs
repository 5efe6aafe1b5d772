//! A store without a lock: another writer goes on between any two calls of an operation.

use std::sync::Arc;

use envaudit::ledger::anchor::FileAnchor;
use envaudit::ledger::prune::PrunePolicy;
use envaudit::ledger::testing::MemoryStore;
use envaudit::ledger::{Ledger, LedgerOptions};
use envaudit_tests::fresh_ledger::{event, options, recorded};
use envaudit_tests::interposed_store::InterposedStore;
use tempfile::TempDir;

/// What a writer does while another goes on.
type Operation = (&'static str, fn(&Ledger));

const OPERATIONS: &[Operation] = &[
    ("append", |ledger| {
        ledger.append(&event(100)).expect("appended");
    }),
    ("seal", |ledger| ledger.seal().expect("sealed")),
    ("checkpoint", |ledger| ledger.checkpoint().expect("signed")),
    ("close", |ledger| ledger.close().expect("closed")),
    ("prune", |ledger| {
        ledger.prune(PrunePolicy::KeepSegments(2)).expect("pruned");
    }),
    ("roll", |ledger| {
        for nth in 100..112 {
            ledger.append(&event(nth)).expect("appended");
        }
    }),
];

/// What the other one does meanwhile.
const OTHERS: &[Operation] = &[
    ("appends", |other| {
        for nth in 200..203 {
            other.append(&event(nth)).expect("appended by the other");
        }
    }),
    ("rolls and signs", |other| {
        other.append(&event(200)).expect("appended by the other");
        other.seal().expect("sealed by the other");
        other.append(&event(201)).expect("appended by the other");
        other.checkpoint().expect("signed by the other");
    }),
    ("prunes", |other| {
        other.append(&event(200)).expect("appended by the other");
        other.seal().expect("sealed by the other");
        other.append(&event(201)).expect("appended by the other");
        other.prune(PrunePolicy::KeepSegments(1)).expect("pruned by the other");
    }),
];

fn small(folder: &TempDir) -> LedgerOptions {
    let anchor = FileAnchor::new(folder.path().join("anchor"));
    options().segment_size(4 << 10).anchor(anchor).lock_pause(|_| ())
}

#[test]
fn another_writer_may_go_on_between_any_two_calls_of_an_operation() {
    for (name, operation) in OPERATIONS {
        for (doing, other) in OTHERS {
            let mut nth = 0;
            while went_on_before_call(nth, name, *operation, doing, *other) {
                nth += 1;
            }
            let fewest = if *name == "append" { 1 } else { 4 };
            assert!(nth >= fewest, "`{name}` made {nth} calls");
        }
    }
}

#[test]
fn another_writer_may_go_on_between_any_two_calls_of_an_opening() {
    for (doing, other) in OTHERS {
        let mut nth = 0;
        while went_on_before_call(nth, "open", |_| (), doing, *other) {
            nth += 1;
        }
        assert!(nth > 3, "opening made {nth} calls");
    }
}

/// Whether the operation made so many calls.
fn went_on_before_call(
    nth: usize,
    name: &str,
    operation: fn(&Ledger),
    doing: &str,
    other: fn(&Ledger),
) -> bool {
    let folder = TempDir::new().expect("a folder");
    let store = MemoryStore::default();
    let first = small(&folder).init_in(store.clone()).expect("made");
    for nth in 0..20 {
        first.append(&event(nth)).expect("appended");
    }
    let second = Arc::new(first);
    let interposed = InterposedStore::new(store);
    let going_on = {
        let second = Arc::clone(&second);
        move || other(&second)
    };
    let opened = if name == "open" {
        interposed.before_call(nth, going_on);
        small(&folder).open_in(interposed.clone())
    } else {
        let opened = small(&folder).open_in(interposed.clone());
        interposed.before_call(nth, going_on);
        opened
    };
    let ledger =
        opened.unwrap_or_else(|error| panic!("{name}, {doing} before call {nth}: {error}"));
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| operation(&ledger)));
    assert!(done.is_ok(), "{name}, while another {doing} before call {nth}");
    let happened = interposed.is_done();
    if happened {
        let found = recorded(second.source());
        let others: Vec<u64> = found.iter().copied().filter(|nth| *nth >= 200).collect();
        let expected: &[u64] = if doing == "appends" { &[200, 201, 202] } else { &[200, 201] };
        assert!(others.ends_with(&expected[expected.len() - 1..]), "{name}, {doing}: {found:?}");
        let report = second.verify().expect("read");
        assert!(report.is_intact(), "{name}, {doing} before call {nth}: {:?}", report.findings);
    }
    happened
}
