use envaudit::{EnvConfig, SecretBox, SecretString};

type Hidden = SecretString;

#[derive(EnvConfig)]
struct AppConfig {
    #[env(default = "s3cret")]
    password: SecretString,
    #[env(default = SecretString::from("s3cret"))]
    token: SecretString,
    #[env(default = "s3cret".to_owned().into())]
    api_key: SecretString,
    #[env(default = 1234)]
    pin: SecretBox<u32>,
    #[env(default = "a,b")]
    list: Vec<SecretString>,
}

#[derive(EnvConfig)]
struct Aliased {
    #[env(default = "s3cret")]
    password: Hidden,
}

fn main() {
    AppConfig::load().unwrap();
    Aliased::load().unwrap();
}
