//! The JSON of an audit: an object by key, readable by readers of the five established fields.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta};
use envaudit::{EnvConfig, Loaded, SecretString, Source};
use envaudit_tests::{Files, Store};
use serde_json::{Value, json};

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
#[expect(dead_code, reason = "only where its values came from is looked at")]
struct App {
    #[env(default = 8080)]
    port: u16,
    #[env(alias = "KEY")]
    api_key: SecretString,
    password: SecretString,
    region: Option<String>,
}

fn load(files: &Files) -> Loaded<App> {
    files.write(".env", "# keys\nAPP_KEY=one-of-the-values\nAPP_PASSWORD=another-value\n");
    let vault = Store::new("vault", Source::Aws, |_| {
        let mut fetched = envaudit::Fetched::new();
        fetched.insert("APP_PASSWORD", "a-third-value").secret_id("prod/db").version("3");
        Ok(fetched)
    });
    let time = DateTime::UNIX_EPOCH + TimeDelta::nanoseconds(1_234_567_890);
    files.loader().source(vault).clock(move || time).load().expect("loads")
}

#[test]
fn it_is_an_object_by_key_in_the_order_of_declaration() {
    let files = Files::new();
    let loaded = load(&files);
    let json: Value = serde_json::from_str(&loaded.audit().to_json()).expect("JSON");
    let file = files.path().join(".env");
    assert_eq!(
        json,
        json!({
            "APP_PORT": {
                "key": "APP_PORT",
                "source": "schema_default",
                "provider": null,
                "masked": false,
                "timestamp": "1970-01-01T00:00:01.234567Z",
            },
            "APP_API_KEY": {
                "key": "APP_API_KEY",
                "source": "file",
                "provider": null,
                "masked": true,
                "timestamp": "1970-01-01T00:00:01.234567Z",
                "location": { "file": file, "line": 2 },
                "found_as": "APP_KEY",
            },
            "APP_PASSWORD": {
                "key": "APP_PASSWORD",
                "source": "aws",
                "provider": "vault",
                "masked": true,
                "timestamp": "1970-01-01T00:00:01.234567Z",
                "location": { "secret": "prod/db", "version": "3" },
                "shadowed": ["file"],
            },
            "APP_REGION": {
                "key": "APP_REGION",
                "source": "schema_default",
                "provider": null,
                "masked": false,
                "timestamp": "1970-01-01T00:00:01.234567Z",
                "unset": true,
            },
        })
    );
    let text = loaded.audit().to_json();
    let positions: Vec<_> = App::KEYS.iter().map(|key| text.find(&format!("{key:?}:"))).collect();
    assert!(positions.is_sorted() && positions[0].is_some(), "{text}");
}

#[test]
fn compact_pretty_and_serialised_are_the_same_document() {
    let files = Files::new();
    let loaded = load(&files);
    let audit = loaded.audit();
    let parse = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    assert!(!audit.to_json().contains('\n') && audit.to_json_pretty().contains('\n'));
    assert_eq!(parse(&audit.to_json()), parse(&audit.to_json_pretty()));
    assert_eq!(parse(&audit.to_json()), serde_json::to_value(audit).expect("it serialises"));
    let snapshot = audit.snapshot();
    assert_eq!(parse(&audit.to_json()), parse(&snapshot.to_json()));
    assert_eq!(parse(&audit.to_json()), parse(&snapshot.to_json_pretty()));
}

#[test]
fn no_value_is_in_it() {
    let files = Files::new();
    let json = load(&files).audit().to_json_pretty();
    assert!(!json.contains("value") && !json.contains("8080"), "{json}");
}

#[test]
fn a_reader_of_the_five_fields_can_read_it() {
    #[derive(serde::Deserialize)]
    struct Entry {
        key: String,
        source: String,
        provider: Option<String>,
        masked: bool,
        timestamp: String,
    }
    let files = Files::new();
    let json = load(&files).audit().to_json();
    let entries: BTreeMap<String, Entry> = serde_json::from_str(&json).expect("five fields");
    assert_eq!(entries.len(), 4);
    for (key, entry) in entries {
        assert_eq!(key, entry.key);
        assert!(entry.source.parse::<Source>().is_ok());
        assert!(entry.timestamp.parse::<DateTime<chrono::Utc>>().is_ok());
        assert_eq!(entry.masked, key.ends_with("KEY") || key.ends_with("WORD"), "{key}");
        assert_eq!(entry.provider.is_some(), key == "APP_PASSWORD");
    }
}
