//! What lies between the newest checkpoint and the end is looked at before it is signed, in whichever segment it is.

use std::collections::BTreeMap;

use envaudit::ledger::checkpoint::{self, Checkpoint};
use envaudit::ledger::store::Disk;
use envaudit::ledger::testing::MemoryDisk;
use envaudit::ledger::verify::{Verdict, Verifier};
use envaudit::ledger::{AppendError, FileStore, KeyRing, Ledger, LedgerOptions, MasterKey};
use envaudit_tests::fresh_ledger::{event, key, on, options};

fn open(disk: &MemoryDisk) -> Ledger {
    opened(disk, options())
}

fn opened(disk: &MemoryDisk, options: LedgerOptions) -> Ledger {
    options.open_in(FileStore::on(disk.clone())).expect("its end is sound")
}

fn second_key() -> MasterKey {
    MasterKey::from_bytes([8; 32])
}

/// The segments, by their names.
fn segments(disk: &MemoryDisk) -> Vec<String> {
    disk.names().into_iter().filter(|name| name.ends_with(".jsonl")).collect()
}

fn notes(disk: &MemoryDisk) -> BTreeMap<String, Vec<u8>> {
    let names = disk.names().into_iter().filter(|name| name.ends_with(".note"));
    names.map(|name| (name.clone(), disk.contents(&name).expect("it is there"))).collect()
}

/// Segments of three orders each, the last one with the end of the ledger. The numbers of the orders go on from 1.
fn of_segments(count: u64) -> MemoryDisk {
    let disk = MemoryDisk::new();
    let ledger = on(&disk);
    for segment in 0..count {
        for nth in 1..=3 {
            ledger.append(&event(segment * 3 + nth)).expect("appended");
        }
        if segment + 1 < count {
            ledger.seal().expect("ended");
        }
    }
    drop(ledger);
    disk
}

/// Removes the checkpoints of more events than so many.
fn forget_notes_after(disk: &MemoryDisk, events: u64) {
    for name in notes(disk).into_keys() {
        let seq: u64 = name["checkpoints/".len()..][..20].parse().expect("a number");
        if seq > events {
            disk.remove(&name).expect("it was there");
        }
    }
}

/// Replaces text in the only segment that has it, as long as it was.
#[track_caller]
fn replace(disk: &MemoryDisk, from: &str, to: &str) {
    let mut replaced = 0;
    for name in segments(disk) {
        let text = String::from_utf8(disk.contents(&name).expect("it is there")).expect("text");
        if text.contains(from) {
            disk.put(&name, text.replacen(from, to, 1).as_bytes());
            replaced += 1;
        }
    }
    assert_eq!(replaced, 1, "{from}");
}

/// Nothing signs this ledger, and the events go on.
#[track_caller]
fn assert_unsigned(disk: &MemoryDisk, ledger: &Ledger, context: &str) {
    let before = (notes(disk), segments(disk), disk.contents("HEAD"));
    let refused = |result: Result<(), AppendError>, act: &str| {
        let error = result.expect_err(act);
        assert!(matches!(error, AppendError::NotSigned(_)), "{context}, {act}: {error:?}");
    };
    for _ in 0..2 {
        refused(ledger.checkpoint(), "checkpoint");
        refused(ledger.seal(), "seal");
        refused(ledger.rotate(second_key()), "rotate");
        ledger.append(&event(90)).expect("events are recorded nevertheless");
    }
    refused(ledger.close(), "close");
    assert_eq!((notes(disk), segments(disk), disk.contents("HEAD")), before, "{context}");
    let found = Verifier::new().keys(&KeyRing::new(key())).verify(ledger.source());
    assert!(!found.expect("it can be read").is_intact(), "{context}");
}

#[test]
fn a_change_in_an_ended_segment_that_no_checkpoint_has_signed_is_not_signed_over() {
    // The orders 1 to 12, in four segments; the checkpoints of the later segments are gone.
    for order in 4..=12 {
        let disk = of_segments(4);
        let second = segments(&disk)[1][..20].parse::<u64>().unwrap();
        forget_notes_after(&disk, second);
        let (from, to) = (
            format!("\"order-{order}\""),
            format!("\"order-{}\"", "x".repeat(if order > 9 { 2 } else { 1 })),
        );
        replace(&disk, &from, &to);
        if order == 12 {
            // The last line is looked at when the ledger is opened.
            assert!(options().open_in(FileStore::on(disk.clone())).is_err());
            continue;
        }
        assert_unsigned(&disk, &open(&disk), &format!("order {order}"));
    }
}

