use std::time::Duration;

use envaudit::EnvConfig;

const NAME: &str = "shop";
const PORT: u32 = 8080;

struct Unmade(u16);

impl std::str::FromStr for Unmade {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Unmade)
    }
}

#[derive(EnvConfig)]
struct AppConfig {
    #[env(default = NAME)]
    name: String,
    #[env(default = PORT)]
    port: u16,
    #[env(default = Duration::from_secs("30"))]
    timeout: Duration,
    #[env(default = vec!["a"])]
    hosts: Vec<String>,
    #[env(default = UNKNOWN)]
    unknown: u16,
    #[env(default)]
    unmade: Unmade,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {} {}", cfg.port, cfg.audit().port.source, cfg.unmade.0);
}
