//! A failure at every single operation of a disk, and power cuts after each.
//!
//! Whatever fails: what was acknowledged is there, in order; what is there was asked for; nothing is there twice; the chain
//! holds; and the ledger goes on.

use data_encoding::HEXLOWER;
use envaudit::ledger::prune::PrunePolicy;
use envaudit::ledger::testing::{Fault, MemoryDisk, Operation};
use envaudit::ledger::{
    AppendError, FileStore, Filter, KeyRing, Ledger, LedgerOptions, MasterKey, OpenError,
};
use envaudit_tests::effort::one_in;
use envaudit_tests::fresh_ledger::{event, key, options, recorded_with};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

/// In the ordinary run, one failure in so many is tried: each kind of failure at some of the operations.
const STEP: usize = 7;

const FAULTS: [Fault; 5] =
    [Fault::Io, Fault::Full, Fault::Short, Fault::DoneButFailed, Fault::Dead];

fn small() -> LedgerOptions {
    options().segment_size(3000)
}

/// What was tried, and what came of it.
#[derive(Clone, Debug, Default)]
struct Tried {
    acknowledged: Vec<u64>,
    uncertain: Vec<u64>,
    pruned: bool,
    next: u64,
}

impl Tried {
    fn append(&mut self, ledger: &Ledger) {
        self.append_many(ledger, 1);
    }

    fn append_many(&mut self, ledger: &Ledger, count: u64) {
        let numbers = self.next..self.next + count;
        self.next += count;
        let events: Vec<_> = numbers.clone().map(event).collect();
        match ledger.append_batch(&events) {
            Ok(_) => self.acknowledged.extend(numbers),
            Err(error) if error.may_be_there() => self.uncertain.extend(numbers),
            Err(AppendError::Damaged(damage)) => panic!("a failure taken for tampering: {damage}"),
            Err(_) => {}
        }
    }

    /// What must hold of a ledger, however its disk has failed.
    #[track_caller]
    fn check(&self, ledger: &Ledger, context: &str) {
        let found = recorded_with(ledger.source(), &[key(), second_key()]);
        let mut sorted = found.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted, found, "{context}: in order, and nothing twice");
        if !self.pruned {
            for number in &self.acknowledged {
                assert!(
                    found.contains(number),
                    "{context}: {number} was acknowledged, there is {found:?}"
                );
            }
        }
        for number in &found {
            let known = self.acknowledged.contains(number) || self.uncertain.contains(number);
            assert!(known, "{context}: {number} was refused and is there");
        }
    }
}

fn second_key() -> MasterKey {
    MasterKey::from_bytes([8; 32])
}

type Step = fn(&Ledger, &mut Tried);

/// What is done to a ledger of two events while its disk fails.
const STEPS: [(&str, Step); 7] = [
    ("append", |ledger, tried| tried.append(ledger)),
    ("append of a batch", |ledger, tried| tried.append_many(ledger, 5)),
    ("roll", |ledger, tried| {
        let _ = ledger.seal();
        tried.append(ledger);
    }),
    ("roll by size", |ledger, tried| (0..12).for_each(|_| tried.append(ledger))),
    ("prune", |ledger, tried| {
        let _ = ledger.seal();
        tried.pruned = true;
        let _ = ledger.prune(PrunePolicy::KeepSegments(1));
        tried.append(ledger);
    }),
    ("close", |ledger, tried| {
        tried.append(ledger);
        let _ = ledger.close();
    }),
    ("checkpoint", |ledger, tried| {
        let _ = ledger.checkpoint();
        tried.append(ledger);
    }),
];

fn begun() -> (MemoryDisk, Ledger, Tried) {
    let disk = MemoryDisk::new();
    let ledger = small().init_in(FileStore::on(disk.clone())).expect("an empty disk");
    let mut tried = Tried::default();
    tried.append_many(&ledger, 2);
    (disk, ledger, tried)
}

