use envaudit::EnvConfig;

fn even(value: &u16) -> Result<(), String> {
    if value % 2 == 0 { Ok(()) } else { Err("odd".to_owned()) }
}

fn parse(text: &str) -> Result<u32, std::num::ParseIntError> {
    text.parse()
}

fn by_value(_: u16) -> Result<(), String> {
    Ok(())
}

fn whole(_: &Other) -> Result<(), String> {
    Ok(())
}

struct Other;

struct Silent;

fn silent(_: &str) -> Result<u16, Silent> {
    Err(Silent)
}

#[derive(EnvConfig)]
#[env(validate = whole)]
struct AppConfig {
    #[env(validate = even)]
    level: u32,
    #[env(validate = by_value)]
    value: u16,
    #[env(validate = missing)]
    absent: u16,
    #[env(parse_with = parse)]
    port: u16,
    #[env(parse_with = parse)]
    optional: Option<u16>,
    #[env(parse_with = silent)]
    wordless: u16,
    #[env(json)]
    other: Vec<Undeserializable>,
    #[env(from_str)]
    unparsed: Undeserializable,
}

struct Undeserializable;

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.port, cfg.audit().port.source);
}
