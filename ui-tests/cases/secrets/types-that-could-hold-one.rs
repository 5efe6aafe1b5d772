use std::borrow::Cow;
use std::collections::HashMap;
use std::ffi::OsString;
use std::sync::Arc;

use envaudit::EnvConfig;

#[derive(EnvConfig)]
#[env(prefix = "API_")]
struct AppConfig {
    db_password: Box<str>,
    client_secret: Option<Arc<str>>,
    admin_token: Cow<'static, str>,
    os_password: OsString,
    session_tokens: Vec<String>,
    private_key: Vec<u8>,
    #[env(parse_with = hexadecimal)]
    signing_secret: [u8; 32],
    #[env(json)]
    credentials: HashMap<String, String>,
    passwords: HashMap<u16, Vec<u8>>,
    // The prefix makes a secret of it.
    key: String,
    #[env(deprecated_alias_key = "OLD_PASSWORD")]
    login: Box<str>,
}

fn hexadecimal(_: &str) -> Result<[u8; 32], String> {
    Err("not hexadecimal".to_owned())
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.db_password, cfg.audit().key.source);
}
