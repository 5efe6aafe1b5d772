use std::num::{NonZero, NonZeroU8};

use envaudit::EnvConfig;

#[derive(EnvConfig)]
struct AppConfig {
    #[env(default = 70_000)]
    port: u16,
    #[env(default = -1)]
    count: u8,
    #[env(default = -129)]
    small: i8,
    #[env(default = 0)]
    workers: NonZeroU8,
    #[env(default = 0)]
    threads: NonZero<u32>,
    #[env(default = 340282366920938463463374607431768211456)]
    huge: u128,
    #[env(default = 80u32)]
    suffixed: u16,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.port, cfg.audit().port.source);
}
