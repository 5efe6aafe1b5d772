//! Changes of a running program are records before they count.

use std::sync::Arc;

use envaudit::ledger::testing::MemoryDisk;
use envaudit::ledger::{Context, Ledger};
use envaudit::live::{Live, LiveError, Update};
use envaudit::{EnvConfig, SecretString};
use envaudit_tests::canary::{CANARY, assert_hidden};
use envaudit_tests::record_helpers::{bytes, events, last};
use envaudit_tests::{Files, fresh_ledger};
use serde_json::{Value, json};

#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
#[expect(dead_code, reason = "not every field is looked at")]
struct Config {
    #[env(default = 8080)]
    port: u16,
    api_key: Option<SecretString>,
}

fn ledger() -> Arc<Ledger> {
    Arc::new(fresh_ledger::on(&MemoryDisk::default()))
}

fn started(files: &Files, ledger: &Arc<Ledger>) -> Result<Live<Config>, LiveError> {
    let context = Context::new().service("checkout");
    files.loader::<Config>().live().record_to(Arc::clone(ledger), context).start()
}

fn actions(ledger: &Ledger) -> Vec<(Value, Value)> {
    let events = events(ledger.source()).into_iter();
    events.map(|event| (event["action"].clone(), event["outcome"].clone())).collect()
}

#[test]
fn the_start_each_change_and_each_new_failure_are_recorded() {
    let files = Files::with(".env", "APP_PORT=1\n");
    let ledger = ledger();
    let live = started(&files, &ledger).unwrap();
    live.reload().unwrap();
    live.reload().unwrap();
    files.write(".env", "APP_PORT=2\n");
    let change = live.reload().unwrap().expect("a change");
    let recorded = change.recorded().expect("a record");
    assert_eq!(recorded.resource(), "checkout");
    assert_eq!(recorded.changes()[0].to_string(), "~ APP_PORT: 1 -> 2");
    assert_eq!(last(&ledger)["seq"], recorded.appended.seq);
    files.write(".env", "APP_PORT=none\n");
    live.reload().unwrap_err();
    live.reload().unwrap_err();
    files.write(".env", "APP_PORT=2\n");
    live.reload().unwrap();
    let expected =
        [("config.loaded", "success"), ("config.changed", "success"), ("config.loaded", "failure")];
    assert_eq!(actions(&ledger), expected.map(|(action, outcome)| (json!(action), json!(outcome))));
    fresh_ledger::recorded(ledger.source());
}

#[test]
fn a_start_that_fails_is_recorded() {
    let files = Files::with(".env", "APP_PORT=none\n");
    let ledger = ledger();
    assert!(started(&files, &ledger).is_err());
    assert_eq!(actions(&ledger), [(json!("config.loaded"), json!("failure"))]);
}

#[test]
fn a_change_that_cannot_be_recorded_does_not_count() {
    let files = Files::with(".env", "APP_PORT=1\n");
    let ledger = ledger();
    let live = started(&files, &ledger).unwrap();
    let updates = live.subscribe();
    ledger.close().unwrap();
    files.write(".env", "APP_PORT=2\n");
    let error = live.reload().unwrap_err();
    assert!(matches!(*error, LiveError::Record(_)), "{error}");
    assert_eq!(live.get().port, 1);
    assert!(matches!(updates.recv().unwrap(), Update::Rejected(_)));

    let error = started(&files, &ledger).unwrap_err();
    assert!(matches!(error, LiveError::Record(_)), "{error}");
}

#[test]
fn a_rotated_secret_is_recorded_without_it() {
    let files = Files::with(".env", "APP_API_KEY=first-secret\n");
    let secrets = files.folder("secrets");
    let ledger = ledger();
    let loader = Config::loader().vars([("", ""); 0]).dir(files.path()).docker_secrets(&secrets);
    let live = loader.live().record_to(Arc::clone(&ledger), Context::new()).start().unwrap();
    for (nth, secret) in [CANARY.to_owned(), format!("{CANARY}2")].iter().enumerate() {
        files.write("secrets/APP_API_KEY", secret);
        let change = live.reload().unwrap().expect("a change");
        let lines: Vec<String> =
            change.recorded().unwrap().changes().iter().map(ToString::to_string).collect();
        let moved = if nth == 0 { " (moved from file to docker)" } else { "" };
        assert_eq!(lines, [format!("~ APP_API_KEY: (secret) rotated{moved}")]);
    }
    let said = bytes(ledger.source());
    assert_hidden(&said, "the ledger");
    assert!(!said.contains("first-secret"));
}
