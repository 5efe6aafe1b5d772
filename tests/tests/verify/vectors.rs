//! docs/vectors: as the cases make them, reported as they say, and judged alike by the program in the document.
//!
//! `UPDATE_VECTORS=1` writes them anew.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use envaudit::ledger::FileStore;
use envaudit::ledger::verify::Verdict;
use envaudit_tests::vectors::{self, Given, report_json};
use serde::Deserialize;
use serde_json::Value;

/// What stands in `vector.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    about: String,
    given: Given,
    report: Value,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/vectors")
}

/// All files under a folder, by their paths in it.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).expect("a file");
                all.insert(path.strip_prefix(folder).expect("under it").to_owned(), bytes);
            }
        }
    }
    all
}

/// The names of the vectors that are there.
fn names() -> BTreeSet<String> {
    let entries =
        std::fs::read_dir(folder()).expect("docs/vectors").map(|it| it.expect("an entry"));
    let folders = entries.filter(|entry| entry.path().is_dir());
    folders.map(|entry| entry.file_name().into_string().expect("a name")).collect()
}

fn description(name: &str) -> Description {
    let text =
        std::fs::read_to_string(folder().join(name).join("vector.json")).expect("vector.json");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a person says that the files are to be written anew"
)]
fn the_vectors_are_what_their_cases_make() {
    let made = tempfile::tempdir().expect("a folder");
    let all = vectors::all();
    all.iter().for_each(|vector| vector.write_to(made.path()));
    if std::env::var("UPDATE_VECTORS").is_ok() {
        for name in names() {
            std::fs::remove_dir_all(folder().join(name)).expect("it is there");
        }
        all.iter().for_each(|vector| vector.write_to(&folder()));
    }
    let expected: BTreeSet<String> = all.iter().map(|vector| vector.name.to_owned()).collect();
    assert_eq!(names(), expected, "UPDATE_VECTORS=1 writes them anew");
    for name in expected {
        let (made, kept) = (files(&made.path().join(&name)), files(&folder().join(&name)));
        assert_eq!(made.keys().collect::<Vec<_>>(), kept.keys().collect::<Vec<_>>(), "{name}");
        for (path, bytes) in made {
            assert!(
                bytes == kept[&path],
                "{name}/{}: UPDATE_VECTORS=1 writes it anew",
                path.display()
            );
        }
    }
}

#[test]
fn the_verifier_reports_what_each_vector_says() {
    for name in names() {
        let Description { about, given, report } = description(&name);
        assert!(about.ends_with('.'), "{name}: {about}");
        let found = given.verify(&FileStore::new(folder().join(&name).join("ledger")));
        assert_eq!(report_json(&found), report, "{name}: {about}\n{found}");
    }
}

#[test]
fn every_verdict_has_a_vector() {
    let mut shown = BTreeSet::new();
    for name in names() {
        let report = description(&name).report;
        let verdicts = report["findings"].as_array().expect("a list").iter();
        shown.extend(
            verdicts.chain([&report]).map(|it| it["verdict"].as_str().expect("a name").to_owned()),
        );
    }
    let all = [
        Verdict::OkAnchored,
        Verdict::OkUnanchoredTail,
        Verdict::Pruned,
        Verdict::ClockRegression,
        Verdict::Torn,
        Verdict::Modified,
        Verdict::Missing,
        Verdict::Reordered,
        Verdict::DuplicateSeq,
        Verdict::Inserted,
        Verdict::Truncated,
        Verdict::RolledBack,
        Verdict::Forked,
        Verdict::Downgraded,
        Verdict::KeyUnknown,
    ];
    assert_eq!(shown, all.iter().map(|verdict| verdict.name().to_owned()).collect());
}