/// Opens what a machine finds, and checks it; then once more, after an append.
#[track_caller]
fn check_reopened(disk: &MemoryDisk, tried: &Tried, context: &str) {
    let disk = disk.after_kill();
    let open = || {
        small()
            .open_in(FileStore::on(disk.clone()))
            .unwrap_or_else(|error| panic!("{context}: {error}"))
    };
    let ledger = open();
    tried.check(&ledger, context);
    let mut tried = tried.clone();
    tried.next = 1000;
    tried.append(&ledger);
    assert_eq!(tried.acknowledged.last(), Some(&1000), "{context}: it goes on");
    tried.check(&ledger, context);
    drop(ledger);
    tried.check(&open(), context);
}

#[test]
fn whatever_operation_fails_nothing_acknowledged_is_lost() {
    let mut failures = 0;
    for (name, step) in STEPS {
        let (disk, ledger, mut tried) = begun();
        disk.take_log();
        step(&ledger, &mut tried);
        let log = disk.take_log();
        assert!(log.contains(&Operation::Sync), "{name}: {log:?}");
        let every = log.iter().enumerate().flat_map(|at| FAULTS.map(|fault| (at, fault)));
        for ((nth, operation), fault) in every.step_by(one_in(STEP)) {
            let context = format!("{name}: {fault:?} at operation {nth}, {operation:?}");
            let (disk, ledger, mut tried) = begun();
            disk.fail_nth(nth as u64, fault);
            step(&ledger, &mut tried);
            for seed in 0..3 {
                check_reopened(
                    &disk.after_power_cut(seed),
                    &tried,
                    &format!("{context}, power cut {seed}"),
                );
            }
            disk.heal();
            check_reopened_by(&ledger, &mut tried, &context);
            drop(ledger);
            check_reopened(&disk, &tried, &context);
            for seed in 0..3 {
                check_reopened(
                    &disk.after_power_cut(seed),
                    &tried,
                    &format!("{context}, later power cut {seed}"),
                );
            }
            failures += 1;
        }
    }
    assert!(failures > 500 / one_in(STEP), "{failures}");
}

/// The process that saw the failure goes on.
#[track_caller]
fn check_reopened_by(ledger: &Ledger, tried: &mut Tried, context: &str) {
    match ledger.append(&event(500)) {
        Ok(_) => tried.acknowledged.push(500),
        Err(AppendError::Closed) => return,
        Err(AppendError::Poisoned { .. }) => {
            ledger.reopen().unwrap_or_else(|error| panic!("{context}: {error}"));
            ledger.append(&event(500)).unwrap_or_else(|error| panic!("{context}: {error}"));
            tried.acknowledged.push(500);
        }
        Err(error) => panic!("{context}: {error}"),
    }
    tried.check(ledger, context);
}

#[test]
fn whatever_operation_of_an_init_fails_another_can_follow() {
    let disk = MemoryDisk::new();
    disk.take_log();
    drop(small().init_in(FileStore::on(disk.clone())).unwrap());
    let log = disk.take_log();
    for (nth, operation) in log.iter().enumerate() {
        for fault in FAULTS {
            let context = format!("{fault:?} at operation {nth}, {operation:?}");
            let disk = MemoryDisk::new();
            disk.fail_nth(nth as u64, fault);
            let _ = small().init_in(FileStore::on(disk.clone()));
            let cut = (0..4).map(|seed| disk.after_power_cut(seed)).collect::<Vec<_>>();
            disk.heal();
            for disk in cut.into_iter().chain([disk]) {
                let ledger = small()
                    .open_or_init_in(FileStore::on(disk.clone()))
                    .unwrap_or_else(|error| panic!("{context}: {error}"));
                let mut tried = Tried::default();
                tried.append(&ledger);
                drop(ledger);
                assert_eq!(tried.acknowledged, [0], "{context}");
                check_reopened(&disk, &tried, &context);
            }
        }
    }
}

