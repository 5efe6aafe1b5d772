use envaudit::{EnvConfig, SecretString};

#[derive(EnvConfig)]
struct Db {
    host: String,
}

#[derive(EnvConfig)]
struct AppConfig {
    #[env(nested)]
    text: String,
    #[env(flatten)]
    number: Option<u16>,
    #[env(nested)]
    list: Vec<Db>,
    #[env(nested)]
    map: std::collections::HashMap<String, Db>,
    #[env(nested)]
    secret: SecretString,
    #[env(nested)]
    twice: Option<Option<Db>>,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.text, cfg.audit().list.source);
}
