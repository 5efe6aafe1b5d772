use envaudit::EnvConfig;

struct Id;

impl std::str::FromStr for Id {
    type Err = std::fmt::Error;

    fn from_str(_: &str) -> Result<Self, Self::Err> {
        Ok(Id)
    }
}

#[derive(EnvConfig)]
struct AppConfig {
    #[env(non_empty)]
    id: Id,
    #[env(range(1..=5))]
    other: Id,
    #[env(one_of(1, 5))]
    third: Id,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{}", cfg.audit().id.source);
}
