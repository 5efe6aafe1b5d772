//! A folder that may not be written to, a disk that is full, streams that are closed: nothing is lost, and it is said.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output};

use envaudit_tests::cli_fixture::{CliFixture, RECORD, shell};
use envaudit_tests::disks::{for_all, other_than_root, read_only_for};

const PROGRAM: &str = env!("CARGO_BIN_EXE_envaudit_command");

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Every file below a folder, with its bytes.
fn contents(folder: &Path) -> BTreeMap<OsString, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("a file");
        match entry.path().is_dir() {
            true => all.extend(contents(&entry.path())),
            false => drop(all.insert(entry.path().into(), fs::read(entry.path()).expect("bytes"))),
        }
    }
    all
}

/// What writes to a ledger.
const WRITING: [&[&str]; 5] = [
    &RECORD,
    &["run", "--", "echo", "started"],
    &["checkpoint"],
    &["prune", "--keep", "1d"],
    &["rotate-key", "--new-key", "new.key"],
];

/// What reads it.
const READING: [&[&str]; 6] = [
    &["plan"],
    &["log"],
    &["history", "PORT"],
    &["verify"],
    &["export", "--format", "ocsf"],
    &["export", "--format", "csv"],
];

#[test]
fn a_ledger_in_a_folder_that_may_not_be_written_to_is_read_and_not_changed() {
    let fixture = CliFixture::new("PORT=80\n");
    fixture.record();
    let user = other_than_root();
    let program = for_all(Path::new(PROGRAM), fixture.files.path());
    for folder in ["docker", "k8s"] {
        fixture.files.folder(folder);
    }
    read_only_for(user, &fixture.ledger());
    let before = contents(&fixture.ledger());
    let run = |args: &[&str]| {
        let mut command = fixture.process(program.to_str().expect("UTF-8"), args);
        command.current_dir(fixture.files.path()).uid(user);
        command.output().expect("it starts")
    };
    for args in WRITING {
        let output = run(args);
        assert_eq!(output.status.code(), Some(3), "{args:?}: {output:?}");
        assert!(said(&output).contains("ermission denied"), "{args:?}: {}", said(&output));
        assert_eq!(output.stdout, b"", "{args:?}");
    }
    for args in READING {
        let output = run(args);
        assert_eq!(output.status.code(), Some(0), "{args:?}: {output:?}");
        assert!(!output.stdout.is_empty(), "{args:?}");
    }
    let elsewhere = fixture.ledger().join("inner");
    let mut command = Command::new(&program);
    command.args(["ledger", "init", "--ledger"]).arg(&elsewhere).env_clear().uid(user);
    let output = command.output().expect("it starts");
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(!elsewhere.exists());
    assert!(contents(&fixture.ledger()) == before, "the ledger was changed");
    // Whoever cleans up may do so.
    fs::set_permissions(fixture.ledger(), Permissions::from_mode(0o700)).expect("it is ours");
    fs::set_permissions(fixture.ledger().join("checkpoints"), Permissions::from_mode(0o700))
        .expect("it is ours");
}

/// The command on a disk on which no file can become longer than so many blocks of 512 bytes.
fn full(fixture: &CliFixture, blocks: u64, args: &[&str]) -> Output {
    // The signal that would end it does not exist on a disk that is full.
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
    let mut shell = shell(&script, &fixture.process(PROGRAM, args));
    shell.current_dir(fixture.files.path()).output().expect("it starts")
}

/// A ledger whose first segment is old.
fn old() -> CliFixture {
    let (fixture, ledger) = CliFixture::begun("PORT=80\n", "2020-01-01T00:00:00Z");
    ledger.seal().expect("sealed");
    drop(ledger);
    fixture.record();
    fixture
}

#[test]
fn on_a_full_disk_nothing_is_recorded_by_half_and_nothing_is_started() {
    for args in WRITING {
        let fixture = old();
        let segments = fs::read_dir(fixture.ledger()).expect("a folder");
        let live = segments.filter_map(|entry| {
            let path = entry.expect("a file").path();
            path.extension().is_some_and(|it| it == "jsonl").then_some(path)
        });
        let live = live.max().expect("a segment");
        let len = fs::metadata(&live).expect("a file").len();
        // Nothing fits, nothing more fits, a part of a line fits.
        for blocks in [0, len / 512, len / 512 + 1] {
            let output = full(&fixture, blocks, args);
            let context = format!("{args:?} in {blocks} blocks: {output:?}");
            // A checkpoint is short enough for the place that is left, and so is the statement of a prune.
            if output.status.code() == Some(0) {
                assert!(blocks > 0 && matches!(args[0], "checkpoint" | "prune"), "{context}");
                continue;
            }
            assert_eq!(output.status.code(), Some(3), "{context}");
            assert!(said(&output).starts_with("error: "), "{context}");
            assert_eq!(output.stdout, b"", "{context}");
            let report = fixture.run(&["verify", "--json"]).run().ends_with(0).json();
            assert_eq!(report["intact"], true, "{context}: {report}");
            assert_eq!(fs::metadata(&live).expect("a file").len(), len, "{context}");
            let _ = fs::remove_file(fixture.files.path().join("new.key"));
        }
        // There is place again.
        let mut command = fixture.process(PROGRAM, args);
        let output = command.current_dir(fixture.files.path()).output().expect("it starts");
        assert_eq!(output.status.code(), Some(0), "{args:?}: {output:?}");
    }
}

