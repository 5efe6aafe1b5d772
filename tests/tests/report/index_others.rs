//! An index beside other processes: writers, readers, kills, and disks that are full.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;

use envaudit::ledger::{Event, Ledger, SyncMode};
use envaudit::report::index::Index;
use envaudit_tests::fresh_ledger::{self, event};
use envaudit_tests::indexed::{Indexed, assert_answers, record};

/// A ledger that takes a moment to index.
fn long(rounds: u64) -> Indexed {
    let made = Indexed::new();
    let options = fresh_ledger::options().segment_size(4 << 20);
    let ledger = options.sync(SyncMode::Interval(std::time::Duration::from_secs(60)));
    let ledger = ledger.open(made.path()).unwrap();
    fill(&ledger, rounds);
    ledger.close().unwrap();
    made
}

fn fill(ledger: &Ledger, rounds: u64) {
    for round in 0..rounds {
        record(ledger, "checkout", &[("PORT", &(1000 + round).to_string())]);
        let batch: Vec<Event> = (0..2000).map(event).collect();
        ledger.append_batch(&batch).unwrap();
    }
}

fn command(path: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_envaudit_command"));
    command.args(["history", "PORT", "--json", "--ledger"]).arg(path);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn changes(output: &Output) -> usize {
    assert!(output.status.success(), "{output:?}");
    let list: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    list.as_array().unwrap().len()
}

#[test]
fn a_kill_in_the_middle_costs_no_more_than_the_last_step() {
    let made = long(40);
    let mut sizes = Vec::new();
    for least in [1, 2 << 20, 4 << 20] {
        let mut child = command(&made.path()).spawn().unwrap();
        // The file grows while it is written.
        while fs::metadata(made.file()).map_or(0, |file| file.len()) < least {
            if child.try_wait().unwrap().is_some() {
                break;
            }
            thread::yield_now();
        }
        let _ = child.kill();
        child.wait().unwrap();
        sizes.push(fs::metadata(made.file()).unwrap().len());
        if least > 1 {
            // Whatever is there is whole after what was left half done is taken back.
            let db = rusqlite::Connection::open(made.file()).unwrap();
            let check: String =
                db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
            assert_eq!(check, "ok");
        }
    }
    assert_eq!(made.assert_answers()[0].len(), 40);
    let (in_file, fresh) = (made.store(), made.store());
    let kept = Index::beside(&made.path(), &in_file).unwrap();
    assert_eq!(kept.len(), Index::temporary(&fresh).unwrap().len(), "{sizes:?}");
}

#[test]
fn several_commands_at_once_give_the_same_answer() {
    let made = long(6);
    let children: Vec<_> = (0..4).map(|_| command(&made.path()).spawn().unwrap()).collect();
    for child in children {
        assert_eq!(changes(&child.wait_with_output().unwrap()), 6);
    }
    made.assert_answers();
}

#[test]
fn a_writer_goes_on_while_the_index_is_read_and_written() {
    let made = long(6);
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let ledger = made.ledger();
            fill(&ledger, 4);
            ledger.close().unwrap();
        });
        let mut seen = 0;
        while !writer.is_finished() {
            let now = changes(&command(&made.path()).output().unwrap());
            assert!(now >= seen, "{now} after {seen}");
            seen = now;
        }
    });
    assert_eq!(made.assert_answers()[0].len(), 10);
    let ring = envaudit::ledger::KeyRing::new(fresh_ledger::key());
    let report = envaudit::ledger::verify::Verifier::new().keys(&ring).verify(&made.store());
    assert!(report.unwrap().is_intact());
}

#[cfg(unix)]
#[test]
fn where_the_disk_is_full_the_ledger_is_read_instead_and_that_is_said() {
    let made = long(6);
    // A file may not grow beyond 200 blocks of 512 bytes or 1 KiB, whichever the shell has.
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 200; exec \"$@\"", "sh"]);
    shell.arg(env!("CARGO_BIN_EXE_envaudit_command"));
    shell.args(["history", "PORT", "--json", "--ledger"]).arg(made.path());
    let output = shell.output().unwrap();
    assert_eq!(changes(&output), 6);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("`index.sqlite` cannot be used now"), "{said}");
    assert!(said.contains("all of the ledger is read instead"), "{said}");
    // Room again.
    assert_eq!(changes(&command(&made.path()).output().unwrap()), 6);
    assert_answers(&made.path(), &made.store());
}

#[test]
fn where_the_index_cannot_be_made_the_ledger_is_read_instead() {
    let made = Indexed::new();
    made.record("checkout", &[("PORT", "80")]);
    fs::create_dir(made.file()).unwrap();
    let output = command(&made.path()).output().unwrap();
    assert_eq!(changes(&output), 1);
    assert!(String::from_utf8(output.stderr).unwrap().contains("it is not a file"));
    let quiet = command(&made.path()).arg("--no-index").output().unwrap();
    assert_eq!((changes(&quiet), quiet.stderr.len()), (1, 0));
}
