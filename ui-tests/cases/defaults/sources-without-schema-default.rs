use envaudit::EnvConfig;

#[derive(EnvConfig)]
#[env(sources(System, Docker))]
struct AppConfig {
    #[env(default = 8080)]
    port: u16,
    #[env(default = 1, sources(SchemaDefault, System))]
    level: u8,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.port, cfg.audit().port.source);
}
