use envaudit::EnvConfig;

type Hosts = Vec<String>;

#[derive(EnvConfig)]
struct AppConfig {
    #[env(sep = ";")]
    name: String,
    #[env(sep = ";")]
    optional: Option<u16>,
    #[env(kv_sep = ":")]
    list: Vec<String>,
    #[env(kv_sep = ":")]
    number: u16,
    #[env(sep = "")]
    empty: Vec<String>,
    #[env(sep = "=", kv_sep = "=")]
    same: std::collections::HashMap<String, String>,
    #[env(sep = ';')]
    letter: Vec<String>,
    #[env(sep = ";")]
    hosts: Hosts,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.name, cfg.audit().name.source);
}
