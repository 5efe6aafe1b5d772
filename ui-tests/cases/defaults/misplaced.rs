use envaudit::{EnvConfig, Source};

#[derive(EnvConfig)]
struct Db {
    host: String,
}

#[derive(EnvConfig)]
struct AppConfig {
    #[env(default = 8080)]
    port: Option<u16>,
    #[env(default)]
    host: std::option::Option<String>,
    #[env(nested, default)]
    db: Db,
    #[env(flatten, default)]
    more: Option<Db>,
    #[env(default = 5, sources(System, File))]
    level: u8,
    #[env(sources(System), default)]
    name: String,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{:?} {}", cfg.port, cfg.audit().port.source == Source::File);
}
