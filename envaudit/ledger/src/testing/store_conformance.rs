//! What every store must do, as one suite that each runs.
//!
//! ```
//! use envaudit_ledger::testing::{MemoryStore, store_conformance};
//!
//! store_conformance::check(MemoryStore::default);
//! ```

#![expect(clippy::unwrap_used, reason = "a suite of tests, which panics where a store is wrong")]

use crate::store::{Durability, NextKey, Store, StoreErrorKind, StoreState, Tail, WriteError};

const MANIFEST: &[u8] = b"{\"format\":1}\n";
const FIRST: &[u8] = b"first\n";

/// Runs the suite. Each call of `fresh` gives a store of its own with nothing in it.
///
/// # Panics
///
/// When the store does not conform, with what it does instead.
pub fn check<S: Store>(mut fresh: impl FnMut() -> S) {
    let cases: [fn(&S); 12] = [
        a_new_store_is_absent_until_it_is_created,
        what_is_created_is_there,
        lines_are_appended_at_the_tail_alone,
        another_last_line_is_no_tail,
        blocks_are_read_from_any_offset,
        segments_are_listed_in_order_and_started_once,
        a_sealed_segment_says_so,
        a_tail_that_is_cut_off_is_kept,
        head_and_checkpoints_are_replaced_whole,
        a_removed_segment_is_gone,
        a_key_that_is_replaced_is_kept_aside,
        a_lock_that_was_given_back_is_free,
    ];
    for case in cases {
        case(&fresh());
    }
}

fn tail(segment: u64, offset: u64) -> Tail {
    Tail { seq: segment, hash: [7; 32], segment, offset }
}

fn created<S: Store>(store: &S) {
    store.create(MANIFEST, FIRST, None).unwrap();
}

/// Everything that changes a ledger is done by its one holder.
fn locked<S: Store, T>(store: &S, act: impl FnOnce() -> T) -> T {
    store.lock().unwrap();
    let result = act();
    store.unlock();
    result
}

fn all<S: Store>(store: &S, segment: u64) -> Vec<u8> {
    store.read(segment, 0, 1 << 20).unwrap()
}

fn a_new_store_is_absent_until_it_is_created<S: Store>(store: &S) {
    assert_eq!(store.state().unwrap(), StoreState::Absent);
    assert_eq!(store.manifest().unwrap_err().kind(), StoreErrorKind::Missing);
    assert!(store.segments().unwrap().is_empty());
    assert_eq!(store.key().unwrap(), None);
    created(store);
    assert_eq!(store.state().unwrap(), StoreState::Present);
    let again = store.create(b"other", b"other", None);
    assert!(matches!(again, Err(WriteError::Stale)), "{again:?}");
    assert_eq!(store.manifest().unwrap(), MANIFEST, "a second create changes nothing");
    assert_eq!(all(store, 1), FIRST);
}

fn what_is_created_is_there<S: Store>(store: &S) {
    store.create(MANIFEST, FIRST, Some(b"key")).unwrap();
    assert_eq!(store.manifest().unwrap(), MANIFEST);
    assert_eq!(store.key().unwrap().as_deref(), Some(&b"key"[..]));
    assert_eq!(store.head().unwrap(), None);
    assert!(store.checkpoints().unwrap().is_empty());
    let segments = store.segments().unwrap();
    assert_eq!(segments.len(), 1);
    assert_eq!((segments[0].first_seq, segments[0].len, segments[0].sealed), (1, 6, false));
    assert_eq!(segments[0].name, "00000000000000000001.jsonl");
}

fn lines_are_appended_at_the_tail_alone<S: Store>(store: &S) {
    created(store);
    locked(store, || {
        store.append(&tail(1, 6), b"second\n", Durability::Immediate).unwrap();
        for offset in [0, 6, 12, 14] {
            let stale = store.append(&tail(1, offset), b"third\n", Durability::Immediate);
            assert!(matches!(stale, Err(WriteError::Stale)), "at {offset}: {stale:?}");
        }
        store.append(&tail(1, 13), b"third\n", Durability::Deferred).unwrap();
        store.append(&tail(1, 19), b"4\n5\n6\n", Durability::Deferred).unwrap();
        store.sync(1).unwrap();
        assert_eq!(store.segment_len(1).unwrap(), 25);
        store.reaffirm(1, 19, Durability::Deferred).unwrap();
        store.reaffirm(1, 6, Durability::Immediate).unwrap();
    });
    assert_eq!(all(store, 1), b"first\nsecond\nthird\n4\n5\n6\n");
}

fn another_last_line_is_no_tail<S: Store>(store: &S) {
    let line = format!("{{\"event_hash\":\"{}\"}}\n", "07".repeat(32));
    store.create(MANIFEST, line.as_bytes(), None).unwrap();
    let tail = tail(1, line.len() as u64);
    locked(store, || {
        let other =
            store.append(&Tail { hash: [8; 32], ..tail }, b"second\n", Durability::Immediate);
        assert!(matches!(other, Err(WriteError::Stale)), "{other:?}");
        assert_eq!(all(store, 1), line.as_bytes());
        store.append(&tail, b"second\n", Durability::Immediate).unwrap();
    });
    assert_eq!(all(store, 1), [line.as_bytes(), b"second\n"].concat());
}

