//! A service that records its starts: who started it, with which configuration, and exactly what changed since the last
//! time. Start it twice, the second time with `APP_PORT=9090` or another `APP_API_KEY`.
//!
//! ```sh
//! cargo run --example ledger --features ledger
//! ```
//!
//! The ledger is kept in the folder given as argument, else in one for temporary files.

use std::path::PathBuf;

use envaudit::ledger::verify::Verifier;
use envaudit::ledger::{Context, Filter, Ledger};
use envaudit::{EnvConfig, SecretString};
use serde_json::Value;

/// Settings of the checkout service.
#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
struct AppConfig {
    /// Port the HTTP server listens on.
    #[env(default = 8080)]
    port: u16,
    /// Where the service runs.
    region: Option<String>,
    /// Key of the payment provider.
    api_key: Option<SecretString>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| std::env::temp_dir().join("envaudit-example-ledger"));

    // The two lines that every program needs.
    let ledger = Ledger::open_or_init(&folder)?;
    let cfg = AppConfig::loader().record_to(&ledger, Context::new().service("checkout")).load()?;

    println!("listening on {}, region {:?}, key {:?}\n", cfg.port, cfg.region, cfg.api_key);

    println!("the history in {}:", folder.display());
    for record in ledger.reader().events()?.matching(Filter::new().action("config.*")) {
        let record = record?;
        let line = record.line()?;
        println!("{:>4}  {}  {}  {}", line.seq, line.timestamp, line.actor_id, line.action);
        let details: Value = serde_json::from_str(line.details.unwrap_or("{}"))?;
        for change in details["changes"].as_array().into_iter().flatten() {
            let key = change["key"].as_str().unwrap_or_default();
            println!("        {} {key}{}", change["kind"].as_str().unwrap_or_default(), to(change));
        }
    }

    let keys = ledger.keys();
    let mut verifier = Verifier::new();
    if let Some(keys) = &keys {
        verifier = verifier.keys(keys);
    }
    let report = verifier.verify(ledger.source())?;
    println!("\n{} events: {}", report.events, report.verdict());
    if ledger.key_is_beside_ledger() {
        println!(
            "the key lies beside the ledger: give one in ENVAUDIT_SIGNING_KEY before you rely on it"
        );
    }
    ledger.close()?;
    Ok(())
}

/// The new value, where the record has it: of a secret there is a fingerprint alone.
fn to(change: &Value) -> String {
    match change["after"]["value"].as_str() {
        Some(value) => format!(" to {value}"),
        None => String::new(),
    }
}