/// Opens what a machine finds: what was torn is kept, and an event says so.
#[track_caller]
fn check_torn_is_recorded(disk: &MemoryDisk, context: &str) {
    let disk = disk.after_kill();
    let ledger = small()
        .open_in(FileStore::on(disk.clone()))
        .unwrap_or_else(|error| panic!("{context}: {error}"));
    let recovered = ledger.reader().events().expect("events");
    let recovered = recovered.matching(Filter::new().action("ledger.recovered"));
    let told: String = recovered
        .map(|record| {
            record.expect("read").line().expect("a line").details.expect("details").to_owned()
        })
        .collect();
    let copies: Vec<String> =
        disk.names().into_iter().filter(|name| name.starts_with("torn-")).collect();
    let bytes: Vec<Vec<u8>> = copies.iter().filter_map(|name| disk.contents(name)).collect();
    assert!(bytes.contains(&TORN.to_vec()), "{context}: {copies:?}");
    for (name, bytes) in copies.iter().zip(bytes) {
        let sha256 = HEXLOWER.encode(&Sha256::digest(bytes));
        assert!(told.contains(&sha256), "{context}: nothing of {name} in {told}");
        assert!(!name.contains("unrecorded"), "{context}: {name}");
    }
}

const TORN: &[u8] = b"{\"v\":1,\"seq\":4,\"ev";

#[test]
fn whatever_operation_of_a_recovery_fails_another_can_follow() {
    let torn = || {
        let (disk, ledger, tried) = begun();
        drop(ledger);
        let name = "00000000000000000001.jsonl";
        let mut bytes = disk.contents(name).unwrap();
        bytes.extend_from_slice(TORN);
        disk.put(name, &bytes);
        (disk, tried)
    };
    let (disk, _) = torn();
    disk.take_log();
    drop(small().open_in(FileStore::on(disk.clone())).unwrap());
    let log = disk.take_log();
    for (nth, operation) in log.iter().enumerate() {
        for fault in FAULTS {
            let context = format!("{fault:?} at operation {nth}, {operation:?}");
            let (disk, tried) = torn();
            disk.fail_nth(nth as u64, fault);
            drop(small().open_in(FileStore::on(disk.clone())));
            for seed in 0..3 {
                let (disk, context) =
                    (disk.after_power_cut(seed), format!("{context}, power cut {seed}"));
                check_reopened(&disk, &tried, &context);
                check_torn_is_recorded(&disk, &context);
            }
            disk.heal();
            check_reopened(&disk, &tried, &context);
            check_torn_is_recorded(&disk, &context);
        }
    }
}

#[test]
fn a_full_disk_is_told_and_the_same_event_can_be_tried_again() {
    for fault in [Fault::Full, Fault::Short] {
        let (disk, ledger, _) = begun();
        disk.take_log();
        ledger.append(&event(2)).unwrap();
        let write = disk.take_log().iter().position(|operation| *operation == Operation::Write);
        disk.fail_nth(write.unwrap() as u64, fault);
        let error = ledger.append(&event(3)).unwrap_err();
        assert!(matches!(error, AppendError::Rejected(_)) && !error.may_be_there(), "{error}");
        ledger.append(&event(3)).unwrap();
        assert_eq!(recorded_with(ledger.source(), &[key()]), [0, 1, 2, 3]);
    }
}

#[test]
fn a_failed_sync_is_not_tried_again_and_poisons() {
    for (fault, persisted) in [(Fault::Io, false), (Fault::DoneButFailed, true)] {
        let (disk, ledger, _) = begun();
        disk.take_log();
        ledger.append(&event(2)).unwrap();
        let sync =
            disk.take_log().iter().position(|operation| *operation == Operation::Sync).unwrap();
        disk.fail_nth(sync as u64, fault);
        let error = ledger.append(&event(3)).unwrap_err();
        assert!(error.may_be_there(), "{error}");
        assert!(!disk.take_log()[sync + 1..].contains(&Operation::Sync), "{fault:?}");
        let error = ledger.append(&event(4)).unwrap_err();
        assert!(matches!(error, AppendError::Poisoned { .. }), "{error}");
        let cut = disk.after_power_cut(1);
        let after = small().open_in(FileStore::on(cut)).unwrap();
        let found = recorded_with(after.source(), &[key()]);
        assert!(
            found.starts_with(&[0, 1, 2]) && (persisted || found.len() == 3),
            "{fault:?}: {found:?}"
        );
        let reopened = ledger.reopen().unwrap();
        assert_eq!(reopened.head, ledger.head());
        ledger.append(&event(5)).unwrap();
        let found = recorded_with(ledger.source(), &[key()]);
        assert_eq!(found.contains(&3), reopened.found.len() == 1, "{fault:?}");
    }
}

