use envaudit::{EnvConfig, SecretString};

#[derive(EnvConfig)]
struct AppConfig {
    #[env(optional)]
    a: u16,
    #[env(required, description = "the port")]
    b: u16,
    #[env(min = 1, max = 10)]
    c: u16,
    #[env(split = ";")]
    d: Vec<String>,
    #[env(delimiter = ',')]
    e: Vec<String>,
    #[env(rename_all = "snake_case", env = "PORT")]
    f: u16,
    #[env(long, short = 'p', help = "the port")]
    g: u16,
    #[env(default_value = "8080")]
    h: u16,
    #[env(value_parser = parse, with = "parse")]
    i: u16,
    #[env(sensitive)]
    j: SecretString,
    #[env(doc = "text", about = "text")]
    k: u16,
    #[env(from = "PORT", name = "PORT")]
    l: u16,
    #[env(deserialize_with = "parse")]
    m: u16,
    #[env(value_enum, possible_values("a", "b"))]
    n: String,
    #[env(aliases("a", "b"), deprecated_name = "OLD")]
    o: u16,
    #[env(length(min = 1), regex = "a+")]
    p: String,
    #[env(skip_serializing, conflicts_with = "a")]
    q: u16,
    #[env(separator = ";")]
    r: Vec<String>,
    #[env(subcommand)]
    s: u16,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.a, cfg.audit().a.source);
}
