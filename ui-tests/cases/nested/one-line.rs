use envaudit::EnvConfig;

struct Db { host: String }

#[derive(EnvConfig)] struct AppConfig { #[env(nested)] db: Db }

fn main() { let cfg = AppConfig::load().unwrap(); println!("{}", cfg.db.host); }
