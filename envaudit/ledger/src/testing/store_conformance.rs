//! The requirements on every store, as one suite that each runs.
//!
//! ```
//! use envaudit_ledger::testing::{MemoryStore, store_conformance};
//!
//! store_conformance::check(|| {
//!     let store = MemoryStore::default();
//!     move || store.clone()
//! });
//! ```
//!
//! A store without a lock, files or keys that forbids deletion passes it as well: features that a store does not offer are not
//! tested.

#![expect(clippy::unwrap_used, reason = "a suite of tests, which panics if a store is wrong")]

mod concurrent;
mod files;

use uuid::Uuid;

use crate::keys::NO_HASH;
use crate::store::{
    Batch, BatchOutcome, ChainStore, Deadline, StoreErrorKind, StoreState, Tail, WriteError,
};

const MANIFEST: &[u8] = b"{\"format\":1}\n";
/// No call of the suite takes this long.
const SOON: std::time::Duration = std::time::Duration::from_secs(60);

/// Runs the suite. Each call of `fresh` returns an empty place of its own; each call of the returned function is another handle
/// to that place, as another process has it.
///
/// # Panics
///
/// When the store does not conform; the message says what it does instead.
pub fn check<S: ChainStore + 'static, H: Fn() -> S + Sync>(mut fresh: impl FnMut() -> H) {
    let cases: [fn(&S); 16] = [
        a_new_store_is_absent_until_it_is_created,
        what_is_created_is_there,
        lines_are_appended_at_the_tail_alone,
        another_last_line_is_no_tail,
        a_batch_is_written_once,
        what_became_of_a_batch_can_be_told,
        bytes_come_back_as_they_were,
        blocks_are_read_from_any_offset,
        segments_are_begun_once_and_listed_in_order,
        checkpoints_are_never_replaced,
        checkpoints_are_read_in_parts,
        a_removed_segment_is_gone,
        a_newer_writer_of_a_name_fences_the_older_off,
        files::head_is_replaced_whole,
        files::a_tail_that_is_torn_is_kept_aside,
        files::a_key_that_is_replaced_is_kept_aside,
    ];
    for case in cases {
        case(&fresh()());
    }
    let shared: [fn(&H); 5] = [
        files::a_lock_that_was_given_back_is_free,
        concurrent::one_of_many_makes_the_ledger,
        concurrent::no_batch_is_lost_or_overwritten,
        concurrent::writers_of_a_ledger_lose_nothing,
        concurrent::an_event_whose_answer_is_lost_is_there_once,
    ];
    for case in shared {
        case(&fresh());
    }
}

fn by() -> Deadline {
    Deadline::after(SOON)
}

/// The shortest line by which a store can find the end of a ledger.
fn line(seq: u64, text: &str) -> (Vec<u8>, [u8; 32]) {
    let hash = [u8::try_from(seq % 251).unwrap(); 32];
    let digits = data_encoding::HEXLOWER.encode(&hash);
    (
        format!("{{\"v\":1,\"seq\":{seq},\"x\":\"{text}\",\"event_hash\":\"{digits}\"}}\n").into(),
        hash,
    )
}

/// A line after this tail, and the tail after it.
struct Next {
    after: Tail,
    bytes: Vec<u8>,
    ids: [Uuid; 1],
    last: Tail,
}

impl Next {
    fn new(after: Tail, text: &str) -> Self {
        let (bytes, hash) = line(after.seq + 1, text);
        let offset = after.offset + bytes.len() as u64;
        let last = Tail { seq: after.seq + 1, hash, offset, ..after };
        Next { after, bytes, ids: [id(text, after.seq)], last }
    }

    /// The first line of a segment.
    fn opening(after: Tail, text: &str) -> Self {
        let next = Next::new(Tail { offset: 0, ..after }, text);
        let last = Tail { segment: after.seq + 1, ..next.last };
        Next { after, last, ..next }
    }

    fn batch(&self) -> Batch<'_> {
        Batch::new(&self.after, &self.bytes, &self.ids, &self.last)
    }
}