#[test]
fn a_line_that_is_taken_out_of_an_ended_segment_or_swapped_is_not_signed_over() {
    type Change = fn(&mut Vec<&str>);
    let changes: [(&str, Change); 5] = [
        ("taken out", |lines| lines[2] = ""),
        ("the first taken out", |lines| lines[0] = ""),
        ("swapped", |lines| lines.swap(1, 2)),
        ("the end taken out", |lines| lines.truncate(lines.len() - 1)),
        ("no line", |lines| lines[1] = "hello\n"),
    ];
    for (change, make) in changes {
        let disk = of_segments(4);
        forget_notes_after(&disk, 1);
        let name = segments(&disk)[2].clone();
        let text = String::from_utf8(disk.contents(&name).unwrap()).unwrap();
        let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
        make(&mut lines);
        disk.put(&name, lines.concat().as_bytes());
        assert_unsigned(&disk, &open(&disk), change);
    }
    let disk = of_segments(4);
    forget_notes_after(&disk, 1);
    disk.remove(&segments(&disk)[2]).unwrap();
    assert_unsigned(&disk, &open(&disk), "a segment is gone");
}

#[test]
fn what_a_checkpoint_has_signed_is_for_a_verification() {
    let disk = of_segments(4);
    let ledger = open(&disk);
    ledger.checkpoint().unwrap();
    replace(&disk, "\"order-5\"", "\"order-6\"");
    ledger.append(&event(20)).unwrap();
    ledger.checkpoint().unwrap();
    ledger.close().unwrap();
    let again = open(&disk);
    again.append(&event(21)).unwrap();
    again.close().unwrap();
    let found = Verifier::new().keys(&KeyRing::new(key())).verify(again.source()).unwrap();
    assert_eq!(found.verdict(), Verdict::Modified);
}

#[test]
fn a_segment_with_a_changed_line_is_not_ended_although_it_is_full() {
    let disk = of_segments(1);
    replace(&disk, "\"order-2\"", "\"order-7\"");
    let ledger = opened(&disk, options().segment_size(1000));
    for nth in 10..30 {
        ledger.append(&event(nth)).expect("recorded");
    }
    assert_eq!(segments(&disk).len(), 1);
    assert_unsigned(&disk, &ledger, "full");
    // Without the change it goes on as ever.
    drop(ledger);
    replace(&disk, "\"order-7\"", "\"order-2\"");
    let ledger = opened(&disk, options().segment_size(1000));
    ledger.append(&event(31)).unwrap();
    assert_eq!(segments(&disk).len(), 2);
    ledger.close().unwrap();
    let found = Verifier::new().keys(&KeyRing::new(key())).verify(ledger.source()).unwrap();
    assert!(found.is_intact(), "{found}");
}

#[test]
fn a_handle_looks_at_what_others_have_ended_since_it_signed() {
    for tampered in [true, false] {
        let disk = of_segments(1);
        let (first, second) = (open(&disk), open(&disk));
        first.checkpoint().unwrap();
        let signed = notes(&disk);
        for round in 0..3 {
            second.append(&event(10 + round)).unwrap();
            second.append(&event(20 + round)).unwrap();
            second.seal().unwrap();
        }
        // As if none of these could be kept.
        for name in notes(&disk).into_keys().filter(|name| !signed.contains_key(name)) {
            disk.remove(&name).unwrap();
        }
        first.append(&event(30)).unwrap();
        if tampered {
            replace(&disk, "\"order-11\"", "\"order-66\"");
            assert_unsigned(&disk, &first, "by another");
        } else {
            first.checkpoint().unwrap();
            first.close().unwrap();
        }
    }
}

