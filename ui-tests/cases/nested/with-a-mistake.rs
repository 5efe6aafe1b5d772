use envaudit::{EnvConfig, Key};

#[derive(EnvConfig)]
struct Db {
    password: String,
}

#[derive(EnvConfig)]
struct AppConfig {
    port: u16,
    #[env(nested)]
    db: Db,
    #[env(nested)]
    replica: Option<Db>,
}

const PASSWORD: Key<AppConfig> = AppConfig::key("DB_PASSWORD");

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.db.password, cfg.audit().db.password.source);
    println!("{}", cfg.audit().entry(PASSWORD).key);
}
