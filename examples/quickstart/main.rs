//! Loads a configuration from the process environment and the `.env` beside this file, and prints where each value came
//! from. Set a variable, such as `APP_REGION=eu-1`, and run it again.

use std::path::Path;
use std::time::Duration;

use envaudit::{EnvConfig, EnvValue, SecretString, Source};

/// Settings of the greeting service.
#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
struct AppConfig {
    /// Port the HTTP server listens on.
    #[env(default = 8080, range(1..=65535))]
    port: u16,
    /// How much is logged.
    #[env(default = "info")]
    log_level: LogLevel,
    /// What callers are told.
    #[env(default = "hello")]
    greeting: String,
    /// Where the service runs.
    region: Option<String>,
    #[env(nested)]
    db: DbConfig,
}

#[derive(EnvConfig, Debug)]
struct DbConfig {
    /// Name or address of the database server.
    host: String,
    /// Password of the application's role.
    password: SecretString,
    /// How long a query may take.
    #[env(default = "30s")]
    timeout: Duration,
}

#[derive(EnvValue, Debug)]
enum LogLevel {
    Debug,
    Info,
    Warn,
}

fn main() -> Result<(), envaudit::LoadError> {
    // A service would call `AppConfig::load()`, which reads the `.env` of the folder it is started in.
    let here = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/quickstart"));
    let started_in = std::env::current_dir().unwrap_or_default();
    let cfg = AppConfig::loader().dir(here.strip_prefix(started_in).unwrap_or(here)).load()?;

    println!("{:?}: {} (port {})", cfg.log_level, cfg.greeting, cfg.port);
    println!("region: {}", cfg.region.as_deref().unwrap_or("not set"));
    let DbConfig { host, password, timeout } = &cfg.db;
    println!("database: {host} with {password:?}, {timeout:?} a query\n");
    print!("{}", cfg.audit());
    println!("\n{}", cfg.audit().summary());

    if cfg.audit().db.password.source == Source::File {
        println!("the password of the database comes from a file: not for production");
    }
    Ok(())
}