fn blocks_are_read_from_any_offset<S: Store>(store: &S) {
    created(store);
    let reads: [(u64, usize, &[u8]); 6] = [
        (0, 6, b"first\n"),
        (0, 2, b"fi"),
        (2, 2, b"rs"),
        (4, 99, b"t\n"),
        (6, 9, b""),
        (99, 9, b""),
    ];
    for (offset, limit, expected) in reads {
        assert_eq!(store.read(1, offset, limit).unwrap(), expected, "{offset} {limit}");
    }
    assert_eq!(store.read(2, 0, 1).unwrap_err().kind(), StoreErrorKind::Missing);
}

fn segments_are_listed_in_order_and_started_once<S: Store>(store: &S) {
    created(store);
    locked(store, || {
        for first_seq in [3, 20, 1_000_000] {
            store.start_segment(first_seq, b"opened\n").unwrap();
            let again = store.start_segment(first_seq, b"again\n");
            assert!(matches!(again, Err(WriteError::Stale)), "{again:?}");
        }
        store.append(&tail(1_000_000, 7), b"more\n", Durability::Immediate).unwrap();
    });
    let seqs: Vec<u64> =
        store.segments().unwrap().iter().map(|segment| segment.first_seq).collect();
    assert_eq!(seqs, [1, 3, 20, 1_000_000]);
    assert_eq!(all(store, 20), b"opened\n");
    assert_eq!(all(store, 1_000_000), b"opened\nmore\n");
}

fn a_sealed_segment_says_so<S: Store>(store: &S) {
    created(store);
    locked(store, || {
        store.start_segment(3, b"opened\n").unwrap();
        store.seal(1).unwrap();
        store.seal(1).unwrap();
    });
    let sealed: Vec<bool> =
        store.segments().unwrap().iter().map(|segment| segment.sealed).collect();
    assert_eq!(sealed, [true, false]);
    assert_eq!(all(store, 1), FIRST);
}

fn a_tail_that_is_cut_off_is_kept<S: Store>(store: &S) {
    created(store);
    locked(store, || {
        store.append(&tail(1, 6), b"torn", Durability::Immediate).unwrap();
        store.cut(1, 6, "torn-1").unwrap();
        assert_eq!(all(store, 1), FIRST);
        store.append(&tail(1, 6), b"whole\n", Durability::Immediate).unwrap();
        store.start_segment(9, b"torn").unwrap();
        store.cut(9, 0, "torn-2").unwrap();
        store.start_segment(9, b"opened\n").unwrap();
    });
    assert_eq!(all(store, 1), b"first\nwhole\n");
    assert_eq!(all(store, 9), b"opened\n");
    assert_eq!(store.copies().unwrap(), ["torn-1", "torn-2"]);
    locked(store, || store.rename_copy("torn-1", "torn-3").unwrap());
    assert_eq!(store.copies().unwrap(), ["torn-2", "torn-3"]);
    assert_eq!(store.copy("torn-3").unwrap(), b"torn");
    assert_eq!(store.copy("torn-1").unwrap_err().kind(), StoreErrorKind::Missing);
    locked(store, || assert!(store.rename_copy("torn-1", "torn-4").is_err()));
}

fn head_and_checkpoints_are_replaced_whole<S: Store>(store: &S) {
    created(store);
    locked(store, || {
        for (seq, bytes) in [(9, &b"nine"[..]), (1, b"a longer one"), (9, b"9")] {
            store.write_head(bytes).unwrap();
            store.write_checkpoint(seq, bytes).unwrap();
        }
    });
    assert_eq!(store.head().unwrap().unwrap(), b"9");
    assert_eq!(store.checkpoints().unwrap(), [(1, b"a longer one".to_vec()), (9, b"9".to_vec())]);
}

fn a_removed_segment_is_gone<S: Store>(store: &S) {
    created(store);
    locked(store, || {
        store.start_segment(3, b"opened\n").unwrap();
        store.seal(1).unwrap();
        store.remove_segment(1).unwrap();
        store.remove_segment(1).unwrap();
    });
    let seqs: Vec<u64> =
        store.segments().unwrap().iter().map(|segment| segment.first_seq).collect();
    assert_eq!(seqs, [3]);
    assert_eq!(store.state().unwrap(), StoreState::Present);
}

fn a_key_that_is_replaced_is_kept_aside<S: Store>(store: &S) {
    store.create(b"manifest\n", b"created\n", Some(b"one")).unwrap();
    assert_eq!(store.retired_keys().unwrap(), [] as [Vec<u8>; 0]);
    locked(store, || {
        for staged in [&b"none"[..], b"two"] {
            store.stage_key(staged).unwrap();
            assert_eq!(store.next_key().unwrap(), Some(staged.to_vec()));
            assert_eq!(store.key().unwrap(), Some(b"one".to_vec()));
        }
        store.retire_key("1", b"one", NextKey::Staged).unwrap();
        assert_eq!(store.key().unwrap(), Some(b"two".to_vec()));
        assert_eq!(store.next_key().unwrap(), None);
        store.retire_key("2", b"two", NextKey::Elsewhere).unwrap();
        store.retire_key("2", b"two", NextKey::Elsewhere).unwrap();
        assert_eq!(store.key().unwrap(), None);
    });
    assert_eq!(store.retired_keys().unwrap(), [b"one", b"two"]);
}

fn a_lock_that_was_given_back_is_free<S: Store>(store: &S) {
    created(store);
    for _ in 0..2 {
        locked(store, || ());
        store.try_lock().unwrap();
        store.unlock();
    }
}
