use std::sync::Arc;

use envaudit::EnvConfig;

struct Db {
    host: String,
}

#[derive(EnvConfig)]
struct AppConfig {
    #[env(nested)]
    first: Db,
    #[env(nested)]
    second: Option<Db>,
    #[env(nested)]
    third: Arc<Db>,
    #[env(flatten)]
    fourth: Option<Box<Db>>,
    port: u16,
}

fn port() -> u16 {
    let cfg = AppConfig::load().unwrap();
    assert_eq!(cfg.audit().port.source, envaudit::Source::System);
    cfg.port
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {} {}", cfg.first.host, cfg.third.host, port());
    let (config, _) = cfg.into_parts();
    println!("{}", config.second.is_some());
}
