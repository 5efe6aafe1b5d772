//! Following a ledger: across its segments, and no further than it is the one that it was.

use envaudit::ledger::prune::PrunePolicy;
use envaudit::ledger::read::Follow;
use envaudit::ledger::store::{Disk, StoreErrorKind};
use envaudit::ledger::testing::MemoryDisk;
use envaudit::ledger::{FileStore, Ledger, Reader};
use envaudit_tests::fresh_ledger::{event, on};

fn append(ledger: &Ledger, nth: u64) {
    ledger.append(&event(nth)).expect("appended");
}

fn actions(follow: &mut Follow<'_>) -> Vec<String> {
    let mut actions = Vec::new();
    loop {
        let records = follow.appended().expect("it is there");
        if records.is_empty() {
            return actions;
        }
        actions
            .extend(records.iter().map(|record| record.line().expect("a line").action.to_string()));
    }
}

#[test]
fn what_is_pruned_behind_a_follower_is_no_end() {
    let disk = MemoryDisk::new();
    let ledger = on(&disk);
    let store = FileStore::on(disk.clone());
    let mut follow = Reader::new(&store).follow().expect("read");
    append(&ledger, 1);
    assert_eq!(actions(&mut follow), ["order.placed"]);
    ledger.seal().expect("sealed");
    append(&ledger, 2);
    ledger.prune(PrunePolicy::KeepSegments(1)).expect("pruned").expect("a segment went");
    append(&ledger, 3);
    // The end of the pruned segment, its seal, is gone with it.
    let expected = ["ledger.segment_opened", "order.placed", "ledger.pruned", "order.placed"];
    assert_eq!(actions(&mut follow), expected);
    assert_eq!(follow.last_seq(), ledger.head().seq);
}

#[test]
fn an_end_that_was_cut_off_or_is_another_is_told_apart_from_one_that_is_gone() {
    let name = "00000000000000000001.jsonl";
    for (bytes, kind) in [
        (Some(&b""[..]), StoreErrorKind::Replaced),
        (Some(&[b'x'; 4096]), StoreErrorKind::Replaced),
        (None, StoreErrorKind::Missing),
    ] {
        let disk = MemoryDisk::new();
        let ledger = on(&disk);
        append(&ledger, 1);
        let store = FileStore::on(disk.clone());
        let mut follow = Reader::new(&store).follow().expect("read");
        append(&ledger, 2);
        assert_eq!(actions(&mut follow), ["order.placed"]);
        match bytes {
            Some(bytes) => disk.put(name, bytes),
            None => disk.remove(name).expect("removed"),
        }
        let error = follow.appended().expect_err("it is another");
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains("follow the ledger after event 3"), "{error}");
    }
}

#[test]
fn a_line_that_is_written_in_parts_is_given_when_it_is_whole_and_a_torn_one_when_it_was_recovered()
{
    let name = "00000000000000000001.jsonl";
    let disk = MemoryDisk::new();
    drop(on(&disk));
    let whole = disk.contents(name).expect("a segment");
    let store = FileStore::on(disk.clone());
    let mut follow = Reader::new(&store).follow().expect("read");
    disk.put(name, &[whole.as_slice(), b"{\"v\":1,\"se"].concat());
    assert_eq!(actions(&mut follow), [""; 0]);
    let ledger = envaudit_tests::fresh_ledger::options();
    let ledger = ledger.open_in(FileStore::on(disk)).expect("recovered");
    append(&ledger, 1);
    assert_eq!(actions(&mut follow), ["ledger.recovered", "order.placed"]);
}
