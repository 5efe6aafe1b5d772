use envaudit::{EnvConfig, EnvValue};

#[derive(EnvValue)]
#[env(rename_all = "kebab-case", ignore_case, untagged, description = "a level")]
enum Level {
    #[env(serialize = "info", help = "less")]
    Info,
    #[env(aliases("warn", "warning"), name = "warn")]
    Warn,
    #[env(default, skip)]
    Error,
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
