use envaudit::EnvConfig;

#[derive(EnvConfig)]
struct AppConfig {
    #[env(defualt = 8080)]
    port: u16,
    #[env(separator = ";")]
    hosts: Vec<String>,
    #[env(audit = "Name")]
    name: String,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.port, cfg.audit().port.source);
}
