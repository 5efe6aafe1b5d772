use envaudit::EnvConfig;

struct Pool;

#[derive(EnvConfig)]
struct AppConfig {
    port: u16,
    #[env(skip)]
    pool: Pool,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{}", cfg.audit().port.source);
    let _ = &cfg.pool;
}
