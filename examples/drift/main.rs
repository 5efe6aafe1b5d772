//! Compares where today's values come from with an audit that was saved when the system was last reviewed.

use envaudit::{AuditSnapshot, DriftChange, EnvConfig, SecretString};

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
struct AppConfig {
    #[env(default = 8080)]
    port: u16,
    api_key: SecretString,
    /// Lines of the log that are kept.
    #[env(default = 10_000)]
    log_lines: usize,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let baseline = AuditSnapshot::from_json(include_str!("baseline.json"))?;

    // A service would call `AppConfig::load()`; injected variables make the output the same everywhere.
    let cfg = AppConfig::loader()
        .vars([("APP_API_KEY", "moved from a secret file into a variable"), ("APP_PORT", "8080")])
        .load()?;

    println!("port {}, {} lines, key {:?}\n", cfg.port, cfg.log_lines, cfg.api_key);

    let drift = cfg.audit().diff(&baseline);
    print!("{drift}");

    let moved_secrets = drift.changes().iter().filter(|change| match change {
        DriftChange::Changed { after, .. } => after.masked,
        _ => false,
    });
    for change in moved_secrets {
        println!("a secret moved: {}", change.key());
    }

    // What to save for the next review:
    println!("\n{}", cfg.audit().snapshot().to_json_pretty());
    Ok(())
}
