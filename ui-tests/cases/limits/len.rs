use std::net::IpAddr;

use envaudit::EnvConfig;

#[derive(EnvConfig)]
struct AppConfig {
    #[env(len(1..=3))]
    port: u16,
    #[env(non_empty)]
    flag: Option<bool>,
    #[env(non_empty, len(1..))]
    host: IpAddr,
    #[env(len(5..=2))]
    reversed: String,
    #[env(len(0..0))]
    empty: Vec<u8>,
    #[env(len(-1..=2))]
    negative: String,
    #[env(len("a"..))]
    text: String,
    #[env(len(..))]
    unbounded: String,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.port, cfg.audit().port.source);
}
