//! What a record says of a configuration, and of what changed in it.

use envaudit::ledger::config_state::ChangeKind;
use envaudit::ledger::record::Values;
use envaudit::ledger::{Actor, Context, Event, FileStore, KeyRing, MasterKey};
use envaudit::{Ask, EnvConfig, Fetched, Provider, ProviderError, SecretString, Source};
use envaudit_tests::record_helpers::{bytes, events, last, ledger, reopened};
use envaudit_tests::{Files, fresh_ledger, isolated};
use serde_json::{Value, json};

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
#[expect(dead_code, reason = "only recorded")]
struct Config {
    #[env(default = 8080)]
    port: u16,
    region: Option<String>,
    api_key: SecretString,
}

const KEY: (&str, &str) = ("APP_API_KEY", "hunter22");

fn loader<const N: usize>(vars: [(&'static str, &'static str); N]) -> envaudit::Loader<Config> {
    isolated::vars::<Config>(vars.into_iter().chain([KEY])).environment("prod")
}

fn context() -> Context {
    Context::new().service("checkout").actor(Actor::service("deployer"))
}

#[test]
fn the_first_record_has_the_whole_state_in_the_form_of_the_format() {
    let (ledger, _disk) = ledger();
    loader([("APP_PORT", "9090")]).record_to(&ledger, context()).load().unwrap();
    let event = last(&ledger);
    assert_eq!(event["action"], "config.loaded");
    assert_eq!(event["resource_type"], "config");
    assert_eq!(event["resource_id"], "checkout/prod");
    assert_eq!(event["outcome"], "success");
    assert_eq!(event["actor_id"], "deployer");
    let fingerprint = |key, value: &str| fresh_ledger::key().fingerprint(key, value.as_bytes());
    let expected = json!({
        "environment": "prod",
        "changes": [],
        "state": [
            {
                "key": "APP_PORT", "source": "system", "provider": null, "masked": false,
                "fingerprint": fingerprint("APP_PORT", "9090"), "value": "9090",
            },
            {
                "key": "APP_API_KEY", "source": "system", "provider": null, "masked": true,
                "fingerprint": fingerprint("APP_API_KEY", "hunter22"),
            },
        ],
    });
    assert_eq!(event["details"], expected, "an optional field without a value has no state");
    let order = "\"details\":{\"environment\":\"prod\",\"changes\":[],\"state\":[{\"key\":\"APP_PORT\",\
                 \"source\":\"system\",\"provider\":null,\"masked\":false,\"fingerprint\":";
    assert!(bytes(ledger.source()).contains(order), "the members stand in the order of the format");
}

#[test]
fn a_load_that_changed_nothing_refers_to_the_record_that_has_the_state() {
    let (ledger, _disk) = ledger();
    let load = || loader([]).record_to(&ledger, context()).load_recorded().unwrap().1;
    let first = load();
    assert_eq!(first.unchanged_since(), None);
    for _ in 0..3 {
        let again = load();
        assert_eq!(again.unchanged_since(), Some(first.appended.seq));
        assert!(again.changes().is_empty());
        let event = last(&ledger);
        assert_eq!(event["action"], "config.loaded");
        assert_eq!(event["details"], json!({"unchanged_since": first.appended.seq}));
    }
}

#[test]
fn every_kind_of_change_is_recorded_exactly() {
    let cases: [(_, _, &[Value], &str); 5] = [
        (
            loader([]),
            loader([("APP_REGION", "eu-1")]),
            &[json!({"key": "APP_REGION", "kind": "added", "after": "eu-1"})],
            "+ APP_REGION: eu-1",
        ),
        (
            loader([("APP_REGION", "eu-1")]),
            loader([("APP_REGION", "eu-2")]),
            &[json!({"key": "APP_REGION", "kind": "changed", "before": "eu-1", "after": "eu-2"})],
            "~ APP_REGION: eu-1 -> eu-2",
        ),
        (
            loader([("APP_REGION", "eu-1")]),
            loader([]),
            &[json!({"key": "APP_REGION", "kind": "removed", "before": "eu-1"})],
            "- APP_REGION: eu-1",
        ),
        (
            loader([]),
            loader([("APP_PORT", "8080")]),
            &[json!({"key": "APP_PORT", "kind": "changed", "before": "8080", "after": "8080"})],
            "~ APP_PORT: 8080 (moved from schema_default to system)",
        ),
        (
            loader([]),
            isolated::vars::<Config>([("APP_API_KEY", "hunter23")]).environment("prod"),
            &[json!({"key": "APP_API_KEY", "kind": "changed", "before": null, "after": null})],
            "~ APP_API_KEY: (secret) rotated",
        ),
    ];
    for (before, after, expected, line) in cases {
        let (ledger, _disk) = ledger();
        before.record_to(&ledger, context()).load().unwrap();
        let (_, recorded) = after.record_to(&ledger, context()).load_recorded().unwrap();
        let event = last(&ledger);
        assert_eq!(event["action"], "config.changed", "{line}");
        // For comparison a side is its value alone.
        let mut changes = event["details"]["changes"].clone();
        for change in changes.as_array_mut().unwrap() {
            for side in ["before", "after"] {
                if let Some(side) = change.get_mut(side) {
                    assert!(side["fingerprint"].is_string());
                    *side = side.get("value").cloned().unwrap_or_default();
                }
            }
        }
        assert_eq!(changes, Value::from(expected.to_vec()), "{line}");
        let lines: Vec<String> = recorded.changes().iter().map(ToString::to_string).collect();
        assert_eq!(lines, [line]);
        let state = event["details"]["state"].as_array().unwrap();
        assert!(state.iter().any(|value| value["key"] == "APP_API_KEY"), "{line}");
    }
}

