//! What knows that a ledger was cut off or changed is compared when it is opened, never overwritten, and not signed over.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use envaudit::ledger::format::Head;
use envaudit::ledger::testing::MemoryDisk;
use envaudit::ledger::verify::{Report, Verdict, Verifier};
use envaudit::ledger::{
    AppendError, FileStore, KeyRing, Ledger, LedgerWriter, MasterKey, OpenError,
};
use envaudit_tests::fresh_ledger::{event, key, on, options};
use sha2::{Digest as _, Sha256};

const FIRST: &str = "00000000000000000001.jsonl";

fn open(disk: &MemoryDisk) -> Result<Ledger, OpenError> {
    options().open_in(FileStore::on(disk.clone()))
}

fn verify(disk: &MemoryDisk) -> Report {
    Verifier::new()
        .keys(&KeyRing::new(key()))
        .verify(&FileStore::on(disk.clone()))
        .expect("it can be read")
}

/// A ledger of so many events, with a checkpoint of all of them.
fn checkpointed(events: u64) -> MemoryDisk {
    let disk = MemoryDisk::new();
    let ledger = on(&disk);
    for nth in 1..events {
        ledger.append(&event(nth)).expect("appended");
    }
    ledger.checkpoint().expect("signed");
    disk
}

/// Keeps so many lines of the first segment.
fn cut(disk: &MemoryDisk, lines: usize) {
    let bytes = disk.contents(FIRST).expect("a segment");
    let kept: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').take(lines).collect();
    disk.put(FIRST, &kept.concat());
}

fn remove(disk: &MemoryDisk, name: &str) {
    use envaudit::ledger::store::Disk;
    disk.remove(name).expect("it was there");
}

/// The notes, by their names.
fn notes(disk: &MemoryDisk) -> BTreeMap<String, Vec<u8>> {
    let names = disk.names().into_iter().filter(|name| name.ends_with(".note"));
    names.map(|name| (name.clone(), disk.contents(&name).expect("it is there"))).collect()
}

#[test]
fn the_first_event_has_the_key_that_the_manifest_names() {
    let disk = MemoryDisk::new();
    drop(on(&disk));
    let text = |name| String::from_utf8(disk.contents(name).expect("it is there")).expect("text");
    let sha = |text: &str| HEXLOWER.encode(&Sha256::digest(text));
    let manifest = text("ledger.json");
    let other = manifest.replace(key().id().as_str(), "0123456789abcdef");
    assert_ne!(manifest, other);
    // Whoever has the key binds another manifest to the first event.
    let line = text(FIRST).replace(&sha(&manifest), &sha(&other));
    let (covered, _) = line.split_once(",\"event_hash\"").expect("a hash");
    let hash = HEXLOWER.encode(&key().chain_key().hash(covered.as_bytes()));
    disk.put("ledger.json", other.as_bytes());
    disk.put(FIRST, format!("{covered},\"event_hash\":\"{hash}\"}}\n").as_bytes());
    disk.names().iter().filter(|name| *name == "HEAD").for_each(|name| remove(&disk, name));
    let found = verify(&disk);
    assert_eq!((found.verdict(), found.findings[0].seq), (Verdict::Modified, 1), "{found}");
}

#[test]
fn the_signature_of_a_witness_beside_its_own_hinders_nobody() {
    let disk = checkpointed(4);
    let (name, mut note) = notes(&disk).into_iter().next().expect("a checkpoint");
    let signature = "A".repeat(91);
    note.extend(format!("— example.com/witness {signature}=\n").bytes());
    disk.put(&name, &note);
    assert!(verify(&disk).is_intact());
    let ledger = open(&disk).expect("opened");
    ledger.checkpoint().expect("it is signed already");
    assert_eq!(notes(&disk)[&name], note, "it stays as it is");
    ledger.append(&event(9)).expect("appended");
    ledger.close().expect("closed");
    assert!(verify(&disk).is_intact());
}

#[test]
fn a_ledger_behind_a_checkpoint_of_its_own_is_not_opened() {
    let disk = checkpointed(6);
    cut(&disk, 3);
    remove(&disk, "HEAD");
    let kept = notes(&disk);
    assert_eq!(verify(&disk).verdict(), Verdict::Truncated);
    let error = open(&disk).unwrap_err();
    assert!(matches!(error, OpenError::BehindCheckpoint { seen: 6, last: 3 }), "{error:?}");
    assert_eq!(verify(&disk).verdict(), Verdict::Truncated);
    assert_eq!(notes(&disk), kept);
}

