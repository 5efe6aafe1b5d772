//! What a project that uses envaudit has to build.

use std::collections::BTreeSet;
use std::process::Command;

/// The crates of a build of a package, by name, those of the macros included.
fn crates(package: &str, arguments: &[&str]) -> BTreeSet<String> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--manifest-path", manifest, "--package", package])
        .args(["--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .args(["--locked", "--offline"])
        .args(arguments)
        .output()
        .expect("cargo can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("cargo prints text");
    text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

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