fn id(text: &str, seq: u64) -> Uuid {
    let mut bytes = [0; 16];
    for (at, byte) in text.bytes().chain(seq.to_le_bytes()).enumerate() {
        bytes[at % 16] ^= byte.rotate_left(u32::try_from(at / 16).unwrap());
    }
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

const BEGIN: Tail = Tail { seq: 0, hash: NO_HASH, segment: 1, offset: 0 };

/// Creates a ledger of one line. Returns its tail.
fn created<S: ChainStore>(store: &S) -> Tail {
    let first = Next::new(BEGIN, "first");
    store.create(MANIFEST, &first.batch(), by()).unwrap();
    first.last
}

/// Only the holder of the lock changes a ledger, if the store has a lock.
fn locked<S: ChainStore, T>(store: &S, act: impl FnOnce() -> T) -> T {
    let lock = store.store_lock();
    if let Some(lock) = lock {
        lock.lock().unwrap();
    }
    let result = act();
    if let Some(lock) = lock {
        lock.unlock();
    }
    result
}

fn append<S: ChainStore>(store: &S, next: &Next) -> Tail {
    let tail = locked(store, || store.append(&next.batch(), by())).unwrap();
    assert_eq!(tail, next.last);
    tail
}

fn is_stale<S: ChainStore>(store: &S, next: &Next) {
    let result = locked(store, || store.append(&next.batch(), by()));
    assert!(matches!(result, Err(WriteError::Stale { .. })), "{result:?}");
}

fn all<S: ChainStore>(store: &S, segment: u64) -> Vec<u8> {
    store.read(segment, 0, 64 << 20).unwrap()
}

fn a_new_store_is_absent_until_it_is_created<S: ChainStore>(store: &S) {
    assert_eq!(store.state(by()).unwrap(), StoreState::Absent);
    assert_eq!(store.manifest().unwrap_err().kind(), StoreErrorKind::Missing);
    assert!(store.segments().unwrap().is_empty());
    assert!(store.tail(by()).is_err());
    if let Some(keys) = store.keys() {
        assert_eq!(keys.key().unwrap(), None);
    }
    let tail = created(store);
    assert_eq!(store.state(by()).unwrap(), StoreState::Present);
    let other = Next::new(BEGIN, "other");
    let again = store.create(b"other", &other.batch(), by());
    assert!(matches!(again, Err(WriteError::Stale { .. })), "{again:?}");
    assert_eq!(store.manifest().unwrap(), MANIFEST, "a second create changes nothing");
    assert_eq!(all(store, 1), Next::new(BEGIN, "first").bytes);
    assert_eq!(store.tail(by()).unwrap(), tail);
}

fn what_is_created_is_there<S: ChainStore>(store: &S) {
    let tail = created(store);
    assert_eq!(store.manifest().unwrap(), MANIFEST);
    assert!(store.checkpoints().unwrap().is_empty());
    let segments = store.segments().unwrap();
    assert_eq!(segments.len(), 1);
    let segment = &segments[0];
    assert_eq!((segment.first_seq, segment.len, segment.sealed), (1, tail.offset, false));
}

fn lines_are_appended_at_the_tail_alone<S: ChainStore>(store: &S) {
    let first = created(store);
    let second = append(store, &Next::new(first, "second"));
    // A writer that has not seen the second event, and one that has seen more than there is.
    is_stale(store, &Next::new(first, "other"));
    is_stale(store, &Next::new(Next::new(second, "third").last, "fourth"));
    let third = append(store, &Next::new(second, "third"));
    assert_eq!(store.tail(by()).unwrap(), third);
    let expected = [(1, "first"), (2, "second"), (3, "third")].map(|(seq, text)| line(seq, text).0);
    assert_eq!(all(store, 1), expected.concat());
}

fn another_last_line_is_no_tail<S: ChainStore>(store: &S) {
    let first = created(store);
    is_stale(store, &Next::new(Tail { hash: [200; 32], ..first }, "second"));
    assert_eq!(all(store, 1), line(1, "first").0);
    append(store, &Next::new(first, "second"));
}

fn a_batch_is_written_once<S: ChainStore>(store: &S) {
    let next = Next::new(created(store), "once");
    let tail = append(store, &next);
    is_stale(store, &next);
    append(store, &Next::new(tail, "more"));
    is_stale(store, &next);
    let expected = [(1, "first"), (2, "once"), (3, "more")].map(|(seq, text)| line(seq, text).0);
    assert_eq!(all(store, 1), expected.concat());
}

fn what_became_of_a_batch_can_be_told<S: ChainStore>(store: &S) {
    let first = created(store);
    let (mine, other) = (Next::new(first, "mine"), Next::new(first, "other"));
    let absent = |tail| BatchOutcome::Absent { tail };
    assert_eq!(store.resolve(&mine.batch(), by()).unwrap(), absent(first));
    let second = append(store, &mine);
    assert_eq!(store.resolve(&mine.batch(), by()).unwrap(), BatchOutcome::There);
    assert_eq!(store.resolve(&other.batch(), by()).unwrap(), absent(second));
    let opening = Next::opening(second, "opened");
    assert_eq!(store.resolve(&opening.batch(), by()).unwrap(), absent(second));
    let third = append(store, &opening);
    assert_eq!(store.resolve(&opening.batch(), by()).unwrap(), BatchOutcome::There);
    // Later writes change nothing of it.
    append(store, &Next::new(third, "later"));
    assert_eq!(store.resolve(&mine.batch(), by()).unwrap(), BatchOutcome::There);
}

fn bytes_come_back_as_they_were<S: ChainStore>(store: &S) {
    let mut tail = created(store);
    let mut expected = line(1, "first").0;
    let long = "x".repeat(1 << 20);
    for text in ["\0\u{1}\u{7f}", "\u{2028}é\r", &long] {
        let next = Next::new(tail, text);
        tail = append(store, &next);
        expected.extend_from_slice(&next.bytes);
    }
    // Many lines at once, as much as a ledger ever writes at once.
    let (mut lines, mut ids, mut last) = (Vec::new(), Vec::new(), tail);
    while lines.len() < 8 << 20 {
        let next = Next::new(last, &long[..64 << 10]);
        lines.extend_from_slice(&next.bytes);
        ids.extend(next.ids);
        last = next.last;
    }
    let batch = Batch::new(&tail, &lines, &ids, &last);
    assert_eq!(locked(store, || store.append(&batch, by())).unwrap(), last);
    expected.extend_from_slice(&lines);
    assert!(all(store, 1) == expected, "the bytes are others");
    assert_eq!(store.segments().unwrap()[0].len, expected.len() as u64);
}

fn blocks_are_read_from_any_offset<S: ChainStore>(store: &S) {
    created(store);
    let bytes = line(1, "first").0;
    let len = bytes.len();
    let reads = [(0, len), (0, 2), (2, 2), (len - 2, 99), (len, 9), (len + 99, 9)];
    let expected = |(from, limit): (usize, usize)| {
        let from = from.min(len);
        &bytes[from..len.min(from + limit)]
    };
    for part in reads {
        assert_eq!(store.read(1, part.0 as u64, part.1).unwrap(), expected(part), "{part:?}");
        // Nothing of what was in used memory is read from there.
        for spare in [Vec::new(), vec![b'?'; 1], vec![b'?'; len], vec![b'?'; 3 * len]] {
            let read = store.read_reusing(1, part.0 as u64, part.1, spare).unwrap();
            assert_eq!(read, expected(part), "{part:?}");
        }
    }
    let parts = reads.map(|(from, limit)| (from as u64, limit));
    assert_eq!(store.read_parts(1, &parts).unwrap(), reads.map(|part| expected(part).to_vec()));
    assert_eq!(store.read(2, 0, 1).unwrap_err().kind(), StoreErrorKind::Missing);
}

fn segments_are_begun_once_and_listed_in_order<S: ChainStore>(store: &S) {
    let first = created(store);
    let second = append(store, &Next::opening(first, "opened"));
    is_stale(store, &Next::opening(first, "opened by another"));
    if store.files().is_none() {
        // In a file, the last line of a segment says that the segment has ended, and its writers know that.
        is_stale(store, &Next::new(first, "after the end of its segment"));
    }
    let third = append(store, &Next::new(second, "more"));
    append(store, &Next::opening(third, "opened again"));
    let segments = store.segments().unwrap();
    let seqs: Vec<u64> = segments.iter().map(|segment| segment.first_seq).collect();
    assert_eq!(seqs, [1, 2, 4]);
    assert_eq!(all(store, 2), [line(2, "opened").0, line(3, "more").0].concat());
    assert_eq!(all(store, 4), line(4, "opened again").0);
    if let Some(files) = store.files() {
        locked(store, || {
            files.seal(1).unwrap();
            files.seal(1).unwrap();
        });
    }
    assert!(store.segments().unwrap()[0].sealed);
    assert!(!store.segments().unwrap()[2].sealed);
    assert_eq!(all(store, 1), line(1, "first").0);
}

fn checkpoints_are_never_replaced<S: ChainStore>(store: &S) {
    created(store);
    locked(store, || {
        for (seq, note) in [(9, &b"nine"[..]), (1, b"a longer one"), (9, b"nine")] {
            store.put_checkpoint(seq, note, by()).unwrap();
        }
        let other = store.put_checkpoint(9, b"other", by());
        assert!(matches!(other, Err(WriteError::Conflict(_))), "{other:?}");
    });
    let expected = [(1, b"a longer one".to_vec()), (9, b"nine".to_vec())];
    assert_eq!(store.checkpoints().unwrap(), expected);
}

fn checkpoints_are_read_in_parts<S: ChainStore>(store: &S) {
    created(store);
    locked(store, || {
        for seq in [2, 3, 5, 8, 13] {
            store.put_checkpoint(seq, b"note", by()).unwrap();
        }
    });
    let seqs = |after, limit| {
        let found = store.checkpoints_after(after, limit).unwrap();
        found.into_iter().map(|(seq, _)| seq).collect::<Vec<_>>()
    };
    assert_eq!(seqs(None, 2), [2, 3]);
    assert_eq!(seqs(Some(3), 2), [5, 8]);
    assert_eq!(seqs(Some(8), 9), [13]);
    assert_eq!(seqs(Some(13), 9), [] as [u64; 0]);
    assert_eq!(store.checkpoints().unwrap().len(), 5);
}

fn a_removed_segment_is_gone<S: ChainStore>(store: &S) {
    let Some(removal) = store.removal() else { return };
    let opened = append(store, &Next::opening(created(store), "opened"));
    locked(store, || {
        removal.remove_segment(1, by()).unwrap();
        removal.remove_segment(1, by()).unwrap();
    });
    let seqs: Vec<u64> =
        store.segments().unwrap().iter().map(|segment| segment.first_seq).collect();
    assert_eq!(seqs, [2]);
    assert_eq!(store.state(by()).unwrap(), StoreState::Present);
    append(store, &Next::new(opened, "goes on"));
}

fn a_newer_writer_of_a_name_fences_the_older_off<S: ChainStore>(store: &S) {
    let first = created(store);
    let old = store.begin("pod-1", by()).unwrap();
    let other = store.begin("pod-2", by()).unwrap();
    let new = store.begin("pod-1", by()).unwrap();
    let append_as = |epoch, next: &Next| {
        let mut batch = next.batch();
        batch.epoch = Some(epoch);
        locked(store, || store.append(&batch, by()))
    };
    let mut tail = first;
    // If a lock keeps writers apart, there is nothing to fence off.
    if new.number() > old.number() {
        let fenced = append_as(&old, &Next::new(tail, "of the dead"));
        assert!(matches!(&fenced, Err(WriteError::Fenced { by }) if *by == new), "{fenced:?}");
    }
    for epoch in [&new, &other] {
        tail = append_as(epoch, &Next::new(tail, "of the living")).unwrap();
    }
    assert_eq!(store.tail(by()).unwrap(), tail);
}
