//! Real processes, really killed; a disk that is really full.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::hash::{BuildHasher, RandomState};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Barrier;

use envaudit::ledger::store::SegmentSource;
use envaudit::ledger::verify::Verifier;
use envaudit::ledger::{AppendError, FileStore, Filter, KeyRing, LedgerOptions, OpenError};
use envaudit_tests::effort::count;
use envaudit_tests::fresh_ledger::{event, key, recorded, recorded_with};

const WRITER: &str = env!("CARGO_BIN_EXE_append_until_killed");
const PROCESSES: u64 = 8;
/// How many writers are killed, unless `ENVAUDIT_TEST_KILLS` says another number.
const KILLS: u64 = 208;
/// How many events a writer puts into one write.
const BATCHES: [u64; 4] = [1, 3, 30, 150];

fn options() -> LedgerOptions {
    LedgerOptions::new().key(key()).vars([("", ""); 0]).segment_size(20_000)
}

fn start(path: &Path, first: u64, batch: u64) -> Child {
    Command::new(WRITER)
        .arg(path)
        .arg(first.to_string())
        .arg(batch.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the writer can be run")
}

/// Kills a writer some time after it has acknowledged so many events, and gives all that it has acknowledged.
fn kill_after(mut child: Child, count: u64, dice: u64) -> Vec<u64> {
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut text = String::new();
    for _ in 0..count {
        out.read_line(&mut text).expect("a line");
    }
    // Wherever it is by now: waiting for the lock, writing, syncing, rolling.
    (0..dice % 5000).for_each(|_| std::thread::yield_now());
    child.kill().expect("it runs");
    child.wait().expect("it ran");
    out.read_to_string(&mut text).expect("the rest");
    // The kill may have cut the last line of the pipe.
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    text[..whole]
        .lines()
        .map(|line| line.parse().unwrap_or_else(|_| panic!("the writer says: {line}")))
        .collect()
}

#[test]
fn kills_among_eight_writers_lose_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger");
    drop(options().init(&path).unwrap());
    let mut acknowledged = BTreeSet::new();
    let rounds = count("ENVAUDIT_TEST_KILLS", KILLS).div_ceil(PROCESSES);
    let (mut kills, mut recoveries) = (0, 0);
    for round in 0..rounds {
        let writers: Vec<_> = (0..PROCESSES)
            .map(|process| {
                let batch = BATCHES[((round + process) % 4) as usize];
                start(&path, (round * PROCESSES + process) * 1_000_000, batch)
            })
            .collect();
        let killers: Vec<_> = writers
            .into_iter()
            .zip(0..)
            .map(|(writer, process)| {
                let count = (round * 7 + process * 5) % 13;
                let dice = RandomState::new().hash_one((round, process));
                std::thread::spawn(move || kill_after(writer, count, dice))
            })
            .collect();
        for killer in killers {
            acknowledged.extend(killer.join().unwrap());
            kills += 1;
        }
        if round % 3 == 0 {
            tear(&path);
        }
        if round % 6 == 0 {
            // What the writers of the next round would do, if they were not killed at it.
            drop(options().open(&path).unwrap());
            recoveries += 1;
        }
    }
    assert_eq!(kills, rounds * PROCESSES);
    let ledger = options().open(&path).unwrap();
    let found = recorded(ledger.source());
    let distinct: BTreeSet<u64> = found.iter().copied().collect();
    assert_eq!(distinct.len(), found.len(), "nothing is there twice");
    let lost: Vec<_> = acknowledged.difference(&distinct).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    // Each process may have had one batch under way when it was killed, or one that was not told any more.
    let most: u64 = (0..kills).map(|_| 2 * BATCHES[3]).sum();
    assert!(distinct.len() as u64 <= acknowledged.len() as u64 + most, "more than was asked for");
    assert!(acknowledged.len() as u64 > 2 * kills, "{}", acknowledged.len());
    println!("{kills} kills, {} events acknowledged, {} there", acknowledged.len(), distinct.len());
    let recovered =
        ledger.reader().events().unwrap().matching(Filter::new().action("ledger.recovered"));
    let torn = std::fs::read_dir(&path)
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("torn-"));
    // A recovery that is killed itself may have kept the torn end and not recorded it, or recorded it and not said so in the
    // name of the copy: then the next one records it again.
    let recovered: BTreeSet<String> = recovered
        .map(|record| {
            let record = record.unwrap();
            record.line().unwrap().details.expect("what was cut off").to_owned()
        })
        .collect();
    let (recovered, torn) = (recovered.len(), torn.count());
    assert!((recoveries..=torn).contains(&recovered), "{recovered} recorded of {torn} torn ends");
    let report = Verifier::new().keys(&KeyRing::new(key())).verify(ledger.source()).unwrap();
    assert!(report.is_intact(), "{report}");
}