#[test]
fn a_history_that_was_rewritten_below_a_checkpoint_is_not_opened() {
    // The same holder of the key writes as many other events: the checkpoint knows those before.
    for more in [0, 2] {
        let disk = checkpointed(6);
        let old = notes(&disk);
        cut(&disk, 3);
        remove(&disk, "HEAD");
        for name in old.keys() {
            remove(&disk, name);
        }
        let ledger = open(&disk).unwrap();
        for nth in 0..3 + more {
            ledger.append(&event(100 + nth)).unwrap();
        }
        drop(ledger);
        for (name, note) in &old {
            disk.put(name, note);
        }
        assert_eq!(verify(&disk).verdict(), Verdict::Forked);
        let error = open(&disk).unwrap_err();
        assert!(matches!(error, OpenError::BehindCheckpoint { seen: 6, .. }), "{more}: {error:?}");
        assert_eq!(notes(&disk), old);
    }
}

#[test]
fn a_checkpoint_that_is_put_in_the_way_is_never_overwritten_and_the_caller_is_told() {
    type Act = fn(&Ledger) -> Result<(), AppendError>;
    let acts: [(&str, u64, Act); 3] = [
        ("checkpoint", 3, Ledger::checkpoint),
        ("close", 4, Ledger::close),
        ("seal", 5, Ledger::seal),
    ];
    for (act, seq, call) in acts {
        // A note of another history, signed with the same key.
        let other = {
            let disk = MemoryDisk::new();
            let id = |bytes: &mut [u8]| {
                bytes.fill(7);
                Ok(())
            };
            let ledger = options().entropy(id).init_in(FileStore::on(disk.clone())).unwrap();
            for nth in 1..seq {
                ledger.append(&event(nth)).unwrap();
            }
            ledger.checkpoint().unwrap();
            notes(&disk).into_values().next().unwrap()
        };
        let disk = MemoryDisk::new();
        let ledger = on(&disk);
        ledger.append(&event(1)).unwrap();
        ledger.append(&event(2)).unwrap();
        let name = format!("checkpoints/{seq:020}.note");
        disk.put(&name, &other);
        let error = call(&ledger).unwrap_err();
        assert!(matches!(error, AppendError::Damaged(_)), "{act}: {error:?}");
        assert!(error.to_string().contains("fork"), "{act}: {error}");
        assert!(matches!(ledger.append(&event(9)), Err(AppendError::Poisoned(_))), "{act}");
        assert_eq!(disk.contents(&name).unwrap(), other, "{act}");
        drop(ledger);
        assert!(open(&disk).is_err(), "{act}");
        assert!(!verify(&disk).is_intact(), "{act}");
    }
}

#[test]
fn a_newest_checkpoint_that_no_ledger_writes_is_refused_by_writer_and_verifier() {
    let text = |disk: &MemoryDisk| {
        let note = notes(disk).into_values().next().unwrap();
        String::from_utf8(note).unwrap()
    };
    type Change = fn(&str) -> String;
    let changes: [(&str, Change); 5] = [
        ("empty", |_| String::new()),
        ("cut short", |note| note[..note.len() / 2].to_owned()),
        ("another size", |note| note.replacen("\n4\n", "\n3\n", 1)),
        ("a changed signature", |note| {
            let at = note.trim_end().len() - 9;
            let other = if note.as_bytes()[at] == b'A' { "B" } else { "A" };
            format!("{}{other}{}", &note[..at], &note[at + 1..])
        }),
        ("no note", |_| "hello\n".to_owned()),
    ];
    for (change, make) in changes {
        let disk = checkpointed(4);
        disk.put("checkpoints/00000000000000000004.note", make(&text(&disk)).as_bytes());
        assert!(!verify(&disk).is_intact(), "{change}");
        let error = open(&disk).unwrap_err();
        assert!(matches!(error, OpenError::Checkpoint { seq: 4, .. }), "{change}: {error:?}");
    }
    for name in ["00000000000000000000", "99999999999999999999"] {
        let disk = checkpointed(4);
        let note = text(&disk);
        disk.put(&format!("checkpoints/{name}.note"), note.as_bytes());
        assert!(open(&disk).is_err(), "{name}");
    }
}

#[test]
fn head_that_contradicts_the_ledger_is_kept_and_nothing_is_opened_or_signed() {
    let change = |head: Head| {
        let Head { seq, hash, segment } = head;
        [
            ("another segment", Head { seq, hash, segment: segment + 1 }),
            ("another hash", Head { seq, hash: [1; 32], segment }),
            ("a later event", Head { seq: seq + 7, hash, segment }),
            ("event 0", Head { seq: 0, hash, segment }),
        ]
    };
    for at in 0..4 {
        let disk = checkpointed(4);
        let ledger = open(&disk).unwrap();
        let (name, head) = change(Head::parse(&disk.contents("HEAD").unwrap()).unwrap())[at];
        disk.put("HEAD", &head.to_bytes());
        assert!(!verify(&disk).is_intact(), "{name}");
        let fresh = open(&disk);
        assert!(fresh.is_err(), "{name}");
        // A writer that has it open does not take the evidence away either.
        assert!(ledger.checkpoint().is_err(), "{name}");
        assert_eq!(disk.contents("HEAD").unwrap(), head.to_bytes(), "{name}");
        drop(ledger);
        assert!(!verify(&disk).is_intact(), "{name}");
    }
}

