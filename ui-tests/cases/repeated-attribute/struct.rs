use envaudit::EnvConfig;

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
#[env(prefix = "API_")]
struct AppConfig {
    port: u16,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.port, cfg.audit().port.source);
}
