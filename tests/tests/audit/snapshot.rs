//! Audits that are kept as JSON and read back.

#![expect(dead_code, reason = "the audits are looked at, not the values")]

use chrono::{DateTime, SecondsFormat, Utc};
use envaudit::{AuditSnapshot, EnvConfig, Fetched, SecretString, Source};
use envaudit_tests::{Files, Store};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
struct Config {
    #[env(default = 80)]
    port: u16,
    #[env(alias = "TITLE")]
    name: String,
    token: SecretString,
    motto: Option<String>,
}

/// An entry of the five established fields.
fn entry() -> Value {
    json!({
        "key": "PORT", "source": "system", "provider": null, "masked": false,
        "timestamp": "2026-11-30T12:00:00Z",
    })
}

fn with(member: &str, value: Value) -> String {
    let mut entry = entry();
    entry[member] = value;
    json!({ "PORT": entry }).to_string()
}

fn without(member: &str) -> String {
    let mut entry = entry();
    entry.as_object_mut().expect("an object").remove(member);
    json!({ "PORT": entry }).to_string()
}

#[test]
fn everything_an_audit_says_of_a_load_survives_the_way_through_json() {
    let files = Files::with(".env", "\nAPP_TITLE='from the file'\n");
    let store = Store::new("vault", Source::Aws, |_| {
        let mut fetched = Fetched::new();
        fetched.insert("APP_TOKEN", "t0ken").secret_id("app/token").version("7");
        Ok(fetched)
    });
    let loaded = files
        .loader::<Config>()
        .vars([("APP_TOKEN", "shadowed")])
        .source(store)
        .load()
        .expect("loads");
    let snapshot = loaded.audit().snapshot();
    let name = snapshot.get("APP_NAME").expect("an entry for every key");
    assert_eq!(name.found_as.as_deref(), Some("APP_TITLE"));
    assert_eq!(name.location.as_ref().and_then(|place| place.line()), Some(2));
    let token = snapshot.get("APP_TOKEN").expect("an entry for every key");
    assert_eq!((token.provider.as_deref(), token.masked), (Some("vault"), true));
    assert_eq!(token.location.as_ref().and_then(|place| place.version()), Some("7"));
    assert_eq!(token.shadowed, [Source::System]);
    assert!(snapshot.get("APP_MOTTO").is_some_and(|entry| entry.unset));

    // With the clock of the system: what it has beyond microseconds is in neither.
    let audit = loaded.audit();
    for json in
        [audit.to_json(), audit.to_json_pretty(), snapshot.to_json(), snapshot.to_json_pretty()]
    {
        assert_eq!(AuditSnapshot::from_json(&json).as_ref(), Ok(&snapshot), "{json}");
        assert!(!json.contains("t0ken") && !json.contains("from the file"), "{json}");
    }
    assert_eq!(snapshot.entries().len(), Config::KEYS.len());
    assert_eq!(serde_json::to_value(&snapshot).unwrap(), serde_json::to_value(audit).unwrap());
}

#[test]
fn a_snapshot_prints_the_table_of_its_audit_by_key() {
    let files = Files::new();
    let loaded = files
        .loader::<Config>()
        .vars([("APP_NAME", "n"), ("APP_TOKEN", "t0ken")])
        .clock(|| DateTime::UNIX_EPOCH)
        .load()
        .expect("loads");
    let sorted = |text: String| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines[1..].sort();
        lines
    };
    let table = loaded.audit().snapshot().to_string();
    assert_eq!(table.lines().collect::<Vec<_>>(), sorted(loaded.audit().to_string()));
    assert!(table.contains("APP_MOTTO"), "{table}");
}

#[test]
fn a_time_without_an_offset_is_utc() {
    for (text, expected) in [
        ("2026-11-30T12:00:00", "2026-11-30T12:00:00.000000Z"),
        ("2026-11-30 12:00:00", "2026-11-30T12:00:00.000000Z"),
        ("2026-11-30T12:00:00.5", "2026-11-30T12:00:00.500000Z"),
        ("2026-11-30T12:00:00.123456", "2026-11-30T12:00:00.123456Z"),
        ("2026-11-30T12:00:00.123456789", "2026-11-30T12:00:00.123456Z"),
        ("2026-11-30T12:00:00Z", "2026-11-30T12:00:00.000000Z"),
        ("2026-11-30T12:00:00+00:00", "2026-11-30T12:00:00.000000Z"),
        ("2026-11-30T12:00:00.25+02:00", "2026-11-30T10:00:00.250000Z"),
        ("2026-11-30 12:00:00-05:30", "2026-11-30T17:30:00.000000Z"),
    ] {
        let snapshot = AuditSnapshot::from_json(&with("timestamp", json!(text))).expect(text);
        let time = snapshot.get("PORT").expect("the entry").timestamp;
        assert_eq!(time.to_rfc3339_opts(SecondsFormat::Micros, true), expected, "{text}");
    }
}

#[test]
fn members_that_are_not_known_are_passed_over() {
    let json = with("colour", json!({ "any": ["thing"] }));
    let plain = AuditSnapshot::from_json(&json!({ "PORT": entry() }).to_string()).expect("plain");
    assert_eq!(AuditSnapshot::from_json(&json), Ok(plain));
}

