//! What differs between two audits.

#![expect(dead_code, reason = "the audits are looked at, not the values")]

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta};
use envaudit::{
    Audit, AuditSnapshot, Drift, DriftChange, EnvConfig, Fetched, Loader, SecretString, Source,
};
use envaudit_tests::{Files, Store, isolated};
use proptest::prelude::*;
use serde_json::{Value, json};

#[derive(EnvConfig)]
struct Config {
    #[env(default = 80)]
    port: u16,
    name: Option<String>,
    token: Option<SecretString>,
}

fn audit(loader: Loader<Config>) -> Audit<ConfigAudit> {
    loader.load().expect("loads").into_parts().1
}

fn given(vars: &[(&str, &str)]) -> Audit<ConfigAudit> {
    audit(isolated::vars(vars.iter().copied()))
}

/// A saved audit of the five established fields.
fn saved(entries: &[(&str, &str, Option<&str>, bool)]) -> AuditSnapshot {
    let entries = entries.iter().map(|(key, source, provider, masked)| {
        let entry = json!({
            "key": key, "source": source, "provider": provider, "masked": masked,
            "timestamp": "2026-11-30T12:00:00",
        });
        (key.to_string(), entry)
    });
    let json = Value::Object(entries.collect());
    AuditSnapshot::from_json(&json.to_string()).expect("five fields are enough")
}

#[test]
fn two_loads_of_one_deployment_do_not_drift() {
    let now = given(&[("NAME", "api")]);
    let drift = now.diff(&given(&[("NAME", "api")]).snapshot());
    assert!(drift.is_empty());
    assert_eq!(drift.changes(), []);
    assert_eq!(drift.to_string(), "no drift\n");
}

#[test]
fn neither_values_nor_times_nor_lines_nor_what_was_shadowed_are_drift() {
    let files = Files::with(".env", "NAME=one\n");
    let before = audit(files.loader().clock(|| DateTime::UNIX_EPOCH)).snapshot();
    files.write(".env", "# moved\n\nNAME=two\n");
    files.write(".env.prod", "");
    let later = || DateTime::UNIX_EPOCH + TimeDelta::days(1);
    let now = audit(files.loader().environment("prod").clock(later));
    assert_ne!(now.get("NAME"), before.get("NAME"));
    assert!(now.diff(&before).is_empty(), "{}", now.diff(&before));

    let vault = || Store::holding("vault", Source::Aws, &[("NAME", "x")]);
    let alone = audit(isolated::nothing::<Config>().source(vault())).snapshot();
    let shadowing = audit(isolated::vars::<Config>([("NAME", "y")]).source(vault()));
    assert_eq!(shadowing.name.shadowed, [Source::System]);
    assert!(shadowing.diff(&alone).is_empty());
}

#[test]
fn a_version_of_a_secret_is_not_drift_and_another_store_is() {
    let store = |name: &str, version: &'static str| {
        let store = Store::new(name, Source::Aws, move |_| {
            let mut fetched = Fetched::new();
            fetched.insert("TOKEN", "t0ken").secret_id("app/token").version(version);
            Ok(fetched)
        });
        audit(isolated::nothing::<Config>().source(store))
    };
    let before = store("east", "1").snapshot();
    assert!(store("east", "2").diff(&before).is_empty());
    assert_eq!(
        store("west", "1").diff(&before).to_string(),
        "~ TOKEN: aws (east), masked -> aws (west), masked\n1 changed\n"
    );
}

