//! What the audit of a load answers.

use chrono::{DateTime, TimeDelta};
use envaudit::{Audit, AuditEntry, EnvConfig, Loaded, SecretString, Source};
use envaudit_tests::{Files, Store, isolated};

#[derive(EnvConfig, Debug, Clone)]
#[env(prefix = "APP_")]
#[expect(dead_code, reason = "only where its values came from is looked at")]
struct App {
    #[env(default = 8080)]
    port: u16,
    #[env(alias = "KEY")]
    api_key: SecretString,
    #[env(nested)]
    db: Db,
    region: Option<String>,
}

#[derive(EnvConfig, Debug, Clone)]
#[expect(dead_code, reason = "only where its values came from is looked at")]
struct Db {
    host: String,
    password: SecretString,
}

/// `db.host` from two files, `api_key` under its alias, `db.password` from a store.
fn load(files: &Files) -> Loaded<App> {
    files.write(".env", "APP_DB_HOST=one\nAPP_API_KEY=three\n");
    files.write(".env.prod", "\nAPP_DB_HOST=two\n");
    let vault = Store::new("vault", Source::Custom, |_| {
        let mut fetched = envaudit::Fetched::new();
        fetched.insert("APP_DB_PASSWORD", "four").secret_id("kv/db").version("7");
        Ok(fetched)
    });
    files
        .loader::<App>()
        .environment("prod")
        .vars([("APP_KEY", "five")])
        .source(vault)
        .clock(|| DateTime::UNIX_EPOCH + TimeDelta::microseconds(1_500_000))
        .load()
        .expect("loads")
}

fn keys<'a>(entries: impl Iterator<Item = &'a AuditEntry>) -> Vec<&'a str> {
    entries.map(|entry| &*entry.key).collect()
}

#[test]
fn every_entry_says_where_its_value_came_from() {
    let files = Files::new();
    let loaded = load(&files);
    let audit = loaded.audit();
    type Described<'a> = (Source, Option<&'a str>, Option<String>, Option<&'a str>, &'a [Source]);
    let described: Vec<Described<'_>> = audit
        .entries()
        .map(|entry| {
            let location = entry.location.as_ref().map(ToString::to_string);
            let (provider, found_as) = (entry.provider.as_deref(), entry.found_as.as_deref());
            (entry.source, provider, location, found_as, &*entry.shadowed)
        })
        .collect();
    let prod = files.path().join(".env.prod").display().to_string() + ":2";
    assert_eq!(
        described,
        [
            (Source::SchemaDefault, None, None, None, &[][..]),
            (Source::System, None, None, Some("APP_KEY"), &[Source::File]),
            (Source::FileEnv, None, Some(prod), None, &[Source::File]),
            (Source::Custom, Some("vault"), Some("kv/db (version 7)".to_owned()), None, &[]),
            (Source::SchemaDefault, None, None, None, &[]),
        ]
    );
    let unset: Vec<bool> = audit.entries().map(|entry| entry.unset).collect();
    assert_eq!(unset, [false, false, false, false, true]);
    assert!(audit.entries().all(|entry| entry.timestamp.timestamp_micros() == 1_500_000));
    let location = audit.db.password.location.as_ref().expect("a secret of the store");
    assert_eq!((location.secret_id(), location.version()), (Some("kv/db"), Some("7")));
    assert_eq!((location.file(), location.line()), (None, None));
}

#[test]
fn entries_are_found_by_key_by_source_and_by_secrecy() {
    let files = Files::new();
    let loaded = load(&files);
    let audit = loaded.audit();
    assert_eq!(keys(audit.entries()), App::KEYS);
    assert_eq!(audit.entries().len(), 5);
    assert_eq!(keys(audit.secrets()), ["APP_API_KEY", "APP_DB_PASSWORD"]);
    assert_eq!(keys(audit.get_by_source(Source::SchemaDefault)), ["APP_PORT", "APP_REGION"]);
    assert_eq!(keys(audit.get_by_source(Source::Azure)), [""; 0]);
    let found: usize = Source::ALL.iter().map(|source| audit.get_by_source(*source).count()).sum();
    assert_eq!(found, 5);
    for entry in audit.entries() {
        assert_eq!(audit.get(&entry.key), Some(entry));
    }
    for missing in ["", "APP_", "PORT", "app_port", "APP_PORT ", "APP_PORTS", "APP_KEY"] {
        assert_eq!(audit.get(missing), None, "{missing}");
    }
}

