//! Several handles on one ledger: one that is behind catches up before it signs, seals, closes, rotates or prunes.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use envaudit::ledger::anchor::{
    Anchor, AnchorError, AnchorScope, AnchorSlot, Anchored, FileAnchor,
};
use envaudit::ledger::format::Head;
use envaudit::ledger::prune::PrunePolicy;
use envaudit::ledger::testing::{Fault, MemoryDisk, MemoryStore};
use envaudit::ledger::verify::Verdict;
use envaudit::ledger::{AppendError, FileStore, Ledger, LedgerOptions, MasterKey, SyncMode};
use envaudit_tests::fresh_ledger::{event, key, options, recorded, recorded_with};

/// An anchor that takes whatever it is told, and keeps all of it.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u64>>>);

impl Anchor for Log {
    fn name(&self) -> String {
        "a log".to_owned()
    }

    fn put(&self, anchored: &Anchored) -> Result<(), AnchorError> {
        self.0.lock().expect("no panic").push(anchored.size);
        Ok(())
    }

    fn put_in(&self, _: &AnchorSlot, anchored: &Anchored) -> Result<(), AnchorError> {
        self.put(anchored)
    }

    fn latest(&self, _: AnchorScope<'_>) -> Result<Option<Anchored>, AnchorError> {
        Ok(None)
    }
}

fn head(disk: &MemoryDisk) -> u64 {
    let bytes = disk.contents("HEAD").expect("HEAD");
    Head::parse(&bytes).expect("a head").seq
}

/// What a handle that is behind may be asked to do.
type Act = fn(&Ledger);

const ACTS: [(&str, Act); 6] = [
    ("checkpoint", |ledger| ledger.checkpoint().expect("signed")),
    ("seal", |ledger| ledger.seal().expect("sealed")),
    ("close", |ledger| ledger.close().expect("closed")),
    ("rotate", |ledger| ledger.rotate(MasterKey::from_bytes([9; 32])).expect("rotated")),
    ("prune", |ledger| {
        ledger.prune(PrunePolicy::KeepSegments(1)).expect("pruned");
    }),
    ("flush", |ledger| ledger.flush().expect("flushed")),
];

/// What others did before.
const OTHERS: [(&str, Act); 3] = [
    ("checkpoint", |ledger| ledger.checkpoint().expect("signed")),
    ("seal", |ledger| ledger.seal().expect("sealed")),
    ("prune", |ledger| {
        ledger.seal().expect("sealed");
        ledger.prune(PrunePolicy::KeepSegments(1)).expect("pruned");
    }),
];

#[test]
fn one_that_is_behind_takes_back_neither_head_nor_an_anchor() {
    for sync in [SyncMode::Always, SyncMode::Interval(Duration::from_secs(3600))] {
        for (other, before) in OTHERS {
            for (act, late) in ACTS {
                let context = format!("{sync:?}: {other}, then {act}");
                let (disk, log) = (MemoryDisk::new(), Log::default());
                let with = || options().sync(sync).anchor(log.clone());
                let behind = with().init_in(FileStore::on(disk.clone())).expect("made");
                behind.append(&event(0)).expect("appended");
                let ahead = with().open_in(FileStore::on(disk.clone())).expect("opened");
                for nth in 1..4 {
                    ahead.append(&event(nth)).expect("appended");
                }
                before(&ahead);
                let seen = head(&disk);
                late(&behind);
                assert!(head(&disk) >= seen, "{context}: HEAD went from {seen} to {}", head(&disk));
                let told = log.0.lock().expect("no panic").clone();
                assert!(told.is_sorted(), "{context}: {told:?}");
                // Neither has become useless, unless it was to.
                if act != "close" {
                    behind.append(&event(10)).unwrap_or_else(|error| panic!("{context}: {error}"));
                }
                if act != "rotate" {
                    ahead.append(&event(11)).unwrap_or_else(|error| panic!("{context}: {error}"));
                }
                if other != "prune" && act != "prune" {
                    let found =
                        recorded_with(ahead.source(), &[key(), MasterKey::from_bytes([9; 32])]);
                    assert!(
                        [0, 1, 2, 3].iter().all(|nth| found.contains(nth)),
                        "{context}: {found:?}"
                    );
                }
                let report = behind.verify().expect("it can be read");
                assert!(report.is_intact(), "{context}: {report}");
            }
        }
    }
}

#[test]
fn one_that_is_behind_is_not_alarmed_by_an_anchor_that_refuses_to_go_back() {
    let dir = tempfile::tempdir().unwrap();
    let disk = MemoryDisk::new();
    let with = || options().anchor(FileAnchor::new(dir.path().join("anchor")));
    let behind = with().init_in(FileStore::on(disk.clone())).unwrap();
    let ahead = with().open_in(FileStore::on(disk.clone())).unwrap();
    ahead.append_batch(&[event(0), event(1)]).unwrap();
    ahead.checkpoint().unwrap();
    behind.checkpoint().unwrap();
    behind.append(&event(2)).unwrap();
    behind.checkpoint().unwrap();
    ahead.checkpoint().unwrap();
    assert_eq!(behind.verify().unwrap().verdict(), Verdict::OkAnchored);
    assert_eq!(recorded(ahead.source()), [0, 1, 2]);
}

#[test]
fn in_a_store_without_a_lock_too() {
    let (store, log) = (MemoryStore::default(), Log::default());
    let with = || LedgerOptions::new().key(key()).anchor(log.clone());
    let behind = with().init_in(store.clone()).unwrap();
    let ahead = with().open_in(store.clone()).unwrap();
    ahead.append_batch(&[event(0), event(1)]).unwrap();
    ahead.checkpoint().unwrap();
    behind.checkpoint().unwrap();
    assert_eq!(*log.0.lock().unwrap(), [3, 3]);
    assert_eq!(behind.head().seq, 3);
}

