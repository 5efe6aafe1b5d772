use envaudit::EnvConfig;

#[derive(EnvConfig)]
#[env(sources(Files))]
struct AppConfig {
    port: u16,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.port, cfg.audit().port.source);
}
