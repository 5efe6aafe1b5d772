use std::collections::HashMap;
use std::num::NonZeroU8;
use std::time::Duration;

use envaudit::{EnvConfig, SecretString};

#[derive(EnvConfig)]
struct AppConfig {
    #[env(range(1..=64))]
    name: String,
    #[env(range(1..=64))]
    flag: bool,
    #[env(range(1..=64))]
    timeout: Option<Duration>,
    #[env(range(1..=64))]
    hosts: Vec<String>,
    #[env(range(1..=64))]
    pin: SecretString,
    #[env(range('a'..='z'))]
    letter: char,
    #[env(range(10..=1))]
    reversed: u16,
    #[env(range(5..5))]
    empty: u16,
    #[env(range(-1..=-5))]
    negative: i16,
    #[env(range(..))]
    unbounded: u16,
    #[env(range(1..=70_000))]
    too_wide: u16,
    #[env(range(-1..))]
    signed: u8,
    #[env(range(0.5..=1.0))]
    fraction: u8,
    #[env(range(0..=1))]
    ratio: f64,
    #[env(range("a"..="b"))]
    texts: u8,
    #[env(range(1..=300))]
    non_zero: NonZeroU8,
    #[env(range(1..=2.5))]
    map: HashMap<String, f64>,
    #[env(range(5))]
    single: u16,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.name, cfg.audit().name.source);
}