#[test]
fn every_kind_of_change_is_a_line_and_a_count_in_the_order_of_the_keys() {
    let before = saved(&[
        ("GONE", "file.env", None, false),
        ("NAME", "system", None, false),
        ("PORT", "file", None, false),
        ("WAS_SECRET", "azure", Some("key-vault"), true),
    ]);
    let drift = given(&[("PORT", "1"), ("TOKEN", "t0ken")]).diff(&before);
    assert!(!drift.is_empty());
    assert_eq!(
        drift.to_string(),
        "- GONE: file.env\n\
         ~ NAME: system -> not set\n\
         ~ PORT: file -> system\n\
         + TOKEN: system, masked\n\
         - WAS_SECRET: azure (key-vault), masked\n\
         1 added, 2 changed, 2 removed\n"
    );
    let kinds: Vec<&str> = drift
        .changes()
        .iter()
        .map(|change| match change {
            DriftChange::Added(entry) => &*entry.key,
            DriftChange::Changed { before, after } => {
                assert_eq!(before.key, after.key);
                &*after.key
            }
            DriftChange::Removed(entry) => &*entry.key,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(kinds, drift.changes().iter().map(DriftChange::key).collect::<Vec<_>>());
}

#[test]
fn a_value_that_is_no_longer_masked_is_drift() {
    let before = saved(&[("TOKEN", "system", None, true)]);
    let after = saved(&[("TOKEN", "system", None, false)]);
    let drift = Drift::between(&before, &after);
    assert_eq!(drift.to_string(), "~ TOKEN: system, masked -> system\n1 changed\n");
}

#[test]
fn a_baseline_of_the_five_fields_alone_agrees_with_a_load_that_left_a_field_empty() {
    let before = saved(&[
        ("NAME", "schema_default", None, false),
        ("PORT", "schema_default", None, false),
        ("TOKEN", "schema_default", None, true),
    ]);
    let drift = given(&[]).diff(&before);
    assert!(drift.is_empty(), "{drift}");
}

#[test]
fn the_json_of_a_drift_has_both_sides_and_no_value() {
    let before = saved(&[("GONE", "file", None, false), ("PORT", "file", None, false)]);
    let drift = given(&[("TOKEN", "t0ken"), ("PORT", "4711"), ("NAME", "n")]).diff(&before);
    let json = serde_json::to_value(&drift).expect("a drift serialises");
    let kinds: Vec<(&str, &str)> = json
        .as_array()
        .expect("an array")
        .iter()
        .map(|change| (change["key"].as_str().unwrap(), change["kind"].as_str().unwrap()))
        .collect();
    assert_eq!(
        kinds,
        [("GONE", "removed"), ("NAME", "added"), ("PORT", "changed"), ("TOKEN", "added")]
    );
    assert_eq!(json[0]["before"]["source"], "file");
    assert_eq!(json[0]["after"], Value::Null);
    assert_eq!(json[1]["before"], Value::Null);
    assert_eq!(json[2]["before"]["source"], "file");
    assert_eq!(json[2]["after"]["source"], "system");
    assert_eq!(json[3]["after"]["masked"], true);
    let text = format!("{json} {drift} {drift:?}");
    assert!(!text.contains("t0ken") && !text.contains("4711"), "{text}");
}

type Entries = BTreeMap<String, (Source, Option<String>, bool)>;

fn entries() -> impl Strategy<Value = Entries> {
    let source = prop::sample::select(Source::ALL);
    let provider = prop::option::of("[ab]");
    prop::collection::btree_map("[A-D]", (source, provider, any::<bool>()), 0..4)
}

fn snapshot(entries: &Entries) -> AuditSnapshot {
    let entries: Vec<_> = entries
        .iter()
        .map(|(key, (source, provider, masked))| {
            (key.as_str(), source.name(), provider.as_deref(), *masked)
        })
        .collect();
    saved(&entries)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_drift_is_exactly_what_differs_and_its_reverse_the_other_way_round(
        before in entries(),
        after in entries(),
    ) {
        let forth = Drift::between(&snapshot(&before), &snapshot(&after));
        let back = Drift::between(&snapshot(&after), &snapshot(&before));
        prop_assert_eq!(forth.is_empty(), before == after);
        let keys: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let differing: Vec<&str> = keys
            .into_iter()
            .filter(|key| before.get(*key) != after.get(*key))
            .map(String::as_str)
            .collect();
        prop_assert_eq!(forth.changes().iter().map(DriftChange::key).collect::<Vec<_>>(), differing);
        for (change, reverse) in forth.changes().iter().zip(back.changes()) {
            let expected = match change.clone() {
                DriftChange::Added(entry) => DriftChange::Removed(entry),
                DriftChange::Removed(entry) => DriftChange::Added(entry),
                DriftChange::Changed { before, after } => {
                    DriftChange::Changed { before: after, after: before }
                }
                other => panic!("{other:?}"),
            };
            prop_assert_eq!(reverse, &expected);
        }
    }
}
