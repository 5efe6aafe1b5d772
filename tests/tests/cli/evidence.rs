//! What stands in a ledger that somebody changed, or under a key that is not given, is neither believed nor taken away.

use std::path::PathBuf;

use envaudit_tests::cli_fixture::{CliFixture, KEY, RECORD, tamper};
use envaudit_tests::command::Envaudit;

/// A service that is as it was in 2020: the only state is event 2, in a segment that is old.
fn fixture() -> CliFixture {
    CliFixture::unchanged_for_years("PORT=80\nREGION=eu-1\nAPI_KEY=first-canary\n")
}

fn change_the_state(fixture: &CliFixture) {
    tamper(&fixture.first_segment(), |text| text.replace("first start", "first stars"));
}

/// The fixture's key in a file, and that of a key that was rotated to.
fn rotated(fixture: &CliFixture) -> (PathBuf, PathBuf) {
    let old = fixture.files.write("old.key", format!("{KEY}\n"));
    let new = fixture.files.path().join("new.key");
    fixture.run(&["rotate-key"]).path("--new-key", &new).run().ends_with(0);
    (old, new)
}

fn under(fixture: &CliFixture, key: &PathBuf, args: &[&str]) -> Envaudit {
    fixture.keyless(args).env("ENVAUDIT_SIGNING_KEY_FILE", key)
}

#[test]
fn events_that_were_changed_are_not_pruned() {
    let fixture = fixture();
    change_the_state(&fixture);
    let before = std::fs::read(fixture.first_segment()).expect("it is there");
    for args in [&["prune", "--keep", "400d"][..], &["prune", "--keep", "400d", "--dry-run"]] {
        let refused = fixture.run(args).run().ends_with(1);
        for part in ["nothing was pruned", "modified event 2", "it is evidence"] {
            assert!(refused.err.contains(part), "{args:?}: {part}: {}", refused.err);
        }
    }
    assert_eq!(std::fs::read(fixture.first_segment()).expect("it is there"), before);
    assert_eq!(fixture.run(&["verify", "--json"]).run().ends_with(1).json()["last"]["seq"], 4);
}

#[test]
fn a_state_whose_key_is_not_given_is_not_recorded_anew() {
    let fixture = fixture();
    let (old, new) = rotated(&fixture);
    // Nobody who has the new key alone could see this.
    tamper(&fixture.first_segment(), |text| text.replace("\"eu-1\"", "\"us-1\""));
    for args in [&["prune", "--keep", "400d"][..], &["prune", "--keep", "400d", "--dry-run"]] {
        let refused = under(&fixture, &new, args).run().ends_with(3);
        for part in ["nothing was pruned", "event 2", "--retired-key FILE"] {
            assert!(refused.err.contains(part), "{args:?}: {part}: {}", refused.err);
        }
        let seen = under(&fixture, &new, args).path("--retired-key", &old).run().ends_with(1);
        assert!(seen.err.contains("modified event 2"), "{args:?}: {}", seen.err);
    }
    tamper(&fixture.first_segment(), |text| text.replace("\"us-1\"", "\"eu-1\""));
    let pruned = under(&fixture, &new, &["prune", "--keep", "400d"]).path("--retired-key", &old);
    assert!(pruned.run().ends_with(0).out.contains("1 state recorded again"));
}

#[test]
fn a_last_state_that_was_changed_is_passed_over_and_that_is_said() {
    let fixture = fixture();
    change_the_state(&fixture);
    fixture.files.write(".env", "PORT=443\nREGION=eu-1\nAPI_KEY=first-canary\n");
    for args in [&["plan"][..], &RECORD] {
        let answer = fixture.run(args).run().ends_with(1);
        let said = "segment 00000000000000000001.jsonl, byte";
        assert!(answer.err.contains(said), "{args:?}: {}", answer.err);
        assert!(answer.err.contains("may have been the last record"), "{args:?}: {}", answer.err);
    }
    // From then on there is a record again.
    let again = fixture.run(&["plan"]).run().ends_with(0);
    assert!(again.out.contains("compared with event 7"), "{}", again.out);
    assert_eq!(again.err, "");
}

#[test]
fn what_was_recorded_under_a_key_that_is_not_given_is_compared_by_value_or_in_doubt() {
    let fixture = fixture();
    let (old, new) = rotated(&fixture);
    let plan = |retired: bool| {
        let plan = under(&fixture, &new, &["plan", "--json"]);
        let plan = if retired { plan.path("--retired-key", &old) } else { plan };
        plan.run().ends_with(0)
    };
    let blind = plan(false);
    let keys = |answer: &serde_json::Value| -> Vec<String> {
        let changes = answer["changes"].as_array().expect("a list").iter();
        changes.map(|change| change["key"].as_str().expect("a key").to_owned()).collect()
    };
    assert_eq!(keys(&blind.json()), ["API_KEY"]);
    assert!(blind.err.contains("whether API_KEY changed cannot be known"), "{}", blind.err);
    assert!(blind.err.contains("--retired-key FILE"), "{}", blind.err);
    let seeing = plan(true);
    assert_eq!(keys(&seeing.json()), [""; 0]);
    assert_eq!(seeing.err, "");
    let recorded = under(&fixture, &new, &RECORD).run().ends_with(0);
    assert!(recorded.err.contains("whether API_KEY changed cannot be known"), "{}", recorded.err);
    assert_eq!(keys(&plan(false).json()), [""; 0], "the new record is under the new key");
}

#[test]
fn a_key_that_the_ledger_has_retired_is_not_rotated_to_by_opening_it_either() {
    let fixture = fixture();
    let (old, new) = rotated(&fixture);
    let events = || under(&fixture, &new, &["log", "--json"]).run().ends_with(0).out;
    let before = events();
    let swapped = under(&fixture, &old, &RECORD).path("--retired-key", &new).run().ends_with(1);
    assert!(swapped.err.contains("was given as a retired one"), "{}", swapped.err);
    let asked = under(&fixture, &new, &["rotate-key"]).path("--new-key", &old).run().ends_with(2);
    assert!(asked.err.contains("is retired"), "{}", asked.err);
    assert_eq!(events(), before, "nothing was written");
}
