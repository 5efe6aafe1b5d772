use envaudit::EnvConfig;

type Maybe = Option<u16>;

#[derive(EnvConfig)]
struct AppConfig {
    #[env(default = "8080")]
    port: Maybe,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{:?} {}", cfg.port, cfg.audit().port.source);
}
