use std::collections::HashMap;

use envaudit::{EnvConfig, SecretString};

#[derive(EnvConfig)]
struct AppConfig {
    #[env(secret)]
    password: String,
    #[env(secret)]
    optional: Option<String>,
    #[env(secret)]
    pin: u32,
    #[env(secret)]
    list: Vec<String>,
    #[env(secret)]
    map: HashMap<String, SecretString>,
    #[env(public)]
    token: SecretString,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.password, cfg.audit().password.source);
}
