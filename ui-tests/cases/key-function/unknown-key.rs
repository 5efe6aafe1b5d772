use envaudit::{EnvConfig, Key};

#[derive(EnvConfig)]
struct Db {
    #[env(alias = "SERVER")]
    host: String,
}

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
struct AppConfig {
    port: u16,
    #[env(nested)]
    db: Db,
}

const TYPO: Key<AppConfig> = AppConfig::key("APP_PROT");
const FAR: Key<AppConfig> = AppConfig::key("SOMETHING_ELSE");
const ALIAS: Key<AppConfig> = AppConfig::key("APP_DB_SERVER");
const NO_PREFIX: Key<AppConfig> = AppConfig::key("PORT");
const GOOD: Key<AppConfig> = AppConfig::key("APP_DB_HOST");

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{}", cfg.audit().entry(GOOD).source);
}
