use envaudit::{EnvConfig, SecretString};

fn parse(text: &str) -> Result<u16, std::num::ParseIntError> {
    text.parse()
}

#[derive(EnvConfig)]
struct AppConfig {
    #[env(key = "PORT", rename = "HTTP_PORT")]
    port: u16,
    #[env(secret, public)]
    answer: SecretString,
    #[env(parse_with = parse, json)]
    one: u16,
    #[env(from_str, parse_with = parse)]
    two: u16,
    #[env(json, from_str)]
    three: u16,
    #[env(json, sep = ";")]
    four: Vec<u16>,
    #[env(kv_sep = ":", json)]
    five: std::collections::HashMap<String, u16>,
    #[env(prefix = "SIX_")]
    six: u16,
    #[env(range(1..=5), json)]
    seven: Vec<u16>,
}

fn main() {
    AppConfig::load().unwrap();
}
