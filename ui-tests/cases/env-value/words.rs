use envaudit::{EnvConfig, EnvValue};

#[derive(EnvValue)]
#[env(rename_all = "kebab-case", rename = "level")]
enum Level {
    #[env(rename = "info", rename = "information")]
    Info,
    #[env(alias = "INFO")]
    Warn,
    #[env(renmae = "err", crate = "envaudit")]
    Error,
    #[env(rename = "not-found")]
    One,
    #[env(alias = "not_found", alias = "")]
    Two,
    #[env(rename = 5)]
    Three,
    #[env(sep = ",")]
    Four,
}

#[derive(EnvConfig)]
struct AppConfig {
    level: Level,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{}", cfg.audit().level.source);
    assert!(matches!(cfg.level, Level::Info));
}
