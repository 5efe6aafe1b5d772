use envaudit::EnvConfig;

#[derive(EnvConfig)]
struct AppConfig {
    #[env(one_of())]
    nothing: String,
    #[env(one_of("a", "b", "a"))]
    repeated: String,
    #[env(one_of(1, 2))]
    numbers: String,
    #[env(one_of("1", "2"))]
    texts: u16,
    #[env(one_of(1, 70_000))]
    too_great: Vec<u16>,
    #[env(one_of(info, warn))]
    words: String,
    #[env(one_of(-1, 1, 200))]
    signed: i8,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.nothing, cfg.audit().nothing.source);
}
