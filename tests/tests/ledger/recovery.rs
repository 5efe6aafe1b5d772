//! What opening makes of a ledger that is not as its last writer should have left it.

use envaudit::ledger::format::Line;
use envaudit::ledger::store::{Batch, ChainStore, Deadline, Tail};
use envaudit::ledger::testing::MemoryDisk;
use envaudit::ledger::{AppendError, FileStore, Ledger, OpenError};
use envaudit_tests::fresh_ledger::{actions, event, on, options, recorded};

const FIRST: &str = "00000000000000000001.jsonl";

fn open(disk: &MemoryDisk) -> Result<Ledger, OpenError> {
    options().open_in(FileStore::on(disk.clone()))
}

/// A ledger of `ledger.created` and three events, not closed.
fn three() -> (MemoryDisk, Vec<u8>) {
    let disk = MemoryDisk::new();
    let ledger = on(&disk);
    for nth in 0..3 {
        ledger.append(&event(nth)).expect("appended");
    }
    drop(ledger);
    let bytes = disk.contents(FIRST).expect("a segment");
    (disk, bytes)
}

#[test]
fn every_torn_end_is_cut_off_kept_and_recorded() {
    let (whole, bytes) = three();
    let start_of_last =
        bytes[..bytes.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    for end in start_of_last + 1..bytes.len() {
        let disk = whole.after_kill();
        disk.put(FIRST, &bytes[..end]);
        let ledger = open(&disk).unwrap_or_else(|error| panic!("cut at {end}: {error}"));
        assert_eq!(recorded(ledger.source()), [0, 1]);
        assert_eq!(actions(&ledger).last().unwrap(), "ledger.recovered");
        let names = disk.names();
        let torn = names.iter().find(|name| name.starts_with("torn-")).expect("a copy");
        assert_eq!(disk.contents(torn).unwrap(), &bytes[start_of_last..end]);
        let record = ledger.reader().get(ledger.head().seq).unwrap().unwrap();
        let line = record.line().unwrap();
        let details: serde_json::Value = serde_json::from_str(line.details.unwrap()).unwrap();
        assert_eq!(details["bytes"], end - start_of_last);
        assert_eq!(details["sha256"].as_str().unwrap().len(), 64);
        ledger.append(&event(7)).unwrap();
        assert_eq!(recorded(ledger.source()), [0, 1, 7]);
    }
}

#[test]
fn whatever_lies_behind_the_last_line_is_torn() {
    let zeros = [0; 100_000];
    let garbage: [&[u8]; 5] = [b"x", b"garbage\n", b"{\"v\":1}\n", b"\n", &zeros];
    for garbage in garbage {
        let (disk, mut bytes) = three();
        bytes.extend_from_slice(garbage);
        disk.put(FIRST, &bytes);
        let ledger = open(&disk).unwrap();
        assert_eq!(recorded(ledger.source()), [0, 1, 2]);
        assert_eq!(actions(&ledger).last().unwrap(), "ledger.recovered");
    }
}

#[test]
fn a_live_writer_cuts_off_what_a_killed_one_left() {
    let disk = MemoryDisk::new();
    let ledger = on(&disk);
    ledger.append(&event(0)).unwrap();
    let store = FileStore::on(disk.clone());
    let length = disk.contents(FIRST).unwrap().len() as u64;
    let hash = ledger.head().hash;
    let tail = Tail { seq: 2, hash, segment: 1, offset: length };
    let torn = b"{\"v\":1,\"seq\":3,\"event";
    append_bytes(&store, &tail, torn);
    ledger.append(&event(1)).unwrap();
    assert_eq!(recorded(ledger.source()), [0, 1]);
    assert_eq!(actions(&ledger)[2], "ledger.recovered");
}

#[test]
fn a_whole_line_that_was_changed_is_never_repaired() {
    let (whole, bytes) = three();
    let text = String::from_utf8(bytes).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let joined = |lines: &[&str]| lines.iter().flat_map(|line| [*line, "\n"]).collect::<String>();
    let edited = joined(&lines).replace("order-2", "order-9");
    let bad_hash = {
        let last = Line::parse(lines[3].as_bytes()).unwrap();
        let hash = &lines[3][lines[3].len() - 66..lines[3].len() - 2];
        assert_eq!(last.seq, 4);
        joined(&lines).replace(hash, &hash.chars().rev().collect::<String>())
    };
    let cases = [
        ("an edited last line", edited),
        ("a changed last hash", bad_hash),
        ("a line left out", joined(&[lines[0], lines[1], lines[3]])),
        ("a line twice", joined(&[lines[0], lines[1], lines[2], lines[2]])),
        ("two torn lines", joined(&[lines[0], "torn", "torn"])),
        ("nothing", String::new()),
        ("nothing but a torn line", "torn".to_owned()),
    ];
    for (name, text) in cases {
        let disk = whole.after_kill();
        disk.put(FIRST, text.as_bytes());
        let opened = open(&disk);
        assert!(matches!(opened, Err(OpenError::Damaged(_))), "{name}: {opened:?}");
        assert_eq!(disk.contents(FIRST).unwrap(), text.as_bytes(), "{name}: nothing was touched");
    }
}

#[test]
fn a_ledger_behind_its_head_is_refused() {
    let disk = MemoryDisk::new();
    let ledger = on(&disk);
    ledger.append(&event(0)).unwrap();
    let shorter = disk.contents(FIRST).unwrap();
    ledger.append(&event(1)).unwrap();
    ledger.close().unwrap();
    drop(ledger);
    disk.put(FIRST, &shorter);
    assert!(matches!(open(&disk), Err(OpenError::BehindHead { seen: 4, last: 2 })));
    let mut torn = shorter;
    torn.extend_from_slice(b"torn");
    disk.put(FIRST, &torn);
    assert!(matches!(open(&disk), Err(OpenError::BehindHead { .. })), "a torn end is no excuse");
    assert_eq!(disk.contents(FIRST).unwrap(), torn);
}

#[test]
fn tampering_under_a_live_writer_stops_it() {
    type Tamper = fn(&MemoryDisk);
    let cases: [(&str, Tamper); 3] = [
        ("replaced", |disk| disk.put(FIRST, &disk.contents(FIRST).unwrap())),
        ("shortened", |disk| shorten(disk)),
        ("a line of somebody else", |disk| {
            let bytes = disk.contents(FIRST).unwrap();
            let line = bytes.split_inclusive(|byte| *byte == b'\n').next_back().unwrap().to_vec();
            let length = bytes.len() as u64;
            let hash = Line::parse(line.trim_ascii_end()).unwrap().event_hash;
            let tail = Tail { seq: 2, hash, segment: 1, offset: length };
            let store = FileStore::on(disk.clone());
            append_bytes(&store, &tail, &line);
        }),
    ];
    for (name, tamper) in cases {
        let disk = MemoryDisk::new();
        let ledger = on(&disk);
        ledger.append(&event(0)).unwrap();
        tamper(&disk);
        let before = disk.contents(FIRST);
        let error = ledger.append(&event(1)).unwrap_err();
        assert!(
            matches!(error, AppendError::Damaged(_) | AppendError::Poisoned { .. }),
            "{name}: {error}"
        );
        assert!(matches!(ledger.append(&event(1)), Err(AppendError::Poisoned { .. })), "{name}");
        assert_eq!(disk.contents(FIRST), before, "{name}: nothing was written");
    }
}

/// Writes bytes after a tail, whatever they are.
fn append_bytes(store: &FileStore<MemoryDisk>, tail: &Tail, bytes: &[u8]) {
    let after = Tail { offset: tail.offset + bytes.len() as u64, ..*tail };
    store.append(&Batch::new(tail, bytes, &[], &after), Deadline::NEVER).expect("appended");
}

/// Cuts the last line off, in place.
fn shorten(disk: &MemoryDisk) {
    let bytes = disk.contents(FIRST).expect("a segment");
    let end =
        bytes[..bytes.len() - 1].iter().rposition(|byte| *byte == b'\n').expect("a line before")
            + 1;
    let store = FileStore::on(disk.clone());
    envaudit::ledger::store::FileChain::move_torn_tail(&store, 1, end as u64, "stolen")
        .expect("cut");
}
