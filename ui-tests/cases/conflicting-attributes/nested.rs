use envaudit::EnvConfig;

#[derive(EnvConfig)]
struct Db {
    host: String,
}

#[derive(EnvConfig)]
struct AppConfig {
    #[env(nested, flatten)]
    both: Db,
    #[env(nested, default = Db { host: String::new() })]
    with_default: Db,
    #[env(flatten, rename = "DB")]
    renamed: Db,
    #[env(sources(System), nested)]
    with_sources: Db,
    #[env(nested, secret)]
    hidden: Db,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.both.host, cfg.audit().both.host.source);
}
