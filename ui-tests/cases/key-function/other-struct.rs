use envaudit::{EnvConfig, Key};

#[derive(EnvConfig)]
struct Db {
    host: String,
}

#[derive(EnvConfig)]
struct AppConfig {
    #[env(nested)]
    db: Db,
}

const HOST: Key<Db> = Db::key("HOST");

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{}", cfg.audit().entry(HOST).source);
}
