//! What the derive writes for three structs, as files next to the input.
//!
//! `UPDATE_GOLDEN=1 cargo test -p envaudit-derive` writes them anew.

use std::path::Path;
use std::{env, fs};

#[test]
fn a_flat_struct_expands_as_before() {
    compare("flat");
}

#[test]
fn a_struct_of_structs_expands_as_before() {
    compare("nested");
}

#[test]
fn all_attributes_expand_as_before() {
    compare("everything");
}

#[expect(clippy::disallowed_methods, reason = "a switch for a person who runs the test")]
fn compare(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let expanded = expand(&fs::read_to_string(folder.join(format!("{name}.rs"))).unwrap());
    let golden = folder.join(format!("{name}.expanded.rs"));
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&golden, &expanded).unwrap();
    }
    let before = fs::read_to_string(&golden).unwrap();
    let changed = before.lines().zip(expanded.lines()).find(|(before, now)| before != now);
    assert!(
        before == expanded,
        "the code for {name} has changed, first at {changed:?}; look at it and set UPDATE_GOLDEN=1"
    );
}

fn expand(input: &str) -> String {
    let tokens = crate::env_config(&syn::parse_str(input).unwrap());
    prettyplease::unparse(&syn::parse2(tokens).unwrap())
}