#[test]
fn what_a_failed_writer_left_is_durable_before_another_builds_upon_it() {
    let (disk, first, mut tried) = begun();
    let second = small().open_in(FileStore::on(disk.clone())).unwrap();
    disk.take_log();
    tried.append(&first);
    let sync = disk.take_log().iter().position(|operation| *operation == Operation::Sync).unwrap();
    // The sync fails, and so does cutting off what was written.
    disk.fail_nth(sync as u64, Fault::Dead);
    tried.append(&first);
    assert_eq!(tried.uncertain, [3]);
    disk.heal();
    // The system tells each open file of the loss, once: the second writer has to look what is there.
    tried.append(&second);
    assert_eq!(tried.uncertain, [3, 4]);
    second.reopen().expect("the disk is well again");
    tried.append(&second);
    assert_eq!(tried.acknowledged.last(), Some(&5));
    for seed in 0..50 {
        check_reopened(&disk.after_power_cut(seed), &tried, &format!("power cut {seed}"));
    }
}

#[test]
fn nothing_stands_behind_a_seal_whose_roll_failed() {
    let steps: [Step; 4] = [
        |ledger, _| drop(ledger.prune(PrunePolicy::KeepSegments(1))),
        |ledger, _| drop(ledger.rotate(second_key())),
        |ledger, _| drop(ledger.close()),
        |ledger, tried| tried.append(ledger),
    ];
    let (disk, ledger, _) = begun();
    ledger.seal().unwrap();
    disk.take_log();
    ledger.seal().unwrap();
    let operations = disk.take_log().len();
    for step in steps {
        for nth in 0..operations {
            let (disk, ledger, mut tried) = begun();
            ledger.seal().unwrap();
            disk.fail_nth(nth as u64, Fault::Io);
            let _ = ledger.seal();
            disk.heal();
            tried.pruned = true;
            step(&ledger, &mut tried);
            drop(ledger);
            let ring = KeyRing::new(second_key()).retired(key());
            let opened = match small().keys(ring).open_in(FileStore::on(disk.clone())) {
                // It was not rotated.
                Err(OpenError::RolledBack { .. }) => small().open_in(FileStore::on(disk.clone())),
                opened => opened,
            };
            let ledger = opened.unwrap_or_else(|error| panic!("operation {nth}: {error}"));
            let lines: Vec<_> =
                ledger.reader().events().unwrap().collect::<Result<_, _>>().unwrap();
            for pair in lines.windows(2) {
                let sealed = pair[0].line().unwrap().action == "ledger.segment_sealed";
                let next = pair[0].segment() != pair[1].segment();
                assert_eq!(sealed, next, "operation {nth}: {pair:?}");
            }
        }
    }
}

#[test]
fn a_recovery_that_fails_after_a_roll_that_failed_loses_nothing() {
    let (disk, ledger, _) = begun();
    disk.take_log();
    ledger.seal().unwrap();
    let operations = disk.take_log().len();
    for nth in 0..operations {
        for at in 0.. {
            let (disk, ledger, tried) = begun();
            disk.fail_nth(nth as u64, Fault::Dead);
            let _ = ledger.seal();
            drop(ledger);
            disk.heal();
            disk.take_log();
            disk.fail_nth(at, Fault::Io);
            drop(small().open_in(FileStore::on(disk.clone())));
            if disk.take_log().len() as u64 <= at {
                break;
            }
            for seed in 0..3 {
                let context = format!("operation {nth}, then {at}, then power cut {seed}");
                check_reopened(&disk.after_power_cut(seed), &tried, &context);
            }
        }
    }
}

