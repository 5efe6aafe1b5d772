use envaudit::EnvConfig;

struct Db {
    host: String,
}

#[derive(EnvConfig)]
struct AppConfig {
    port: u16,
    #[env(nested)]
    db: Db,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.db.host, cfg.audit().port.source);
    assert_eq!(AppConfig::KEYS.len(), 1);
}
