//! What is said where something is not as it should be: what, where, and what to do about it.

use std::fs;

use envaudit_tests::cli_fixture::{CliFixture, RECORD};
use envaudit_tests::command::{commands, envaudit};

#[test]
fn a_whole_report_of_an_earlier_verification_is_as_good_as_the_state_in_it() {
    let fixture = CliFixture::new("PORT=80\n");
    fixture.record();
    let report = fixture.run(&["verify", "--json"]).run().ends_with(0).out;
    let kept = fixture.files.write("v.json", &report);
    fixture.record();
    let from = fixture.run(&["verify"]).path("--from", &kept).run().ends_with(0);
    assert!(from.out.contains(", 1 new event in "), "{}", from.out);
    for (text, code, said) in [
        (report.replace("\"verified\": \"", "\"verified\": null, \"x\": \""), 2, "was not intact"),
        ("{\"rows\": []}".to_owned(), 3, "is JSON, but not the answer of `verify --json`"),
        ("{".to_owned(), 3, "is JSON, but not the answer"),
    ] {
        let kept = fixture.files.write("v.json", text);
        let refused = fixture.run(&["verify"]).path("--from", kept).run().ends_with(code);
        assert!(refused.err.contains(said), "{}", refused.err);
        assert!(refused.err.len() < 400, "{}", refused.err);
    }
    // Given in the place of a file, it is not said again in full.
    for text in [report.as_str(), &report.replace('\n', "")] {
        let refused = fixture.run(&["verify", "--from", text]).run().ends_with(3);
        assert!(refused.err.contains("cannot be read: "), "{}", refused.err);
        assert!(refused.err.len() < 300, "{}", refused.err);
    }
}

#[test]
fn a_damaged_head_is_said_to_be_what_is_damaged() {
    let fixture = CliFixture::new("PORT=80\n");
    fixture.record();
    fixture.open().close().expect("closed");
    fs::write(fixture.ledger().join("HEAD"), "nonsense").expect("written");
    for args in [&RECORD[..], &["checkpoint"], &["prune", "--keep", "1d"]] {
        let refused = fixture.run(args).run().ends_with(1);
        assert!(refused.err.contains("`HEAD` is not what a ledger writes"), "{}", refused.err);
        assert!(refused.err.contains("remove `HEAD`"), "{}", refused.err);
        assert!(!refused.err.contains(".jsonl"), "{}", refused.err);
    }
    let verdict = fixture.run(&["verify", "--json"]).run().ends_with(1).json();
    assert_eq!(verdict["first_break"]["file"], "HEAD");
    fs::remove_file(fixture.ledger().join("HEAD")).expect("removed");
    fixture.record();
    fixture.run(&["verify"]).run().ends_with(0);
}

#[test]
fn a_key_that_is_missing_is_to_be_given_where_a_command_takes_one_from() {
    let fixture = CliFixture::new("PORT=80\n");
    for args in [&RECORD[..], &["checkpoint"], &["plan"]] {
        let refused = fixture.keyless(args).run().ends_with(3);
        assert!(refused.err.contains("ENVAUDIT_SIGNING_KEY_FILE"), "{}", refused.err);
        assert!(!refused.err.contains("in code"), "{}", refused.err);
    }
}

#[test]
fn an_environment_of_more_variables_than_are_possible_is_told_how_to_ask_for_fewer() {
    let many: String = (0..70_000).map(|nth| format!("KEY_{nth}=x\n")).collect();
    let files = envaudit_tests::Files::with(".env", many);
    let refused = envaudit(["audit"]).dir(&files).run().ends_with(3);
    assert!(refused.err.contains("it has 70000 variables"), "{}", refused.err);
    assert!(refused.err.contains("hint: `--env-file` says which file to read"), "{}", refused.err);
}

#[test]
fn a_page_says_whether_an_anchor_was_given_that_knows_nothing_of_the_ledger() {
    let (fixture, other) = (CliFixture::new("PORT=80\n"), CliFixture::new("PORT=80\n"));
    let anchor = fixture.files.path().join("anchor");
    other.run(&["checkpoint"]).path("--anchor", &anchor).run().ends_with(0);
    let page = ["report", "access", "--format", "html"];
    let none = fixture.run(&page).run().ends_with(0).out;
    assert!(none.contains("No anchor was given: "), "{none}");
    let given = fixture.run(&page).path("--anchor", anchor).run().ends_with(1).out;
    assert!(!given.contains("No anchor was given"), "{given}");
    assert!(given.contains("The state in the given anchor is not in this ledger"), "{given}");
}

#[test]
fn that_a_failure_was_recorded_is_said_with_its_event() {
    let fixture = CliFixture::new("PORT=none\n");
    for (args, seq) in [(&RECORD[..], 2), (&["run", "--", "no-such-program"], 3)] {
        let refused = fixture.run(args).run().ends_with(1);
        let said = format!("this failure was recorded as event {seq}");
        assert!(refused.err.contains(&said), "{args:?}: {}", refused.err);
        assert_eq!(fixture.last_event()["seq"], seq);
    }
    fs::remove_dir_all(fixture.ledger()).expect("removed");
    let refused = fixture.run(&["run", "--", "no-such-program"]).run().ends_with(1);
    assert!(
        refused.err.contains("this failure was not recorded: there is no ledger"),
        "{refused:?}"
    );
}

#[test]
fn what_is_written_to_a_file_is_said_with_how_much_it_is_and_a_dash_is_no_file() {
    let fixture = CliFixture::new("PORT=80\n");
    fixture.record();
    let path = fixture.files.path().join("events");
    for (more, said) in
        [(&[][..], "2 events written to "), (&["--limit", "1"], "1 event written to ")]
    {
        let export = || fixture.run(&["export", "--format", "csv"]).args(more.iter().copied());
        let loud = export().path("--output", &path).run().ends_with(0);
        assert!(loud.err.starts_with(said), "{}", loud.err);
        assert_eq!(loud.out, "");
        let quiet = export().args(["-q"]).path("-o", &path).run().ends_with(0);
        assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("", ""));
        let dash = export().args(["--output", "-"]).run().ends_with(0);
        assert_eq!(dash.out, fs::read_to_string(&path).expect("a file"));
        assert_eq!(dash.err, "");
    }
    let report = fixture.run(&["report", "access", "--output", "-"]);
    assert!(report.run().ends_with(0).out.contains("ACTOR"));
}

#[test]
fn help_of_a_command_is_what_the_command_says_when_it_is_asked() {
    for command in commands() {
        let asked = envaudit(["help", command.as_str()]).run().ends_with(0);
        let itself = envaudit([command.as_str(), "--help"]).run().ends_with(0);
        assert_eq!(asked.out, itself.out, "{command}");
    }
    let whole = envaudit(["help"]).run().ends_with(0);
    assert_eq!(whole.out, envaudit(["--help"]).run().ends_with(0).out);
    envaudit(["help", "none"]).run().ends_with(2);
}
