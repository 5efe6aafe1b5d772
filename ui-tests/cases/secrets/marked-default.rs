use envaudit::EnvConfig;

#[derive(EnvConfig)]
struct AppConfig {
    #[env(secret, default = 1234)]
    pin: u32,
    #[env(secret, default = -5)]
    offset: i32,
    #[env(secret, default = [1, 2, 3, 4])]
    key: [u8; 4],
    #[env(secret, default = "a,b")]
    list: Vec<String>,
    #[env(secret, default = true)]
    flag: bool,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.pin, cfg.audit().pin.source);
}
