//! The crates that a build needs.

use std::collections::BTreeSet;
use std::process::Command;

/// The crates of a build of a package, by name, those of the macros included.
pub fn crates(package: &str, arguments: &[&str]) -> BTreeSet<String> {
    let crates = versions(package, arguments);
    crates.iter().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

/// The same with the version behind each name: what is there in two versions is built twice.
pub fn versions(package: &str, arguments: &[&str]) -> BTreeSet<String> {
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
