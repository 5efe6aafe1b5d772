//! An index that lies and whose digests are right: somebody had it made of another ledger, and put the true one back.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use envaudit::ledger::keys::{ChainKey, ChainKeys};
use envaudit::ledger::{KeyRing, MasterKey};
use envaudit::report::index::{Index, IndexError};
use envaudit::report::{self, ReportOptions, Scope};
use envaudit_tests::fresh_ledger::{event, key};
use envaudit_tests::indexed::{Indexed, options, record};

const FIRST: &str = "00000000000000000001.jsonl";

fn made() -> Indexed {
    let made = Indexed::new();
    let ledger = made.ledger();
    for nth in 0..4 {
        record(&ledger, "checkout", &[("PORT", &(80 + nth).to_string()), ("REGION", "eu")]);
        ledger.append(&event(nth)).unwrap();
    }
    ledger.close().unwrap();
    made
}

/// How many changes of a variable there are, and what `access` counts. It lists no event: each of those is compared with the
/// ledger.
type Answer = (usize, serde_json::Value);

fn answer(index: &Index<'_>) -> Result<Answer, IndexError> {
    let changes = index.history("PORT").filter(Result::is_ok).count();
    let options = ReportOptions::new().events(0);
    Ok((changes, report::access(index, &options, &Scope::new())?.json()))
}

fn ask(made: &Indexed, keys: Option<&ChainKeys>) -> Answer {
    let store = made.store();
    Index::ask_with_keys(&made.path(), &store, keys, answer).unwrap()
}

fn ring() -> KeyRing {
    KeyRing::new(key())
}

fn seal(made: &Indexed) -> Vec<u8> {
    let db = rusqlite::Connection::open(made.file()).unwrap();
    db.query_row("SELECT seal FROM about", [], |row| row.get(0)).unwrap()
}

/// Has an index made of a ledger in which the texts stand differently, each as long as before, and puts the ledger back.
fn forge(made: &Indexed, texts: &[(&str, &str)]) {
    let path = made.path().join(FIRST);
    let honest = fs::read_to_string(&path).unwrap();
    let forged = texts.iter().fold(honest.clone(), |text, (from, to)| text.replace(from, to));
    assert_ne!(forged, honest);
    assert_eq!(forged.len(), honest.len());
    let put = |text: &str| {
        let _ = fs::remove_file(&path);
        fs::write(&path, text).unwrap();
    };
    put(&forged);
    let _ = fs::remove_file(made.file());
    made.lines();
    put(&honest);
}

fn command(path: &Path, args: &[&str], key: Option<&MasterKey>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_envaudit_command"));
    command.args(args).arg("--ledger").arg(path).stdin(Stdio::null());
    command.env_remove("ENVAUDIT_SIGNING_KEY");
    if let Some(key) = key {
        command.env("ENVAUDIT_SIGNING_KEY", &*key.to_hex());
    }
    command.output().unwrap()
}

#[test]
fn with_the_key_an_index_that_only_others_made_is_made_anew() {
    let made = made();
    let chain = ChainKeys::new(ChainKey::parse(&key().chain_key().to_text()).unwrap());
    let ring = ring();
    let expected = ask(&made, Some(ring.chain_keys()));
    assert_eq!(expected.0, 4);
    for texts in [
        [("\"key\":\"PORT\"", "\"key\":\"XORT\""), ("\"order-2\"", "\"order-7\"")],
        [("\"actor_id\":\"ada\"", "\"actor_id\":\"eve\""), ("\"order-2\"", "\"order-7\"")],
    ] {
        for keys in [ring.chain_keys(), &chain] {
            forge(&made, &texts);
            // Whoever has no key is shown what the index says.
            assert_ne!(ask(&made, None), expected);
            assert_eq!(ask(&made, Some(keys)), expected);
            // What was made anew is right for everybody.
            assert_eq!(ask(&made, None), expected);
        }
    }
}

#[test]
fn the_commands_believe_no_such_index_where_a_key_is_at_hand() {
    let made = made();
    let history = ["history", "PORT", "--json"];
    let access = ["report", "access", "--format", "json", "--events", "0"];
    for args in [&history[..], &access] {
        let expected = command(&made.path(), args, Some(&key()));
        assert!(expected.status.success(), "{expected:?}");
        forge(&made, &[("\"key\":\"PORT\"", "\"key\":\"XORT\""), ("\"order-2\"", "\"order-7\"")]);
        let text = |output: &Output| String::from_utf8(output.stdout.clone()).unwrap();
        assert_ne!(text(&command(&made.path(), args, None)), text(&expected), "{args:?}");
        let found = command(&made.path(), args, Some(&key()));
        assert_eq!(text(&found), text(&expected), "{args:?}");
        assert!(found.status.success(), "{found:?}");
    }
}

