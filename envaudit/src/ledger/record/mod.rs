//! Configuration recorded in a ledger: every start, and exactly what changed since the last one.
//!
//! ```
//! use envaudit::ledger::{Context, LedgerOptions};
//! use envaudit::{EnvConfig, SecretString};
//!
//! #[derive(EnvConfig)]
//! #[env(prefix = "APP_")]
//! struct AppConfig {
//!     #[env(default = 8080)]
//!     port: u16,
//!     api_key: SecretString,
//! }
//!
//! # let dir = tempfile::tempdir()?;
//! # let path = dir.path().join("audit");
//! # let options = || LedgerOptions::new().vars([("", ""); 0]);
//! # let load = |port: &'static str| AppConfig::loader().environment("prod").vars([("APP_PORT", port), ("APP_API_KEY", "s3cret")]);
//! // In a program: `Ledger::open_or_init("audit")?`, and `AppConfig::loader()` alone.
//! let ledger = options().open_or_init(&path)?;
//! let cfg = load("8080").record_to(&ledger, Context::new().service("checkout")).load()?;
//! assert_eq!(cfg.port, 8080);
//!
//! // The next start, with another port: what changed is in the ledger, and no secret.
//! let recorded = ledger.record(&load("9090").load()?, &Context::new().service("checkout"))?;
//! assert_eq!(recorded.resource(), "checkout/prod");
//! assert_eq!(recorded.changes()[0].to_string(), "~ APP_PORT: 8080 -> 9090");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod actor;
mod change;
mod context;
mod details;
mod failure;
mod last;
mod loader;
mod recorder;
mod state;

pub use change::{ChangeKind, ConfigChange};
pub use context::{Context, Values};
pub use loader::{RecordedLoadError, RecordedLoader};
pub use recorder::{RecordError, Recorded};
pub use state::RecordedValue;
