use envaudit::EnvConfig;

#[derive(EnvConfig)]
#[env(rename_all = "SCREAMING_SNAKE_CASE", env_prefix = "APP_")]
#[env(description = "settings", version, author)]
#[env(deny_unknown_fields, separator = "__", case_insensitive)]
#[env(file = "app.env", default, try_from = "Other")]
#[env(transparent, optional, validator = check)]
struct AppConfig {
    port: u16,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.port, cfg.audit().port.source);
}
