use envaudit::EnvConfig;

#[derive(EnvConfig)]
struct AppConfig {
    port: u16 = 8080,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.port, cfg.audit().port.source);
}