#[test]
fn a_value_that_moves_from_a_file_to_a_provider_is_a_change() {
    struct Vault;
    impl Provider for Vault {
        fn name(&self) -> &str {
            "vault"
        }
        fn source(&self) -> Source {
            Source::Custom
        }
        fn fetch(&self, _: &Ask<'_>) -> Result<Fetched, ProviderError> {
            let mut fetched = Fetched::new();
            fetched.insert("APP_API_KEY", "hunter22");
            Ok(fetched)
        }
    }
    let (ledger, _disk) = ledger();
    let files = Files::with(".env", "APP_API_KEY=hunter22\n");
    files.loader::<Config>().record_to(&ledger, context()).load().unwrap();
    let moved = files.loader::<Config>().source(Vault).record_to(&ledger, context());
    let (_, recorded) = moved.load_recorded().unwrap();
    let [change] = recorded.changes() else { panic!("{:?}", recorded.changes()) };
    let (before, after) = (change.before.as_ref().unwrap(), change.after.as_ref().unwrap());
    assert_eq!((before.source.as_str(), before.provider.as_deref()), ("file", None));
    assert_eq!((after.source.as_str(), after.provider.as_deref()), ("custom", Some("vault")));
    assert_eq!(before.fingerprint, after.fingerprint, "it is the same secret");
    assert_eq!(change.to_string(), "~ APP_API_KEY: (secret) (moved from file to vault)");
}

#[test]
fn a_variable_that_the_program_no_longer_has_was_removed() {
    #[derive(EnvConfig)]
    #[env(prefix = "APP_")]
    struct Smaller {
        #[env(default = 8080)]
        port: u16,
    }
    let (ledger, _disk) = ledger();
    loader([]).record_to(&ledger, context()).load().unwrap();
    let smaller = isolated::nothing::<Smaller>().environment("prod").load().unwrap();
    assert_eq!(smaller.port, 8080);
    let recorded = smaller.record_in(&ledger, &context()).unwrap();
    let kinds: Vec<_> =
        recorded.changes().iter().map(|change| (change.key.as_str(), change.kind)).collect();
    assert_eq!(kinds, [("APP_API_KEY", ChangeKind::Removed)]);
}

#[test]
fn services_and_environments_have_histories_of_their_own() {
    let (ledger, _disk) = ledger();
    let load = |service, environment| {
        let loader = isolated::vars::<Config>([KEY]).environment(environment);
        let context = Context::new().service(service);
        loader.record_to(&ledger, context).load_recorded().unwrap().1
    };
    for (service, environment, resource) in [
        ("checkout", "prod", "checkout/prod"),
        ("checkout", "dev", "checkout/dev"),
        ("checkout", "", "checkout"),
        ("", "prod", "Config/prod"),
        ("a \"quoted\" name", "prod", "a \"quoted\" name/prod"),
    ] {
        assert_eq!(load(service, environment).unchanged_since(), None, "{resource}");
        let again = load(service, environment);
        assert!(again.unchanged_since().is_some(), "{resource}");
        assert_eq!(again.resource(), resource);
        let event = last(&ledger);
        assert_eq!(event["resource_id"], resource);
    }
    let environments: Vec<Value> = events(ledger.source())
        .into_iter()
        .filter_map(|event| event["details"].get("environment").cloned())
        .collect();
    assert_eq!(
        environments,
        [json!("prod"), json!("dev"), json!(null), json!("prod"), json!("prod")]
    );
}

#[test]
fn without_values_a_record_has_fingerprints_alone() {
    let (ledger, _disk) = ledger();
    let never = || context().values(Values::Never);
    loader([("APP_REGION", "somewhere")]).record_to(&ledger, context()).load().unwrap();
    let before = bytes(ledger.source()).matches("somewhere").count();
    assert_eq!(before, 1);
    let elsewhere = loader([("APP_REGION", "elsewhere")]);
    let (_, recorded) = elsewhere.record_to(&ledger, never()).load_recorded().unwrap();
    assert_eq!(recorded.changes().len(), 1);
    let event = last(&ledger);
    assert_eq!(event["action"], "config.changed");
    assert!(!event.to_string().contains("\"value\""), "{event}");
    assert!(!event.to_string().contains("where"), "{event}");
}

