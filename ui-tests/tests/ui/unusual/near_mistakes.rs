//! What looks like a mistake and is none.

use std::collections::HashMap;

use envaudit::{EnvConfig, EnvValue, SecretBox, SecretString, Source};

type Hidden = SecretString;
type Hosts = Vec<String>;
type Lifetime = std::time::Duration;
type Bytes = [u8; 2];

#[derive(EnvValue)]
enum Kind {
    Opaque,
}

struct EdgeToken;

impl std::str::FromStr for EdgeToken {
    type Err = std::fmt::Error;

    fn from_str(_: &str) -> Result<Self, Self::Err> {
        Ok(EdgeToken)
    }
}

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
struct AppConfig {
    // Named like secrets, but not as a word, not as a text, or by intent.
    tokenizer: Option<String>,
    max_tokens: Option<String>,
    secretary: Option<String>,
    token: Option<u64>,
    #[env(public)]
    token_url: Option<String>,
    #[env(skip)]
    password: String,
    // Named like secrets, of types that hold none: also where only the compiler knows the type.
    token_lifetime: Option<Lifetime>,
    token_kind: Option<Kind>,
    private_key_path: Option<std::path::PathBuf>,
    // Types that could hold one and are marked, or said to hold none.
    #[env(secret)]
    edge_token: Option<EdgeToken>,
    #[env(secret)]
    encryption_key: Option<Bytes>,
    #[env(public)]
    next_token: Option<EdgeToken>,
    #[env(secret)]
    api_key: Option<Hidden>,
    #[env(secret)]
    keys: Option<Vec<SecretBox<[u8; 1]>>>,
    // Defaults that are neither of the type nor literals of it.
    #[env(default = "a,b")]
    hosts: Hosts,
    #[env(default = Hidden::from(std::iter::repeat_n('x', 3).collect::<String>()))]
    generated: Hidden,
    #[env(default = i64::MIN)]
    least: i64,
    #[env(default = -128, range(-128..))]
    small: i8,
    #[env(default = 0xFF)]
    hexadecimal: u8,
    #[env(default = b'x', range(1..=127))]
    byte: u8,
    #[env(default = 1_000u32, range(..=1_000))]
    suffixed: u32,
    #[env(default = 340282366920938463463374607431768211455)]
    huge: u128,
    #[env(range(18446744073709551614..18446744073709551615))]
    one_huge: Option<u64>,
    #[env(default = "", len(..5))]
    empty: String,
    #[env(default = "1,2", len(2..=2), range(1..3))]
    two: Vec<u8>,
    #[env(default = "x=yes", sep = ";")]
    flags: HashMap<String, bool>,
    // Names that are only good behind the prefix, and one key that is another's file.
    #[env(rename = "2FA")]
    second_factor: Option<bool>,
    // Functions by any path.
    #[env(parse_with = <u16 as std::str::FromStr>::from_str, default = 1)]
    by_trait: u16,
    #[env(parse_with = str::parse::<u16>, validate = <Self as Limits>::least)]
    by_method: Option<u16>,
    key: Option<String>,
    key_file: Option<String>,
    #[env(default = 1, sources(Source::System, SchemaDefault))]
    path: u8,
}

trait Limits {
    fn least(value: &u16) -> Result<(), &'static str> {
        if *value > 0 { Ok(()) } else { Err("zero") }
    }
}

impl Limits for AppConfig {}

pub(crate) fn load() {
    let vars = [("APP_2FA", "on"), ("APP_KEY_FILE", "not a file"), ("APP_BY_METHOD", "2")];
    let cfg = AppConfig::loader().vars(vars).load().expect("a configuration");
    assert_eq!((cfg.second_factor, cfg.key.is_none()), (Some(true), true));
    assert_eq!(cfg.key_file.as_deref(), Some("not a file"));
    assert_eq!((cfg.by_trait, cfg.by_method), (1, Some(2)));
    assert_eq!(cfg.audit().path.source, Source::SchemaDefault);
    assert!(cfg.audit().api_key.masked && cfg.audit().keys.masked && cfg.audit().generated.masked);
    assert!(cfg.audit().edge_token.masked && cfg.audit().encryption_key.masked);
    assert!(!cfg.audit().token_url.masked && !cfg.audit().next_token.masked);
    assert!(matches!((&cfg.token_kind, &cfg.next_token), (None | Some(Kind::Opaque), None)));
    assert!(cfg.token_lifetime.is_none() && cfg.private_key_path.is_none());
    assert!(cfg.edge_token.is_none() && cfg.encryption_key.is_none());
    assert_eq!((cfg.small, cfg.two.as_slice(), cfg.flags["x"]), (-128, &[1, 2][..], true));
}