#[test]
fn on_a_full_disk_there_is_no_half_of_a_ledger_and_an_answer_is_not_cut_off_silently() {
    let fixture = CliFixture::without_ledger("PORT=80\n");
    for blocks in [0, 1] {
        let output = full(&fixture, blocks, &["ledger", "init"]);
        assert_eq!(output.status.code(), Some(3), "{output:?}");
        let answer = fixture.run(&["verify"]).run().ends_with(3);
        assert!(answer.err.contains("there is no ledger in"), "{}", answer.err);
    }
    fixture.run(&["ledger", "init"]).run().ends_with(0);
    fixture.record();
    // What is exported to a file is there whole, or what was there before is.
    let kept = fixture.files.write("events.csv", "of yesterday");
    let export = ["export", "--format", "csv", "--output", "events.csv"];
    let output = full(&fixture, 1, &export);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(said(&output).starts_with("error: events.csv cannot be written: "), "{output:?}");
    assert_eq!(fs::read_to_string(&kept).expect("a file"), "of yesterday");
    let names = fs::read_dir(fixture.files.path()).expect("a folder");
    let left = names.map(|entry| entry.expect("a file").file_name().into_string().expect("UTF-8"));
    assert_eq!(left.filter(|name| name.starts_with("events.csv")).count(), 1);
    assert_eq!(full(&fixture, 100, &export).status.code(), Some(0));
    let written = fs::read_to_string(&kept).expect("a file");
    assert_eq!(written, fixture.run(&["export", "--format", "csv"]).run().ends_with(0).out);
    for args in READING.into_iter().chain([&["audit"][..], &["check"], &["schema"], &["man"]]) {
        let mut command = fixture.process(PROGRAM, args);
        let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("a device");
        let output = command.stdout(full).output().expect("it starts");
        assert_eq!(output.status.code(), Some(3), "{args:?}: {output:?}");
        let expected = "error: the answer cannot be written: No space left on device";
        assert!(said(&output).starts_with(expected), "{args:?}: {}", said(&output));
    }
}

#[test]
fn streams_that_are_closed_are_in_the_way_of_nothing_and_no_answer_goes_into_the_ledger() {
    let fixture = CliFixture::new("PORT=80\n");
    let mut seq = 1;
    for closed in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
        for args in [&RECORD[..], &["run", "--", "true"], &["log", "--json"], &["verify"]] {
            let script = format!("exec \"$@\" {closed}");
            let output =
                shell(&script, &fixture.process(PROGRAM, args)).output().expect("it starts");
            assert_eq!(output.status.code(), Some(0), "{closed} {args:?}: {output:?}");
            seq += u64::from(matches!(args[0], "record" | "run"));
        }
        let report = fixture.run(&["verify", "--json"]).run().ends_with(0).json();
        assert_eq!((&report["intact"], &report["last"]["seq"]), (&true.into(), &seq.into()));
    }
}

#[test]
fn what_is_no_text_is_refused_where_text_is_needed_and_a_path_where_not() {
    let bytes = || OsString::from_vec(b"x\xffy".to_vec());
    let fixture = CliFixture::new("PORT=80\n");
    fixture.record();
    for argument in ["--actor", "--reason", "--resource", "--trace-parent"] {
        let run = fixture.run(&["record"]).args([OsString::from(argument), bytes()]).run();
        assert!(run.ends_with(2).err.contains("invalid UTF-8"), "{argument}");
    }
    for command in ["history", "log", "verify", "prune", "explain", "man", "completions"] {
        let argument = match command {
            "log" => "--actor",
            "verify" => "--public-key",
            "prune" => "--keep",
            _ => "--",
        };
        fixture.run(&[command]).args([OsString::from(argument), bytes()]).run().ends_with(2);
    }
    for (command, argument) in [
        ("verify", "--from"),
        ("verify", "--anchor"),
        ("verify", "--retired-key"),
        ("audit", "--schema"),
        ("audit", "--policy"),
    ] {
        let command =
            envaudit_tests::command::envaudit([command]).path("--ledger", fixture.ledger());
        let answer = command.args([OsString::from(argument), bytes()]).run().ends_with(3);
        assert!(answer.err.contains("cannot be read"), "{argument}: {}", answer.err);
    }
    // The folder of a ledger is a path like any other.
    let odd = fixture.files.path().join(bytes());
    let init = envaudit_tests::command::envaudit(["ledger", "init", "--json"]);
    let dir = init.env("ENVAUDIT_LEDGER", &odd).run().ends_with(0).json();
    assert!(dir["dir"].as_str().expect("text").ends_with("x\u{fffd}y"), "{dir}");
    assert!(odd.join("ledger.json").exists());
    for variable in ["ENVAUDIT_SIGNING_KEY", "ENVAUDIT_SIGNING_KEY_FILE"] {
        for command in ["verify", "checkpoint"] {
            let answer = fixture.keyless(&[command]).env(variable, bytes()).run().ends_with(3);
            assert!(answer.err.contains("key"), "{variable}: {}", answer.err);
        }
    }
    // A value is bytes until something needs it to be text.
    let recorded = fixture.run(&RECORD).env("REGION", bytes()).run().ends_with(1);
    assert!(recorded.err.contains("REGION"), "{}", recorded.err);
    let recorded = fixture.run(&RECORD).env("API_KEY", bytes()).run();
    assert!(!recorded.err.contains("panicked"), "{}", recorded.err);
    fixture.run(&["verify"]).run().ends_with(0);
}