#[test]
fn the_summary_counts_by_source_and_by_provider() {
    let files = Files::new();
    let loaded = load(&files);
    let summary = loaded.audit().summary();
    assert_eq!((summary.total_variables, summary.masked_variables), (5, 2));
    assert_eq!(summary.sources.values().sum::<usize>(), 5);
    assert_eq!(summary.sources[&Source::SchemaDefault], 2);
    assert_eq!(summary.providers["vault"], 1);
    assert_eq!(
        summary.to_string(),
        "5 variables, 2 of them secret (custom 1, system 1, file.env 1, schema_default 2)"
    );
    assert_eq!(
        serde_json::to_value(&summary).expect("it serialises"),
        serde_json::json!({
            "total_variables": 5,
            "masked_variables": 2,
            "sources": { "custom": 1, "system": 1, "file.env": 1, "schema_default": 2 },
            "providers": { "vault": 1 },
        })
    );
}

#[test]
fn the_audit_prints_as_a_table() {
    let files = Files::new();
    let table = load(&files).audit().to_string();
    assert_eq!(
        table.replace(&files.path().display().to_string(), "DIR"),
        "\
KEY              SOURCE          MASKED  LOADED AT                    WHERE
APP_PORT         schema_default  no      1970-01-01T00:00:01.500000Z
APP_API_KEY      system          yes     1970-01-01T00:00:01.500000Z  as APP_KEY
APP_DB_HOST      file.env        no      1970-01-01T00:00:01.500000Z  DIR/.env.prod:2
APP_DB_PASSWORD  custom (vault)  yes     1970-01-01T00:00:01.500000Z  kv/db (version 7)
APP_REGION       schema_default  no      1970-01-01T00:00:01.500000Z  (not set)
"
    );
}

#[test]
fn the_environment_is_part_of_the_audit() {
    let files = Files::new();
    assert_eq!(load(&files).audit().environment(), Some("prod"));
    let vars = [("APP_API_KEY", "k"), ("APP_DB_HOST", "h"), ("APP_DB_PASSWORD", "p")];
    let environment = |name: Option<&str>| {
        let vars = vars.into_iter().chain(name.map(|name| ("ENVAUDIT_ENV", name)));
        let loaded = isolated::vars::<App>(vars).load().expect("loads");
        loaded.audit().environment().map(str::to_owned)
    };
    assert_eq!(environment(None), None);
    assert_eq!(environment(Some("")), None);
    assert_eq!(environment(Some("staging")).as_deref(), Some("staging"));
}

#[test]
fn the_audit_outlives_the_configuration_and_can_be_copied() {
    let files = Files::new();
    let loaded = load(&files);
    let copy = loaded.clone();
    let (config, audit): (App, Audit<AppAudit>) = loaded.into_parts();
    drop(config);
    assert_eq!(audit.snapshot(), copy.audit().snapshot());
    let fields: AppAudit = (*audit).clone();
    assert_eq!(fields.db.host.source, Source::FileEnv);
    let shown = format!("{audit:?}");
    assert!(shown.starts_with("[AuditEntry { key: \"APP_PORT\""), "{shown}");
    let shown = format!("{copy:?}");
    assert!(shown.starts_with("Loaded { config: App { port: 8080"), "{shown}");
    assert!(shown.contains("masked_variables: 2"), "{shown}");
}

#[test]
fn entries_compare_and_cross_threads() {
    fn assert_shared<T: Send + Sync + 'static>(_: &T) {}
    let files = Files::new();
    let loaded = load(&files);
    assert_shared(loaded.audit());
    assert_shared(&loaded.audit().snapshot());
    assert_ne!(loaded.audit().port, loaded.audit().api_key);
    assert_eq!(loaded.audit().port, loaded.audit().port.clone());
}
