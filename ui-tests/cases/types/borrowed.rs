use envaudit::EnvConfig;

#[derive(EnvConfig)]
struct AppConfig {
    name: &'static str,
    hosts: Vec<&'static str>,
    port: Option<&'static u16>,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.name, cfg.audit().name.source);
}
