use std::collections::HashMap;
use std::path::PathBuf;

use envaudit::EnvConfig;

#[derive(EnvConfig)]
struct AppConfig {
    #[env(default = "8080")]
    port: u16,
    #[env(default = true)]
    number: i32,
    #[env(default = 1.5)]
    whole: u64,
    #[env(default = 8080)]
    name: String,
    #[env(default = 'x')]
    path: PathBuf,
    #[env(default = "yes")]
    debug: bool,
    #[env(default = 1)]
    verbose: bool,
    #[env(default = 1)]
    ratio: f64,
    #[env(default = "1.0")]
    factor: f32,
    #[env(default = "x")]
    letter: char,
    #[env(default = 5)]
    list: Vec<u16>,
    #[env(default = 5)]
    map: HashMap<String, u16>,
    #[env(default = b"bytes")]
    bytes: String,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.port, cfg.audit().port.source);
}