#[test]
fn a_seal_stays_until_somebody_without_the_key_adds_to_the_index() {
    let made = made();
    let ring = ring();
    ask(&made, Some(ring.chain_keys()));
    let sealed = seal(&made);
    assert_eq!(sealed.len(), 32);
    ask(&made, None);
    assert_eq!(seal(&made), sealed);
    made.record("checkout", &[("PORT", "99")]);
    // With the key it is added to, and sealed anew.
    assert_eq!(ask(&made, Some(ring.chain_keys())).0, 5);
    let second = seal(&made);
    assert_ne!(second, sealed);
    // A seal of an earlier state is none of this one.
    let db = rusqlite::Connection::open(made.file()).unwrap();
    db.execute("UPDATE about SET seal = ?1", [&sealed]).unwrap();
    drop(db);
    assert_eq!(ask(&made, Some(ring.chain_keys())).0, 5);
    assert_ne!(seal(&made), sealed);
    made.record("checkout", &[("PORT", "100")]);
    assert_eq!(ask(&made, None).0, 6);
    assert!(seal(&made).is_empty());
    assert_eq!(ask(&made, Some(ring.chain_keys())).0, 6);
    assert_eq!(seal(&made).len(), 32);
}

#[test]
fn the_seal_is_that_of_the_current_key() {
    let made = made();
    let first = ring();
    let expected = ask(&made, Some(first.chain_keys()));
    let old = seal(&made);
    let second = MasterKey::from_bytes([8; 32]);
    options().open(made.path()).unwrap().rotate(second.clone()).unwrap();
    let rotated = first.rotated_to(second);
    assert_eq!(ask(&made, Some(rotated.chain_keys())).0, expected.0);
    assert_ne!(seal(&made), old);
    // Whoever has the retired key alone can write a seal that only others with it alone believe.
    forge(&made, &[("\"key\":\"PORT\"", "\"key\":\"XORT\"")]);
    let _ = fs::remove_file(made.file());
    ask(&made, Some(ring().chain_keys()));
    let forged = seal(&made);
    assert_eq!(ask(&made, Some(rotated.chain_keys())).0, expected.0);
    assert_ne!(seal(&made), forged);
}

#[test]
fn an_index_is_not_sealed_that_was_made_of_lines_which_are_not_sound() {
    let texts = [("\"key\":\"PORT\"", "\"key\":\"XORT\""), ("\"order-2\"", "\"order-7\"")];
    let made = made();
    let ring = ring();
    let path = made.path().join(FIRST);
    let honest = fs::read_to_string(&path).unwrap();
    let expected = ask(&made, Some(ring.chain_keys()));
    let forged = texts.iter().fold(honest.clone(), |text, (from, to)| text.replace(from, to));
    let unknown = honest.replace(ring.current().id().as_str(), "0123456789abcdef");
    let mut lines: Vec<&str> = honest.split_inclusive('\n').collect();
    lines.swap(2, 4);
    let swapped = lines.concat();
    let mut twice: Vec<&str> = honest.split_inclusive('\n').collect();
    let (from, to) = twice
        .iter()
        .enumerate()
        .flat_map(|(from, one)| twice.iter().enumerate().map(move |(to, two)| (from, to, one, two)))
        .find(|(from, to, one, two)| from < to && *to + 1 < lines.len() && one.len() == two.len())
        .map(|(from, to, ..)| (from, to))
        .unwrap();
    twice[to] = twice[from];
    for other in [forged, unknown, swapped, twice.concat()] {
        assert_ne!(other, honest);
        assert_eq!(other.len(), honest.len());
        fs::remove_file(&path).unwrap();
        fs::write(&path, other).unwrap();
        fs::remove_file(made.file()).unwrap();
        // The holder of the key asks while the other lines are there, twice, and once more when the true ones are back.
        ask(&made, Some(ring.chain_keys()));
        assert!(seal(&made).is_empty());
        ask(&made, Some(ring.chain_keys()));
        fs::write(&path, &honest).unwrap();
        assert_eq!(ask(&made, Some(ring.chain_keys())), expected);
        assert_eq!(seal(&made).len(), 32);
    }
}

#[test]
fn with_the_current_key_alone_an_index_is_sealed_as_far_as_that_key_can_tell() {
    let made = made();
    let second = MasterKey::from_bytes([8; 32]);
    let ledger = options().open(made.path()).unwrap();
    ledger.rotate(second.clone()).unwrap();
    ledger.append(&event(20)).unwrap();
    let alone = KeyRing::new(second.clone());
    let expected = ask(&made, None);
    assert_eq!(ask(&made, Some(alone.chain_keys())), expected);
    let sealed = seal(&made);
    assert_eq!(sealed.len(), 32);
    ledger.append(&event(21)).unwrap();
    ledger.close().unwrap();
    ask(&made, Some(alone.chain_keys()));
    assert_ne!(seal(&made), sealed);
    assert_eq!(seal(&made).len(), 32);
    // Behind the first line that this key can check, each has to be.
    let path = made.path().join(FIRST);
    let text = fs::read_to_string(&path).unwrap();
    let at = text.find("\"order-20\"").unwrap();
    let (before, rest) = text.split_at(text[..at].rfind('\n').unwrap());
    let other = rest.replacen(alone.current().id().as_str(), "0123456789abcdef", 1);
    fs::remove_file(&path).unwrap();
    fs::write(&path, format!("{before}{other}")).unwrap();
    fs::remove_file(made.file()).unwrap();
    ask(&made, Some(alone.chain_keys()));
    assert!(seal(&made).is_empty());
}
