//! A service that goes by a new configuration without a restart. It writes its own `.env` into a temporary folder, then
//! changes it as an administrator would: a good change, a mistake, and the mistake mended.
//!
//! ```sh
//! cargo run --example hot_reload --features live
//! ```
//!
//! In a service of one's own, `on_sighup()` and `every(…)` stand beside `watch_files()`.

use std::path::Path;
use std::sync::Arc;

use envaudit::EnvConfig;
use envaudit::ledger::{Context, Ledger};
use envaudit::live::Update;

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
struct AppConfig {
    /// Requests a second that one client may make.
    #[env(default = 100, range(1..=1000))]
    rate_limit: u32,
    /// What callers are told.
    #[env(default = "hello")]
    greeting: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let env_file = folder.path().join(".env");
    replace(&env_file, "APP_RATE_LIMIT=100\n")?;

    let ledger = Arc::new(Ledger::open_or_init(folder.path().join("audit"))?);
    let live = AppConfig::loader()
        .dir(folder.path())
        .live()
        .watch_files()
        .record_to(Arc::clone(&ledger), Context::new().service("greeter"))
        .start()?;
    let updates = live.subscribe();
    println!("{} at {} requests a second", live.get().greeting, live.get().rate_limit);

    for content in
        ["APP_RATE_LIMIT=250\n", "APP_RATE_LIMIT=lots\n", "APP_GREETING='good evening'\n"]
    {
        print!("\n.env is now: {content}");
        replace(&env_file, content)?;
        // A service would have a thread for this, or nothing at all: `live.get()` is always the newest.
        match updates.recv()? {
            Update::Changed(change) => {
                println!("{change}");
                if change.has(AppConfig::key("APP_RATE_LIMIT")) {
                    println!("the limiter is set to {}", change.after().rate_limit);
                }
            }
            kept => println!("{kept}"),
        }
        println!("{} at {} requests a second", live.get().greeting, live.get().rate_limit);
    }

    println!("\n{} events are in the ledger", ledger.head().seq);
    Ok(())
}

/// Whoever reads the file sees the old content or the new one, and nothing in between.
fn replace(path: &Path, content: &str) -> std::io::Result<()> {
    let new = path.with_extension("new");
    std::fs::write(&new, content)?;
    std::fs::rename(new, path)
}
