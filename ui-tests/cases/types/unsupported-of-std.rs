use std::sync::Arc;

use envaudit::EnvConfig;

#[derive(EnvConfig)]
struct AppConfig {
    unit: (),
    pair: (u16, u16),
    shared: Arc<String>,
    boxed: Box<dyn std::error::Error>,
    function: fn(),
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{}", cfg.audit().unit.source);
}
