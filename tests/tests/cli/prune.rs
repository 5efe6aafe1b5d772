//! `prune`: what goes, by whom and why, and what stays known.

use std::fs;

use envaudit_tests::cli_fixture::CliFixture;
use serde_json::Value;

/// A service that is as it was in 2020.
fn fixture() -> CliFixture {
    CliFixture::unchanged_for_years("PORT=80\nREGION=eu-1\n")
}

fn state_of(fixture: &CliFixture) -> Vec<(String, Vec<u8>)> {
    let folder = fs::read_dir(fixture.ledger()).expect("a folder");
    let files = folder.map(|file| file.expect("a file")).filter(|file| file.path().is_file());
    let mut files: Vec<_> = files
        .map(|file| {
            let name = file.file_name().into_string().expect("UTF-8");
            (name, fs::read(file.path()).expect("bytes"))
        })
        .collect();
    files.sort();
    files
}

#[test]
fn a_dry_run_says_which_segments_would_go_and_writes_nothing() {
    let fixture = fixture();
    let before = state_of(&fixture);
    let dry = fixture.run(&["prune", "--keep", "400d", "--dry-run"]).run().ends_with(0);
    for part in [
        "00000000000000000001.jsonl",
        "the state of Checkout, which is in event 2, would be recorded again",
        "would be pruned: 1 segment with 3 events; the first event would be 4; nothing was written",
    ] {
        assert!(dry.out.contains(part), "{part}: {}", dry.out);
    }
    let json = fixture.run(&["prune", "--keep", "400d", "--dry-run", "--json"]).run();
    let json = json.ends_with(0).json();
    assert_eq!(json["states"][0]["resource"], "Checkout");
    assert_eq!((&json["events"], &json["first_kept_seq"]), (&3.into(), &4.into()));
    assert_eq!(state_of(&fixture), before);
    let dry = fixture.run(&["prune", "--keep", "99years", "--dry-run"]).run().ends_with(0);
    assert_eq!(dry.out, "nothing is old enough to be pruned\n");
}

#[test]
fn a_configuration_that_has_not_changed_since_is_known_as_well_after_a_prune() {
    let fixture = fixture();
    let answers = || -> [Value; 2] {
        let report = ["report", "config", "--since", "2019-01-01", "--json"];
        let report = fixture.run(&report).run().ends_with(0).json();
        [fixture.plan()["changes"].clone(), report["configurations"][0]["variables"].clone()]
    };
    let before = answers();
    let whole = fixture.run(&["history", "PORT"]).run().ends_with(0);
    assert_eq!(whole.err, "");
    let pruned = fixture.run(&["prune", "--keep", "400d"]).run().ends_with(0);
    assert_eq!(pruned.out, "pruned: 1 segment; the first event is now 4; 1 state recorded again\n");
    assert_eq!(answers(), before);
    assert_eq!(before[1], 3, "PORT, REGION, RETRIES");
    // The month was over, so that a segment was begun before the state was recorded anew.
    assert_eq!(fixture.plan()["since"], 7);
    assert_eq!(fixture.record()["unchanged_since"], 7);
    let history = fixture.run(&["history", "PORT"]).run().ends_with(0);
    assert!(history.err.contains("no change of PORT"), "{}", history.err);
    let pruned = "the events before 4 were pruned: older changes of PORT are not known";
    assert!(history.err.contains(pruned), "{}", history.err);
    fixture.files.write(".env", "PORT=443\nREGION=eu-1\n");
    let changes = fixture.record()["changes"].clone();
    assert_eq!(changes.as_array().map(Vec::len), Some(1), "{changes}");
    assert_eq!(
        (&changes[0]["before"]["value"], &changes[0]["after"]["value"]),
        (&"80".into(), &"443".into())
    );
    for no_index in [&[][..], &["--no-index"]] {
        let history = fixture.run(&["history", "PORT", "--json"]).args(no_index.iter().copied());
        let history = history.run().ends_with(0);
        assert!(history.err.contains(pruned), "{}", history.err);
        let history = history.json();
        assert_eq!(history.as_array().map(Vec::len), Some(1), "{history}");
    }
}

#[test]
fn who_pruned_and_who_changed_the_key_and_why_stands_in_the_ledger() {
    let who = ["--actor", "admin:ada", "--reason", "OPS-7"];
    for args in [&["prune", "--keep", "400d"][..], &["rotate-key", "--new-key", "next.key"]] {
        for given in [true, false] {
            let fixture = fixture();
            let next = fixture.files.path().join("next.key");
            let args: Vec<_> = args
                .iter()
                .map(|arg| if *arg == "next.key" { next.as_os_str() } else { arg.as_ref() })
                .collect();
            let run = fixture.run(&[]).args(args).env("USER", "bob").env("HOSTNAME", "h");
            run.args(if given { &who[..] } else { &[] }.iter().copied()).run().ends_with(0);
            let log = fixture.run(&["log", "--json"]).run().ends_with(0).out;
            let event = log.lines().find(|line| {
                line.contains("\"ledger.pruned\"") || line.contains("\"ledger.key_rotated\"")
            });
            let event: Value = serde_json::from_str(event.expect("it is there")).expect("JSON");
            let said =
                ["actor_type", "actor_id", "reason", "origin"].map(|name| event[name].clone());
            let expected = match given {
                true => ["admin".into(), "ada".into(), "OPS-7".into(), "cli".into()],
                false => ["service".into(), "bob@h".into(), Value::Null, "cli".into()],
            };
            assert_eq!(said, expected);
            let report = fixture.run(&["verify", "--json"]);
            let report = match next.exists() {
                true => {
                    let old = fixture.files.write("old.key", envaudit_tests::cli_fixture::KEY);
                    let new = fixture.keyless(&["verify", "--json"]).path("--retired-key", old);
                    new.env("ENVAUDIT_SIGNING_KEY_FILE", next)
                }
                false => report,
            };
            assert_eq!(report.run().ends_with(0).json()["intact"], true);
        }
    }
    for (args, said) in [
        (["--actor", "user: "], "`--actor` must not be empty"),
        (["--reason", " "], "`--reason` must not be empty"),
    ] {
        for command in [&["prune", "--keep", "1d"][..], &["rotate-key", "--new-key", "never"]] {
            let fixture = fixture();
            let before = state_of(&fixture);
            let answer = fixture.run(command).args(args).run().ends_with(2);
            assert!(answer.err.contains(said), "{command:?}: {}", answer.err);
            assert_eq!(state_of(&fixture), before);
        }
    }
}

#[test]
fn an_age_that_may_be_meant_otherwise_takes_nothing_away() {
    let fixture = fixture();
    let before = state_of(&fixture);
    for (keep, said) in [
        ("12m", "write `M` or `months`, or `min`"),
        ("3h", "less than a day"),
        ("0s", "less than a day"),
        ("400", "is not an age such as `400d`"),
        ("99999999y", "before the earliest time"),
    ] {
        let answer = fixture.run(&["prune", "--keep", keep]).run().ends_with(2);
        assert!(answer.err.contains(said), "{keep}: {}", answer.err);
    }
    assert_eq!(state_of(&fixture), before);
}
