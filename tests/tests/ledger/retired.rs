//! A thief of a retired key and the folder: whatever they add to a copy from before the rotation is `rolled-back`, for verifier
//! and writer alike.

use data_encoding::HEXLOWER;
use envaudit::ledger::anchor::FileAnchor;
use envaudit::ledger::checkpoint;
use envaudit::ledger::testing::MemoryDisk;
use envaudit::ledger::verify::{Report, Verdict, Verifier};
use envaudit::ledger::{Event, FileStore, KeyRing, LedgerOptions, MasterKey, OpenError};
use envaudit_tests::fresh_ledger::{actions, event, key, options, recorded_with};
use envaudit_tests::ledger::{LedgerBuilder, LedgerBytes};

const FIRST: &str = "00000000000000000001.jsonl";

fn new_key() -> MasterKey {
    MasterKey::from_bytes([9; 32])
}

fn ring() -> KeyRing {
    KeyRing::new(new_key()).retired(key())
}

fn verify(disk: &MemoryDisk) -> Report {
    Verifier::new().keys(&ring()).verify(&FileStore::on(disk.clone())).expect("it can be read")
}

fn with_ring() -> LedgerOptions {
    options().keys(ring())
}

fn disk_of(ledger: &LedgerBytes) -> MemoryDisk {
    let disk = MemoryDisk::new();
    drop(options().init_in(FileStore::on(disk.clone())).expect("made"));
    disk.put("ledger.json", &ledger.manifest);
    for (first, bytes) in &ledger.segments {
        disk.put(&format!("{first:020}.jsonl"), bytes);
    }
    for (seq, note) in &ledger.checkpoints {
        disk.put(&format!("checkpoints/{seq:020}.note"), note);
    }
    disk
}

/// A rotation as the thief records it, under the retired key.
fn forged(checkpoint_key: &MasterKey) -> LedgerBuilder {
    let mut forged = LedgerBuilder::new(Some(key()));
    forged.events(3);
    let public = HEXLOWER.encode(&checkpoint::public_key(&checkpoint_key.checkpoint_seed()));
    let details = format!(
        "{{\"from\":\"{}\",\"to\":\"{}\",\"checkpoint_key\":\"{public}\"}}",
        key().id(),
        new_key().id()
    );
    forged.event("ledger.key_rotated", &details);
    forged
}

#[test]
fn a_copy_from_before_the_rotation_is_not_opened_whatever_was_added_under_the_retired_key() {
    let disk = MemoryDisk::new();
    let ledger = options().init_in(FileStore::on(disk.clone())).unwrap();
    ledger.append(&event(0)).unwrap();
    ledger.append(&event(1)).unwrap();
    drop(ledger);
    assert_eq!(verify(&disk).verdict(), Verdict::RolledBack);
    let opened = with_ring().open_in(FileStore::on(disk.clone()));
    let error = opened.unwrap_err();
    assert!(matches!(error, OpenError::RolledBack { .. }), "{error:?}");
    assert!(error.to_string().contains(key().id().as_str()), "{error}");
    // Nothing was written, and the verdict stays.
    assert_eq!(verify(&disk).verdict(), Verdict::RolledBack);
    let as_it_was = options().open_in(FileStore::on(disk.clone())).unwrap();
    assert_eq!(actions(&as_it_was).len(), 3);
}

#[test]
fn a_forged_rotation_does_not_make_it_the_current_keys_ledger() {
    // The public key that the real rotation names, or one of the thief's own, with a checkpoint signed by it.
    let thief = MasterKey::from_bytes([66; 32]);
    for signer in [new_key(), thief.clone(), key()] {
        for note in [false, true] {
            let mut builder = forged(&signer);
            if note {
                builder.key =
                    Some(if signer.id() == new_key().id() { key() } else { signer.clone() });
                builder.checkpoint();
            }
            let disk = disk_of(&builder.ledger);
            let report = verify(&disk);
            assert!(
                report.findings.iter().any(|found| found.verdict == Verdict::RolledBack),
                "{}, {note}: {report}",
                signer.id()
            );
            let opened = with_ring().open_in(FileStore::on(disk.clone()));
            assert!(opened.is_err(), "{}, {note}: {opened:?}", signer.id());
            assert!(!verify(&disk).is_intact());
        }
    }
}

#[test]
fn auditors_with_chain_keys_find_it_too() {
    let builder = forged(&new_key());
    let ring = ring();
    let public = checkpoint::public_key(&new_key().checkpoint_seed());
    let old = checkpoint::public_key(&key().checkpoint_seed());
    for signers in [vec![], vec![public], vec![old, public]] {
        let verifier = signers
            .iter()
            .fold(Verifier::new().chain_keys(ring.chain_keys()), |it, key| it.public_key(*key));
        let report = verifier.verify(&builder.ledger).unwrap();
        let found = report.findings.iter().find(|found| found.verdict == Verdict::RolledBack);
        assert!(found.is_some_and(|found| found.seq == 6), "{report}");
    }
}

