//! What is shown is checked: events that nobody with the key wrote, names that are not recorded, anchors that are none.

use std::fs;
use std::path::Path;

use envaudit::ledger::{Actor, Event};
use envaudit_tests::cli_fixture::{CliFixture, KEY, RECORD};
use envaudit_tests::command::Answer;
use serde_json::{Value, json};

const SEGMENT: &str = "00000000000000000001.jsonl";

/// Five events: made, recorded twice, two doors.
fn fixture() -> CliFixture {
    let fixture = CliFixture::new("PORT=80\nREGION=eu\n");
    fixture.record();
    fixture.run(&RECORD).env("PORT", "443").run().ends_with(0);
    let ledger = fixture.open();
    for who in ["ada", "bob"] {
        ledger.append(&Event::new("door.opened", Actor::user(who))).expect("appended");
    }
    fixture
}

fn edit(fixture: &CliFixture, change: impl FnOnce(Vec<String>) -> Vec<String>) {
    let path = fixture.ledger().join(SEGMENT);
    let text = fs::read_to_string(&path).expect("text");
    let lines = text.split_inclusive('\n').map(str::to_owned).collect();
    fs::write(&path, change(lines).concat()).expect("written");
    let _ = fs::remove_file(fixture.ledger().join("HEAD"));
}

fn replaced(mut lines: Vec<String>, at: usize, from: &str, to: &str) -> Vec<String> {
    assert!(lines[at].contains(from), "{from} in {}", lines[at]);
    lines[at] = lines[at].replace(from, to);
    lines
}

fn chain_key(fixture: &CliFixture) -> std::path::PathBuf {
    let path = fixture.files.path().join("chain.keys");
    let _ = fs::remove_file(&path);
    let run = fixture.run(&["ledger", "chain-key"]).args([&path]);
    run.run().ends_with(0);
    path
}

#[track_caller]
fn assert_named(answer: &Answer, seq: u64, why: &str) {
    let warning = format!("event {seq} is not sound: {why}");
    assert!(answer.err.contains(&warning), "{warning}: {}", answer.err);
}

#[test]
fn an_event_with_a_wrong_hash_is_named_and_marked_wherever_it_is_shown() {
    let fixture = fixture();
    let chain = chain_key(&fixture);
    // The change of PORT, which `history` shows too.
    edit(&fixture, |lines| replaced(lines, 2, "\"actor_id\":\"ada\"", "\"actor_id\":\"eve\""));
    let why = "its hash is not the one it should have";
    for with_chain_key in [false, true] {
        let run = |args: &[&str]| match with_chain_key {
            false => fixture.run(args),
            true => fixture.keyless(args).path("--chain-key", &chain),
        };
        let log = run(&["log"]).run().ends_with(1);
        assert_named(&log, 3, why);
        assert_eq!(log.out.matches("NOT SOUND").count(), 1, "{}", log.out);
        assert!(log.err.contains("error: 1 event is not sound"), "{}", log.err);
        let lines = run(&["log", "--json"]).run().ends_with(1);
        assert_named(&lines, 3, why);
        let stored = fs::read_to_string(fixture.ledger().join(SEGMENT)).expect("text");
        assert_eq!(lines.out, stored, "a line is shown as it is");
        let filtered = run(&["log", "--actor", "eve"]).run().ends_with(1);
        assert_named(&filtered, 3, why);
        // Those that are shown are sound.
        run(&["log", "--actor", "bob"]).run().ends_with(0);

        let history = run(&["history", "PORT"]).run().ends_with(1);
        assert_named(&history, 3, why);
        assert_eq!(history.out.matches("NOT SOUND").count(), 1, "{}", history.out);
        for index in [&[][..], &["--no-index"]] {
            let history = run(&["history", "PORT", "--json"]).args(index).run().ends_with(1);
            let changes = history.json();
            assert_eq!(changes[0]["sound"], true);
            assert_eq!(
                (&changes[1]["sound"], &changes[1]["actor_id"]),
                (&json!(false), &json!("eve"))
            );
        }
        run(&["history", "REGION"]).run().ends_with(0);

        for format in ["csv", "cef", "ocsf", "jsonl"] {
            let export = run(&["export", "--format", format]).run().ends_with(1);
            assert_named(&export, 3, why);
            let mark = match format {
                "csv" => "not sound: ",
                "cef" => "cn2=0 cn2Label=sound",
                "ocsf" => "\"sound\":false",
                _ => "",
            };
            let marked: Vec<_> = export.out.lines().filter(|line| line.contains(mark)).collect();
            assert_eq!(marked.len(), if mark.is_empty() { 5 } else { 1 }, "{}", export.out);
            assert!(mark.is_empty() || marked[0].contains("eve"), "{format}");
        }

        for kind in ["access", "privileged", "config"] {
            let args = ["report", kind, "--actor", "eve"];
            let args = &args[..if kind == "privileged" { 4 } else { 2 }];
            for format in ["table", "json", "csv", "html"] {
                let report = run(args).args(["--format", format]).run().ends_with(1);
                assert_named(&report, 3, "it is not what the ledger recorded");
                if format == "json" {
                    let report: Value = report.json();
                    assert_eq!(report["unsound_events"], json!([3]), "{kind}");
                }
                if format == "table" || (format == "html" && kind != "config") {
                    let marked =
                        report.out.contains("NOT SOUND") || report.out.contains("is not sound");
                    assert!(marked, "{kind}: {}", report.out);
                }
                if format == "csv" && kind == "config" {
                    assert!(report.out.contains("event 3 is not sound"), "{}", report.out);
                }
            }
        }
    }
    // Without a key nothing is said, as before.
    for args in [&["log"][..], &["history", "PORT"], &["export"], &["report", "access"]] {
        let answer = fixture.keyless(args).run().ends_with(0);
        assert!(!answer.err.contains("sound"), "{args:?}: {}", answer.err);
        assert!(!answer.out.contains("NOT SOUND"), "{args:?}: {}", answer.out);
    }
    assert!(fixture.keyless(&["history", "PORT", "--json"]).run().json()[1].get("sound").is_none());
}

