use envaudit::EnvConfig;

const LIMIT: u32 = 5;

#[derive(EnvConfig)]
struct AppConfig {
    #[env(range(1..=LIMIT))]
    workers: u16,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.workers, cfg.audit().workers.source);
}
