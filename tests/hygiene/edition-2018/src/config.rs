//! A configuration that uses every part of the generated code.

use std::collections::{BTreeMap, HashSet};
use std::num::{NonZeroU32, ParseIntError};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use envaudit::{EnvConfig, EnvValue, Key, SecretString};

/// How loud the logs are.
#[derive(EnvValue, Debug, PartialEq, Eq)]
pub enum Level {
    /// Everything.
    Debug,
    /// What matters.
    #[env(rename = "warn", alias = "warning")]
    Warn,
}

/// A database.
#[derive(EnvConfig, Debug)]
#[env(validate = not_the_same_host)]
pub struct Db {
    /// The machine.
    #[env(non_empty, len(..=64))]
    pub host: String,
    /// Another one.
    #[env(alias = "STANDBY")]
    pub replica: Option<String>,
    /// The password.
    pub password: SecretString,
}

fn not_the_same_host(db: &Db) -> Result<(), &'static str> {
    match &db.replica {
        Some(replica) if *replica == db.host => Err("the replica is the same machine"),
        _ => Ok(()),
    }
}

fn hexadecimal(text: &str) -> Result<u32, ParseIntError> {
    u32::from_str_radix(text, 16)
}

fn even(value: &u128) -> Result<(), String> {
    if value & 1 == 0 { Ok(()) } else { Err(format!("{value} is odd")) }
}

/// Everything at once.
#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
pub struct Config {
    /// The port.
    #[env(default = 8080, range(1..=65535))]
    pub port: u16,
    /// Even.
    #[env(default = 2, validate = even, one_of(2, 4, 6))]
    pub workers: u128,
    /// Never zero.
    #[env(default = 3)]
    pub retries: NonZeroU32,
    /// How long.
    #[env(default = "1m 30s")]
    pub timeout: Duration,
    /// How loud.
    #[env(default = Level::Warn)]
    pub level: Level,
    /// In the colours of the web.
    #[env(parse_with = hexadecimal)]
    pub colour: Option<u32>,
    /// Tags.
    #[env(default = "a;b", sep = ";", trim)]
    pub tags: HashSet<String>,
    /// Weights.
    #[env(default, range(0.0..1.0))]
    pub weights: BTreeMap<String, f64>,
    /// The database.
    #[env(nested)]
    pub db: Db,
    /// A cache that may be missing.
    #[env(nested, prefix = "CACHE_")]
    pub cache: Option<Db>,
    /// A database that others share.
    #[env(nested)]
    pub shared: Option<Arc<Db>>,
    /// A key that no message shows.
    #[env(secret, deprecated_alias = "OLD_KEY", alias_key = "SIGNING_KEY")]
    pub signing_key: Option<[u8; 2]>,
    /// Read by another crate's parser, and masked all the same.
    #[env(secret)]
    pub token: Option<Word>,
    /// Not read.
    #[env(skip)]
    pub started: bool,
}

/// A type with a text form of its own.
#[derive(Debug)]
pub struct Word(pub String);

impl FromStr for Word {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.contains(' ') {
            Err(format!("{text} is not a word"))
        } else {
            Ok(Word(text.to_owned()))
        }
    }
}

/// A key that the compiler has checked.
pub const DB_HOST: Key<Config> = Config::key("APP_DB_HOST");

#[test]
fn every_part_loads() {
    let cfg = Config::loader()
        .without(envaudit::Source::Docker)
        .without(envaudit::Source::K8s)
        .without(envaudit::Source::File)
        .vars([
            ("APP_DB_HOST", "one"),
            ("APP_DB_STANDBY", "two"),
            ("APP_DB_PASSWORD", "s3cret"),
            ("APP_LEVEL", "DEBUG"),
            ("APP_COLOUR", "ff"),
            ("APP_TAGS", " x ; y"),
            ("APP_WEIGHTS", "a=0.5,b=0.25"),
        ])
        .load()
        .unwrap();
    assert_eq!((cfg.port, cfg.workers, cfg.retries.get()), (8080, 2, 3));
    assert_eq!(cfg.timeout, Duration::from_secs(90));
    assert_eq!(cfg.level, Level::Debug);
    assert_eq!(cfg.colour, Some(255));
    assert!(cfg.tags.contains("x") && cfg.tags.contains("y"));
    assert_eq!(cfg.weights["b"], 0.25);
    assert!(cfg.cache.is_none() && !cfg.started);
    assert_eq!(cfg.audit().entry(DB_HOST).source, envaudit::Source::System);
    assert_eq!(cfg.audit().db.replica.found_as.as_deref(), Some("APP_DB_STANDBY"));
    assert!(cfg.audit().db.password.masked);
    assert!(cfg.audit().cache.host.unset);
    assert_eq!(cfg.audit().entries().count(), Config::KEYS.len());
}

#[test]
fn every_check_is_made() {
    let error = Config::loader()
        .without(envaudit::Source::Docker)
        .without(envaudit::Source::K8s)
        .without(envaudit::Source::File)
        .vars([
            ("APP_PORT", "0"),
            ("APP_WORKERS", "3"),
            ("APP_RETRIES", "0"),
            ("APP_WEIGHTS", "a=1.0"),
            ("APP_DB_HOST", ""),
            ("APP_CACHE_HOST", "same"),
            ("APP_CACHE_REPLICA", "same"),
            ("APP_CACHE_PASSWORD", "s3cret"),
        ])
        .load()
        .unwrap_err();
    let keys: Vec<_> = error.problems().iter().filter_map(|problem| problem.key()).collect();
    for key in ["PORT", "WORKERS", "RETRIES", "WEIGHTS", "DB_HOST", "DB_PASSWORD"] {
        assert!(keys.contains(&format!("APP_{}", key).as_str()), "{} in {}", key, error);
    }
    assert!(error.to_string().contains("the replica is the same machine"), "{}", error);
}