#[test]
fn a_log_of_everything_says_what_is_missing_doubled_or_does_not_follow() {
    type Change = fn(Vec<String>) -> Vec<String>;
    let changes: [(Change, u64, &str); 4] = [
        (
            |mut lines| {
                lines.remove(2);
                lines
            },
            4,
            "event 3, which is before it, is missing",
        ),
        (
            |mut lines| {
                lines.insert(3, lines[1].clone());
                lines
            },
            2,
            "it comes after event 3",
        ),
        (
            |mut lines| {
                lines.swap(2, 3);
                lines
            },
            4,
            "event 3, which is before it, is missing",
        ),
        (
            |lines| {
                let kid = lines[3].find(",\"kid\":").expect("a kid");
                let mut line = lines[3].clone();
                line.replace_range(kid..kid + 25, "");
                let (hashed, _) = line.split_once(",\"event_hash\"").expect("a hash");
                let hash = envaudit_tests::ledger::hash(None, hashed.as_bytes());
                let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
                let line = format!("{hashed},\"event_hash\":\"{hash}\"}}\n");
                [&lines[..3], &[line], &lines[4..]].concat()
            },
            4,
            "its hash needs no key",
        ),
    ];
    for (change, seq, why) in changes {
        let fixture = fixture();
        edit(&fixture, change);
        for args in [&["log"][..], &["log", "--json"], &["export"]] {
            assert_named(&fixture.run(args).run().ends_with(1), seq, why);
        }
    }
}

#[test]
fn events_under_a_key_that_is_not_at_hand_are_not_called_unsound() {
    let fixture = fixture();
    let old = fixture.files.write("old.key", KEY);
    let new = fixture.files.path().join("new.key");
    fixture.run(&["rotate-key"]).path("--new-key", &new).run().ends_with(0);
    let run = |args: &[&str]| fixture.keyless(args).env("ENVAUDIT_SIGNING_KEY_FILE", &new);
    let log = run(&["log"]).run().ends_with(0);
    assert!(log.err.contains("not checked: "), "{}", log.err);
    assert!(log.err.contains("--retired-key"), "{}", log.err);
    let history = run(&["history", "PORT", "--json"]).run().ends_with(0).json();
    assert_eq!(history[0]["sound"], Value::Null);
    let log = run(&["log"]).path("--retired-key", &old).run().ends_with(0);
    assert!(!log.err.contains("not checked"), "{}", log.err);
}

/// A key that cannot be used is no reason to show nothing.
#[test]
fn events_are_shown_and_said_to_be_unchecked_if_the_key_cannot_be_used() {
    let fixture = fixture();
    let log = fixture.keyless(&["log"]).env("ENVAUDIT_SIGNING_KEY", "none").run().ends_with(0);
    assert!(log.err.contains("the events are not checked"), "{}", log.err);
    assert!(log.out.contains("door.opened"), "{}", log.out);
}

