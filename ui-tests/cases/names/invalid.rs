use envaudit::EnvConfig;

#[derive(EnvConfig)]
struct Db {
    host: String,
}

#[derive(EnvConfig)]
#[env(prefix = "MY APP_")]
struct AppConfig {
    #[env(key = "A=B")]
    equals: u16,
    #[env(key = "")]
    empty: u16,
    #[env(key = "1ST")]
    digit: u16,
    #[env(rename = "http-port")]
    hyphen: u16,
    #[env(alias = "OLD.PORT")]
    dotted: u16,
    größe: u16,
    #[env(nested, prefix = "DB-")]
    db: Db,
}

#[derive(EnvConfig)]
#[env(prefix = "2FA_")]
struct Digit {
    port: u16,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.equals, cfg.audit().equals.source);
    Digit::load().unwrap();
}
