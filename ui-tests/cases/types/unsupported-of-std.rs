use std::sync::Arc;

use envaudit::{EnvConfig, SecretBox};

struct Key;

#[derive(EnvConfig)]
struct AppConfig {
    borrowed: &'static str,
    unit: (),
    pair: (u16, u16),
    shared: Arc<String>,
    boxed: Box<dyn std::error::Error>,
    function: fn(),
    hidden: SecretBox<Key>,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{}", cfg.audit().unit.source);
}
