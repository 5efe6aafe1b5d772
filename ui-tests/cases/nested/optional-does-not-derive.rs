use envaudit::{EnvConfig, Key};

struct Db {
    host: String,
}

#[derive(EnvConfig)]
struct AppConfig {
    port: u16,
    #[env(flatten)]
    db: Option<Db>,
}

const PORT: Key<AppConfig> = AppConfig::key("PORT");

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{:?} {}", cfg.db.as_ref().map(|db| &db.host), cfg.audit().entry(PORT).source);
}
