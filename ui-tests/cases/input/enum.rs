use envaudit::EnvConfig;

#[derive(EnvConfig)]
enum Level {
    Info,
    Warn,
}

fn main() {
    let _ = Level::load();
    assert_eq!(Level::KEYS.len(), 0);
    let _ = (Level::Info, Level::Warn);
}
