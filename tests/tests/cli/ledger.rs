//! `ledger init`, `verify`, `checkpoint`, `prune`, `rotate-key`: a ledger from its beginning to its audit.

use std::fs;
use std::path::{Path, PathBuf};

use envaudit::ledger::keys::ChainKeys;
use envaudit::ledger::store::SegmentSource;
use envaudit::ledger::{Actor, Event, FileStore, Ledger, LedgerOptions, MasterKey};
use envaudit_tests::Files;
use envaudit_tests::cli_fixture::{KEY, tamper};
use envaudit_tests::command::{Answer, Envaudit, envaudit};

fn key() -> MasterKey {
    MasterKey::from_hex(KEY).expect("a key")
}

/// The command with the ledger of these files and its key.
fn keyed<const N: usize>(files: &Files, args: [&str; N]) -> Envaudit {
    keyless(files, args).env("ENVAUDIT_SIGNING_KEY", KEY)
}

fn keyless<const N: usize>(files: &Files, args: [&str; N]) -> Envaudit {
    envaudit(args).path("--ledger", files.path().join("audit"))
}

fn open(files: &Files) -> Ledger {
    LedgerOptions::new().key(key()).open(files.path().join("audit")).expect("a ledger")
}

fn append(ledger: &Ledger, action: &'static str) {
    ledger.append(&Event::new(action, Actor::user("ada"))).expect("appended");
}

/// A ledger of two segments: `user.a` is event 2, `user.b` event 3; `user.c` is event 6, in the second segment.
fn two_segments() -> Files {
    let files = Files::new();
    keyed(&files, ["ledger", "init"]).run().ends_with(0);
    let ledger = open(&files);
    append(&ledger, "user.a");
    append(&ledger, "user.b");
    ledger.seal().expect("sealed");
    append(&ledger, "user.c");
    files
}

fn first_segment(files: &Files) -> PathBuf {
    files.path().join("audit").join("00000000000000000001.jsonl")
}

#[test]
fn a_ledger_is_made_once_and_with_a_key_of_its_own_only_outside_of_production() {
    let files = Files::new();
    let refused = keyless(&files, ["ledger", "init", "--env", "prod"]).run().ends_with(3);
    assert!(refused.err.contains("in production a key must be given"), "{}", refused.err);
    assert!(!files.path().join("audit").exists());

    let made = keyless(&files, ["ledger", "init", "--json"]).run().ends_with(0);
    let answer = made.json();
    assert_eq!(answer["key_beside_ledger"], true);
    assert_eq!(answer["algorithm"], "hmac-sha256");
    assert!(made.err.contains("ENVAUDIT_SIGNING_KEY_FILE"), "{}", made.err);
    let secret = fs::read_to_string(files.path().join("audit/signing.key")).expect("a key");
    assert!(!made.out.contains(secret.trim()) && !made.err.contains(secret.trim()));

    let again = keyless(&files, ["ledger", "init"]).run().ends_with(3);
    assert!(again.err.contains("there is already a ledger in"), "{}", again.err);
    assert_eq!(again.out, "");

    let files = Files::new();
    let made = keyed(&files, ["ledger", "init", "--env", "prod"]).run().ends_with(0);
    assert!(made.out.starts_with("made the ledger "), "{}", made.out);
    assert_eq!(made.err, "");
    assert!(!files.path().join("audit/signing.key").exists());
}

#[test]
fn the_folder_of_the_ledger_is_that_of_the_argument_else_of_the_variable() {
    let files = Files::new();
    let named = files.path().join("named");
    envaudit(["ledger", "init"]).env("ENVAUDIT_LEDGER", &named).run().ends_with(0);
    assert!(named.join("ledger.json").exists());
    let other = files.path().join("other");
    let both = envaudit(["ledger", "init"]).env("ENVAUDIT_LEDGER", &named).path("--ledger", &other);
    both.run().ends_with(0);
    assert!(other.join("ledger.json").exists());
}

