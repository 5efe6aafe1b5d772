//! What a project that uses envaudit has to build.

use std::collections::BTreeSet;
use std::process::Command;

/// The crates of a build of a package, by name, those of the macros included.
fn crates(package: &str, arguments: &[&str]) -> BTreeSet<String> {
    let crates = versions(package, arguments);
    crates.iter().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

/// The same with the version behind each name: what is there in two versions is built twice.
fn versions(package: &str, arguments: &[&str]) -> BTreeSet<String> {
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
    let name_and_version = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    text.lines().map(name_and_version).collect()
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

/// What a store of secrets brings, the default features included. docs/performance.md has the same numbers.
#[test]
fn each_store_of_secrets_has_this_many_crates() {
    const STORES: [(&str, usize); 4] = [("vault", 42), ("aws", 151), ("azure", 126), ("gcp", 165)];
    for (feature, expected) in STORES {
        let found = versions("envaudit", &["--features", feature]);
        assert_eq!(found.len(), expected, "{feature}: {found:#?}");
    }
    let all = crates("envaudit", &["--features", "vault,aws,azure,gcp"]);
    // Encryption is rustls on ring, which needs neither a system's library nor CMake.
    for absent in ["aws-lc-rs", "aws-lc-sys", "native-tls", "openssl", "openssl-sys"] {
        assert!(!all.contains(absent), "{absent} is among {all:?}");
    }
    let sdks = ["aws-config", "azure_identity", "google-cloud-auth", "tokio", "ureq"];
    let command = crates("envaudit", &["--features", "cli"]);
    for sdk in sdks {
        assert!(all.contains(sdk) && !command.contains(sdk), "{sdk}");
    }
}
