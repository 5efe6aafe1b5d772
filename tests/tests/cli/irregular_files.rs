//! What lies in the folder of a ledger and is no file that a ledger makes: tampering, and never something to wait for.

use std::fs;

use envaudit_tests::cli_fixture::{CliFixture, RECORD};
use envaudit_tests::irregular_files::IRREGULAR_FILES;
use serde_json::Value;

fn fixture() -> CliFixture {
    let fixture = CliFixture::new("PORT=80\n");
    fixture.record();
    fixture.run(&["checkpoint"]).run().ends_with(0);
    fixture.open().seal().expect("sealed");
    fixture.open().close().expect("closed");
    fixture
}

/// Verification says what is wrong with this name, and every other command ends, too.
fn assert_told(fixture: &CliFixture, name: &str, what: &str) {
    let verified = fixture.run(&["verify"]).run().ends_with(1);
    assert!(verified.out.starts_with("NOT INTACT: modified"), "{name}, {what}: {}", verified.out);
    assert!(verified.out.contains(&format!("({name} at byte 0)")), "{what}: {}", verified.out);
    let verified = fixture.run(&["verify", "--json"]).run().ends_with(1);
    let report: Value = serde_json::from_str(&verified.out).expect("JSON");
    assert_eq!(report["intact"], false);
    let findings = report["findings"].as_array().expect("a list");
    let told = |finding: &&Value| finding["file"] == name && finding["verdict"] == "modified";
    assert_eq!(findings.iter().filter(told).count(), 1, "{name}, {what}: {}", verified.out);
    for args in [&["log"][..], &["history", "PORT"], &["export"], &["plan"], &RECORD] {
        fixture.run(args).run();
    }
}

#[test]
fn a_file_that_is_none_is_tampering_and_nobody_waits_for_it() {
    for (what, put) in IRREGULAR_FILES {
        let fixture = fixture();
        let checkpoints = fs::read_dir(fixture.ledger().join("checkpoints")).expect("a folder");
        let checkpoint = checkpoints.map(|file| file.expect("a file").file_name()).min();
        let checkpoint = checkpoint.expect("a checkpoint").into_string().expect("UTF-8");
        let checkpoint = format!("checkpoints/{checkpoint}");
        for name in ["ledger.json", "HEAD", "00000000000000000001.jsonl", &checkpoint] {
            let path = fixture.ledger().join(name);
            let moved = path.with_extension("moved");
            fs::rename(&path, &moved).expect("moved");
            put(&path);
            assert_told(&fixture, name, what);
            fs::remove_file(&path).or_else(|_| fs::remove_dir(&path)).expect("removed");
            fs::rename(&moved, &path).expect("moved back");
        }
        fixture.run(&["verify"]).run().ends_with(0);
        let folder = fixture.ledger().join("checkpoints");
        fs::rename(&folder, fixture.files.path().join("moved")).expect("moved");
        if what != "a folder" {
            put(&folder);
            assert_told(&fixture, "checkpoints", what);
        }
    }
}

#[test]
fn a_number_that_no_event_has_names_no_segment_and_no_checkpoint() {
    for digits in ["00000000000000000000", "99999999999999999999", "18446744073709551616"] {
        for name in [format!("{digits}.jsonl"), format!("checkpoints/{digits}.note")] {
            let fixture = fixture();
            fs::write(fixture.ledger().join(&name), "").expect("written");
            assert_told(&fixture, &name, "no event has this number");
        }
    }
}
