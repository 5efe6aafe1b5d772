//! Keys in files: what is no secret is refused, and whoever can read one is named.

use std::fs;

use envaudit_tests::Files;
use envaudit_tests::cli_fixture::{CliFixture, KEY};
use envaudit_tests::command::{Envaudit, envaudit};

/// `ledger init` with the key in this file.
fn init(files: &Files, key: &std::path::Path) -> Envaudit {
    let init = envaudit(["ledger", "init"]).path("--ledger", files.path().join("audit"));
    init.env("ENVAUDIT_SIGNING_KEY_FILE", key)
}

#[test]
fn a_key_of_equal_bytes_begins_no_ledger_and_goes_on_with_none() {
    for byte in ["00", "ff", "07"] {
        let guessable = byte.repeat(32);
        let files = Files::new();
        let audit = files.path().join("audit");
        let begun = envaudit(["ledger", "init"]).path("--ledger", &audit);
        let refused = begun.env("ENVAUDIT_SIGNING_KEY", &guessable).run().ends_with(2);
        assert!(
            refused.err.contains("the key in ENVAUDIT_SIGNING_KEY is not secret"),
            "{refused:?}"
        );
        let key = files.write("zero.key", &guessable);
        let refused = init(&files, &key).run().ends_with(2);
        assert!(refused.err.contains("zero.key` is not secret"), "{}", refused.err);
        assert!(!audit.exists() && !refused.err.contains(&guessable));

        let fixture = CliFixture::new("PORT=80\n");
        let before = fs::read(fixture.first_segment()).expect("a segment");
        let refused = fixture.run(&["rotate-key"]).path("--new-key", &key).run().ends_with(2);
        assert!(refused.err.contains("openssl rand -hex 32"), "{}", refused.err);
        assert_eq!(fs::read(fixture.first_segment()).expect("a segment"), before);
    }
}

#[test]
fn a_new_key_does_not_lie_in_the_folder_of_the_ledger() {
    let fixture = CliFixture::new("PORT=80\n");
    fixture.files.write("audit/there.key", KEY);
    for name in ["audit/new.key", "audit/there.key", "audit/checkpoints/../new.key"] {
        let path = fixture.files.path().join(name);
        let refused = fixture.run(&["rotate-key"]).path("--new-key", &path).run().ends_with(2);
        assert!(refused.err.contains("is in the folder of the ledger"), "{name}: {}", refused.err);
        assert!(name.ends_with("there.key") || !path.exists(), "{name}");
    }
    #[cfg(unix)]
    {
        let link = fixture.files.path().join("link.key");
        std::os::unix::fs::symlink(fixture.ledger().join("there.key"), &link).expect("a link");
        fixture.run(&["rotate-key"]).path("--new-key", &link).run().ends_with(2);
    }
    let log = fixture.run(&["log"]).run().ends_with(0).out;
    assert!(!log.contains("ledger.key_rotated"), "{log}");
}

#[test]
#[cfg(unix)]
fn whoever_else_can_read_a_key_is_said_when_it_is_chosen() {
    use std::os::unix::fs::PermissionsExt;
    let other = "1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100";
    for (mode, is_said) in [(0o600, false), (0o400, false), (0o640, true), (0o644, true)] {
        let files = Files::new();
        let key = files.write("the.key", KEY);
        let mode_of = |path| fs::set_permissions(path, fs::Permissions::from_mode(mode));
        mode_of(&key).expect("it is ours");
        let begun = init(&files, &key).run().ends_with(0);
        let said = format!("the.key (mode {mode:04o}) and then forge the ledger");
        assert_eq!(begun.err.contains(&said), is_said, "{mode:o}: {}", begun.err);
        let fixture = CliFixture::new("PORT=80\n");
        let key = fixture.files.write("next.key", other);
        mode_of(&key).expect("it is ours");
        let rotated = fixture.run(&["rotate-key"]).path("--new-key", &key).run().ends_with(0);
        assert_eq!(rotated.err.contains("chmod 600"), is_said, "{mode:o}: {}", rotated.err);
    }
    // A folder of the key's own choice is as good as the one of the ledger.
    let files = Files::new();
    let key = files.write("audit/lost+found/the.key", KEY);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("it is ours");
    let begun = init(&files, &key).run();
    assert!(begun.err.contains("is in the folder of the ledger"), "{}", begun.err);
}

#[test]
fn a_key_file_that_was_saved_on_windows_is_told_from_a_wrong_one() {
    let files = Files::new();
    for (text, said) in [
        (format!("{KEY}\r\n"), "the line ends as Windows writes it (CR LF)"),
        (format!("{KEY} \n"), "this has 65 characters"),
    ] {
        let key = files.write("the.key", &text);
        let refused = init(&files, &key).run().ends_with(3);
        assert!(refused.err.contains(said), "{text:?}: {}", refused.err);
        let fixture = CliFixture::new("PORT=80\n");
        let refused = fixture.run(&["verify"]).path("--retired-key", &key).run().ends_with(2);
        assert!(refused.err.contains(said), "{text:?}: {}", refused.err);
        assert!(!refused.err.contains(KEY));
    }
}

#[test]
fn the_current_key_is_no_retired_one() {
    let fixture = CliFixture::new("PORT=80\n");
    let key = fixture.files.write("the.key", KEY);
    for args in [&["verify"][..], &["checkpoint"], &["plan"], &["prune", "--keep", "1d"]] {
        let refused = fixture.run(args).path("--retired-key", &key).run().ends_with(2);
        let said = "the.key has the current key, not a retired one";
        assert!(refused.err.contains(said), "{args:?}: {}", refused.err);
    }
}
