use envaudit::EnvConfig;

type Plain = String;

#[derive(EnvConfig)]
struct AppConfig {
    #[env(secret)]
    password: Plain,
    #[env(secret)]
    optional: Option<Plain>,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.password, cfg.audit().password.source);
}