#[test]
fn a_writer_whose_segment_was_rolled_and_pruned_since_goes_on_behind_it() {
    // A roll of its own may have stopped between the seal and the next segment.
    for nth in 0..40 {
        let (disk, first, mut tried) = begun();
        let stale = small().open_in(FileStore::on(disk.clone())).unwrap();
        disk.fail_nth(nth, Fault::Io);
        let _ = stale.seal();
        disk.heal();
        let _ = first.seal();
        let _ = first.seal();
        let _ = first.prune(PrunePolicy::KeepSegments(1));
        tried.pruned = true;
        check_reopened_by(&stale, &mut tried, &format!("operation {nth}"));
        drop((first, stale));
        check_reopened(&disk, &tried, &format!("operation {nth}"));
    }
}

/// One thing that happens to a ledger that two processes have open.
#[derive(Clone, Debug)]
enum Move {
    Append { second: bool, count: u64 },
    Seal { second: bool },
    Prune,
    Fail { nth: u64, fault: Fault },
    Heal,
    Reopen { second: bool },
    Restart { second: bool },
    PowerCut { seed: u64 },
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let fault = proptest::sample::select(FAULTS.to_vec());
    let one = prop_oneof![
        6 => (any::<bool>(), 1..4u64).prop_map(|(second, count)| Move::Append { second, count }),
        1 => any::<bool>().prop_map(|second| Move::Seal { second }),
        1 => Just(Move::Prune),
        3 => (0..30u64, fault).prop_map(|(nth, fault)| Move::Fail { nth, fault }),
        2 => Just(Move::Heal),
        2 => any::<bool>().prop_map(|second| Move::Reopen { second }),
        1 => any::<bool>().prop_map(|second| Move::Restart { second }),
        1 => any::<u64>().prop_map(|seed| Move::PowerCut { seed }),
    ];
    proptest::collection::vec(one, 1..40)
}

/// As many as are asked for by `PROPTEST_CASES`, and never fewer than find something.
fn cases() -> ProptestConfig {
    let config = ProptestConfig::default();
    ProptestConfig { cases: config.cases.max(400), failure_persistence: None, ..config }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn no_order_of_failures_power_cuts_and_writers_loses_or_breaks_anything(moves in moves()) {
        let (mut disk, first, mut tried) = begun();
        let open = |disk: &MemoryDisk| small().open_in(FileStore::on(disk.clone()));
        let mut ledgers = [Some(first), open(&disk).ok()];
        for step in moves {
            match step {
                Move::Append { second, count } => {
                    if let Some(ledger) = &ledgers[usize::from(second)] {
                        tried.append_many(ledger, count);
                    }
                }
                Move::Seal { second } => {
                    if let Some(ledger) = &ledgers[usize::from(second)] {
                        let _ = ledger.seal();
                    }
                }
                Move::Prune => {
                    if let Some(ledger) = &ledgers[0] {
                        tried.pruned = true;
                        let _ = ledger.prune(PrunePolicy::KeepSegments(2));
                    }
                }
                Move::Fail { nth, fault } => disk.fail_nth(nth, fault),
                Move::Heal => disk.heal(),
                Move::Reopen { second } => {
                    if let Some(ledger) = &ledgers[usize::from(second)] {
                        let _ = ledger.reopen();
                    }
                }
                Move::Restart { second } => {
                    ledgers[usize::from(second)] = None;
                    ledgers[usize::from(second)] = open(&disk).ok();
                }
                Move::PowerCut { seed } => {
                    drop(ledgers);
                    disk = disk.after_power_cut(seed);
                    ledgers = [open(&disk).ok(), open(&disk).ok()];
                    prop_assert!(ledgers.iter().all(Option::is_some), "after a power cut");
                }
            }
        }
        drop(ledgers);
        disk.heal();
        check_reopened(&disk, &tried, "in the end");
        check_reopened(&disk.after_power_cut(7), &tried, "in the end, after a power cut");
    }
}
