//! `log --follow`: what is appended is shown, as long as there is somebody who reads and the ledger is the one it was.

use std::fs;
use std::io::{BufRead, BufReader, Lines, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use envaudit::ledger::{Actor, Event, Ledger};
use envaudit_tests::Files;
use envaudit_tests::fresh_ledger::options;
use serde_json::Value;

/// A process that follows a ledger, killed at the end.
struct Following {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Following {
    fn new(ledger: &Path, args: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_envaudit_command"));
        command.args(["log", "--follow"]).args(args).arg("--ledger").arg(ledger);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        Following { child, lines }
    }

    /// The action of the next event, which `--json` gives.
    fn next(&mut self) -> String {
        let line = self.lines.next().expect("a line").expect("text");
        let event: Value = serde_json::from_str(&line).expect("JSON");
        event["action"].as_str().expect("text").to_owned()
    }

    /// How it ends by itself: the code, and what it says on stderr.
    fn end(&mut self) -> (Option<i32>, String) {
        let mut said = String::new();
        let mut err = self.child.stderr.take().expect("a pipe");
        err.read_to_string(&mut said).expect("text");
        (self.child.wait().expect("it ends").code(), said)
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A ledger in a folder, with one event.
fn ledger() -> (Files, PathBuf, Ledger) {
    let files = Files::new();
    let path = files.path().join("audit");
    let ledger = options().init(&path).expect("made");
    append(&ledger, "user.created");
    (files, path, ledger)
}

fn append(ledger: &Ledger, action: &'static str) {
    let event = Event::new(action, Actor::user("ada")).resource("user", "eve");
    ledger.append(&event).expect("appended");
}

#[test]
fn a_ledger_is_followed_across_segments_and_other_writers() {
    let (_files, path, ledger) = ledger();
    let mut following = Following::new(&path, &["--json", "--limit", "1", "--resource", "eve"]);
    assert_eq!(following.next(), "user.created");
    drop(ledger);
    for round in 0..3 {
        let ledger = options().segment_size(1500).open(&path).expect("opened");
        for action in ["user.a", "user.b", "user.c", "user.d"] {
            append(&ledger, action);
            let other = Event::new("other.thing", Actor::user("ada"));
            ledger.append(&other.resource("user", "mallory")).expect("appended");
        }
        for action in ["user.a", "user.b", "user.c", "user.d"] {
            assert_eq!(following.next(), action, "{round}");
        }
    }
    let segments = fs::read_dir(&path).expect("a folder").filter(|file| {
        file.as_ref().expect("a file").path().extension().is_some_and(|it| it == "jsonl")
    });
    assert!(segments.count() > 3, "the segments were rolled");
}

#[test]
#[cfg(unix)]
fn a_ledger_is_followed_no_longer_than_somebody_reads() {
    let (_files, path, _ledger) = ledger();
    for args in [&[][..], &["--json", "--actor", "ada"]] {
        let Following { child, lines } = &mut Following::new(&path, args);
        lines.next().expect("a line").expect("text");
        // Nothing more is appended that could be written to the pipe.
        drop(std::mem::replace(lines, closed()));
        assert_eq!(child.wait().expect("it ends").code(), Some(0), "{args:?}");
    }
}

/// The lines of a process that has said nothing and ended.
#[cfg(unix)]
fn closed() -> Lines<BufReader<ChildStdout>> {
    let mut child = Command::new("true").stdout(Stdio::piped()).spawn().expect("it starts");
    let out = child.stdout.take().expect("a pipe");
    child.wait().expect("it ends");
    BufReader::new(out).lines()
}

#[test]
#[cfg(unix)]
fn a_ledger_that_goes_away_or_is_replaced_is_followed_no_longer_and_that_is_said() {
    type Change = fn(&Path);
    let gone = &["it is gone"][..];
    let other = &["the last event that was shown is gone from it"][..];
    let new_one = |path: &Path| {
        let other = path.with_file_name("other");
        let ledger = options().init(&other).expect("made");
        (0..20).for_each(|_| append(&ledger, "user.other"));
        // At once, or it would be gone for a moment.
        fs::rename(segment(&other), segment(path)).expect("moved");
    };
    // Between two renames, there is no ledger for a moment.
    let either = &[gone[0], other[0]][..];
    let changes: [(&str, Change, &[&str]); 6] = [
        ("moved", |path| fs::rename(path, path.with_file_name("old")).expect("moved"), gone),
        ("removed", |path| fs::remove_dir_all(path).expect("removed"), gone),
        ("emptied", |path| fs::remove_file(segment(path)).expect("removed"), gone),
        ("another ledger, which is longer", new_one, either),
        (
            "set back to what it was",
            |path| {
                let text = fs::read_to_string(segment(path)).expect("text");
                let first = text.split_inclusive('\n').next().expect("a line");
                fs::write(segment(path), first).expect("written");
            },
            other,
        ),
        (
            "written anew",
            |path| {
                let text = fs::read_to_string(segment(path)).expect("text");
                let at = text.len() - 10;
                let digit = if text.as_bytes()[at] == b'0' { "1" } else { "0" };
                let text = format!("{}{digit}{}", &text[..at], &text[at + 1..]);
                let staged = path.join("staged");
                fs::write(&staged, text).expect("written");
                fs::rename(staged, segment(path)).expect("renamed");
            },
            other,
        ),
    ];
    for (name, change, expected) in changes {
        let (_files, path, ledger) = ledger();
        drop(ledger);
        let mut following = Following::new(&path, &["--json", "--action", "user.*"]);
        assert_eq!(following.next(), "user.created", "{name}");
        change(&path);
        let (code, said) = following.end();
        assert_eq!(code, Some(3), "{name}: {said}");
        assert!(
            said.contains("error: the ledger cannot be followed any longer: "),
            "{name}: {said}"
        );
        assert!(expected.iter().any(|why| said.contains(why)), "{name}: {said}");
    }
}

fn segment(ledger: &Path) -> PathBuf {
    ledger.join("00000000000000000001.jsonl")
}