/// Every command that works on a ledger that is there.
const COMMANDS: [&[&str]; 13] = [
    &["verify"],
    &["log"],
    &["log", "--follow"],
    &["history", "A"],
    &["checkpoint"],
    &["prune", "--keep", "1d"],
    &["rotate-key", "--new-key", "none"],
    &["rotate-key"],
    &["export"],
    &["export", "--format", "ocsf"],
    &["plan"],
    &["record", "--actor", "ada", "--reason", "r"],
    &["run", "--", "no-such-program"],
];

#[test]
fn where_there_is_no_ledger_every_command_says_how_to_make_one() {
    let files = Files::new();
    for command in COMMANDS {
        let run = envaudit(command[..1].iter().copied());
        let run = run.path("--ledger", files.path().join("audit")).dir(&files);
        let answer = run.args(command[1..].iter().copied()).run().ends_with(3);
        assert!(answer.err.contains("there is no ledger in"), "{command:?}: {}", answer.err);
        assert!(answer.err.contains("envaudit ledger init"), "{command:?}: {}", answer.err);
        assert_eq!(answer.out, "", "{command:?}");
        assert!(!files.path().join("audit").exists(), "{command:?}");
    }
    files.write("audit/notes.txt", "not a ledger");
    let foreign = keyless(&files, ["verify"]).run().ends_with(3);
    assert!(foreign.err.contains("notes.txt"), "{}", foreign.err);
}

#[test]
fn a_ledger_of_a_newer_version_is_refused_with_advice() {
    let files = two_segments();
    tamper(&files.path().join("audit/ledger.json"), |text| {
        text.replace("{\"format\":1,", "{\"format\":2,")
    });
    for command in COMMANDS {
        let run = envaudit(command[..1].iter().copied()).env("ENVAUDIT_SIGNING_KEY", KEY);
        let run = run.path("--ledger", files.path().join("audit")).dir(&files);
        let answer = run.args(command[1..].iter().copied()).run().ends_with(3);
        let expected = "was made by a newer envaudit: its format is 2";
        assert!(answer.err.contains(expected), "{command:?}: {}", answer.err);
        assert!(answer.err.contains("hint: use that version"), "{command:?}: {}", answer.err);
        assert_eq!(answer.out, "", "{command:?}");
    }
}

#[test]
fn an_intact_ledger_is_said_to_be_so_and_how_far_it_can_be_trusted() {
    let files = two_segments();
    let answer = keyed(&files, ["verify"]).run().ends_with(0);
    assert!(
        answer.out.starts_with("intact: ok-unanchored-tail, 6 events in 2 segments\n"),
        "{}",
        answer.out
    );
    assert!(
        answer.out.contains("whether newer events were cut off cannot be known"),
        "{}",
        answer.out
    );
    assert_eq!(answer.err, "");

    let json = keyed(&files, ["verify", "--json"]).run().ends_with(0).json();
    assert_eq!(json["intact"], true);
    assert_eq!(json["verdict"], "ok-unanchored-tail");
    assert_eq!(json["events"], 6);
    assert_eq!(json["last"]["seq"], 6);
    assert_eq!(json["signatures"], "trusted");
    assert_eq!(json["first_break"], serde_json::Value::Null);
    assert!(json["verified"].as_str().expect("a line").starts_with("envaudit-verified-v1 "));

    let unknown = keyless(&files, ["verify", "--json"]).run().ends_with(3);
    assert_eq!(unknown.json()["first_break"]["verdict"], "key-unknown");
    assert!(unknown.err.contains("no key is given"), "{}", unknown.err);
    let unknown = keyless(&files, ["verify"]).run().ends_with(3);
    assert!(unknown.out.starts_with("NOT KNOWN: key-unknown"), "{}", unknown.out);
    tamper(&first_segment(&files), |text| text.replace("\"seq\":3", "\"seq\":4"));
    let broken = keyless(&files, ["verify"]).run().ends_with(1);
    assert!(broken.out.starts_with("NOT INTACT"), "{}", broken.out);
}

