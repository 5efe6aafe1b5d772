//! The requirements on a store with files, keys or a lock.

use super::{BEGIN, MANIFEST, Next, append, by, created, line, locked};
use crate::store::{ChainStore, Durability, KeyAfter, StoreErrorKind};

pub(super) fn head_is_replaced_whole<S: ChainStore>(store: &S) {
    let Some(files) = store.files() else { return };
    created(store);
    assert_eq!(store.head().unwrap(), None);
    locked(store, || {
        for bytes in [&b"one"[..], b"a longer one", b"2"] {
            files.write_head(bytes).unwrap();
            assert_eq!(store.head().unwrap().unwrap(), bytes);
        }
    });
}

pub(super) fn a_tail_that_is_torn_is_kept_aside<S: ChainStore>(store: &S) {
    let Some(files) = store.files() else { return };
    let first = created(store);
    let (second, third) = (Next::new(first, "second"), Next::new(first, "third"));
    locked(store, || {
        let mut batch = second.batch();
        batch.durability = Durability::Deferred;
        store.append(&batch, by()).unwrap();
        files.sync(1).unwrap();
        assert_eq!(files.segment_len(1).unwrap(), second.last.offset);
        files.rewrite_and_sync(1, first.offset, Durability::Deferred).unwrap();
        files.rewrite_and_sync(1, 0, Durability::Immediate).unwrap();
        files.move_torn_tail(1, first.offset, "torn-1").unwrap();
        assert_eq!(store.read(1, 0, 1 << 20).unwrap(), line(1, "first").0);
    });
    append(store, &third);
    assert_eq!(files.torn_copies().unwrap(), ["torn-1"]);
    locked(store, || files.rename_torn_copy("torn-1", "torn-2").unwrap());
    assert_eq!(files.torn_copies().unwrap(), ["torn-2"]);
    assert_eq!(files.read_torn_copy("torn-2").unwrap(), second.bytes);
    assert_eq!(files.read_torn_copy("torn-1").unwrap_err().kind(), StoreErrorKind::Missing);
    locked(store, || assert!(files.rename_torn_copy("torn-1", "torn-3").is_err()));
}

pub(super) fn a_key_that_is_replaced_is_kept_aside<S: ChainStore>(store: &S) {
    let Some(keys) = store.keys() else { return };
    keys.create_with_key(MANIFEST, &Next::new(BEGIN, "first").batch(), b"one").unwrap();
    assert_eq!(keys.key().unwrap().as_deref(), Some(&b"one"[..]));
    assert_eq!(keys.retired_keys().unwrap(), [] as [Vec<u8>; 0]);
    locked(store, || {
        for staged in [&b"none"[..], b"two"] {
            keys.stage_key(staged).unwrap();
            assert_eq!(keys.next_key().unwrap(), Some(staged.to_vec()));
            assert_eq!(keys.key().unwrap(), Some(b"one".to_vec()));
        }
        keys.retire_key("1", b"one", KeyAfter::Staged).unwrap();
        assert_eq!(keys.key().unwrap(), Some(b"two".to_vec()));
        assert_eq!(keys.next_key().unwrap(), None);
        keys.retire_key("2", b"two", KeyAfter::Removed).unwrap();
        keys.retire_key("2", b"two", KeyAfter::Removed).unwrap();
        assert_eq!(keys.key().unwrap(), None);
    });
    assert_eq!(keys.retired_keys().unwrap(), [b"one", b"two"]);
}

pub(super) fn a_lock_that_was_given_back_is_free<S: ChainStore, H: Fn() -> S>(handle: &H) {
    let (one, other) = (handle(), handle());
    let (Some(first), Some(second)) = (one.store_lock(), other.store_lock()) else { return };
    created(&one);
    for _ in 0..2 {
        first.lock().unwrap();
        assert!(!first.is_wanted());
        assert_eq!(second.try_lock().unwrap_err().kind(), StoreErrorKind::Locked);
        assert!(first.is_wanted(), "another handle has tried to take it");
        second.give_up();
        assert!(!first.is_wanted(), "it has given up");
        first.unlock();
        second.try_lock().unwrap();
        second.unlock();
        first.try_lock().unwrap();
        first.unlock();
    }
    // A handle that gave the lock back because it was wanted does not take it again before the handle that wants it.
    first.lock().unwrap();
    assert!(second.try_lock().is_err() && first.is_wanted());
    first.unlock();
    assert_eq!(first.try_lock().unwrap_err().kind(), StoreErrorKind::Locked);
    second.try_lock().unwrap();
    second.unlock();
    first.lock().unwrap();
    first.unlock();
}
