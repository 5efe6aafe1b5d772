use envaudit::EnvConfig;

struct Silent;

struct Id;

impl std::str::FromStr for Id {
    type Err = Silent;

    fn from_str(_: &str) -> Result<Self, Self::Err> {
        Err(Silent)
    }
}

#[derive(EnvConfig)]
struct AppConfig {
    id: Id,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{}", cfg.audit().id.source);
}