#[test]
fn a_line_that_names_a_key_nobody_has_is_not_signed_over() {
    // Its hash stays what the next line names, but nobody can check it under this key.
    let disk = of_segments(2);
    let kid = format!("\"kid\":\"{}\"", key().id());
    let name = segments(&disk)[1].clone();
    let text = String::from_utf8(disk.contents(&name).unwrap()).unwrap();
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    lines[1] = lines[1].replace(&kid, "\"kid\":\"0123456789abcdef\"").replace("ada", "eve");
    disk.put(&name, lines.concat().as_bytes());
    assert_unsigned(&disk, &open(&disk), "one line");
    // All the lines of an ended segment.
    let disk = of_segments(3);
    forget_notes_after(&disk, 1);
    let name = segments(&disk)[1].clone();
    let text = String::from_utf8(disk.contents(&name).unwrap()).unwrap();
    let other = text.replace(&kid, "\"kid\":\"0123456789abcdef\"").replace("ada", "eve");
    disk.put(&name, other.as_bytes());
    assert_unsigned(&disk, &open(&disk), "a whole segment");
}

#[test]
fn a_checkpoint_by_a_retired_key_does_not_vouch_for_what_is_not_looked_at() {
    let disk = of_segments(1);
    let ledger = open(&disk);
    ledger.rotate(second_key()).unwrap();
    for nth in 10..13 {
        ledger.append(&event(nth)).unwrap();
    }
    ledger.seal().unwrap();
    ledger.append(&event(13)).unwrap();
    ledger.checkpoint().unwrap();
    let note = notes(&disk).into_values().next_back().unwrap();
    let honest = String::from_utf8(note).unwrap();
    let id = ledger.manifest().ledger_id().to_string();
    drop(ledger);
    // Whoever has the retired key signs the same root, as the hashes of the lines stay what they are.
    let current =
        checkpoint::verifier(&id, &checkpoint::public_key(&second_key().checkpoint_seed()));
    let signed = Checkpoint::open(honest.as_bytes(), &[current.unwrap()]).unwrap();
    let thief = checkpoint::signer(&id, &key().checkpoint_seed()).unwrap();
    for name in notes(&disk).into_keys() {
        disk.remove(&name).unwrap();
    }
    disk.put(
        &format!("checkpoints/{:020}.note", signed.size),
        signed.sign(&thief).unwrap().as_bytes(),
    );
    replace(&disk, "\"order-11\"", "\"order-66\"");
    let ring = || KeyRing::new(second_key()).retired(key());
    let ledger = opened(&disk, LedgerOptions::new().keys(ring()).vars([("", ""); 0]));
    ledger.append(&event(14)).unwrap();
    let error = ledger.checkpoint().unwrap_err();
    assert!(matches!(error, AppendError::NotSigned(_)), "{error:?}");
}

#[test]
fn lines_under_a_key_that_was_not_given_are_signed_only_where_they_were_signed_before() {
    let disk = of_segments(2);
    let ledger = open(&disk);
    ledger.rotate(second_key()).unwrap();
    ledger.append(&event(10)).unwrap();
    drop(ledger);
    let only_current = || LedgerOptions::new().key(second_key()).vars([("", ""); 0]);
    opened(&disk, only_current()).checkpoint().unwrap();
    // Without any checkpoint nobody vouches for the lines under the first key but who has it.
    forget_notes_after(&disk, 0);
    let error = opened(&disk, only_current()).checkpoint().unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, AppendError::NotSigned(_)), "{error:?}");
    assert!(text.contains(key().id().as_str()) && text.contains("retired key"), "{text}");
    let ring = KeyRing::new(second_key()).retired(key());
    opened(&disk, LedgerOptions::new().keys(ring).vars([("", ""); 0])).checkpoint().unwrap();
    assert_eq!(notes(&disk).len(), 1);
}

#[test]
fn a_checkpoint_of_another_history_is_not_a_place_to_go_on_from() {
    // Signed by the holder of the key over other events; it names a true event.
    let disk = of_segments(3);
    let ledger = open(&disk);
    let id = ledger.manifest().ledger_id().to_string();
    let name = segments(&disk)[1].clone();
    let second = name[..20].parse::<u64>().unwrap();
    let head = ledger.reader().get(second).unwrap().unwrap().line().unwrap().event_hash;
    forget_notes_after(&disk, second - 1);
    let signer = checkpoint::signer(&id, &key().checkpoint_seed()).unwrap();
    let other = Checkpoint { ledger_id: id, size: second, root: [9; 32], head };
    let note = other.sign(&signer).unwrap();
    disk.put(&format!("checkpoints/{second:020}.note"), note.as_bytes());
    assert_unsigned(&disk, &ledger, "another root");
}