#[test]
fn a_checkpoint_within_an_interval_does_not_make_the_next_append_blind() {
    // With an interval the lock is kept for some milliseconds, and what is appended in them is not looked at again.
    let disk = MemoryDisk::new();
    let with = || options().sync(SyncMode::Interval(Duration::from_secs(3600)));
    let first = with().init_in(FileStore::on(disk.clone())).unwrap();
    let second = with().open_in(FileStore::on(disk.clone())).unwrap();
    for nth in 0..50 {
        first.append(&event(2 * nth)).unwrap();
        second.checkpoint().unwrap();
        second.append(&event(2 * nth + 1)).unwrap();
        second.flush().unwrap();
    }
    assert_eq!(recorded(first.source()), (0..100).collect::<Vec<_>>());
}

#[test]
fn what_has_not_looked_at_the_end_does_not_make_the_next_append_blind() {
    type Look = fn(&Ledger);
    let looks: [(&str, Look); 6] = [
        ("nothing to record", |ledger| {
            let refused =
                ledger.append_with(|_, _| Err(AppendError::Rotation("as the test wants")));
            refused.expect_err("it is refused");
        }),
        ("a flush", |ledger| ledger.flush().expect("flushed")),
        ("a checkpoint", |ledger| ledger.checkpoint().expect("signed")),
        ("a seal", |ledger| ledger.seal().expect("sealed")),
        ("a prune of nothing", |ledger| {
            ledger.prune(PrunePolicy::KeepSegments(100)).expect("nothing to do");
        }),
        ("a reopening", |ledger| drop(ledger.reopen().expect("reopened"))),
    ];
    for (what, look) in looks {
        let disk = MemoryDisk::new();
        let with = || options().sync(SyncMode::Interval(Duration::from_secs(3600)));
        let first = with().init_in(FileStore::on(disk.clone())).expect("made");
        let second = with().open_in(FileStore::on(disk.clone())).expect("opened");
        second.append(&event(1000)).expect("appended");
        for nth in 0..20 {
            first.append(&event(2 * nth)).expect("appended");
            look(&second);
            second.append(&event(2 * nth + 1)).unwrap_or_else(|error| panic!("{what}: {error}"));
        }
        let wanted: Vec<u64> = [1000].into_iter().chain(0..40).collect();
        assert_eq!(recorded(first.source()), wanted, "{what}");
    }
}

#[test]
fn nothing_follows_a_seal_whose_sync_failed() {
    for sync in [SyncMode::Interval(Duration::ZERO), SyncMode::Interval(Duration::from_secs(3600))]
    {
        let begun = || {
            let disk = MemoryDisk::new();
            let ledger = options().sync(sync).init_in(FileStore::on(disk.clone())).expect("made");
            let other = options().open_in(FileStore::on(disk.clone())).expect("opened");
            ledger.append(&event(0)).expect("appended");
            (disk, ledger, other)
        };
        let (disk, ledger, _other) = begun();
        disk.take_log();
        ledger.seal().expect("sealed");
        let operations = disk.take_log().len() as u64;
        for nth in 0..operations {
            for fault in [Fault::Io, Fault::Full, Fault::Short, Fault::DoneButFailed] {
                for other_first in [false, true] {
                    let context =
                        format!("{sync:?}, {fault:?} at {nth}, the other first: {other_first}");
                    let (disk, ledger, other) = begun();
                    disk.fail_nth(nth, fault);
                    let _ = ledger.seal();
                    disk.heal();
                    // A handle is told once of bytes that a sync has lost, also of another's.
                    let append = |ledger: &Ledger, nth| {
                        if ledger.append(&event(nth)).is_err() {
                            ledger.reopen().unwrap_or_else(|error| panic!("{context}: {error}"));
                            if !recorded(ledger.source()).contains(&nth) {
                                ledger.append(&event(nth)).expect("appended");
                            }
                        }
                    };
                    if other_first {
                        append(&other, 1);
                    }
                    append(&ledger, 2);
                    append(&ledger, 3);
                    append(&other, 4);
                    drop(ledger);
                    let wanted: &[u64] = if other_first { &[0, 1, 2, 3, 4] } else { &[0, 2, 3, 4] };
                    assert_eq!(recorded(other.source()), wanted, "{context}");
                    let report = other.verify().expect("it can be read");
                    assert!(report.is_intact(), "{context}: {report}");
                }
            }
        }
    }
}

#[test]
fn events_of_others_that_were_cut_off_are_not_signed_away() {
    let disk = MemoryDisk::new();
    let behind = options().unkeyed().init_in(FileStore::on(disk.clone())).unwrap();
    let ahead = options().unkeyed().open_in(FileStore::on(disk.clone())).unwrap();
    let name = "00000000000000000001.jsonl";
    let before = disk.contents(name).unwrap();
    ahead.append_batch(&[event(0), event(1)]).unwrap();
    ahead.checkpoint().unwrap();
    drop(ahead);
    disk.put(name, &before);
    // The file is another, or has fewer events than HEAD knows of: whichever is noticed first.
    for _ in 0..2 {
        let error = behind.checkpoint().unwrap_err();
        assert!(matches!(error, AppendError::Damaged(_) | AppendError::Poisoned(_)), "{error:?}");
        assert_eq!(head(&disk), 3);
    }
    let fresh = options().unkeyed().open_in(FileStore::on(disk.clone()));
    assert!(fresh.is_err(), "{fresh:?}");
}