#[test]
fn events_of_others_between_two_loads_do_not_matter() {
    let (ledger, disk) = ledger();
    let other = reopened(&disk);
    let first = loader([]).record_to(&ledger, context()).load_recorded().unwrap().1;
    for nth in 0..3000 {
        ledger.append(&fresh_ledger::event(nth)).unwrap();
    }
    // One that only looks like a record.
    let fake = Event::new("config.changed", Actor::user("ada"))
        .resource("config", "checkout/prod")
        .detail("note", "by hand");
    ledger.append(&fake).unwrap();
    let second = loader([]).record_to(&other, context()).load_recorded().unwrap().1;
    assert_eq!(second.unchanged_since(), Some(first.appended.seq));
    assert_eq!(second.appended.seq, first.appended.seq + 3002);
    // The first handle has not seen the record of the other one yet.
    let changed = loader([("APP_REGION", "eu-1")]).record_to(&other, context()).load_recorded();
    let since = changed.unwrap().1.appended.seq;
    let third = loader([("APP_REGION", "eu-1")]).record_to(&ledger, context());
    assert_eq!(third.load_recorded().unwrap().1.unchanged_since(), Some(since));
}

#[test]
fn the_last_state_is_found_across_segments() {
    let disk = envaudit::ledger::testing::MemoryDisk::default();
    let options = || fresh_ledger::options().segment_size(4096);
    let ledger = options().init_in(FileStore::on(disk.clone())).unwrap();
    let first = loader([]).record_to(&ledger, context()).load_recorded().unwrap().1;
    for nth in 0..100 {
        ledger.append(&fresh_ledger::event(nth)).unwrap();
    }
    assert!(ledger.source().segments().unwrap().len() > 5);
    let again = loader([]).record_to(&ledger, context()).load_recorded().unwrap().1;
    assert_eq!(again.unchanged_since(), Some(first.appended.seq));
    assert_eq!(fresh_ledger::recorded(ledger.source()).len(), 100, "and the chain holds");
}

#[test]
fn a_rotated_key_of_the_ledger_is_no_change_of_the_configuration() {
    let disk = envaudit::ledger::testing::MemoryDisk::default();
    let ledger = fresh_ledger::on(&disk);
    let first = loader([]).record_to(&ledger, context()).load_recorded().unwrap().1;
    let new = MasterKey::from_bytes([8; 32]);
    ledger.rotate(new.clone()).unwrap();
    drop(ledger);
    let ring = KeyRing::new(new.clone()).retired(fresh_ledger::key());
    let options = fresh_ledger::options().keys(ring);
    let ledger = options.open_in(FileStore::on(disk)).unwrap();
    let same = loader([]).record_to(&ledger, context()).load_recorded().unwrap().1;
    assert_eq!(same.unchanged_since(), Some(first.appended.seq));
    let other = isolated::vars::<Config>([("APP_API_KEY", "hunter23")]).environment("prod");
    let (_, changed) = other.record_to(&ledger, context()).load_recorded().unwrap();
    assert_eq!(changed.changes().len(), 1);
    let after = changed.changes()[0].after.as_ref().unwrap();
    let expected = new.fingerprint("APP_API_KEY", b"hunter23");
    assert_eq!(after.fingerprint.as_deref(), Some(expected.as_str()));
}

#[test]
fn a_ledger_without_a_key_has_no_fingerprints_and_compares_what_it_has() {
    let store = FileStore::on(envaudit::ledger::testing::MemoryDisk::default());
    let ledger = fresh_ledger::options().unkeyed().init_in(store).unwrap();
    loader([]).record_to(&ledger, context()).load().unwrap();
    let state = last(&ledger)["details"]["state"].clone();
    assert!(state.as_array().unwrap().iter().all(|value| value["fingerprint"].is_null()));
    let changed = loader([("APP_PORT", "1")]).record_to(&ledger, context()).load_recorded();
    assert_eq!(changed.unwrap().1.changes()[0].key, "APP_PORT");
    let same = loader([("APP_PORT", "1")]).record_to(&ledger, context()).load_recorded();
    assert!(same.unwrap().1.unchanged_since().is_some());
}

#[test]
fn a_state_too_large_for_a_line_is_recorded_without_values() {
    #[derive(EnvConfig)]
    struct Wide {
        #[env(len(0..=2000))]
        all: std::collections::BTreeMap<String, String>,
        large: String,
    }
    let (ledger, _disk) = ledger();
    let large = "x".repeat(900_000);
    let loader = isolated::vars::<Wide>([("ALL", "a=b"), ("LARGE", large.as_str())]);
    let (cfg, _) = loader.record_to(&ledger, Context::new()).load_recorded().unwrap();
    assert_eq!((cfg.all.len(), cfg.large.len()), (1, 900_000));
    let state = last(&ledger)["details"]["state"].clone();
    assert_eq!(state[0]["value"], "a=b");
    assert!(state[1]["fingerprint"].is_string());
    assert_eq!(state[1].get("value"), None, "its fingerprint tells when it changes");
}
