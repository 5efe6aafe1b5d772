//! Every method of the audit that the configuration page names, with its signature.

#![allow(dead_code, reason = "some fields are there to be loaded, not to be read")]

use std::ops::Deref;

use chrono::{DateTime, Utc};
use envaudit::{
    Audit, AuditEntry, AuditSnapshot, Drift, EnvConfig, Loaded, Policy, PolicyViolations,
    SecretString, Source,
};

#[derive(EnvConfig, Debug)]
struct Config {
    #[env(default = 80)]
    port: u16,
    password: SecretString,
}

fn load() -> Loaded<Config> {
    let dir = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(dir.path().join(".env"), "# first\nPASSWORD=shadowed-value\n").expect("writes");
    Config::loader()
        .dir(dir.path())
        .vars([("PASSWORD", "winning-value")])
        .clock(|| DateTime::UNIX_EPOCH)
        .load()
        .expect("loads")
}

#[test]
fn loaded_derefs_and_comes_apart() {
    let loaded = load();
    let config: &Config = &loaded;
    assert_eq!(config.port, 80);
    let audit: &Audit<ConfigAudit> = loaded.audit();
    let typed: &ConfigAudit = audit;
    assert_eq!(typed.port.source, Source::SchemaDefault);
    let generic: &Audit<<Config as EnvConfig>::Audit> = loaded.audit();
    assert_eq!(generic.entries().count(), 2);
    let (config, audit): (Config, Audit<ConfigAudit>) = loaded.into_parts();
    assert_eq!((config.port, audit.port.source), (80, Source::SchemaDefault));
}

#[test]
fn entries_are_found_by_key_by_source_and_by_secrecy() {
    let loaded = load();
    let audit = loaded.audit();
    fn keys<'a>(entries: impl Iterator<Item = &'a AuditEntry>) -> Vec<&'a str> {
        entries.map(|entry| Deref::deref(&entry.key)).collect()
    }
    assert_eq!(audit.get("PORT").map(|entry| entry.source), Some(Source::SchemaDefault));
    assert_eq!(keys(audit.get_by_source(Source::System)), ["PASSWORD"]);
    assert_eq!(keys(audit.get_by_source(Source::Aws)), [""; 0]);
    assert_eq!(keys(audit.entries()), ["PORT", "PASSWORD"]);
    assert_eq!(keys(audit.secrets()), ["PASSWORD"]);
}

#[test]
fn an_entry_has_the_fields_of_the_page() {
    let loaded = load();
    let entry = &loaded.audit().password;
    assert_eq!(entry.key.to_string(), "PASSWORD");
    assert_eq!(entry.source, Source::System);
    assert!(entry.provider.is_none());
    assert!(entry.masked);
    let timestamp: DateTime<Utc> = entry.timestamp;
    assert_eq!(timestamp, DateTime::UNIX_EPOCH);
    assert!(entry.location.is_none() || !format!("{:?}", entry.location).is_empty());
    assert!(entry.found_as.is_none());
    assert!(format!("{:?}", entry.shadowed).contains("File"), "{:?}", entry.shadowed);
}

#[test]
fn the_summary_counts_and_serialises() {
    let loaded = load();
    let summary = loaded.audit().summary();
    assert_eq!(summary.total_variables, 2);
    assert_eq!(summary.masked_variables, 1);
    let json = serde_json::to_value(summary).expect("serialises");
    assert_eq!(json["total_variables"], 2);
    assert_eq!(json["masked_variables"], 1);
    assert_eq!(json["sources"]["system"], 1);
    assert_eq!(json["sources"]["schema_default"], 1);
    assert!(!json["providers"].is_null(), "{json}");
}

#[test]
fn the_json_is_an_object_by_key_with_the_five_established_fields() {
    let loaded = load();
    let (compact, pretty): (String, String) =
        (loaded.audit().to_json(), loaded.audit().to_json_pretty());
    let json: serde_json::Value = serde_json::from_str(&compact).expect("JSON");
    assert_eq!(json, serde_json::from_str::<serde_json::Value>(&pretty).expect("JSON"));
    assert_eq!(json, serde_json::to_value(loaded.audit()).expect("an audit serialises"));
    for (key, source, masked) in [("PORT", "schema_default", false), ("PASSWORD", "system", true)] {
        let entry = json[key].as_object().expect("an object by key");
        assert_eq!(entry["key"], key);
        assert_eq!(entry["source"], source);
        assert_eq!(entry["masked"], masked);
        assert!(entry["provider"].is_null());
        let time = entry["timestamp"].as_str().expect("a text");
        assert_eq!(time.parse::<DateTime<Utc>>().expect("RFC 3339"), DateTime::UNIX_EPOCH);
    }
    for value in ["winning-value", "shadowed-value"] {
        assert!(!compact.contains(value) && !pretty.contains(value), "{compact}");
    }
}

#[test]
fn a_snapshot_goes_out_as_json_and_comes_back() {
    let loaded = load();
    let snapshot: AuditSnapshot = loaded.audit().snapshot();
    let back = AuditSnapshot::from_json(&loaded.audit().to_json()).expect("its own JSON");
    assert_eq!(back, snapshot);
    let drift: Drift = loaded.audit().diff(&back);
    assert!(drift.is_empty(), "{drift}");
}

#[test]
fn a_snapshot_of_the_five_fields_alone_is_read_and_naive_times_are_utc() {
    let json = r#"{
        "PORT": {"key": "PORT", "source": "file.env", "provider": null, "masked": false,
                 "timestamp": "1970-01-01T00:00:00.000001"},
        "PASSWORD": {"key": "PASSWORD", "source": "system", "provider": null, "masked": true,
                     "timestamp": "1970-01-01T00:00:00"}
    }"#;
    let snapshot = AuditSnapshot::from_json(json).expect("five fields are enough");
    let drift = load().audit().diff(&snapshot);
    assert!(!drift.is_empty());
    let text = drift.to_string();
    assert!(text.contains("PORT") && !text.contains("PASSWORD"), "{text}");
    assert!(AuditSnapshot::from_json("[]").is_err());
}

#[test]
fn an_audit_is_checked_against_a_policy() {
    let loaded = load();
    let strict: Result<(), PolicyViolations> = loaded.audit().check(&Policy::production());
    let violations = strict.err();
    assert!(loaded.audit().check(&Policy::default()).is_ok());
    if let Some(violations) = violations {
        assert!(!violations.to_string().is_empty());
    }
}

#[test]
fn an_audit_prints_as_an_aligned_table() {
    let loaded = load();
    let table = loaded.audit().to_string();
    let lines: Vec<&str> = table.lines().collect();
    let column = |line: &&str, word: &str| line.find(word);
    let system = lines.iter().find_map(|line| column(line, "system"));
    let default = lines.iter().find_map(|line| column(line, "schema_default"));
    assert!(system.is_some() && system == default, "{table}");
    assert!(loaded.audit().warnings().iter().next().is_none());
}
