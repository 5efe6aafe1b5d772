//! Who loaded what and why, loads that fail, and ledgers that cannot be written.

use std::sync::Barrier;

use envaudit::ledger::record::RecordedLoadError;
use envaudit::ledger::{Actor, Context, Origin};
use envaudit::{EnvConfig, SecretString, Source};
use envaudit_tests::canary::{CANARY, assert_hidden, assert_not_in};
use envaudit_tests::record_helpers::{bytes, events, last, ledger, reopened};
use envaudit_tests::{Files, fresh_ledger, isolated};
use serde_json::{Value, json};

#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
struct Config {
    #[env(default = 8080)]
    port: u16,
    #[env(len(40..=50))]
    api_key: Option<SecretString>,
}

#[test]
fn two_lines_record_a_start_on_disk() {
    let files = Files::new();
    let path = files.path().join("audit");
    for start in 0..3 {
        let ledger = fresh_ledger::options().open_or_init(&path).unwrap();
        let cfg = isolated::nothing::<Config>().record_to(&ledger, Context::new()).load().unwrap();
        assert_eq!(cfg.port, 8080);
        assert_eq!(events(ledger.source()).len(), start + 1);
    }
    let ledger = fresh_ledger::options().open(&path).unwrap();
    let since = events(ledger.source())[0]["seq"].clone();
    assert_eq!(last(&ledger)["details"], json!({"unchanged_since": since}));
    fresh_ledger::recorded(ledger.source());
}

#[test]
fn the_record_says_all_that_the_context_says() {
    let (ledger, _disk) = ledger();
    let context = Context::new()
        .service("checkout")
        .environment("staging")
        .actor(Actor::admin("ada"))
        .reason("release 1.4.2")
        .origin(Origin::Cli)
        .trace("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7")
        .request_id("r-1")
        .session_id("s-1");
    isolated::nothing::<Config>().record_to(&ledger, context).load().unwrap();
    let event = last(&ledger);
    let expected = [
        ("resource_id", "checkout/staging"),
        ("actor_type", "admin"),
        ("actor_id", "ada"),
        ("reason", "release 1.4.2"),
        ("origin", "cli"),
        ("trace_id", "4bf92f3577b34da6a3ce929d0e0e4736"),
        ("span_id", "00f067aa0ba902b7"),
        ("request_id", "r-1"),
        ("session_id", "s-1"),
    ];
    for (member, value) in expected {
        assert_eq!(event[member], value, "{member}");
    }
    assert_eq!(event["details"]["environment"], "staging");
}

#[test]
fn the_actor_is_the_user_and_the_host_of_the_process_and_never_empty() {
    let cases: [(&[(&str, &str)], &str); 4] = [
        (&[("USER", "ada"), ("HOSTNAME", "web-1")], "ada@web-1"),
        (&[("LOGNAME", "ada"), ("HOSTNAME", "web-1")], "ada@web-1"),
        (&[("USER", ""), ("USERNAME", "eve"), ("COMPUTERNAME", "PC")], "eve@PC"),
        (&[("USER", " "), ("LOGNAME", "root"), ("HOSTNAME", "h")], "root@h"),
    ];
    for (vars, expected) in cases {
        let (ledger, _disk) = ledger();
        let loader = isolated::vars::<Config>(vars.iter().copied());
        loader.record_to(&ledger, Context::new()).load().unwrap();
        let event = last(&ledger);
        assert_eq!(
            (&event["actor_type"], &event["actor_id"]),
            (&json!("service"), &json!(expected))
        );
    }
    let (ledger, _disk) = ledger();
    isolated::nothing::<Config>().record_to(&ledger, Context::new()).load().unwrap();
    let actor = last(&ledger)["actor_id"].as_str().unwrap().to_owned();
    let (user, host) = actor.split_once('@').unwrap();
    assert!(!user.trim().is_empty() && !host.trim().is_empty(), "{actor}");
}

#[test]
fn a_load_that_fails_is_recorded_with_its_problems_and_without_values() {
    let (ledger, _disk) = ledger();
    let files = Files::with(".env", format!("APP_PORT=\"{}\"\nAPP_API_KEY='x'\n", "tooLarge99"));
    files.write(".env.prod", format!("APP_API_KEY={}\n", "Zq7xW2vK9pL4uJ8"));
    let loader = files.loader::<Config>().environment("prod");
    let result = loader.record_to(&ledger, Context::new().service("checkout")).load();
    let Err(RecordedLoadError::Load { error, not_recorded: None }) = result else {
        panic!("{result:?}")
    };
    assert_eq!(error.problems().len(), 2);
    let event = last(&ledger);
    assert_eq!(event["action"], "config.loaded");
    assert_eq!(event["outcome"], "failure");
    assert_eq!(event["resource_id"], "checkout/prod");
    let place = files.path().join(".env").display().to_string();
    let problems = &event["details"]["problems"];
    assert_eq!(event["details"]["environment"], "prod");
    assert_eq!(problems[0]["kind"], "invalid");
    assert_eq!(problems[0]["key"], "APP_PORT");
    assert_eq!(problems[0]["source"], "file");
    assert_eq!(problems[0]["location"], format!("{place}:1"));
    assert_eq!(problems[0]["expected"], "an integer from 0 to 65535");
    assert_eq!(problems[1]["key"], "APP_API_KEY");
    let said = bytes(ledger.source());
    assert!(!said.contains("tooLarge99"), "not even of a field that is no secret");
    assert_not_in(&said, "Zq7xW2vK9pL4uJ8", "a failure");
}

