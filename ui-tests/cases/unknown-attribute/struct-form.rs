use envaudit::EnvConfig;

#[derive(EnvConfig)]
#[env(prefix)]
#[env(audit = "Two Words", validate = "check")]
#[env(sources, crate = "no path")]
struct AppConfig {
    port: u16,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.port, cfg.audit().port.source);
}