#[test]
fn a_name_that_is_not_recorded_is_an_error_with_the_nearest_that_is() {
    let fixture = fixture();
    let cases: [(&[&str], &str, &str, Option<&str>); 12] = [
        (&["history", "PROT"], "key", "PROT", Some("PORT")),
        (&["history", "port"], "key", "port", Some("PORT")),
        (&["history", "NOTHING_LIKE_IT"], "key", "NOTHING_LIKE_IT", None),
        (&["history", "PORT", "--resource", "Checkuot"], "resource", "Checkuot", Some("Checkout")),
        (&["log", "--actor", "adda"], "actor", "adda", Some("ada")),
        (&["log", "--actor", "user:adda"], "actor", "user:adda", Some("user:ada")),
        (&["log", "--action", "config.chnged"], "action", "config.chnged", Some("config.changed")),
        (&["log", "--action", "confg.*"], "action", "confg.*", Some("config.changed")),
        (&["log", "--resource", "Chekout"], "resource", "Chekout", Some("Checkout")),
        (&["report", "access", "--resource", "Chekout"], "resource", "Chekout", Some("Checkout")),
        (&["report", "failures", "--actor", "bobb"], "actor", "bobb", Some("bob")),
        (&["report", "privileged", "--actor", "bobb"], "actor", "bobb", Some("bob")),
    ];
    for (args, kind, name, nearest) in cases {
        let answer = fixture.run(args).run().ends_with(1);
        assert!(answer.err.contains(&format!("`{name}`").replace("*`", "`")), "{}", answer.err);
        if let Some(nearest) = nearest {
            let meant = format!("did you mean `{nearest}`?");
            // Two actions are as near to a beginning as each other.
            let meant = if name.ends_with('*') { "did you mean `config." } else { &meant };
            assert!(answer.err.contains(meant), "{args:?}: {}", answer.err);
        }
        let answer = fixture.run(args).args(["--json"]).run().ends_with(1).json();
        let told = &answer["not_recorded"][0];
        assert_eq!((told["kind"].as_str(), told["name"].as_str()), (Some(kind), Some(name)));
        if !name.ends_with('*') {
            assert_eq!(told["nearest"].as_str(), nearest, "{args:?}");
        }
    }
    for args in
        [&["export", "--actor", "adda"][..], &["export", "--format", "csv", "--actor", "adda"]]
    {
        let answer = fixture.run(args).run().ends_with(1);
        assert!(answer.err.contains("did you mean `ada`?"), "{}", answer.err);
        assert!(!answer.out.contains("not_recorded"), "{}", answer.out);
    }
}

#[test]
fn a_recorded_name_without_an_event_that_matches_is_no_mistake() {
    let fixture = fixture();
    for args in [
        &["log", "--actor", "ada", "--until", "2001-01-01"][..],
        &["log", "--actor", "bob", "--action", "config.*"],
        &["log", "--resource", "Check*", "--outcome", "denied"],
        &["export", "--actor", "ada", "--until", "2001-01-01"],
        &["report", "access", "--actor", "ada", "--until", "2001-01-01"],
        &["report", "privileged", "--actor", "root", "--resource", "vault/*"],
        &["log", "--trace-id", "4bf92f3577b34da6a3ce929d0e0e4736"],
    ] {
        let answer = fixture.run(args).run().ends_with(0);
        assert!(!answer.err.contains("did you mean"), "{args:?}: {}", answer.err);
        let json = fixture.run(args).args(if args[0] == "export" { &[][..] } else { &["--json"] });
        assert!(!json.run().ends_with(0).out.contains("not_recorded"), "{args:?}");
    }
}

/// Names for files within the folder of the ledger.
fn inside(fixture: &CliFixture) -> Vec<std::path::PathBuf> {
    let ledger = fixture.ledger();
    let note = fs::read_dir(ledger.join("checkpoints")).expect("a folder").next();
    let note = note.expect("a checkpoint").expect("a file").path();
    let files = fixture.files.path();
    let link = |name: &str, to: &Path| {
        let path = files.join(name);
        std::os::unix::fs::symlink(to, &path).expect("a link");
        path
    };
    let hard = files.join("hard.note");
    fs::hard_link(&note, &hard).expect("a link");
    let relative = note.strip_prefix(files).expect("below");
    vec![
        note.clone(),
        link("linked.note", &note),
        link("folder", &ledger.join("checkpoints")).join(note.file_name().expect("a name")),
        files
            .join("audit/../audit/checkpoints/..")
            .join("checkpoints")
            .join(relative.file_name().expect("a name")),
        hard,
    ]
}

