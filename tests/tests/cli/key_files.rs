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
fn a_key_that_is_a_pattern_or_published_begins_no_ledger_and_goes_on_with_none() {
    let published = [
        // That of the worked example, and others that are copied.
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
        "0000000000000000000000000000000000000000000000000000000000000001",
    ];
    let patterns = [("00", 32), ("ff", 32), ("07", 32), ("deadbeef", 8), ("0123456789abcdef", 4)];
    let patterns = patterns.map(|(pattern, times)| pattern.repeat(times));
    for guessable in published.map(str::to_owned).into_iter().chain(patterns) {
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
    let other = "c4a91e7f03b6d85290fe47ab6c13d7e8259b0f4ca8e6317d5b92f0c3e7a4168d";
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

#[test]
#[cfg(unix)]
fn a_file_that_is_no_key_is_refused_at_once_wherever_a_key_is_read() {
    use std::process::{Command, Stdio};
    let program = env!("CARGO_BIN_EXE_envaudit_command");
    let fixture = CliFixture::new("PORT=80\n");
    let fifo = fixture.files.path().join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().expect("mkfifo runs").success());
    let sparse = fixture.files.path().join("sparse");
    fs::File::create(&sparse).expect("made").set_len(1 << 40).expect("made longer");
    let folder = fixture.files.folder("folder");
    let places: [(&[&str], &str); 5] = [
        (&["verify"], "--retired-key"),
        (&["verify"], "--chain-key"),
        (&["checkpoint"], "--retired-key"),
        (&["rotate-key"], "--new-key"),
        (&["verify"], ""),
    ];
    for file in [fifo.as_path(), std::path::Path::new("/dev/zero"), &sparse, &folder] {
        for (args, option) in places {
            let mut command = fixture.process(program, args);
            match option {
                "" => {
                    command.env_remove("ENVAUDIT_SIGNING_KEY");
                    command.env("ENVAUDIT_SIGNING_KEY_FILE", file);
                }
                option => drop(command.arg(option).arg(file)),
            }
            // More than this would be the file.
            let mut shell =
                envaudit_tests::cli_fixture::shell("ulimit -v 4000000; exec \"$@\"", &command);
            let output =
                shell.stdout(Stdio::piped()).stderr(Stdio::piped()).output().expect("it runs");
            let said = String::from_utf8_lossy(&output.stderr);
            let context = format!("{args:?} {option} {}: {said}", file.display());
            assert!(matches!(output.status.code(), Some(2 | 3)), "{context}");
            assert!(
                said.contains("not a regular file") || said.contains("longer than"),
                "{context}"
            );
        }
    }
}

#[test]
fn two_variables_with_different_keys_are_an_error() {
    let fixture = CliFixture::new("PORT=80\n");
    let other = fixture
        .files
        .write("other.key", "c4a91e7f03b6d85290fe47ab6c13d7e8259b0f4ca8e6317d5b92f0c3e7a4168d");
    let same = fixture.files.write("same.key", KEY);
    for args in [&["verify"][..], &["plan"], &["checkpoint"]] {
        let refused = fixture.run(args).env("ENVAUDIT_SIGNING_KEY_FILE", &other).run().ends_with(2);
        assert!(
            refused.err.contains("unset one of the two variables"),
            "{args:?}: {}",
            refused.err
        );
        assert!(!refused.err.contains(KEY) && !refused.err.contains("c4a91e7f"), "{}", refused.err);
        fixture.run(args).env("ENVAUDIT_SIGNING_KEY_FILE", &same).run().ends_with(0);
    }
}

#[test]
#[cfg(unix)]
fn whoever_else_can_read_the_ledger_or_its_key_is_said_each_time_it_is_written() {
    use std::os::unix::fs::PermissionsExt;
    let fixture = CliFixture::new("PORT=80\n");
    let mode = |path: &std::path::Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
    };
    let quiet = fixture.run(&["checkpoint"]).run().ends_with(0);
    assert!(!quiet.err.contains("others than its owner"), "{}", quiet.err);
    mode(&fixture.ledger(), 0o755);
    for _ in 0..2 {
        let said = fixture.run(&["checkpoint"]).run().ends_with(0);
        assert!(said.err.contains("audit (mode 0755)"), "{}", said.err);
        assert!(said.err.contains("`chmod 700 "), "{}", said.err);
    }
    mode(&fixture.ledger(), 0o700);
    mode(&fixture.first_segment(), 0o664);
    let said = fixture.run(&["checkpoint", "--json"]).run().ends_with(0);
    assert!(said.err.contains("(mode 0664)"), "{}", said.err);
}

#[test]
fn a_rotation_that_was_interrupted_is_finished_by_the_same_command() {
    use envaudit::ledger::{LedgerOptions, MasterKey};
    let fixture = CliFixture::new("PORT=80\n");
    let hex = "c4a91e7f03b6d85290fe47ab6c13d7e8259b0f4ca8e6317d5b92f0c3e7a4168d";
    let new = fixture.files.write("new.key", hex);
    let key = MasterKey::from_hex(KEY).expect("a key");
    let ledger = LedgerOptions::new().key(key).open(fixture.ledger()).expect("opened");
    ledger.rotate(MasterKey::from_hex(hex).expect("a key")).expect("rotated");
    drop(ledger);
    // What a machine leaves that stops in the middle of the write: the first of its two lines.
    let text = fs::read_to_string(fixture.first_segment()).expect("a segment");
    let kept: Vec<&str> = text.split_inclusive('\n').take(2).collect();
    fs::write(fixture.first_segment(), kept.concat()).expect("written");
    fs::remove_file(fixture.ledger().join("HEAD")).expect("removed");
    fs::remove_dir_all(fixture.ledger().join("checkpoints")).expect("removed");
    let old = fixture.files.write("old.key", KEY);
    let with_new = |args: &[&str]| {
        let command = fixture.keyless(args).env("ENVAUDIT_SIGNING_KEY_FILE", &new);
        command.path("--retired-key", &old).run()
    };
    let verified = with_new(&["verify"]).ends_with(1);
    assert!(verified.out.contains("rolled-back"), "{verified:?}");
    let refused = with_new(&["checkpoint"]).ends_with(1);
    assert!(refused.err.contains("envaudit rotate-key --new-key FILE"), "{}", refused.err);
    let finished =
        fixture.run(&["rotate-key", "--json"]).path("--new-key", &new).run().ends_with(0);
    assert_ne!(finished.json()["from"], finished.json()["to"]);
    with_new(&["verify"]).ends_with(0);
    with_new(&["checkpoint"]).ends_with(0);
    let log = fixture.keyless(&["log", "--json"]).run().ends_with(0).out;
    assert_eq!(log.matches("\"ledger.key_rotated\"").count(), 1, "{log}");
    assert_eq!(log.matches("\"ledger.key_adopted\"").count(), 1, "{log}");
}