#[test]
fn a_provider_may_be_left_out_and_an_audit_may_be_empty() {
    let snapshot = AuditSnapshot::from_json(&without("provider")).expect("reads");
    assert_eq!(snapshot.get("PORT").expect("the entry").provider, None);
    let snapshot = AuditSnapshot::from_json("{}").expect("reads");
    assert_eq!((snapshot.entries().len(), snapshot.to_json()), (0, "{}".to_owned()));
}

#[test]
fn every_fault_of_a_saved_audit_is_named_with_its_key() {
    let whole = |text: &str| (text.to_owned(), None);
    let entry = |text: String| (text, Some("PORT"));
    for ((text, key), message) in [
        (whole(""), "it is not JSON (line 1, column 0)"),
        (whole("{\n\"PORT\": s3cret"), "it is not JSON (line 2, column 9)"),
        (whole("{} {}"), "it is not JSON"),
        (whole("[]"), "an object by key is expected"),
        (whole("\"s3cret\""), "an object by key is expected"),
        (entry(r#"{"PORT": "s3cret"}"#.to_owned()), "an object is expected"),
        (entry(without("key")), "`key` is missing"),
        (entry(with("key", json!("HOST"))), "its `key` is a different one"),
        (entry(with("key", json!(1))), "`key` must be text"),
        (entry(without("source")), "`source` is missing"),
        (entry(with("source", json!(["system"]))), "`source` must be text"),
        (entry(with("source", json!("System"))), "`source`: `System` is not a source"),
        (entry(without("masked")), "`masked` must be true or false"),
        (entry(with("masked", json!(0))), "`masked` must be true or false"),
        (entry(with("provider", json!(7))), "`provider` must be text or null"),
        (entry(without("timestamp")), "`timestamp` is missing"),
        (entry(with("timestamp", json!(1_700_000_000))), "`timestamp` must be text"),
        (entry(with("timestamp", json!("yesterday"))), "`timestamp` must be a time such as"),
        (entry(with("timestamp", json!("2026-11-30"))), "`timestamp` must be a time such as"),
        (entry(with("timestamp", json!("2026-13-30T12:00:00"))), "`timestamp` must be a time"),
    ] {
        let error = AuditSnapshot::from_json(&text).expect_err(&text);
        assert_eq!(error.key(), key, "{text}: {error}");
        let shown = error.to_string();
        assert!(shown.starts_with("not a saved audit: "), "{shown}");
        assert!(shown.contains(message), "{text}: {shown}");
        assert!(!shown.contains("s3cret"), "{shown}");
        assert!(key.is_none_or(|key| shown.contains(key)), "{shown}");
    }
}

fn timestamp() -> impl Strategy<Value = String> {
    (-2_208_988_800_000_000_i64..=4_102_444_800_000_000).prop_map(|micros| {
        let time = DateTime::<Utc>::from_timestamp_micros(micros).expect("from 1900 to 2100");
        time.to_rfc3339_opts(SecondsFormat::Micros, true)
    })
}

fn location() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<String>().prop_map(|file| json!({ "file": file })),
        (any::<String>(), 1..=u32::MAX)
            .prop_map(|(file, line)| json!({ "file": file, "line": line })),
        any::<String>().prop_map(|secret| json!({ "secret": secret })),
        any::<(String, String)>()
            .prop_map(|(secret, version)| json!({ "secret": secret, "version": version })),
    ]
}

fn entries() -> impl Strategy<Value = Map<String, Value>> {
    let source = || prop::sample::select(Source::ALL).prop_map(Source::name);
    let established = (source(), any::<Option<String>>(), any::<bool>(), timestamp());
    let more = (
        prop::option::of(location()),
        any::<Option<String>>(),
        prop::collection::vec(source(), 0..4),
        any::<bool>(),
    );
    prop::collection::btree_map(any::<String>(), (established, more), 0..5).prop_map(|entries| {
        let entry = |(key, ((source, provider, masked, timestamp), more))| {
            let mut entry = json!({
                "key": key, "source": source, "provider": provider, "masked": masked,
                "timestamp": timestamp,
            });
            let (location, found_as, shadowed, unset): (_, Option<String>, Vec<&str>, bool) = more;
            let more = [
                ("location", location),
                ("found_as", found_as.map(Value::from)),
                ("shadowed", (!shadowed.is_empty()).then(|| json!(shadowed))),
                ("unset", unset.then_some(Value::Bool(true))),
            ];
            for (member, value) in more {
                if let Some(value) = value {
                    entry[member] = value;
                }
            }
            (key, entry)
        };
        entries.into_iter().map(entry).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_snapshot_is_written_as_it_was_read(entries in entries()) {
        let json = Value::Object(entries);
        let snapshot = AuditSnapshot::from_json(&json.to_string()).expect("a saved audit");
        prop_assert_eq!(&serde_json::to_value(&snapshot).unwrap(), &json);
        for json in [snapshot.to_json(), snapshot.to_json_pretty()] {
            prop_assert_eq!(AuditSnapshot::from_json(&json), Ok(snapshot.clone()));
        }
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in any::<String>(), member in any::<String>()) {
        let _ = AuditSnapshot::from_json(&text);
        for name in ["key", "source", "provider", "masked", "timestamp", "location", "shadowed"] {
            let _ = AuditSnapshot::from_json(&with(name, json!(member)));
        }
        prop_assert!(AuditSnapshot::from_json(&with("masked", json!(member))).is_err());
    }
}
