use envaudit::{EnvConfig, Key, SecretString, Source};

#[derive(EnvConfig)]
#[env(perfix = "APP_")]
struct AppConfig {
    #[env(default = 70_000)]
    port: u16,
    #[env(secret)]
    key: String,
    password: String,
    #[env(default = "s3cret")]
    token: SecretString,
    #[env(range(10..=1))]
    workers: u8,
    #[env(sep = ";")]
    name: String,
    #[env(sources(Sytem))]
    region: String,
    #[env(rename = "REGION")]
    zone: String,
    #[env(default = 1)]
    level: Option<u8>,
    #[env(nested)]
    db: Db,
}

#[derive(EnvConfig)]
struct Db {
    #[env(key = "DB HOST")]
    host: String,
}

const PORT: Key<AppConfig> = AppConfig::key("APP_PORT");

fn main() {
    let cfg = AppConfig::loader().environment("prod").load().unwrap();
    println!("{} {}", cfg.port, cfg.audit().port.source);
    println!("{} {}", cfg.db.host, cfg.audit().db.host.source);
    println!("{:?}", cfg.audit().entry(PORT));
    println!("{:?}", cfg.audit().get("APP_PORT"));
    println!("{:?}", AppConfig::KEYS);
    println!("{} {}", AppConfig::template(), AppConfig::SCHEMA.name);
    assert_eq!(cfg.audit().get_by_source(Source::File).count(), 0);
}
