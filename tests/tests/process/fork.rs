//! A fork with an open ledger: parent and child have locks of their own, and a writer whose thread is not there says so.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use std::{iter, thread};

use envaudit::ledger::verify::Verifier;
use envaudit::ledger::{KeyRing, LedgerOptions};
use envaudit_tests::fresh_ledger::{key, recorded};

const FORKED: &str = env!("CARGO_BIN_EXE_forked");

fn options() -> LedgerOptions {
    LedgerOptions::new().key(key()).vars([("", ""); 0]).segment_size(20_000)
}

/// What the processes say, until the last of them has ended.
fn run(path: &Path, arguments: &[&str]) -> Vec<String> {
    let (mode, more) = arguments.split_first().expect("a mode");
    let child = Command::new(FORKED).arg(mode).arg(path).args(more).stdout(Stdio::piped()).spawn();
    let output = child.expect("it can be run").wait_with_output().expect("it ends");
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines().map(str::to_owned).collect()
}

/// The numbers of all events in an intact ledger.
fn numbers(path: &Path) -> Vec<u64> {
    let ledger = options().open(path).expect("opened");
    let report = Verifier::new().keys(&KeyRing::new(key())).verify(ledger.source());
    let report = report.expect("it can be read");
    assert!(report.is_intact(), "{report}");
    recorded(ledger.source())
}

#[test]
fn nothing_that_parent_child_or_grandchild_were_told_is_lost() {
    for mode in ["append", "interval"] {
        for round in 0..12 {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("ledger");
            drop(options().init(&path).unwrap());
            let said = run(&path, &[mode, "40"]);
            let acknowledged: BTreeSet<u64> =
                said.iter().map(|line| line.parse().expect("a number")).collect();
            assert_eq!(acknowledged.len(), 121, "{mode}, round {round}");
            let found = numbers(&path);
            let distinct: BTreeSet<u64> = found.iter().copied().collect();
            assert_eq!(distinct.len(), found.len(), "{mode}, round {round}: once each");
            assert_eq!(distinct, acknowledged, "{mode}, round {round}");
        }
    }
}

#[test]
fn the_child_of_a_parent_that_was_killed_with_the_lock_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger");
    drop(options().init(&path).unwrap());
    assert_eq!(run(&path, &["orphan"]), ["1000000"]);
    assert_eq!(numbers(&path), [0, 1_000_000]);
}

#[test]
fn a_writer_answers_every_call_of_a_child_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger");
    drop(options().init(&path).unwrap());
    let said = run(&path, &["writer"]);
    let (own, mut of_child): (Vec<_>, Vec<_>) =
        said.into_iter().partition(|line| line.starts_with("parent: "));
    assert_eq!(own, ["parent: true"; 2]);
    of_child.retain(|line| !line.starts_with("ticket: "));
    let calls = ["append: Err(Forked)", "submit: Err(Forked)", "send: Err(Forked)"];
    let rest = ["lost: 2", "close: Err(Forked)", "ledger: true", "own: true"];
    assert_eq!(of_child, [&calls[..], &calls[..], &rest[..]].concat());
    let mut found = numbers(&path);
    found.sort_unstable();
    assert_eq!(found, [0, 1, 20, 21, 30]);
}

#[test]
fn a_child_waits_for_no_thread_of_its_parent() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger");
    drop(options().init(&path).unwrap());
    let children = 60;
    let mut parent = Command::new(FORKED)
        .arg("threads")
        .arg(&path)
        .arg(children.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (said, heard) = mpsc::channel();
    let out = BufReader::new(parent.stdout.take().unwrap());
    let reader = thread::spawn(move || {
        out.lines().map_while(Result::ok).for_each(|line| said.send(line).unwrap());
    });
    // Two minutes for each: only a child that hangs takes as long.
    let ended: Vec<String> =
        iter::from_fn(|| heard.recv_timeout(Duration::from_secs(120)).ok()).collect();
    if ended.len() < children {
        parent.kill().unwrap();
    }
    let succeeded = parent.wait().unwrap().success();
    assert_eq!(ended.len(), children, "child {} hangs", ended.len());
    reader.join().unwrap();
    assert!(succeeded);
    let found = numbers(&path);
    let distinct: BTreeSet<u64> = found.iter().copied().collect();
    assert_eq!(distinct.len(), found.len(), "once each");
    for nth in 0..children as u64 {
        assert!(distinct.contains(&(1_000_000 + nth)), "child {nth}");
        assert!(distinct.contains(&(2_000_000 + nth)), "the writer of child {nth}");
    }
}
