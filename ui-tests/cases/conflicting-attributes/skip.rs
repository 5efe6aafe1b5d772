use envaudit::EnvConfig;

#[derive(EnvConfig)]
struct AppConfig {
    #[env(skip, key = "CACHE")]
    cache: Vec<String>,
    #[env(range(1..=5), skip, default = 3)]
    level: u8,
    #[env(skip, nested)]
    inner: u8,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{}", cfg.level);
}
