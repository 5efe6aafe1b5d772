use std::collections::{BTreeSet, HashSet};

use envaudit::EnvConfig;

#[derive(EnvConfig)]
struct AppConfig {
    floats: HashSet<f64>,
    ordered: BTreeSet<f32>,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{}", cfg.audit().floats.source);
}