#[test]
fn a_state_in_the_folder_of_the_ledger_vouches_for_nothing() {
    let fixture = fixture();
    fixture.run(&["checkpoint"]).run().ends_with(0);
    for path in inside(&fixture) {
        for option in ["--anchor", "--from"] {
            let refused = fixture.run(&["verify"]).path(option, &path).run().ends_with(2);
            assert!(refused.err.contains("in the folder of the ledger"), "{}", refused.err);
            assert!(!refused.out.contains("an anchor vouches"), "{}", refused.out);
        }
        let report = fixture.run(&["report", "access", "--verify"]);
        report.path("--anchor", &path).run().ends_with(2);
    }
    // The same note kept elsewhere is an anchor.
    let kept = fixture.files.path().join("kept.note");
    fs::copy(inside_note(&fixture), &kept).expect("copied");
    let verified = fixture.run(&["verify"]).path("--anchor", &kept).run().ends_with(0);
    assert!(verified.out.contains("an anchor vouches for all of it"), "{}", verified.out);

    // Nor is an anchor begun there, by whatever name.
    let dangling = fixture.files.path().join("dangling");
    std::os::unix::fs::symlink(fixture.ledger().join("anchor"), &dangling).expect("a link");
    for path in [fixture.ledger().join("anchor"), dangling] {
        fixture.run(&["checkpoint"]).path("--anchor", &path).run().ends_with(2);
        assert!(!fixture.ledger().join("anchor").exists());
    }
    let elsewhere = fixture.files.path().join("anchor");
    fixture.run(&["checkpoint"]).path("--anchor", &elsewhere).run().ends_with(0);
    let verified = fixture.run(&["verify"]).path("--anchor", &elsewhere).run().ends_with(0);
    assert!(verified.out.starts_with("intact: ok-anchored"), "{}", verified.out);
}

fn inside_note(fixture: &CliFixture) -> std::path::PathBuf {
    let note = fs::read_dir(fixture.ledger().join("checkpoints")).expect("a folder").next();
    note.expect("a checkpoint").expect("a file").path()
}

#[test]
fn no_text_breaks_a_line_of_an_export_by_any_rule_of_unicode() {
    let fixture = CliFixture::new("PORT=80\n");
    let ledger = fixture.open();
    let breaks = ['\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'];
    for char in breaks {
        let text = format!("x{char}CEF:0|evil|evil|1|x|y|10|{char}seq");
        let event =
            Event::new("door.opened", Actor::user(text.clone())).resource("door", text.clone());
        let event = event.reason(text.clone()).user_agent(text.clone()).detail("note", text);
        ledger.append(&event).expect("appended");
    }
    let events = 1 + breaks.len();
    for (format, lines) in [("csv", events + 1), ("cef", events), ("ocsf", events)] {
        let export = fixture.run(&["export", "--format", format]).run().ends_with(0).out;
        assert_eq!(export.find(breaks), None, "{format}");
        assert_eq!(export.lines().count(), lines, "{format}");
    }
    // A table is one line an event, too.
    let log = fixture.run(&["log"]).run().ends_with(0).out;
    assert_eq!(log.find(breaks), None);
    assert_eq!(log.lines().count(), events + 1);
    // What JSON escapes is the same text.
    let ocsf = fixture.run(&["export", "--format", "ocsf"]).run().ends_with(0).out;
    let last: Value = serde_json::from_str(ocsf.lines().last().expect("a line")).expect("JSON");
    assert!(last["status_detail"].as_str().expect("text").contains('\u{2029}'));
}

#[test]
fn the_version_of_ocsf_is_one_that_there_is_and_only_for_ocsf() {
    let fixture = CliFixture::new("PORT=80\n");
    let run = |args: &[&str]| fixture.run(&["export"]).args(args.iter().copied()).run();
    run(&["--format", "ocsf", "--ocsf-version", "1.9.0-dev"]).ends_with(0);
    run(&["--format", "ocsf", "--ocsf-version", "1.9.0"]).ends_with(2);
    let refused = run(&["--format", "csv", "--ocsf-version", "1.8.0"]).ends_with(2);
    assert!(
        refused.err.contains("`--ocsf-version` is for `--format ocsf` alone"),
        "{}",
        refused.err
    );
}
