//! The example of the documentation: its keys, and its audit as a struct.

use envaudit::{EnvConfig, Key, SecretString, Source};

/// Settings of the checkout service.
#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
struct AppConfig {
    /// Port the HTTP server listens on.
    #[env(default = 8080, range(1..=65535))]
    port: u16,
    #[env(sources(Aws, Azure, Docker, K8s, System))]
    api_key: SecretString,
    #[env(nested)]
    db: DbConfig,
}

#[derive(EnvConfig, Debug)]
struct DbConfig {
    host: String,
    #[env(secret)]
    password: SecretString,
}

const PORT: Key<AppConfig> = AppConfig::key("APP_PORT");

pub(crate) fn load() {
    let vars = [("APP_API_KEY", "k3y"), ("APP_DB_HOST", "db"), ("APP_DB_PASSWORD", "s3cret")];
    let cfg = AppConfig::loader().vars(vars).load().expect("a configuration");
    assert_eq!((cfg.port, cfg.db.host.as_str()), (8080, "db"));
    assert_eq!(cfg.audit().entry(PORT).source, Source::SchemaDefault);
    let audit: &AppConfigAudit = cfg.audit();
    let AppConfigAudit { port, api_key, db: DbConfigAudit { host, password } } = audit;
    assert_eq!(
        (port.masked, api_key.masked, host.masked, password.masked),
        (false, true, false, true)
    );
    assert!(!format!("{cfg:?}").contains("s3cret"), "{:?} {:?}", cfg.api_key, cfg.db.password);
}
