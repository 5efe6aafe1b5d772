use envaudit::EnvConfig;

struct Db {
    host: String,
}

#[derive(EnvConfig)]
struct Storage {
    #[env(nested)]
    db: Db,
    size: u64,
}

#[derive(EnvConfig)]
struct AppConfig {
    #[env(nested)]
    storage: Storage,
    port: u16,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.storage.db.host, cfg.audit().port.source);
}
