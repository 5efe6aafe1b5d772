//! What lies in the folder of a ledger and is no file that a ledger makes: tampering, and never something to wait for.

use std::fs;

use envaudit_tests::cli_fixture::{CliFixture, RECORD};
use envaudit_tests::irregular_files::IRREGULAR_FILES;

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
    for args in [&["verify"][..], &["verify", "--json"]] {
        let verified = fixture.run(args).run().ends_with(1);
        assert_eq!(verified.out, "", "{what}");
        let file = name.rsplit('/').next().expect("a name");
        assert!(verified.err.contains(file), "{name}, {what}: {}", verified.err);
        assert!(verified.err.contains("it is not the file that was written"), "{}", verified.err);
    }
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