#[test]
fn an_auditor_with_the_chain_key_checks_the_text_of_events_and_cannot_sign() {
    let files = two_segments();
    let handed_over = files.path().join("auditor.key");
    let write = || keyed(&files, ["ledger", "chain-key"]).args([&handed_over]);
    let answer = write().run().ends_with(0);
    assert!(answer.out.starts_with("written: 1 chain key in `"), "{}", answer.out);
    let text = std::fs::read_to_string(&handed_over).expect("it is there");
    assert!(ChainKeys::parse(&text).is_ok());
    let digits = text.trim_end().split_once(':').expect("a colon").1;
    assert!(!answer.out.contains(digits) && !answer.err.contains(digits));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&handed_over).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let (_, public_key) = answer.err.trim_end().rsplit_once(' ').expect("the command to run");
    let public_key = public_key.trim_end_matches('`');

    let verify = || {
        let run = keyless(&files, ["verify", "--public-key", public_key]);
        run.path("--chain-key", &handed_over)
    };
    let answer = verify().run().ends_with(0);
    assert!(answer.out.starts_with("intact: ok-unanchored-tail, 6 events"), "{}", answer.out);
    assert!(answer.out.contains("signed with a known key"), "{}", answer.out);
    assert_eq!(answer.err, "");

    // It is never written over, and a master key is no chain key.
    let again = write().run().ends_with(3);
    assert!(again.err.contains("cannot be written to"), "{}", again.err);
    let wrong = files.write("master.key", format!("{}\n", "5e".repeat(32)));
    let wrong = keyless(&files, ["verify"]).path("--chain-key", wrong).run().ends_with(2);
    assert!(wrong.err.contains("`envaudit ledger chain-key FILE`"), "{}", wrong.err);
    assert!(!wrong.err.contains("5e5e"), "{}", wrong.err);

    tamper(&first_segment(&files), |text| text.replace("user.a", "user.x"));
    let answer = verify().run().ends_with(1);
    assert!(answer.out.starts_with("NOT INTACT: modified"), "{}", answer.out);
}

#[test]
fn a_changed_event_is_a_finding_with_its_place_and_those_behind_it_are_listed_too() {
    let files = two_segments();
    tamper(&first_segment(&files), |text| text.replace("user.a", "user.x"));
    let second = files.path().join("audit").join("00000000000000000005.jsonl");
    tamper(&second, |text| text.replace("user.c", "user.y"));
    let answer = keyed(&files, ["verify"]).run().ends_with(1);
    let lines: Vec<&str> = answer.out.lines().collect();
    assert!(lines[0].starts_with("NOT INTACT: modified, "), "{}", answer.out);
    let first = lines.iter().position(|line| line.starts_with("first break: modified event 2 ("));
    let further = lines.iter().position(|line| line.starts_with("break: modified event 6 ("));
    assert!(first.is_some() && further > first, "{}", answer.out);

    let json = keyed(&files, ["verify", "--json"]).run().ends_with(1).json();
    assert_eq!(json["intact"], false);
    assert_eq!(json["first_break"]["seq"], 2);
    assert_eq!(json["first_break"]["file"], "00000000000000000001.jsonl");
    assert_eq!(json["findings"].as_array().map(Vec::len), Some(2));
    assert_eq!(json["verified"], serde_json::Value::Null);
}

#[test]
fn nothing_is_appended_to_a_ledger_that_is_damaged() {
    let files = two_segments();
    let second = files.path().join("audit").join("00000000000000000005.jsonl");
    tamper(&second, |text| text.replace("user.c", "user.y"));
    let before = fs::read(&second).expect("it can be read");
    let answer = keyed(&files, ["checkpoint"]).run().ends_with(1);
    assert!(answer.err.contains("envaudit verify"), "{}", answer.err);
    assert_eq!(fs::read(&second).expect("it can be read"), before);
}