#[test]
fn a_changed_manifest_is_not_opened_nor_signed_over() {
    let disk = checkpointed(4);
    let ledger = open(&disk).unwrap();
    let before = (notes(&disk), disk.contents("HEAD"));
    let manifest = String::from_utf8(disk.contents("ledger.json").unwrap()).unwrap();
    disk.put(
        "ledger.json",
        manifest.replace("\"created\":\"2026", "\"created\":\"2020").as_bytes(),
    );
    assert!(!verify(&disk).is_intact());
    let fresh = open(&disk);
    assert!(matches!(fresh, Err(OpenError::Damaged(_))), "{fresh:?}");
    ledger.append(&event(10)).unwrap();
    for error in [ledger.checkpoint().unwrap_err(), ledger.close().unwrap_err()] {
        assert!(matches!(error, AppendError::NotSigned(_)), "{error:?}");
    }
    assert_eq!((notes(&disk), disk.contents("HEAD")), before);
    // It was nobody's ledger but this one: put back, it goes on.
    disk.put("ledger.json", manifest.as_bytes());
    ledger.append(&event(11)).unwrap();
    ledger.close().unwrap();
    assert!(verify(&disk).is_intact());
}

#[test]
fn lines_that_were_changed_moved_or_taken_out_are_not_signed_over() {
    type Change = fn(&mut Vec<Vec<u8>>);
    let changes: [(&str, Change); 5] = [
        ("changed", |lines| {
            let text = String::from_utf8(lines[2].clone()).unwrap();
            lines[2] = text.replace("order-2", "order-7").into_bytes();
        }),
        ("taken out", |lines| drop(lines.remove(2))),
        ("swapped", |lines| lines.swap(2, 3)),
        ("twice", |lines| lines.insert(2, lines[2].clone())),
        ("the first one changed", |lines| {
            let text = String::from_utf8(lines[0].clone()).unwrap();
            lines[0] = text.replace("\"library\"", "\"cli\"").into_bytes();
        }),
    ];
    for keyed in [true, false] {
        for (change, make) in changes {
            let disk = MemoryDisk::new();
            let with = || if keyed { options() } else { options().unkeyed() };
            let ledger = with().init_in(FileStore::on(disk.clone())).unwrap();
            for nth in 1..6 {
                ledger.append(&event(nth)).unwrap();
            }
            drop(ledger);
            let bytes = disk.contents(FIRST).unwrap();
            let mut lines: Vec<Vec<u8>> =
                bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
            make(&mut lines);
            disk.put(FIRST, &lines.concat());
            let context = format!("{change}, keyed: {keyed}");
            // What was changed before the last lines is not read when the ledger is opened.
            let Ok(ledger) = with().open_in(FileStore::on(disk.clone())) else { continue };
            if !keyed {
                // Nothing is signed there; HEAD alone moves.
                continue;
            }
            for _ in 0..2 {
                let error = ledger.checkpoint().unwrap_err();
                assert!(matches!(error, AppendError::NotSigned(_)), "{context}: {error:?}");
            }
            ledger.append(&event(20)).unwrap();
            assert!(ledger.close().is_err(), "{context}");
            assert!(notes(&disk).is_empty(), "{context}");
        }
    }
}

#[test]
fn a_rotated_segment_is_signed_all_the_same() {
    let disk = MemoryDisk::new();
    let ledger = on(&disk);
    let keys: Vec<MasterKey> = (1..4).map(|byte| MasterKey::from_bytes([byte; 32])).collect();
    for key in &keys {
        ledger.append(&event(1)).unwrap();
        ledger.rotate(key.clone()).unwrap();
        ledger.checkpoint().unwrap();
    }
    drop(ledger);
    // Without the earlier keys their lines are taken as they are.
    let last = options().key(keys[2].clone()).open_in(FileStore::on(disk.clone())).unwrap();
    last.append(&event(2)).unwrap();
    last.checkpoint().unwrap();
    let ring = keys
        .iter()
        .take(2)
        .fold(KeyRing::new(keys[2].clone()).retired(key()), |ring, key| ring.retired(key.clone()));
    let report = Verifier::new().keys(&ring).verify(last.source()).unwrap();
    assert!(report.is_intact(), "{report}");
}

#[test]
fn a_writer_of_many_threads_is_told_too() {
    let disk = checkpointed(4);
    let writer = LedgerWriter::new(std::sync::Arc::new(open(&disk).unwrap()));
    let note = notes(&checkpointed(6)).into_values().next_back().unwrap();
    // A checkpoint of another ledger, where the one of the close belongs.
    disk.put("checkpoints/00000000000000000006.note", &note);
    writer.append(event(10)).unwrap();
    assert!(writer.close().is_err());
    assert_eq!(disk.contents("checkpoints/00000000000000000006.note").unwrap(), note);
}
