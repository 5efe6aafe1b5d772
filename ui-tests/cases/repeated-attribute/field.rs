use envaudit::EnvConfig;

#[derive(EnvConfig)]
struct AppConfig {
    #[env(default = 8080, range(1..=9000), default = 8081)]
    port: u16,
    #[env(public)]
    #[env(sep = ";")]
    #[env(sep = ",")]
    hosts: Vec<String>,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.port, cfg.audit().port.source);
}
