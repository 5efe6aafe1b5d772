use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use envaudit::{EnvConfig, SecretString};

#[derive(EnvConfig)]
struct AppConfig {
    #[env(secret)]
    password: String,
    #[env(secret)]
    optional: Option<String>,
    #[env(secret)]
    boxed: Box<str>,
    #[env(secret)]
    shared: Option<Arc<str>>,
    #[env(secret)]
    cow: Cow<'static, str>,
    // Those that have no secret type of their own can be marked.
    #[env(secret)]
    pin: u32,
    #[env(secret)]
    list: Vec<String>,
    #[env(secret)]
    map: HashMap<String, SecretString>,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.password, cfg.audit().password.source);
}
