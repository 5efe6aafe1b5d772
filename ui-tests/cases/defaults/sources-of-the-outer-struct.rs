use envaudit::EnvConfig;

#[derive(EnvConfig)]
struct Db {
    #[env(default = 5432)]
    port: u16,
}

#[derive(EnvConfig)]
#[env(sources(System, Docker))]
struct AppConfig {
    name: String,
    #[env(nested)]
    db: Db,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.name, cfg.audit().db.port.source);
}
