use envaudit::EnvConfig;

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
struct Twice {
    #[env(deprecated_alias = "PORT")]
    http: u16,
    port: u16,
    #[env(alias_key = "APP_HTTP")]
    absolute: u16,
    #[env(deprecated_alias_key = "OLD", alias_key = "OLD")]
    same: u16,
}

#[derive(EnvConfig)]
struct Db {
    #[env(alias_key = "DATABASE_URL")]
    url: String,
}

#[derive(EnvConfig)]
struct AppConfig {
    #[env(deprecated_alias_key = "DATABASE_URL")]
    database: String,
    #[env(nested)]
    db: Db,
}

fn main() {
    Twice::load().unwrap();
    AppConfig::load().unwrap();
}