#[test]
fn what_was_kept_elsewhere_shows_that_the_newest_events_were_cut_off() {
    let files = two_segments();
    let anchor = files.path().join("anchor");
    let note = keyed(&files, ["checkpoint"]).path("--anchor", &anchor).run().ends_with(0).out;
    assert!(note.starts_with("envaudit/"), "{note}");
    let note = files.write("kept.note", note);
    for kept in [&anchor, &note] {
        let answer = keyed(&files, ["verify", "--json"]).path("--anchor", kept).run().ends_with(0);
        assert_eq!(answer.json()["verdict"], "ok-anchored", "{}", kept.display());
    }
    let copy = files.folder("copy");
    for entry in fs::read_dir(files.path().join("audit")).expect("a folder") {
        let entry = entry.expect("a file");
        if entry.path().is_file() {
            fs::copy(entry.path(), copy.join(entry.file_name())).expect("copied");
        }
    }
    append(&open(&files), "user.d");
    let newer = keyed(&files, ["checkpoint"]).path("--anchor", &anchor).run().ends_with(0).out;
    let newer = files.write("newer.note", newer);
    let replaced = |argument: &str, kept: &Path| -> Answer {
        let answer = envaudit(["verify", "--json"]).env("ENVAUDIT_SIGNING_KEY", KEY);
        answer.path("--ledger", &copy).path(argument, kept).run().ends_with(1)
    };
    for kept in [&anchor, &newer] {
        assert_eq!(replaced("--anchor", kept).json()["verdict"], "rolled-back");
    }
    let opened = envaudit(["checkpoint"]).env("ENVAUDIT_SIGNING_KEY", KEY);
    let opened = opened.path("--ledger", &copy).path("--anchor", &anchor).run().ends_with(1);
    assert!(opened.err.contains("events were cut off"), "{}", opened.err);
}

#[test]
fn a_verification_goes_on_from_what_was_verified_before() {
    let files = two_segments();
    let note = keyed(&files, ["checkpoint"]).run().ends_with(0).out;
    let note = files.write("kept.note", note);
    let report = keyed(&files, ["verify", "--json"]).run().ends_with(0).json();
    let line =
        files.write("verified", report["verified"].as_str().expect("a line").to_owned() + "\n");
    append(&open(&files), "user.d");
    for from in [&note, &line] {
        let answer = keyed(&files, ["verify"]).path("--from", from).run().ends_with(0);
        assert!(answer.out.contains(", 1 new event in 2 segments"), "{}", answer.out);
    }
    // What lies before is not read, and what comes after is.
    tamper(&first_segment(&files), |text| text.replace("user.a", "user.x"));
    keyed(&files, ["verify"]).path("--from", &line).run().ends_with(0);
    keyed(&files, ["verify"]).run().ends_with(1);
    let nothing = files.write("nothing", "hello\n");
    let answer = keyed(&files, ["verify"]).path("--from", nothing).run().ends_with(3);
    assert!(answer.err.contains("neither a checkpoint nor"), "{}", answer.err);
}

#[test]
fn an_auditor_who_has_the_public_key_alone_trusts_the_signatures() {
    let files = Files::new();
    let made = keyed(&files, ["ledger", "init", "--json"]).run().ends_with(0).json();
    let public = made["public_key"].as_str().expect("a key").to_owned();
    keyed(&files, ["checkpoint"]).run().ends_with(0);
    let answer = keyed(&files, ["verify", "--json", "--public-key", &public]).run().ends_with(0);
    assert_eq!(answer.json()["signatures"], "trusted");
    let other = "ab".repeat(32);
    let answer = keyed(&files, ["verify", "--json", "--public-key", &other]).run().ends_with(1);
    assert_eq!(answer.json()["first_break"]["file"], "ledger.json");
    let wrong = keyed(&files, ["verify", "--public-key", "abc"]).run().ends_with(2);
    assert!(wrong.err.contains("64 hex digits"), "{}", wrong.err);
}

