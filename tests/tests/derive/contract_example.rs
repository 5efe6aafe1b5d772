//! The example of the configuration page, taken to the letter.

#![allow(dead_code, reason = "some fields are there to be loaded, not to be read")]

use envaudit::{EnvConfig, SecretString, Source};

/// Settings of the checkout service.
#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
struct AppConfig {
    /// Port the HTTP server listens on.
    #[env(default = 8080, range(1..=65535))]
    port: u16,
    #[env(sources(Aws, Azure, Docker, K8s, System))]
    api_key: SecretString, // a secret because of its type
    #[env(nested)]
    db: DbConfig, // keys APP_DB_…
}

/// Where the orders are kept.
#[derive(EnvConfig, Debug)]
struct DbConfig {
    #[env(default = "localhost")]
    host: String,
    password: SecretString,
}

type Failure = Box<dyn std::error::Error>;

#[test]
fn the_example_reads_and_answers_as_the_page_says() -> Result<(), Failure> {
    let dir = tempfile::tempdir()?;
    std::fs::write(dir.path().join(".env"), "APP_DB_PASSWORD=from-the-file\n")?;
    let cfg =
        AppConfig::loader().dir(dir.path()).vars([("APP_API_KEY", "from-the-system")]).load()?;

    assert_eq!(cfg.port, 8080);
    assert_eq!(cfg.db.host, "localhost");
    assert_eq!(cfg.audit().port.source, Source::SchemaDefault);
    assert_eq!(cfg.audit().api_key.source, Source::System);
    assert_eq!(cfg.audit().db.password.source, Source::File);

    let mut from_file = Vec::new();
    for entry in cfg.audit().get_by_source(Source::File) {
        from_file.push(entry.key.to_string());
    }
    assert_eq!(from_file, ["APP_DB_PASSWORD"]);

    let entry: Option<&envaudit::AuditEntry> = cfg.audit().get("APP_API_KEY");
    assert!(entry.is_some_and(|entry| entry.masked && entry.source == Source::System));
    assert!(cfg.audit().get("APP_NOT_A_KEY").is_none());
    Ok(())
}

#[test]
fn the_audit_is_a_struct_named_after_the_config_with_the_same_fields() -> Result<(), Failure> {
    let dir = tempfile::tempdir()?;
    let cfg = AppConfig::loader()
        .dir(dir.path())
        .vars([("APP_API_KEY", "k"), ("APP_DB_PASSWORD", "p")])
        .load()?;
    let AppConfigAudit { port, api_key, db, .. }: &AppConfigAudit = cfg.audit();
    let DbConfigAudit { host, password, .. }: &DbConfigAudit = db;
    let keys: Vec<&str> = [port, api_key, host, password].map(|entry| &*entry.key).into();
    assert_eq!(keys, ["APP_PORT", "APP_API_KEY", "APP_DB_HOST", "APP_DB_PASSWORD"]);
    assert_eq!(keys, AppConfig::KEYS);
    Ok(())
}

#[test]
fn load_is_a_plain_function_from_the_process_environment() {
    let load: fn() -> Result<envaudit::Loaded<AppConfig>, envaudit::LoadError> = AppConfig::load;
    // This process has neither of the two secrets: both are named at once.
    let message = load().expect_err("the test's own environment has no APP_API_KEY").to_string();
    assert!(message.contains("APP_API_KEY"), "{message}");
    assert!(message.contains("APP_DB_PASSWORD"), "{message}");
}

#[test]
fn a_key_is_checked_at_compile_time_and_needs_no_option() -> Result<(), Failure> {
    const PORT: envaudit::Key<AppConfig> = AppConfig::key("APP_PORT");
    const HOST: envaudit::Key<AppConfig> = AppConfig::key("APP_DB_HOST");
    let dir = tempfile::tempdir()?;
    let cfg = AppConfig::loader()
        .dir(dir.path())
        .vars([("APP_API_KEY", "k"), ("APP_DB_PASSWORD", "p"), ("APP_DB_HOST", "db1")])
        .load()?;
    let entry: &envaudit::AuditEntry = cfg.audit().entry(PORT);
    assert_eq!(entry.source, Source::SchemaDefault);
    assert_eq!(cfg.audit().entry(HOST).source, Source::System);
    Ok(())
}

#[test]
fn the_keys_are_a_constant() {
    const KEYS: &[&str] = AppConfig::KEYS;
    const _: &[&str] = DbConfig::KEYS;
    assert_eq!(KEYS, ["APP_PORT", "APP_API_KEY", "APP_DB_HOST", "APP_DB_PASSWORD"]);
}

#[test]
fn the_three_renderings_are_strings_from_the_same_metadata() {
    let (template, markdown, json_schema): (String, String, String) =
        (AppConfig::template(), AppConfig::markdown(), AppConfig::json_schema());
    for key in AppConfig::KEYS {
        for text in [&template, &markdown, &json_schema] {
            assert!(text.contains(key), "{key} is missing from\n{text}");
        }
    }
    assert!(template.contains("Port the HTTP server listens on."), "{template}");
    let schema: serde_json::Value = serde_json::from_str(&json_schema).expect("the schema is JSON");
    assert!(schema["properties"]["APP_PORT"].is_object(), "{json_schema}");
}