#[test]
fn a_rotation_is_recorded_with_the_first_event_under_the_new_key() {
    let disk = MemoryDisk::new();
    let ledger = options().init_in(FileStore::on(disk.clone())).unwrap();
    ledger.append(&event(0)).unwrap();
    ledger.rotate(new_key()).unwrap();
    assert_eq!(actions(&ledger)[2..], ["ledger.key_rotated", "ledger.key_adopted"]);
    drop(ledger);
    // Neither the checkpoint nor HEAD is needed to believe it.
    let lines = disk.contents(FIRST).unwrap();
    let bare = MemoryDisk::new();
    drop(options().init_in(FileStore::on(bare.clone())).unwrap());
    bare.put("ledger.json", &disk.contents("ledger.json").unwrap());
    bare.put(FIRST, &lines);
    assert_eq!(verify(&bare).verdict(), Verdict::OkUnanchoredTail);
    // The new key alone goes on.
    let ledger = options().key(new_key()).open_in(FileStore::on(bare)).unwrap();
    ledger.append(&event(1)).unwrap();
    assert_eq!(recorded_with(ledger.source(), &[key(), new_key()]), [0, 1]);
}

#[test]
fn a_rotation_by_an_earlier_version_is_believed_if_a_checkpoint_or_an_anchor_knows_it() {
    let mut builder = forged(&new_key());
    // Its checkpoint is signed with the new key.
    builder.key = Some(new_key());
    builder.checkpoint();
    let signed = disk_of(&builder.ledger);
    assert_eq!(verify(&signed).verdict(), Verdict::OkUnanchoredTail);
    drop(with_ring().open_in(FileStore::on(signed.clone())).unwrap());
    assert!(verify(&signed).is_intact());

    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("anchor");
    let anchored = envaudit::ledger::anchor::Anchored {
        ledger_id: builder.ledger_id.clone(),
        size: builder.seq,
        head: builder.previous,
    };
    std::fs::write(&path, format!("{anchored}\n")).unwrap();
    builder.ledger.checkpoints.clear();
    let known = disk_of(&builder.ledger);
    let report = Verifier::new().keys(&ring()).anchor(anchored).verify(&builder.ledger).unwrap();
    assert_eq!(report.verdict(), Verdict::OkAnchored);
    let opened = with_ring().anchor(FileAnchor::new(&path)).open_in(FileStore::on(known));
    opened.expect("it works").append(&event(0)).expect("it works");
}

/// A ledger of a machine that stopped while a rotation was written: its first line is there, and nothing of the second, or a
/// part of it.
fn interrupted(more: &[u8]) -> MemoryDisk {
    let disk = MemoryDisk::new();
    let ledger = options().init_in(FileStore::on(disk.clone())).expect("it works");
    ledger.append(&event(0)).expect("it works");
    ledger.rotate(new_key()).expect("it works");
    drop(ledger);
    let lines = disk.contents(FIRST).expect("it works");
    let bare = MemoryDisk::new();
    drop(options().init_in(FileStore::on(bare.clone())).expect("it works"));
    bare.put("ledger.json", &disk.contents("ledger.json").expect("it works"));
    let kept: Vec<&[u8]> = lines.split_inclusive(|byte| *byte == b'\n').take(3).collect();
    bare.put(FIRST, &[&kept.concat(), more].concat());
    bare
}

#[test]
fn a_rotation_that_was_interrupted_is_finished_when_that_is_asked_for() {
    for more in [&b""[..], b"{\"v\":1,\"seq\":4,\"event_id\"", &[0; 200]] {
        let disk = interrupted(more);
        let opened = with_ring().open_in(FileStore::on(disk.clone()));
        assert!(matches!(opened, Err(OpenError::UnfinishedRotation { .. })), "{opened:?}");
        assert!(!verify(&disk).is_intact());
        // By whoever still has the old key as the current one, as the command that was interrupted had it.
        let finished = options().finish_rotation(new_key()).open_in(FileStore::on(disk.clone()));
        let ledger = finished.unwrap();
        assert_eq!(ledger.keys().unwrap().current().id(), new_key().id());
        ledger.append(&event(1)).unwrap();
        drop(ledger);
        assert_eq!(verify(&disk).verdict(), Verdict::OkUnanchoredTail);
        let ledger = with_ring().open_in(FileStore::on(disk.clone())).unwrap();
        assert_eq!(recorded_with(ledger.source(), &[key(), new_key()]), [0, 1]);
    }
}

#[test]
fn asking_to_finish_a_rotation_rotates_nothing() {
    let disk = MemoryDisk::new();
    let ledger = options().init_in(FileStore::on(disk.clone())).unwrap();
    ledger.append(&event(0)).unwrap();
    drop(ledger);
    let ledger = options().finish_rotation(new_key()).open_in(FileStore::on(disk.clone())).unwrap();
    assert_eq!(ledger.keys().unwrap().current().id(), key().id());
    ledger.append(&event(1)).unwrap();
    drop(ledger);
    assert!(matches!(
        with_ring().finish_rotation(new_key()).open_in(FileStore::on(disk)),
        Err(OpenError::RolledBack { .. })
    ));
}

#[test]
fn applications_cannot_record_the_events_of_a_rotation() {
    let ledger = options().init_in(FileStore::on(MemoryDisk::new())).unwrap();
    for action in ["ledger.key_adopted", "ledger.key_rotated"] {
        let event = Event::new(action, envaudit::ledger::Actor::user("ada"));
        assert!(ledger.append(&event).is_err(), "{action}");
    }
}
