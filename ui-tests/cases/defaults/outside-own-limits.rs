use envaudit::EnvConfig;

#[derive(EnvConfig)]
struct AppConfig {
    #[env(default = 80, range(1024..=65535))]
    port: u16,
    #[env(default = 1.0, range(0.0..1.0))]
    ratio: f64,
    #[env(default = -5, range(-4..))]
    offset: i32,
    #[env(default = "warning", one_of("info", "warn", "error"))]
    level: String,
    #[env(default = 3, one_of(1, 2, 4, 8))]
    size: u32,
    #[env(default = "", non_empty)]
    name: String,
    #[env(default = "ab", len(3..))]
    code: String,
    #[env(default = "1,99", range(1..=9))]
    list: Vec<u16>,
    #[env(default = "a=1,b=99", range(1..=9))]
    map: std::collections::BTreeMap<String, u16>,
    #[env(default = "1,2,3", len(..=2))]
    short: Vec<u16>,
    // As floats, both would be the same.
    #[env(default = 18446744073709551615, range(..=18446744073709551614))]
    huge: u64,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.port, cfg.audit().port.source);
}