#[test]
fn a_failed_load_does_not_hide_the_last_state() {
    let (ledger, _disk) = ledger();
    let load = |port| {
        let loader = isolated::vars::<Config>([("APP_PORT", port)]);
        loader.record_to(&ledger, Context::new()).load_recorded().map(|(_, recorded)| recorded)
    };
    let first = load("80").unwrap();
    assert!(load("none").is_err());
    assert_eq!(load("80").unwrap().unchanged_since(), Some(first.appended.seq));
    let outcomes: Vec<Value> =
        events(ledger.source()).into_iter().map(|event| event["outcome"].clone()).collect();
    assert_eq!(outcomes, ["success", "failure", "success"]);
}

#[test]
fn what_a_bad_file_or_name_says_is_not_recorded() {
    // Every way in which a secret gets into a problem of a load: a key, a name, a value, a path, a line.
    let lines = [
        format!("APP_API_KEY=\"{CANARY}"),
        format!("{CANARY}=x"),
        CANARY.to_owned(),
        format!("APP_PORT='{CANARY}'"),
        format!("APP_PORT=${{{CANARY}}}"),
        format!("APP_PORT=${{X:?{CANARY}}}"),
    ];
    for line in lines {
        let (ledger, _disk) = ledger();
        let files = Files::with(".env", &line);
        let loader = files.loader::<Config>().deny_unknown(true);
        let failed = loader.record_to(&ledger, Context::new()).load().is_err();
        assert!(failed, "{line}");
        assert_hidden(&bytes(ledger.source()), &line);
    }
}

#[test]
fn a_configuration_that_cannot_be_recorded_is_not_given_out() {
    let (ledger, _disk) = ledger();
    ledger.close().unwrap();
    let good = isolated::nothing::<Config>().record_to(&ledger, Context::new()).load();
    let Err(RecordedLoadError::NotRecorded(error)) = good else { panic!("{good:?}") };
    assert!(error.to_string().contains("not recorded"), "{error}");

    let bad = isolated::vars::<Config>([("APP_PORT", "x")]).record_to(&ledger, Context::new());
    let Err(RecordedLoadError::Load { error, not_recorded }) = bad.load() else { panic!("loaded") };
    assert_eq!(error.problems()[0].key(), Some("APP_PORT"));
    assert!(not_recorded.is_some(), "and says that the failure was not recorded either");
}

#[test]
fn an_event_that_no_ledger_takes_is_refused() {
    let (ledger, _disk) = ledger();
    let context = Context::new().trace("not hex", "at all");
    assert!(isolated::nothing::<Config>().record_to(&ledger, context).load().is_err());
    assert_eq!(events(ledger.source()), Vec::<Value>::new());
    let context = Context::new();
    isolated::nothing::<Config>().record_to(&ledger, context).load().unwrap();
}

#[test]
fn of_many_that_start_at_once_each_change_is_recorded_once() {
    const STARTS: usize = 8;
    let (ledger, disk) = ledger();
    isolated::nothing::<Config>().record_to(&ledger, Context::new()).load().unwrap();
    let barrier = Barrier::new(STARTS);
    std::thread::scope(|scope| {
        for _ in 0..STARTS {
            scope.spawn(|| {
                let ledger = reopened(&disk);
                let loader = isolated::vars::<Config>([("APP_PORT", "443")]);
                barrier.wait();
                loader.record_to(&ledger, Context::new()).load().unwrap();
            });
        }
    });
    let ledger = reopened(&disk);
    let actions: Vec<String> = events(ledger.source())
        .iter()
        .map(|event| event["action"].as_str().unwrap().to_owned())
        .collect();
    let changed = actions.iter().filter(|action| *action == "config.changed").count();
    assert_eq!((actions.len(), changed), (STARTS + 1, 1));
    assert_eq!(actions[1], "config.changed", "the first of them found the change");
}

#[test]
fn a_recorded_load_still_knows_where_its_values_came_from() {
    let (ledger, _disk) = ledger();
    let loader = isolated::vars::<Config>([("APP_PORT", "1")]);
    let cfg = loader.record_to(&ledger, Context::new()).load().unwrap();
    assert_eq!(cfg.audit().port.source, Source::System);
    assert!(cfg.api_key.is_none());
}
