//! A struct with many attributes, loaded from any variables: its audit is complete, and no secret is shown.
#![no_main]

use core::time::Duration;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::IpAddr;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use envaudit::{
    AuditSnapshot, Conflicts, EnvConfig, EnvValue, Loader, Policy, ProblemKind, SecretBox,
    SecretString, Source,
};
use envaudit_fuzz::{CANARY, all_text, assert_hidden, spells_canary};
use libfuzzer_sys::fuzz_target;

#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_", validate = in_order)]
#[expect(dead_code, reason = "shown by `Debug`")]
struct Config {
    #[env(default = 8080, range(1..=65535), alias_key = "PORT")]
    port: u16,
    #[env(alias = "OLD_NAME", len(..=9), trim)]
    name: Option<String>,
    #[env(deprecated_alias = "WAS", non_empty)]
    now: Option<String>,
    raw: Option<OsString>,
    path: Option<PathBuf>,
    #[env(default = "1h")]
    period: Duration,
    peers: Option<Vec<IpAddr>>,
    #[env(trim, sep = ";", kv_sep = ":")]
    labels: Option<BTreeMap<String, i8>>,
    #[env(json)]
    limits: Option<Vec<u32>>,
    #[env(one_of("debug", "info"), default = "info")]
    level: String,
    #[env(parse_with = hexadecimal)]
    colour: Option<u32>,
    #[env(deprecated = "use NOW", validate = short)]
    then: Option<String>,
    #[env(default = 0.5, range(0.0..1.0))]
    ratio: f64,
    #[env(default = "fast")]
    mode: Mode,
    #[env(default = 1)]
    min: u8,
    #[env(default = 9)]
    max: u8,
    #[env(nested)]
    db: Option<Db>,
    #[env(flatten)]
    http: Http,
    token: Option<SecretString>,
    tokens: Option<Vec<SecretString>>,
    pin: Option<SecretBox<u16>>,
    #[env(secret, json)]
    keys: Option<Keys>,
    #[env(secret, parse_with = refused)]
    seed: Option<u64>,
}

#[derive(EnvConfig, Debug)]
#[env(prefix = "DB_")]
#[expect(dead_code, reason = "shown by `Debug`")]
struct Db {
    host: String,
    #[env(non_empty, len(..=64))]
    password: SecretString,
}

#[derive(EnvConfig, Debug)]
#[expect(dead_code, reason = "shown by `Debug`")]
struct Http {
    #[env(default = 1)]
    workers: core::num::NonZeroU8,
    #[env(sources(Docker, System))]
    cert: Option<String>,
}

#[derive(EnvValue, Debug, PartialEq)]
enum Mode {
    Fast,
    Slow,
}

/// A secret of a type of its own, whose `Debug` shows nothing.
#[derive(Default)]
struct Keys;

impl core::fmt::Debug for Keys {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Keys")
    }
}

impl<'de> serde::Deserialize<'de> for Keys {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <Vec<u32>>::deserialize(deserializer).map(|_| Keys)
    }
}

fn hexadecimal(text: &str) -> Result<u32, core::num::ParseIntError> {
    u32::from_str_radix(text, 16)
}

fn short(text: &str) -> Result<(), String> {
    if text.len() < 5 { Ok(()) } else { Err(format!("{text:?} is too long")) }
}

/// A parser whose error has the value in it.
fn refused(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("{text:?} is not a number"))
}

fn in_order(config: &Config) -> Result<(), String> {
    match config.min <= config.max {
        true => Ok(()),
        false => Err(format!("the least is above the greatest; {:?}", config.name)),
    }
}

const SECRETS: [&str; 6] =
    ["APP_TOKEN", "APP_TOKENS", "APP_PIN", "APP_DB_PASSWORD", "APP_KEYS", "APP_SEED"];

fuzz_target!(|data: &[u8]| {
    let Some((flags, lines)) = data.split_first() else { return };
    if spells_canary(data) {
        return;
    }
    // A line is a variable; `|` in a value is a line end.
    let mut vars: Vec<(OsString, OsString)> = Vec::new();
    for line in lines.split(|byte| *byte == b'\n').take(64) {
        let at = line.iter().position(|byte| *byte == b'=').unwrap_or(line.len());
        let (name, mut value) = (&line[..at], line.get(at + 1..).unwrap_or_default().to_vec());
        // A file of the machine may have anything in it.
        if line.contains(&0) || name.ends_with(b"_FILE") {
            continue;
        }
        value.iter_mut().filter(|byte| **byte == b'|').for_each(|byte| *byte = b'\n');
        if SECRETS.iter().any(|secret| secret.as_bytes() == name) {
            let half = value.len() / 2;
            value.splice(half..half, CANARY.bytes());
        }
        vars.push((OsString::from_vec(name.to_vec()), OsString::from_vec(value)));
    }
    let is = |bit: u8| flags & 1 << bit != 0;
    let loader = Config::loader().vars(vars.iter().cloned());
    let files = [Source::Docker, Source::K8s, Source::FileEnv, Source::File];
    let mut loader = files.into_iter().fold(loader, Loader::without);
    loader = loader.deny_unknown(is(0)).empty_as_unset(is(1));
    if is(2) {
        loader = loader.conflicts(Conflicts::Deny);
    }
    if is(3) {
        loader = loader.policy(Policy::production());
    }
    if is(4) {
        loader = loader.without(Source::SchemaDefault);
    }
    check(&loader, &vars, is(0), is(1));
});

fn check(
    loader: &Loader<Config>,
    vars: &[(OsString, OsString)],
    deny_unknown: bool,
    empty_as_unset: bool,
) {
    assert_hidden(&format!("{loader:?}"), "the loader");
    match loader.load() {
        Ok(loaded) => {
            let audit = loaded.audit();
            let json = audit.to_json();
            let warnings: String =
                audit.warnings().iter().map(|warning| format!("{warning}\n")).collect();
            let shown =
                format!("{loaded:?} {audit:?} {audit} {json} {warnings} {:?}", audit.warnings());
            assert_hidden(&shown, "a load");
            let keys: Vec<&str> = audit.entries().map(|entry| &*entry.key).collect();
            assert_eq!(keys, Config::KEYS, "the audit has an entry of each field");
            for entry in audit.entries() {
                assert_eq!(entry.masked, SECRETS.contains(&&*entry.key), "{entry:?}");
                let given = vars.iter().rev().find(|(name, _)| name.to_str() == Some(&entry.key));
                if given.is_some_and(|(_, value)| !(empty_as_unset && value.is_empty())) {
                    assert_eq!(entry.source, Source::System, "{entry:?}");
                } else if entry.found_as.is_none() {
                    assert_eq!(entry.source, Source::SchemaDefault, "{entry:?}");
                }
            }
            let snapshot = AuditSnapshot::from_json(&json).expect("an audit's JSON is read");
            assert_eq!(
                snapshot,
                AuditSnapshot::from_json(&snapshot.to_json()).expect("and a snapshot's")
            );
            assert!(
                loaded.min <= loaded.max && loaded.port >= 1 && (0.0..1.0).contains(&loaded.ratio)
            );
        }
        Err(error) => {
            assert_hidden(&all_text(&error), "an error");
            assert!(!error.problems().is_empty());
            for problem in error.problems() {
                assert!(deny_unknown || problem.kind() != ProblemKind::UnknownKey, "{problem}");
            }
        }
    }
}
