//! `--bin`: keys survive what compilers and linkers do. It compiles programs, in several profiles and for several targets.

use std::path::{Path, PathBuf};
use std::process::Command;

use envaudit_tests::command::{Answer, envaudit};

fn keys(path: &Path) -> Answer {
    envaudit(["schema", "--keys"]).path("--bin", path).run()
}

/// Profiles, as variables that cargo knows, and what they are called.
const PROFILES: [(&str, &[(&str, &str)]); 3] = [
    ("dev", &[("CARGO_PROFILE_DEV_STRIP", "symbols")]),
    ("release", &[]),
    (
        "release",
        &[
            ("CARGO_PROFILE_RELEASE_LTO", "fat"),
            ("CARGO_PROFILE_RELEASE_PANIC", "abort"),
            ("CARGO_PROFILE_RELEASE_STRIP", "symbols"),
            ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1"),
        ],
    ),
];

#[test]
fn keys_of_a_struct_in_another_crate_survive_release_builds_stripping_and_lto() {
    for (profile, variables) in PROFILES {
        let program = build(profile, None, variables);
        let answer = keys(&program).ends_with(0);
        let schema = answer.json();
        assert_eq!(schema["name"], "Config", "{profile} {variables:?}");
        let keys = schema["variables"].as_array().expect("variables");
        let keys: Vec<&str> = keys.iter().filter_map(|key| key["key"].as_str()).collect();
        assert!(keys.contains(&"APP_DB_PASSWORD"), "{profile} {variables:?}: {keys:?}");
        // Its struct is not ours to compare with, but the documentation of a field is.
        assert!(answer.out.contains("The password."), "{profile} {variables:?}");
    }
}

/// Programs that need nothing of the machine they run on.
#[test]
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn keys_are_in_programs_that_are_linked_statically_with_either_library() {
    for library in ["gnu", "musl"] {
        let target = format!("{}-unknown-linux-{library}", std::env::consts::ARCH);
        if !is_installed(&target) {
            assert_ne!(library, "gnu", "it is the library of this very program");
            continue;
        }
        let variables = [
            ("RUSTFLAGS", "-C target-feature=+crt-static"),
            ("CARGO_PROFILE_RELEASE_STRIP", "symbols"),
        ];
        let program = build("release", Some(&target), &variables);
        // The dynamic linker lists what a program needs, and has nothing to do with one that needs nothing.
        let linked = Command::new("ldd").arg(&program).output().expect("ldd can be run");
        let said = [linked.stdout, linked.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert!(!said.contains("=>"), "{target}: {said}");
        assert_eq!(keys(&program).ends_with(0).json()["name"], "Config", "{target}");
    }
}

/// Whether programs for it can be built here.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn is_installed(target: &str) -> bool {
    let rustc = Path::new(env!("CARGO")).with_file_name("rustc");
    let output =
        Command::new(rustc).args(["--print", "target-libdir", "--target", target]).output();
    let folder = output.ok().and_then(|output| String::from_utf8(output.stdout).ok());
    folder.is_some_and(|folder| Path::new(folder.trim()).is_dir())
}

fn build(profile: &str, triple: Option<&str>, variables: &[(&str, &str)]) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("embedded");
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args(["build", "--manifest-path", manifest, "--package", "hygiene-embedded"])
        .args(["--locked", "--offline", "--profile", profile, "--target-dir"])
        .arg(&target)
        .args(triple.iter().flat_map(|triple| ["--target", triple]))
        .envs(variables.iter().copied())
        .output()
        .expect("cargo can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let folder = if profile == "dev" { "debug" } else { profile };
    target
        .join(triple.unwrap_or_default())
        .join(folder)
        .join(format!("hygiene-embedded{}", std::env::consts::EXE_SUFFIX))
}
