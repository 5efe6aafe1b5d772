use envaudit::{EnvConfig, EnvValue};

#[derive(EnvValue)]
struct Level {
    name: String,
}

#[derive(EnvValue)]
union Either {
    one: u16,
    two: u16,
}

#[derive(EnvValue)]
enum Nothing {}

#[derive(EnvValue)]
enum WithData {
    Plain,
    Tuple(u16),
    Named { value: u16 },
}

#[derive(EnvValue)]
enum Generic<T> {
    One,
    Two(T),
}

#[derive(EnvConfig)]
struct AppConfig {
    level: Level,
    data: Option<WithData>,
    nothing: Vec<Nothing>,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.level.name, cfg.audit().data.source);
}
