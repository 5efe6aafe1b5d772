use envaudit::EnvConfig;

#[derive(EnvConfig)]
struct Db {
    host: String,
    #[env(alias = "LOGIN")]
    user: String,
}

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
struct AppConfig {
    db_host: String,
    #[env(nested)]
    db: Db,
}

#[derive(EnvConfig)]
struct ByAlias {
    #[env(alias = "DB_LOGIN")]
    account: String,
    #[env(nested)]
    db: Db,
}

#[derive(EnvConfig)]
struct After {
    #[env(nested)]
    db: Db,
    db_user: String,
}

#[derive(EnvConfig)]
struct Flattened {
    #[env(flatten)]
    one: Db,
    #[env(flatten)]
    two: Option<Db>,
}

#[derive(EnvConfig)]
struct Url {
    #[env(key = "DATABASE_URL")]
    url: String,
}

#[derive(EnvConfig)]
struct ExactTwice {
    #[env(nested)]
    primary: Url,
    #[env(nested)]
    replica: Url,
}

#[derive(EnvConfig)]
struct SamePrefix {
    #[env(nested, prefix = "PG_")]
    primary: Db,
    #[env(nested, prefix = "PG_")]
    replica: Db,
}

#[derive(EnvConfig)]
struct Middle {
    #[env(nested)]
    db: Db,
}

#[derive(EnvConfig)]
struct ThreeDeep {
    #[env(flatten)]
    middle: Middle,
    #[env(key = "DB_HOST")]
    host: String,
}

// Its mistake is that of `ThreeDeep`, which has been told already.
#[derive(EnvConfig)]
struct Around {
    #[env(nested)]
    three_deep: ThreeDeep,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.db.host, cfg.audit().db.host.source);
    assert_eq!(AppConfig::KEYS.len(), 3);
    Around::load().unwrap();
}
