//! Refuses to start in production when secrets or other values come from where they should not.
//!
//! ```sh
//! cargo run --example startup_checks                      # starts
//! ENVAUDIT_ENV=prod cargo run --example startup_checks    # refuses, and says why
//! ```

use std::path::Path;
use std::process::ExitCode;

use envaudit::{EnvConfig, ExposeSecret, Loaded, Policy, SecretString, Source};

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
struct AppConfig {
    /// Base URL that links in mails begin with.
    #[env(default = "http://localhost:8080")]
    base_url: String,
    /// Signs the sessions of users.
    session_key: SecretString,
}

/// What this service asks of every production system, as data that a security team could own.
fn policy() -> Policy {
    Policy::production()
        .only_in("prod")
        .and(Policy::new().no_default_for(["APP_BASE_URL"]).only_in("prod"))
}

fn load() -> Result<Loaded<AppConfig>, String> {
    // A development machine has this in its `.env`.
    let here = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/startup_checks"));
    let started_in = std::env::current_dir().unwrap_or_default();
    let dir = here.strip_prefix(started_in).unwrap_or(here);
    let cfg =
        AppConfig::loader().dir(dir).policy(policy()).load().map_err(|error| error.to_string())?;

    // The same can be asked in code.
    let production = cfg.audit().environment() == Some("prod");
    let from_file: Vec<&str> =
        cfg.audit().get_by_source(Source::File).map(|entry| &*entry.key).collect();
    if production && !from_file.is_empty() {
        return Err(format!("in production nothing may come from .env: {}", from_file.join(", ")));
    }
    Ok(cfg)
}

fn main() -> ExitCode {
    match load() {
        Ok(cfg) => {
            let key = cfg.session_key.expose_secret().len();
            println!("starting at {} with a key of {key} bytes", cfg.base_url);
            println!("{}", cfg.audit().summary());
            ExitCode::SUCCESS
        }
        Err(reason) => {
            eprintln!("refusing to start: {reason}");
            ExitCode::FAILURE
        }
    }
}
