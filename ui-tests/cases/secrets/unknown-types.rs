use std::collections::BTreeMap;
use std::str::FromStr;

use envaudit::{EnvConfig, SecretString};

type Pass = String;
type Key = [u8; 32];

struct EdgeToken(String);

impl FromStr for EdgeToken {
    type Err = std::fmt::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(EdgeToken(text.to_owned()))
    }
}

#[derive(serde::Deserialize)]
struct Account {
    number: u8,
}

mod foreign {
    pub struct SecretString(pub String);

    impl std::str::FromStr for SecretString {
        type Err = std::fmt::Error;

        fn from_str(text: &str) -> Result<Self, Self::Err> {
            Ok(SecretString(text.to_owned()))
        }
    }

    pub struct ClientSecret(pub String);

    impl std::str::FromStr for ClientSecret {
        type Err = std::fmt::Error;

        fn from_str(text: &str) -> Result<Self, Self::Err> {
            Ok(ClientSecret(text.to_owned()))
        }
    }
}

#[derive(EnvConfig)]
struct AppConfig {
    admin_password: Pass,
    optional_password: Option<Pass>,
    private_key: Key,
    edge_token: EdgeToken,
    tokens: Vec<EdgeToken>,
    // Called as the library's, and another.
    password: foreign::SecretString,
    // Named by the type alone.
    oauth: foreign::ClientSecret,
    redis: Option<foreign::SecretString>,
    #[env(json)]
    credentials: BTreeMap<u8, Account>,
    #[env(public)]
    token: SecretString,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.admin_password, cfg.audit().password.source);
}
