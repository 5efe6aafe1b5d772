use envaudit::EnvConfig;

struct Plain;

#[derive(EnvConfig)]
struct AppConfig {
    #[env(defualt = 1)]
    port: u16,
    plain: Plain,
    plains: Vec<Plain>,
    #[env(range(1..=300))]
    small: u8,
    // What is meant is not known, so nothing is said of the type.
    #[env(parse_wiht = parse)]
    parsed: Plain,
    #[env(skp)]
    skipped: Plain,
    #[env(nested)]
    db: Db,
}

#[derive(EnvConfig)]
struct Db {
    #[env(key = "DB HOST")]
    host: String,
    plain: Option<Plain>,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.db.host, cfg.audit().port.source);
}
