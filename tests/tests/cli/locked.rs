//! A ledger that another process has: every command that writes waits as long as it is told, and says for what.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use envaudit::ledger::FileStore;
use envaudit::ledger::store::StoreLock;
use envaudit_tests::cli_fixture::{CliFixture, RECORD};

const PROGRAM: &str = env!("CARGO_BIN_EXE_envaudit_command");

#[test]
fn every_command_that_writes_says_who_is_in_the_way_and_for_how_long_it_waited() {
    let fixture = CliFixture::new("PORT=80\n");
    let store = FileStore::new(fixture.ledger());
    store.lock().expect("it is free");
    let commands: [&[&str]; 5] = [
        &RECORD,
        &["run", "--", "echo", "started"],
        &["checkpoint"],
        &["prune", "--keep", "400d"],
        &["rotate-key", "--new-key", "next.key"],
    ];
    for (limit, waited) in [("0", "did not wait"), ("3ms", "waited 3ms")] {
        for args in commands {
            let own = args.iter().position(|arg| *arg == "--").unwrap_or(args.len());
            let run = fixture.run(&args[..own]).args(["--lock-timeout", limit]);
            let answer = run.args(args[own..].iter().copied()).run().ends_with(3);
            let lock = fixture.ledger().join("lock");
            for part in [lock.to_str().expect("UTF-8"), "another process", waited, "--lock-timeout"]
            {
                assert!(answer.err.contains(part), "{args:?}: {part}: {}", answer.err);
            }
            assert_eq!(answer.out, "", "{args:?}");
        }
    }
    assert!(!std::path::Path::new("next.key").exists(), "no key was made for nothing");
    // Whoever reads needs no lock.
    fixture.run(&["verify"]).run().ends_with(0);
    fixture.run(&["log"]).run().ends_with(0);
    store.unlock();
    fixture.run(&RECORD).args(["--lock-timeout", "0"]).run().ends_with(0);
    let refused = fixture.run(&["checkpoint", "--lock-timeout", "soon"]).run().ends_with(2);
    assert!(refused.err.contains("is not a length of time"), "{}", refused.err);
}

#[test]
fn a_start_that_may_go_without_a_record_does_so_when_the_ledger_is_held_by_another_process() {
    let fixture = CliFixture::new("PORT=80\n");
    let mut holder = Command::new("flock");
    let lock = fixture.ledger().join("lock");
    let script = "echo held; read line";
    let holder = holder.arg(lock).args(["sh", "-c", script]).stdin(Stdio::piped());
    let mut holder = holder.stdout(Stdio::piped()).spawn().expect("util-linux");
    let mut said = BufReader::new(holder.stdout.take().expect("a pipe")).lines();
    assert_eq!(said.next().expect("a line").expect("text"), "held");
    let run = |args: &[&str]| {
        let args = [&["run", "--lock-timeout", "0"], args, &["--", "echo", "started"]].concat();
        fixture.process(PROGRAM, &args).output().expect("it starts")
    };
    let (strict, degraded) = (run(&[]), run(&["--degraded"]));
    assert_eq!((strict.status.code(), strict.stdout.as_slice()), (Some(3), &b""[..]));
    assert_eq!((degraded.status.code(), degraded.stdout.as_slice()), (Some(0), &b"started\n"[..]));
    let said = String::from_utf8_lossy(&degraded.stderr);
    assert!(said.contains("warning: started without a record: "), "{said}");
    assert!(said.contains("another process holds it"), "{said}");
    drop(holder.stdin.take());
    holder.wait().expect("it ends");
}

#[test]
#[cfg(target_os = "linux")]
fn whoever_waits_at_a_terminal_is_told_for_what() {
    let fixture = CliFixture::new("PORT=80\n");
    let store = FileStore::new(fixture.ledger());
    store.lock().expect("it is free");
    let mut command = Command::new("script");
    let checkpoint = format!("{PROGRAM} checkpoint --lock-timeout 1001ms");
    command.args(["--quiet", "--return", "--command", &checkpoint, "/dev/null"]);
    command.env("ENVAUDIT_LEDGER", fixture.ledger()).env("TERM", "xterm");
    command.env("ENVAUDIT_SIGNING_KEY", envaudit_tests::cli_fixture::KEY).stdin(Stdio::null());
    let output = command.output().expect("script can be run");
    let said = String::from_utf8_lossy(&output.stdout);
    let waiting = said.find("waiting for another process that writes to the ledger in ");
    assert!(waiting < said.find("error") && waiting.is_some(), "{said}");
    assert_eq!(output.status.code(), Some(3), "{said}");
}
