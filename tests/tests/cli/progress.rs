//! How far a command has got is shown to whoever waits at a terminal, and to nobody else.

use std::process::Command;

use chrono::{DateTime, TimeDelta, Utc};
use envaudit::ledger::{Actor, Event, LedgerOptions, MasterKey};
use envaudit_tests::Files;

const PROGRAM: &str = env!("CARGO_BIN_EXE_envaudit_command");
const KEY: [u8; 32] = [7; 32];

/// What a terminal shows of a script, `script(1)` being the terminal, and the exit code.
fn shown(files: &Files, script: &str) -> (String, Option<i32>) {
    let output = Command::new("script")
        .args(["--quiet", "--return", "--command", script, "/dev/null"])
        .current_dir(files.path())
        .env("ENVAUDIT", PROGRAM)
        .env("TERM", "xterm")
        .env("ENVAUDIT_SIGNING_KEY", "07".repeat(32))
        .output()
        .expect("script can be run");
    (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.code())
}

/// A ledger of 40 MiB in 20 segments, all of them old.
fn large() -> Files {
    let files = Files::new();
    let long_ago: DateTime<Utc> = "2020-01-01T00:00:00Z".parse().expect("a time");
    let options = LedgerOptions::new().key(MasterKey::from_bytes(KEY)).vars([("", ""); 0]);
    let ledger = options
        .segment_size(2 << 20)
        .clock(move || long_ago + TimeDelta::seconds(1))
        .init(files.path().join(".envaudit"))
        .expect("made");
    let note = "\u{2026}".repeat(300_000);
    for _ in 0..40 {
        let event = Event::new("note.taken", Actor::system("tests")).detail("note", note.as_str());
        ledger.append(&event).expect("appended");
    }
    files
}

#[test]
fn verify_export_and_prune_show_a_bar_on_a_terminal_unless_they_are_to_be_quiet() {
    let files = large();
    let bar = ['█', '░'];
    for (script, is_shown) in [
        ("$ENVAUDIT verify", true),
        ("$ENVAUDIT verify -q", false),
        ("$ENVAUDIT export --format csv > events.csv", true),
        // The events themselves would be on the terminal.
        ("$ENVAUDIT export --outcome denied", false),
        ("$ENVAUDIT prune --keep 1d", true),
    ] {
        let (text, code) = shown(&files, script);
        assert_eq!(code, Some(0), "{script}: {text}");
        assert_eq!(text.contains(bar), is_shown, "{script}: {:?}", &text[..text.len().min(2000)]);
    }
    assert!(!files.path().join(".envaudit/00000000000000000001.jsonl").exists());
}