#[test]
fn a_prune_takes_whole_segments_that_are_old_and_says_so_in_the_ledger() {
    let files = Files::new();
    let options = || LedgerOptions::new().key(key());
    let long_ago = "2020-01-01T00:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().expect("a time");
    let old = options().clock(move || long_ago).init(files.path().join("audit")).expect("made");
    append(&old, "user.a");
    old.seal().expect("sealed");
    append(&old, "user.b");
    drop(old);
    // The segment of `user.b` is not old enough as long as it is the last.
    let answer = keyed(&files, ["prune", "--keep", "400d"]).run().ends_with(0);
    assert_eq!(answer.out, "pruned: 1 segment; the first event is now 4\n");
    let again = keyed(&files, ["prune", "--keep", "400d", "--json"]).run().ends_with(0).json();
    assert_eq!(again["segments"], 0);
    let log = keyed(&files, ["log"]).run().ends_with(0).out;
    assert!(log.contains("ledger.pruned") && !log.contains("user.a"), "{log}");
    assert_eq!(keyed(&files, ["verify", "--json"]).run().ends_with(0).json()["intact"], true);
    for keep in ["-1d", "soon", "9999999999d"] {
        let answer = keyed(&files, ["prune"]).args([format!("--keep={keep}")]).run();
        assert_eq!(answer.ends_with(2).out, "", "{keep}");
    }
}

#[test]
fn after_a_rotation_the_new_key_writes_and_both_verify() {
    let files = two_segments();
    let new = files.path().join("new.key");
    let answer = keyed(&files, ["rotate-key"]).path("--new-key", &new).run().ends_with(0);
    assert!(answer.out.starts_with("rotated: from the key "), "{}", answer.out);
    let secret = fs::read_to_string(&new).expect("a key");
    assert!(!answer.out.contains(secret.trim()) && !answer.err.contains(secret.trim()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&new).expect("a file").permissions().mode() & 0o777, 0o600);
    }
    let stale = keyed(&files, ["checkpoint"]).run().ends_with(3);
    assert!(stale.err.contains("--retired-key"), "{}", stale.err);

    let retired = files.write("old.key", format!("{KEY}\n"));
    let with_new = |args: &[&str]| {
        let command = envaudit(args.iter().copied()).path("--ledger", files.path().join("audit"));
        command.env("ENVAUDIT_SIGNING_KEY_FILE", &new).path("--retired-key", &retired)
    };
    with_new(&["checkpoint"]).run().ends_with(0);
    let report = with_new(&["verify", "--json"]).run().ends_with(0).json();
    assert_eq!(report["intact"], true, "{report}");
    let same = with_new(&["rotate-key"]).path("--new-key", &new).run().ends_with(2);
    assert!(same.err.contains("the key is the current one"), "{}", same.err);
}

