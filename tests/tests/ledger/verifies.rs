//! What a ledger writes in the course of its life, verification finds intact.

use envaudit::ledger::anchor::Anchored;
use envaudit::ledger::prune::PrunePolicy;
use envaudit::ledger::store::{Batch, ChainStore, Deadline, Tail};
use envaudit::ledger::testing::MemoryDisk;
use envaudit::ledger::verify::{Report, Verdict, Verifier};
use envaudit::ledger::{FileStore, KeyRing, Ledger, MasterKey};
use envaudit_tests::fresh_ledger::{event, key, options};

fn second_key() -> MasterKey {
    MasterKey::from_bytes([8; 32])
}

/// Verified with its keys, the public key it began with, and an anchor at its head.
fn report(ledger: &Ledger) -> Report {
    let ring = KeyRing::new(second_key()).retired(key());
    let head = ledger.head();
    let ledger_id = ledger.manifest().ledger_id().to_string();
    let public = ledger.manifest().keys().expect("a keyed ledger").checkpoint_key;
    Verifier::new()
        .keys(&ring)
        .public_key(public)
        .anchor(Anchored { ledger_id, size: head.seq, head: head.hash })
        .verify(ledger.source())
        .expect("it can be read")
}

#[track_caller]
fn assert_intact(ledger: &Ledger, after: &str) {
    let report = report(ledger);
    assert_eq!(report.verdict(), Verdict::OkAnchored, "after {after}: {report}");
}

#[test]
fn every_stage_of_a_ledger_is_intact() {
    let disk = MemoryDisk::new();
    let open = || options().segment_size(4000);
    let ledger = open().init_in(FileStore::on(disk.clone())).unwrap();
    assert_intact(&ledger, "init");
    for nth in 0..30 {
        ledger.append(&event(nth)).unwrap();
    }
    assert_intact(&ledger, "appends and rolls by size");
    ledger.seal().unwrap();
    assert_intact(&ledger, "a seal");
    ledger.checkpoint().unwrap();
    assert_intact(&ledger, "a checkpoint");
    let copy = |disk: &MemoryDisk| FileStore::on(disk.clone());
    let tail = {
        let info = ledger.source().segments().unwrap().pop().unwrap();
        let hash = ledger.head().hash;
        Tail { seq: ledger.head().seq, hash, segment: info.first_seq, offset: info.len }
    };
    let torn = b"{\"v\":1,\"seq\":";
    let after = Tail { offset: tail.offset + torn.len() as u64, ..tail };
    let batch = Batch::new(&tail, torn, &[], &after);
    copy(&disk).append(&batch, Deadline::NEVER).unwrap();
    let reopened = open().open_in(copy(&disk)).unwrap();
    assert_intact(&reopened, "a recovery");
    ledger.append(&event(30)).unwrap();
    assert_intact(&ledger, "an append after a recovery by another");
    ledger.close().unwrap();
    assert_intact(&ledger, "a close");
    let ledger = open().open_in(copy(&disk)).unwrap();
    ledger.rotate(second_key()).unwrap();
    ledger.append_batch(&(31..60).map(event).collect::<Vec<_>>()).unwrap();
    ledger.checkpoint().unwrap();
    assert_intact(&ledger, "a rotation");
    ledger.seal().unwrap();
    ledger.prune(PrunePolicy::KeepSegments(2)).unwrap().unwrap();
    let report = report(&ledger);
    assert!(report.is_intact(), "after a prune: {report}");
    ledger.append(&event(60)).unwrap();
    ledger.close().unwrap();
}
