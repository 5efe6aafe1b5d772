//! Real processes, really killed; a disk that is really full.
#![cfg(all(feature = "ledger", unix))]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use envaudit::ledger::{FileStore, Filter, LedgerOptions, OpenError};
use envaudit_tests::fresh_ledger::{key, recorded};

const WRITER: &str = env!("CARGO_BIN_EXE_append_until_killed");
const PROCESSES: u64 = 8;
const ROUNDS: u64 = 26;

fn options() -> LedgerOptions {
    LedgerOptions::new().key(key()).vars([("", ""); 0]).segment_size(20_000)
}

fn start(path: &Path, first: u64) -> Child {
    Command::new(WRITER)
        .arg(path)
        .arg(first.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the writer can be run")
}

/// Kills a writer after it has acknowledged so many events, and gives all that it has acknowledged.
fn kill_after(mut child: Child, count: u64) -> Vec<u64> {
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut text = String::new();
    for _ in 0..count {
        out.read_line(&mut text).expect("a line");
    }
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
fn two_hundred_kills_among_eight_writers_lose_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger");
    drop(options().init(&path).unwrap());
    let mut acknowledged = BTreeSet::new();
    let mut kills = 0;
    for round in 0..ROUNDS {
        let writers: Vec<_> = (0..PROCESSES)
            .map(|process| start(&path, (round * PROCESSES + process) * 1_000_000))
            .collect();
        let killers: Vec<_> = writers
            .into_iter()
            .zip(0..)
            .map(|(writer, process)| {
                let count = (round * 7 + process * 5) % 13;
                std::thread::spawn(move || kill_after(writer, count))
            })
            .collect();
        for killer in killers {
            acknowledged.extend(killer.join().unwrap());
            kills += 1;
        }
    }
    assert!(kills >= 200, "{kills}");
    let ledger = options().open(&path).unwrap();
    let found = recorded(ledger.source());
    let distinct: BTreeSet<u64> = found.iter().copied().collect();
    assert_eq!(distinct.len(), found.len(), "nothing is there twice");
    let lost: Vec<_> = acknowledged.difference(&distinct).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    // Each process may have had one event under way when it was killed.
    assert!(distinct.len() as u64 <= acknowledged.len() as u64 + kills, "more than was asked for");
    assert!(acknowledged.len() > 500, "{}", acknowledged.len());
    let recovered =
        ledger.reader().events().unwrap().matching(Filter::new().action("ledger.recovered"));
    let torn = std::fs::read_dir(&path)
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("torn-"));
    assert_eq!(recovered.count(), torn.count(), "each torn end is recorded");
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
