//! Loads from variables of any name and content.

use core::time::Duration;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;

use envaudit::{EnvConfig, ProblemKind, SecretBox, SecretString, Source};
use envaudit_tests::{isolated, problems};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
#[expect(dead_code, reason = "shown by `Debug`")]
struct Config {
    #[env(default = 8080, range(1..=65535))]
    port: u16,
    #[env(alias = "OLD_NAME", len(..=9))]
    name: Option<String>,
    raw: Option<OsString>,
    path: Option<PathBuf>,
    #[env(default = "1h")]
    period: Duration,
    peers: Option<Vec<IpAddr>>,
    #[env(trim, sep = ";")]
    labels: Option<BTreeMap<String, i8>>,
    #[env(json)]
    limits: Option<Vec<u32>>,
    #[env(nested)]
    db: Option<Db>,
    token: Option<SecretString>,
    tokens: Option<Vec<SecretString>>,
    pin: Option<SecretBox<u16>>,
}

#[derive(EnvConfig, Debug)]
#[expect(dead_code, reason = "shown by `Debug`")]
struct Db {
    host: String,
    #[env(non_empty)]
    password: SecretString,
}

const SECRETS: [&str; 4] = ["APP_TOKEN", "APP_TOKENS", "APP_PIN", "APP_DB_PASSWORD"];

/// In the value of every secret field.
const SECRET: &str = "s3cr3t";

fn name() -> impl Strategy<Value = OsString> {
    let known = select(Config::KEYS).prop_map(OsString::from);
    let near =
        select(&["APP_OLD_NAME", "APP_NAM", "APP_PROT", "APP_", "app_name", "ENVAUDIT_ENVS"][..]);
    prop_oneof![
        8 => known,
        1 => near.prop_map(OsString::from),
        1 => "[A-Z_]{0,6}".prop_map(OsString::from),
        1 => bytes(),
    ]
}

fn value() -> impl Strategy<Value = OsString> {
    prop_oneof![
        any::<String>().prop_map(OsString::from),
        "[0-9a-z:.,;= \\[\\]]{0,20}".prop_map(OsString::from),
        "[0-9]{1,5}".prop_map(OsString::from),
        bytes(),
    ]
}

#[cfg(unix)]
fn bytes() -> impl Strategy<Value = OsString> {
    vec(any::<u8>(), 0..20).prop_map(std::os::unix::ffi::OsStringExt::from_vec)
}

#[cfg(not(unix))]
fn bytes() -> impl Strategy<Value = OsString> {
    any::<String>().prop_map(OsString::from)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_variables_load_or_are_refused_and_no_secret_is_shown(
        vars in vec((name(), value()), 0..12),
        (deny_unknown, empty_as_unset) in any::<(bool, bool)>(),
    ) {
        let vars: Vec<(OsString, OsString)> = vars
            .into_iter()
            .map(|(name, mut value)| {
                if name.to_str().is_some_and(|name| SECRETS.contains(&name)) {
                    value.push(SECRET);
                }
                (name, value)
            })
            .collect();
        let loader = isolated::vars::<Config>(vars.clone());
        let result = loader.deny_unknown(deny_unknown).empty_as_unset(empty_as_unset).load();
        match result {
            Ok(loaded) => {
                let audit = loaded.audit();
                let shown =
                    format!("{loaded:?} {audit:?} {audit} {} {:?}", audit.to_json(), audit.warnings());
                prop_assert!(!shown.contains(SECRET), "{}", shown);
                for entry in audit.entries() {
                    let given = vars.iter().rev().find(|(name, _)| name.to_str() == Some(&entry.key));
                    let given = given.is_some_and(|(_, value)| !(empty_as_unset && value.is_empty()));
                    if given {
                        prop_assert_eq!(entry.source, Source::System);
                    } else if entry.found_as.is_none() {
                        prop_assert_eq!(entry.source, Source::SchemaDefault);
                    }
                }
            }
            Err(error) => {
                prop_assert!(!problems::all_text(&error).contains(SECRET), "{}", error);
                for problem in error.problems() {
                    let unknown = problem.kind() == ProblemKind::UnknownKey;
                    prop_assert!(deny_unknown || !unknown);
                    let known = problem.key().is_some_and(|key| Config::KEYS.contains(&key));
                    prop_assert!(known != unknown, "{}", problem);
                }
            }
        }
    }

    #[test]
    fn any_name_of_an_environment_is_a_plain_word_or_refused(name in any::<String>()) {
        let result = isolated::nothing::<Config>().environment(&*name).load();
        let plain = |char: char| char.is_ascii_alphanumeric() || "-_.".contains(char);
        let fine = name.chars().all(plain) && !name.starts_with('.') && name.len() <= 64;
        prop_assert_eq!(result.is_ok(), fine);
    }
}