/// Leaves the end of the ledger as a machine does that stops in the middle of a write.
fn tear(path: &Path) {
    let last = FileStore::new(path).segments().expect("segments").pop().expect("one");
    let mut file = OpenOptions::new().append(true).open(path.join(last.name)).expect("a file");
    file.write_all(b"{\"v\":1,\"seq\":").expect("written");
}

#[test]
fn a_live_file_that_is_unlinked_or_replaced_stops_the_writer() {
    for replace in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ledger");
        let ledger = options().init(&path).unwrap();
        ledger.append(&event(0)).unwrap();
        let live = path.join("00000000000000000001.jsonl");
        let before = std::fs::read(&live).unwrap();
        std::fs::remove_file(&live).unwrap();
        if replace {
            std::fs::write(&live, &before).unwrap();
        }
        for nth in 1..3 {
            let error = ledger.append(&event(nth)).unwrap_err();
            assert!(matches!(error, AppendError::Poisoned { .. }), "replaced: {replace}: {error}");
        }
        assert_eq!(std::fs::read(&live).ok(), replace.then_some(before), "nothing was written");
    }
}

#[test]
fn a_last_line_that_is_changed_in_place_stops_the_writer() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger");
    let ledger = options().init(&path).unwrap();
    ledger.append(&event(0)).unwrap();
    let live = path.join("00000000000000000001.jsonl");
    let text = std::fs::read_to_string(&live).unwrap();
    let hash = text[text.len() - 67..text.len() - 3].to_owned();
    std::fs::write(&live, text.replace(&hash, &"0".repeat(64))).unwrap();
    let error = ledger.append(&event(1)).unwrap_err();
    assert!(matches!(error, AppendError::Damaged(_)), "{error}");
    assert!(matches!(ledger.append(&event(1)), Err(AppendError::Poisoned { .. })));
    assert_eq!(std::fs::read(&live).unwrap().len(), text.len(), "nothing was written");
}

#[test]
fn several_first_starts_at_once_make_one_ledger() {
    for _ in 0..20 {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ledger");
        let start = Barrier::new(8);
        let keys: Vec<_> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..8)
                .map(|nth| {
                    let (path, start) = (&path, &start);
                    scope.spawn(move || {
                        let options = LedgerOptions::new().vars([("", ""); 0]);
                        start.wait();
                        let ledger = options.open_or_init(path).unwrap();
                        ledger.append(&event(nth)).unwrap();
                        ledger.keys().unwrap().current().clone()
                    })
                })
                .collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        let mut found = recorded_with(&FileStore::new(&path), &keys[..1]);
        found.sort_unstable();
        assert_eq!(found, (0..8).collect::<Vec<_>>());
        assert!(keys.iter().all(|key| key.id() == keys[0].id()), "one key");
    }
}

#[test]
fn a_file_that_may_not_grow_is_told_and_leaves_nothing_torn() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger");
    drop(options().segment_size(1 << 30).init(&path).unwrap());
    let script = "trap '' XFSZ; ulimit -f 16; exec \"$0\" \"$1\" 0";
    let output =
        Command::new("sh").args(["-c", script, WRITER]).arg(&path).output().expect("sh can be run");
    let text = String::from_utf8(output.stdout).unwrap();
    let (refusals, numbers): (Vec<&str>, Vec<&str>) =
        text.lines().partition(|line| line.starts_with("refused: "));
    assert_eq!(refusals.len(), 1, "{text}");
    assert!(refusals[0].contains("was not recorded"), "{}", refusals[0]);
    assert!(numbers.len() > 5, "{text}");
    let ledger = options().open(&path).unwrap();
    let acknowledged: Vec<u64> = numbers.iter().map(|number| number.parse().unwrap()).collect();
    assert_eq!(recorded(ledger.source()), acknowledged);
    let recovered =
        ledger.reader().events().unwrap().matching(Filter::new().action("ledger.recovered"));
    assert_eq!(recovered.count(), 0);
}

#[test]
fn a_ledger_whose_manifest_was_removed_is_never_begun_anew() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger");
    let ledger = options().init(&path).unwrap();
    ledger.close().unwrap();
    drop(ledger);
    std::fs::remove_file(path.join("ledger.json")).unwrap();
    for opened in [options().open(&path), options().init(&path), options().open_or_init(&path)] {
        assert!(matches!(opened, Err(OpenError::NoManifest { .. })), "{opened:?}");
    }
    let store = FileStore::new(&path);
    assert!(options().open_or_init_in(store).is_err());
}
