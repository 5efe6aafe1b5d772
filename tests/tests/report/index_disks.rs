//! A ledger on a disk that is mounted to be read, or that has no room: whatever only reads answers without an index and says
//! so, and what records says why it cannot.

use std::fs;
use std::process::Output;

use envaudit_tests::cli_fixture::{CliFixture, RECORD};
use envaudit_tests::disks::{Disk, OnDisk};
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_envaudit_command");

/// What asks the index.
const INDEXED: [&[&str]; 6] = [
    &["history", "PORT"],
    &["history", "PORT", "--json"],
    &["report", "access"],
    &["report", "privileged", "--format", "csv"],
    &["report", "failures", "--json"],
    &["report", "config", "--format", "html"],
];

/// What reads, and needs none.
const OTHERS: [&[&str]; 8] = [
    &["log"],
    &["verify"],
    &["audit"],
    &["check"],
    &["plan"],
    &["explain", "PORT"],
    &["export", "--format", "jsonl"],
    &["history", "PORT", "--no-index"],
];

/// Whose record is longer than a page of memory: there may be room behind the last line that takes a shorter one.
fn recorded() -> CliFixture {
    let fixture = CliFixture::new(&format!("PORT=80\nREGION={}\n", "r".repeat(3000)));
    fixture.record();
    fixture
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[track_caller]
fn answer(on: &OnDisk, fixture: &CliFixture, args: &[&str]) -> Output {
    let output = on.run(&fixture.process(PROGRAM, args));
    assert_eq!(output.status.code(), Some(0), "{args:?}: {output:?}");
    assert!(!output.stdout.is_empty(), "{args:?}");
    output
}

#[test]
fn whatever_reads_answers_without_an_index_and_says_why_there_is_none() {
    for (disk, reasons) in [
        (Disk::ReadOnly, ["Read-only file system", "Permission denied"]),
        (Disk::Full, ["its disk has no room left", "disk I/O error"]),
    ] {
        let fixture = recorded();
        let on = OnDisk::new(disk, &fixture.ledger(), PROGRAM);
        for args in INDEXED {
            let note = said(&answer(&on, &fixture, args));
            assert!(
                note.starts_with("note: `index.sqlite` cannot be used now: "),
                "{args:?}: {note}"
            );
            assert!(
                reasons.iter().any(|reason| note.contains(reason)),
                "{disk:?} {args:?}: {note}"
            );
            assert!(note.ends_with("; all of the ledger is read instead\n"), "{args:?}: {note}");
        }
        for args in OTHERS {
            assert_eq!(said(&answer(&on, &fixture, args)), "", "{disk:?} {args:?}");
        }
        drop(on);
        let len = fs::metadata(fixture.ledger().join("index.sqlite")).map_or(0, |file| file.len());
        assert_eq!(len, 0, "{disk:?}");
    }
}

#[test]
fn an_index_that_is_up_to_date_is_asked_wherever_it_is_and_one_that_is_not_is_left_alone() {
    for disk in [Disk::ReadOnly, Disk::Full] {
        let fixture = recorded();
        let history = ["history", "PORT", "--json"];
        let before = fixture.run(&history).run().ends_with(0).out;
        let on = OnDisk::new(disk, &fixture.ledger(), PROGRAM);
        for args in INDEXED {
            assert_eq!(said(&answer(&on, &fixture, args)), "", "{disk:?} {args:?}");
        }
        assert_eq!(String::from_utf8_lossy(&answer(&on, &fixture, &history).stdout), before);
        drop(on);

        let fixture = recorded();
        fixture.run(&history).run().ends_with(0);
        let index = fs::read(fixture.ledger().join("index.sqlite")).expect("an index");
        fixture.files.write(".env", "PORT=443\n");
        fixture.record();
        let on = OnDisk::new(disk, &fixture.ledger(), PROGRAM);
        let output = answer(&on, &fixture, &history);
        let changes: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(changes.as_array().map(Vec::len), Some(2), "{disk:?}: {changes}");
        assert!(said(&output).contains("`index.sqlite` cannot be used now"), "{}", said(&output));
        drop(on);
        assert!(fs::read(fixture.ledger().join("index.sqlite")).expect("an index") == index);
    }
}

#[test]
fn nothing_is_recorded_or_started_and_it_is_said_which_file_and_why() {
    let run = ["run", "--actor", "ada", "--", "echo", "started"];
    for (disk, reasons) in [
        (Disk::ReadOnly, ["Read-only file system", "Permission denied"]),
        (Disk::Full, ["No space left on device", "File too large"]),
    ] {
        let fixture = recorded();
        fixture.files.write(".env", format!("PORT=81\nREGION={}\n", "s".repeat(3000)));
        let on = OnDisk::new(disk, &fixture.ledger(), PROGRAM);
        for args in [&RECORD[..], &run] {
            let output = on.run(&fixture.process(PROGRAM, args));
            let message = said(&output);
            assert_eq!(output.status.code(), Some(3), "{disk:?} {args:?}: {output:?}");
            assert_eq!(output.stdout, b"", "{disk:?} {args:?}");
            assert!(message.starts_with("error: "), "{args:?}: {message}");
            assert!(reasons.iter().any(|reason| message.contains(reason)), "{args:?}: {message}");
            let report = answer(&on, &fixture, &["verify", "--json"]);
            let report: Value = serde_json::from_slice(&report.stdout).expect("JSON");
            assert_eq!(report["intact"], true, "{args:?}: {report}");
        }
        drop(on);
        // With room, and rights, all goes on where it stopped.
        if disk == Disk::Full {
            fixture.record();
            fixture.run(&["verify"]).run().ends_with(0);
        }
    }
}
