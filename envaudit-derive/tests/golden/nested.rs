#[derive(EnvConfig)]
#[env(prefix = "APP_")]
struct AppConfig {
    name: Option<String>,
    #[env(nested)]
    db: DbConfig,
    #[env(nested, prefix = "CACHE_")]
    cache: Option<CacheConfig>,
    #[env(flatten)]
    http: HttpConfig,
}
