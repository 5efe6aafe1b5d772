use envaudit::EnvConfig;

#[derive(EnvConfig)]
struct AppConfig {
    #[env]
    bare: u16,
    #[env = "PORT"]
    text: u16,
    #[env("PORT")]
    literal: u16,
    #[env(default(8080))]
    list: u16,
    #[env(public = true)]
    flag: String,
    #[env(key = PORT)]
    word: u16,
    #[env(rename)]
    nothing: u16,
    #[env(validate = "check")]
    quoted: u16,
    #[env(parse_with)]
    no_parser: u16,
    #[env(range = 1..=5)]
    equals: u16,
    #[env(one_of = "a")]
    words: String,
    #[env(len(5))]
    single: String,
    #[env(default 8080)]
    no_equals: u16,
    #[env(default = )]
    no_value: u16,
    #[env(rename = "A" alias = "B")]
    no_comma: u16,
    #[env(env::key = "X")]
    path: u16,
}

fn main() {
    AppConfig::load().unwrap();
}
