//! What an auditor is given, and what `verify` says where that is not enough.

use std::fs;
use std::path::{Path, PathBuf};

use envaudit_tests::cli_fixture::{CliFixture, KEY};
use envaudit_tests::command::{Answer, Envaudit};
use serde_json::{Value, json};

/// A ledger that was rotated to a second and a third key.
struct Rotated {
    fixture: CliFixture,
    /// The files of all keys, the first one first.
    keys: Vec<PathBuf>,
    /// What checkpoints were signed with, the first one first, as it was shown.
    public_keys: Vec<String>,
}

impl Rotated {
    fn new() -> Self {
        let fixture = CliFixture::without_ledger("PORT=80\n");
        let made = fixture.run(&["ledger", "init", "--json"]).run().ends_with(0).json();
        let first = fixture.files.write("1.key", KEY);
        let public_key = text(&made["public_key"]);
        let mut rotated = Rotated { fixture, keys: vec![first], public_keys: vec![public_key] };
        for nth in 2..=3 {
            let new = rotated.fixture.files.path().join(format!("{nth}.key"));
            let answer = rotated.run(&["rotate-key", "--json"]).path("--new-key", &new).run();
            rotated.public_keys.push(text(&answer.ends_with(0).json()["public_key"]));
            rotated.keys.push(new);
        }
        rotated
    }

    /// A command with all keys.
    fn run(&self, args: &[&str]) -> Envaudit {
        let (current, retired) = self.keys.split_last().expect("a key");
        self.with(args, current, retired)
    }

    fn with(&self, args: &[&str], current: &Path, retired: &[PathBuf]) -> Envaudit {
        let command = self.fixture.keyless(args).env("ENVAUDIT_SIGNING_KEY_FILE", current);
        retired.iter().fold(command, |command, key| command.path("--retired-key", key))
    }

    /// The names of the keys, the first one first.
    fn kids(&self) -> Vec<String> {
        let log = self.fixture.keyless(&["log", "--json", "--action", "ledger.key_rotated"]).run();
        let details: Vec<Value> =
            log.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let mut kids = vec![text(&details[0]["details"]["from"])];
        kids.extend(details.iter().map(|event| text(&event["details"]["to"])));
        kids
    }

