use envaudit::EnvConfig;

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
struct AppConfig {
    port: u16,
    #[env(rename = "PORT")]
    http_port: u16,
    #[env(key = "APP_PORT")]
    exact: u16,
    #[env(alias = "HOST", alias = "NODE")]
    address: String,
    host: String,
    #[env(alias = "NODE")]
    node_name: String,
    #[env(alias = "OWN")]
    own: String,
    #[env(alias = "TWICE", alias = "TWICE")]
    other: String,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.port, cfg.audit().port.source);
}