#[test]
fn a_key_beside_the_ledger_is_rotated_there_and_nothing_more_is_to_be_given() {
    let files = Files::new();
    keyless(&files, ["ledger", "init"]).run().ends_with(0);
    let audit = files.path().join("audit");
    let key_of = |name: &str| fs::read_to_string(audit.join(name)).expect("a key");
    let mut keys = vec![key_of("signing.key")];
    for round in 1..=3 {
        let rotated = keyless(&files, ["rotate-key", "--json"]).run().ends_with(0);
        let answer = rotated.json();
        assert_eq!(answer["key_made"], true);
        assert_eq!(answer["key_file"], audit.join("signing.key").display().to_string());
        let old = format!("retired-{}.key", answer["from"].as_str().expect("text"));
        assert_eq!(answer["retired_key_file"], audit.join(&old).display().to_string());
        assert_eq!(&key_of(&old), keys.last().expect("a key"), "the old one is kept");
        #[cfg(unix)]
        for name in ["signing.key", &old] {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(audit.join(name)).expect("a file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
        keys.push(key_of("signing.key"));
        for secret in &keys {
            assert!(!rotated.out.contains(secret.trim()) && !rotated.err.contains(secret.trim()));
        }
        keyless(&files, ["checkpoint"]).run().ends_with(0);
        keyless(&files, ["record", "--actor", "ada", "--reason", "r"])
            .dir(&files)
            .run()
            .ends_with(0);
        let report = keyless(&files, ["verify", "--json"]).run().ends_with(0).json();
        assert_eq!((&report["intact"], &report["key_beside_ledger"]), (&true.into(), &true.into()));
        assert_eq!(report["last"]["seq"], 1 + 3 * round, "{report}");
    }
    keys.dedup();
    assert_eq!(keys.len(), 4);
}

#[test]
fn a_rotation_that_was_stopped_half_way_is_ended_by_whoever_opens_the_ledger_next() {
    let files = Files::new();
    keyless(&files, ["ledger", "init"]).run().ends_with(0);
    let audit = files.path().join("audit");
    let (old, new) =
        (fs::read(audit.join("signing.key")).expect("a key"), MasterKey::from_bytes([9; 32]));
    let hex = str::from_utf8(&old).expect("hex");
    let kid = MasterKey::from_hex(hex).expect("a key").id();
    let good = |what: &str| {
        let report = keyless(&files, ["verify", "--json"]).run().ends_with(0).json();
        assert_eq!(report["intact"], true, "{what}: {report}");
    };
    // Stopped before anything was recorded: the staged key was never used.
    fs::write(audit.join("signing.key.new"), MasterKey::from_bytes([8; 32]).to_hex().as_bytes())
        .expect("written");
    good("staged");
    keyless(&files, ["checkpoint"]).run().ends_with(0);
    assert_eq!(fs::read(audit.join("signing.key")).expect("a key"), old);
    // Stopped when it was recorded, and before and after the old key was put aside.
    let ring = LedgerOptions::new().key(MasterKey::from_hex(hex).expect("a key"));
    ring.open(&audit).expect("opened").rotate(new.clone()).expect("rotated");
    fs::write(audit.join("signing.key.new"), new.to_hex().as_bytes()).expect("written");
    good("recorded");
    fs::write(audit.join(format!("retired-{kid}.key")), &old).expect("written");
    good("recorded and put aside");
    keyless(&files, ["checkpoint"]).run().ends_with(0);
    assert_eq!(fs::read(audit.join("signing.key")).expect("a key"), new.to_hex().as_bytes());
    assert!(!audit.join("signing.key.new").exists());
    good("ended");
    let log = keyless(&files, ["log", "--json"]).run().ends_with(0).out;
    assert_eq!(log.matches("ledger.key_rotated").count(), 1, "{log}");
}

#[test]
fn a_key_that_is_moved_away_from_the_ledger_leaves_nothing_there_that_passes_for_it() {
    let files = Files::new();
    keyless(&files, ["ledger", "init"]).run().ends_with(0);
    let new = files.path().join("new.key");
    let answer = keyless(&files, ["rotate-key", "--json"]).path("--new-key", &new).run();
    let retired =
        answer.ends_with(0).json()["retired_key_file"].as_str().expect("a path").to_owned();
    assert!(!files.path().join("audit/signing.key").exists());
    let without = keyless(&files, ["checkpoint"]).run().ends_with(3);
    assert!(without.err.contains("ENVAUDIT_SIGNING_KEY"), "{}", without.err);
    let with = |args: [&str; 1]| keyless(&files, args).env("ENVAUDIT_SIGNING_KEY_FILE", &new);
    with(["checkpoint"]).run().ends_with(0);
    // A key in the folder vouches for nothing where the key is given.
    with(["verify"]).run().ends_with(1);
    with(["verify"]).path("--retired-key", retired).run().ends_with(0);
    let no_file = with(["rotate-key"]).run().ends_with(2);
    assert!(no_file.err.contains("--new-key FILE"), "{}", no_file.err);
}

#[test]
fn a_ledger_without_a_key_is_read_and_written_without_one() {
    let files = Files::new();
    let ledger = LedgerOptions::new().unkeyed().init(files.path().join("audit")).expect("made");
    append(&ledger, "user.a");
    drop(ledger);
    let anchor = keyless(&files, ["checkpoint"]).run().ends_with(0).out;
    assert!(anchor.starts_with("envaudit-anchor-v1 "), "{anchor}");
    let kept = files.write("kept", anchor);
    let report = keyless(&files, ["verify", "--json"]).path("--anchor", kept).run().ends_with(0);
    assert_eq!(report.json()["verdict"], "ok-anchored");
    // A key that is given finds out that somebody took it away.
    let report = keyed(&files, ["verify", "--json"]).run().ends_with(1).json();
    assert_eq!(report["first_break"]["verdict"], "downgraded");
    let refused = keyed(&files, ["checkpoint"]).run().ends_with(1);
    assert!(refused.err.contains("a key was given"), "{}", refused.err);
}

#[test]
fn reading_changes_nothing_of_the_ledger_and_leaves_no_more_than_an_index() {
    let files = two_segments();
    // What a killed writer leaves is cut off by the next one who writes, and by no reader.
    let second = files.path().join("audit").join("00000000000000000005.jsonl");
    let mut bytes = fs::read(&second).expect("a segment");
    bytes.extend_from_slice(b"{\"v\":1,\"se");
    fs::write(&second, &bytes).expect("written");
    let listing = || {
        let store = FileStore::new(files.path().join("audit"));
        let segments = store.segments().expect("segments");
        let files = fs::read_dir(files.path().join("audit")).expect("a folder");
        let mut names: Vec<_> = files.map(|file| file.expect("a file").file_name()).collect();
        // The index of the events is nobody's evidence.
        names.retain(|name| name != "index.sqlite");
        names.sort();
        (names, segments, store.head().expect("read"))
    };
    let before = listing();
    let torn = keyed(&files, ["verify", "--json"]).run().ends_with(1).json();
    assert_eq!(torn["first_break"]["verdict"], "torn");
    for (args, code) in [(["log", "-q"], 0), (["export", "-q"], 0), (["history", "A"], 1)] {
        keyed(&files, args).run().ends_with(code);
    }
    fs::remove_file(files.path().join("audit/index.sqlite")).expect("`history` made an index");
    assert_eq!(listing(), before);
}

#[test]
fn a_command_that_shows_events_says_that_some_are_known_to_be_gone() {
    type Cut = fn(&std::path::Path);
    let cuts: [(Cut, &str); 4] = [
        (
            |segment| fs::write(segment, "").expect("written"),
            "there is no event, not even the first one",
        ),
        (
            |segment| {
                let text = fs::read_to_string(segment).expect("text");
                let first = text.split_inclusive('\n').next().expect("a line");
                fs::write(segment, first).expect("written");
            },
            "`HEAD` names event",
        ),
        (
            |segment| fs::write(segment.with_file_name("HEAD"), "nonsense").expect("written"),
            "`HEAD` is not valid",
        ),
        (
            |segment| {
                let head = segment.with_file_name("HEAD");
                tamper(&head, |text| text.replacen("{\"seq\":3,", "{\"seq\":0,", 1));
                assert!(fs::read_to_string(&head).expect("text").contains("\"seq\":0,"));
            },
            "`HEAD` is not valid",
        ),
    ];
    for (cut, expected) in cuts {
        let fixture = envaudit_tests::cli_fixture::CliFixture::new("PORT=80\n");
        fixture.record();
        fixture.open().close().expect("closed");
        cut(&fixture.first_segment());
        for args in
            [&["log"][..], &["history", "PORT"], &["export"], &["plan"], &["report", "access"]]
        {
            let answer = fixture.run(args).run();
            assert_eq!(answer.code, 1, "{args:?}: {}", answer.err);
            assert!(answer.err.contains(expected), "{args:?}: {}", answer.err);
            assert!(answer.err.contains("envaudit verify"), "{args:?}: {}", answer.err);
        }
    }
}

#[test]
fn a_retired_key_does_not_become_the_current_one_again() {
    let fixture = envaudit_tests::cli_fixture::CliFixture::without_ledger("PORT=80\n");
    fixture.keyless(&["ledger", "init"]).run().ends_with(0);
    let old = fs::read_to_string(fixture.ledger().join("signing.key")).expect("a key");
    fixture.keyless(&["rotate-key"]).run().ends_with(0);
    let old = fixture.files.write("old.key", old);
    let refused = fixture.keyless(&["rotate-key"]).path("--new-key", old).run().ends_with(2);
    assert!(refused.err.contains("retired"), "{}", refused.err);
}
