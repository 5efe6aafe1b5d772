//! A rotation of the key that lies beside a ledger, with a failure at every operation of the disk and power cuts after each.

use envaudit::ledger::testing::{Fault, MemoryDisk};
use envaudit::ledger::{FileStore, Ledger, LedgerOptions, MasterKey};
use envaudit_tests::fresh_ledger::event;

/// Without a key: one is made, and kept beside the ledger.
fn options() -> LedgerOptions {
    LedgerOptions::new().vars([("", ""); 0])
}

fn begun() -> (MemoryDisk, Ledger) {
    let disk = MemoryDisk::default();
    let ledger = options().init_in(FileStore::on(disk.clone())).expect("made");
    ledger.append(&event(1)).expect("appended");
    (disk, ledger)
}

fn check(disk: &MemoryDisk, context: &str) {
    let ledger = options().open_in(FileStore::on(disk.clone()));
    let ledger = ledger.unwrap_or_else(|error| panic!("{context}: {error}"));
    ledger.append(&event(2)).unwrap_or_else(|error| panic!("{context}: {error}"));
    ledger.checkpoint().unwrap_or_else(|error| panic!("{context}: {error}"));
    drop(ledger);
    let again = options().open_in(FileStore::on(disk.clone())).expect("it is as it was left");
    let report = again.verify().expect("it can be read");
    assert!(report.is_intact(), "{context}: {report}");
    // What was left half way is in the way of nothing.
    again.rotate_beside(MasterKey::from_bytes([5; 32])).expect("rotated");
    assert_eq!(disk.contents("signing.key.new"), None, "{context}");
    assert!(again.verify().expect("it can be read").is_intact(), "{context}");
}

#[test]
fn it_is_made_or_not_wherever_it_fails_and_the_ledger_goes_on_without_further_help() {
    let new = MasterKey::from_bytes([9; 32]);
    let (disk, ledger) = begun();
    disk.take_log();
    ledger.rotate_beside(new.clone()).expect("rotated");
    let operations = disk.take_log().len() as u64;
    assert!(operations > 10, "{operations}");
    let mut both = [0; 2];
    for nth in 0..operations {
        for fault in [Fault::Io, Fault::Full, Fault::Short, Fault::DoneButFailed, Fault::Dead] {
            let (disk, ledger) = begun();
            disk.fail_nth(nth, fault);
            let result = ledger.rotate_beside(new.clone());
            drop(ledger);
            disk.heal();
            for seed in 0..3 {
                let after = disk.after_power_cut(seed);
                let context = format!("{fault:?} at {nth}, {result:?}, power cut {seed}");
                // Opening ends what was recorded.
                drop(options().open_in(FileStore::on(after.clone())).expect("opened"));
                let key = after.contents("signing.key").expect("a key");
                let rotated = key == new.to_hex().as_bytes();
                check(&after, &context);
                assert!(rotated || result.is_err(), "{context}: it was acknowledged");
                both[usize::from(rotated)] += 1;
            }
            check(&disk, &format!("{fault:?} at {nth}"));
        }
    }
    assert!(both[0] > 20 && both[1] > 20, "{both:?}");
}
