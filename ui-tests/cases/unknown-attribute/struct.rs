use envaudit::EnvConfig;

#[derive(EnvConfig)]
#[env(perfix = "APP_", rename_all = "camelCase", nested)]
struct AppConfig {
    port: u16,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.port, cfg.audit().port.source);
}
