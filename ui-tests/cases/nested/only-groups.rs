use envaudit::EnvConfig;

struct Http {
    port: u16,
}

#[derive(EnvConfig)]
struct Db {
    host: String,
}

#[derive(EnvConfig)]
struct AppConfig {
    #[env(nested)]
    http: Http,
    #[env(nested)]
    db: Db,
}

fn port() -> u16 {
    AppConfig::load().map_or(0, |cfg| cfg.http.port)
}

fn main() {
    assert_eq!(port(), 80);
}
