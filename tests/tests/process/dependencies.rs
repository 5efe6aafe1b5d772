//! What a project that uses envaudit has to build.

use std::collections::BTreeSet;

use envaudit_tests::crates::crates;

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// For the values, the audit and its JSON.
const CORE: [&str; 19] = [
    "chrono",
    "envaudit",
    "envaudit-redact",
    "humantime",
    "itoa",
    "memchr",
    "num-traits",
    "proc-macro2",
    "quote",
    "secrecy",
    "serde",
    "serde_core",
    "serde_derive",
    "serde_json",
    "syn",
    "thiserror",
    "thiserror-impl",
    "unicode-ident",
    "zeroize",
];
/// Writes numbers for `serde_json`.
const NUMBERS: &str = "zmij";

#[test]
fn the_default_build_has_these_crates_and_no_other() {
    let mut expected = set(&CORE);
    expected.extend(set(&["dotenvy", "envaudit-derive", NUMBERS]));
    assert_eq!(crates("envaudit", &[]), expected);
    assert_eq!(expected.len(), 22);
}

#[test]
fn without_features_there_are_neither_macros_nor_env_files() {
    let mut expected = set(&CORE);
    expected.insert(NUMBERS.to_owned());
    assert_eq!(crates("envaudit", &["--no-default-features"]), expected);
}

#[test]
fn a_ledger_alone_brings_no_configuration() {
    let found = crates("envaudit-ledger", &[]);
    for absent in ["envaudit", "envaudit-derive", "dotenvy", "secrecy", "humantime"] {
        assert!(!found.contains(absent), "{absent} is among {found:?}");
    }
    assert!(found.contains("envaudit-redact"));
}