    /// What `verify` says with the chain keys of these keys, of which the last is the current one.
    fn verified_with(&self, keys: &[PathBuf]) -> (Answer, Answer) {
        let (current, retired) = keys.split_last().expect("a key");
        let file = self.fixture.files.path().join("chain.keys");
        let _ = fs::remove_file(&file);
        let written = self.with(&["ledger", "chain-key"], current, retired).args([&file]).run();
        let verify = self.fixture.keyless(&["verify"]).path("--chain-key", file);
        let verify =
            self.public_keys.iter().fold(verify, |it, key| it.args(["--public-key", key.as_str()]));
        (written.ends_with(0), verify.run())
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

#[test]
fn a_key_beside_the_ledger_is_said_whatever_it_is_verified_with() {
    let fixture = CliFixture::without_ledger("PORT=80\n");
    fixture.keyless(&["ledger", "init"]).run().ends_with(0);
    let key = fs::read_to_string(fixture.ledger().join("signing.key")).expect("a key");
    let chain_key = fixture.files.path().join("chain.key");
    fixture.keyless(&["ledger", "chain-key"]).args([&chain_key]).run().ends_with(0);
    type Way<'w> = &'w dyn Fn(&[&str]) -> Envaudit;
    let ways: [Way<'_>; 3] = [
        &|args| fixture.keyless(args),
        &|args| fixture.keyless(args).env("ENVAUDIT_SIGNING_KEY", key.trim()),
        &|args| fixture.keyless(args).path("--chain-key", &chain_key),
    ];
    for is_beside in [true, false] {
        for (at, way) in ways.iter().enumerate().skip(usize::from(!is_beside)) {
            let verified = way(&["verify", "--json"]).run().ends_with(0).json();
            assert_eq!(verified["key_beside_ledger"], is_beside, "{at}");
            let said = way(&["verify"]).run().ends_with(0).out;
            assert_eq!(
                said.contains("the key is kept beside the ledger"),
                is_beside,
                "{at}: {said}"
            );
        }
        let report = ["report", "access", "--verify", "--json"];
        for way in ways.iter().skip(1).take(usize::from(is_beside)) {
            let report = way(&report).run().ends_with(0).json();
            assert_eq!(report["verification"]["key_beside_ledger"], is_beside);
        }
        if is_beside {
            fs::rename(fixture.ledger().join("signing.key"), fixture.files.path().join("moved"))
                .expect("moved");
        }
    }
}

#[test]
fn the_keys_that_are_missing_are_named_and_how_to_give_them() {
    let rotated = Rotated::new();
    let (keys, kids) = (&rotated.keys, rotated.kids());
    let is_told = |answer: &Answer, missing: &[String], hint: &str| {
        let line = format!("with keys that were not given: {}\n", missing.join(", "));
        assert!(answer.out.contains(&line), "{}", answer.out);
        assert!(answer.err.contains(hint), "{}", answer.err);
    };
    for (given, missing) in [(&keys[2..], &kids[..2]), (&keys[1..], &kids[..1])] {
        let (current, retired) = (&keys[2], &given[..given.len() - 1]);
        let verified = rotated.with(&["verify"], current, retired).run().ends_with(1);
        is_told(&verified, missing, "`--retired-key FILE`");
        let json = rotated.with(&["verify", "--json"], current, retired).run().ends_with(1);
        assert_eq!(json.json()["missing_keys"], json!(missing));
        assert!(json.err.contains("hint: "), "{}", json.err);

        let (written, verified) = rotated.verified_with(given);
        let warning = format!("`ledger.json` names the key {}, which was not given", kids[0]);
        assert!(written.err.contains(&warning), "{}", written.err);
        is_told(&verified.ends_with(1), missing, "every rotation, one a line, the current one");
    }
    let (written, verified) = rotated.verified_with(keys);
    assert!(!written.err.contains("warning"), "{}", written.err);
    assert_eq!(verified.ends_with(0).err, "");
    let none = rotated.fixture.keyless(&["verify"]).run().ends_with(3);
    is_told(&none, &kids, "`--chain-key FILE`");
    let all = rotated.run(&["verify", "--json"]).run().ends_with(0);
    assert_eq!((&all.json()["missing_keys"], &*all.err), (&json!([]), ""));
}

#[test]
fn a_rotation_shows_the_public_key_and_who_has_it_alone_is_told_to_ask_for_the_earlier_ones() {
    let rotated = Rotated::new();
    let verify = |keys: &[String]| {
        let verify = rotated.run(&["verify"]);
        keys.iter().fold(verify, |it, key| it.args(["--public-key", key.as_str()])).run()
    };
    let hint = "give the earlier ones too";
    for missing in 1..3 {
        let alone = verify(&rotated.public_keys[missing..]).ends_with(1);
        assert!(alone.err.contains(hint), "{}", alone.err);
    }
    assert_eq!(verify(&rotated.public_keys).ends_with(0).err, "");
    let new = rotated.fixture.files.path().join("4.key");
    let shown = rotated.run(&["rotate-key"]).path("--new-key", new).run().ends_with(0).out;
    let shown = shown.split("checkpoints are signed with ").nth(1).expect("a line");
    let key = shown.split(':').next().expect("a key").to_owned();
    assert!(key.len() == 64 && !rotated.public_keys.contains(&key), "{shown}");
    let wrong = verify(&["abc".to_owned()]).ends_with(2);
    assert!(wrong.err.contains("`rotate-key`"), "{}", wrong.err);
    assert!(!wrong.err.contains("ledger.json"), "{}", wrong.err);
}

#[test]
fn chain_keys_are_not_kept_in_the_folder_of_the_ledger() {
    let fixture = CliFixture::new("PORT=80\n");
    for name in ["audit/chain.keys", "audit/checkpoints/../chain.keys"] {
        let path = fixture.files.path().join(name);
        let refused = fixture.run(&["ledger", "chain-key"]).args([&path]).run().ends_with(2);
        assert!(refused.err.contains("is in the folder of the ledger"), "{}", refused.err);
        assert!(!refused.err.contains("--new-key") && !path.exists(), "{}", refused.err);
    }
}

#[test]
fn a_file_of_chain_keys_is_read_as_it_is_handed_over_and_a_master_key_is_told_from_one() {
    let fixture = CliFixture::new("PORT=80\n");
    let file = fixture.files.path().join("chain.keys");
    fixture.run(&["ledger", "chain-key"]).args([&file]).run().ends_with(0);
    let line = fs::read_to_string(file).expect("text");
    let line = line.trim();
    let verify = |text: String| {
        let file = fixture.files.write("given.keys", text);
        fixture.keyless(&["verify"]).path("--chain-key", file).run()
    };
    for good in [line.to_owned(), format!("{line}\n\n\n"), format!("{line}\r\n\r\n")] {
        verify(good).ends_with(0);
    }
    verify(line.to_uppercase()).ends_with(0);
    for (bad, said) in [
        (format!("{KEY}\n"), "are a master key"),
        (KEY.to_uppercase(), "are a master key"),
        (format!("{line}\n{KEY}\n"), "are a master key"),
        (format!("{line}\n\n{line}\n"), "a chain key is 16 hex digits"),
        ("\n".to_owned(), "a chain key is 16 hex digits"),
        (format!("x{}", &line[1..]), "a chain key is 16 hex digits"),
    ] {
        let refused = verify(bad).ends_with(2);
        assert!(refused.err.contains(said), "{}", refused.err);
        assert!(!refused.err.to_lowercase().contains(&KEY[..16]), "{}", refused.err);
    }
}
