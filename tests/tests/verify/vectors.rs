//! docs/vectors: as the cases make them, reported as they say, and judged alike by the program in the document.
//!
//! `UPDATE_VECTORS=1` writes them anew.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

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

/// Runs the program of the document on all vectors: a line for each, with its name and the first word of what is said.
const ALL_VECTORS: &str = r#"
import json, pathlib, sys
from verify import anchor, verify
for folder in sorted(path.parent for path in pathlib.Path(sys.argv[1]).glob("*/vector.json")):
    given = json.loads((folder / "vector.json").read_text())["given"]
    chain_keys = dict(line.split(":") for line in given.get("chain_keys", "").split())
    anchors = given.get("anchors", []) + [given[name] for name in ("verified",) if name in given]
    said = verify(
        folder / "ledger",
        [bytes.fromhex(key) for key in given.get("master_keys", [])],
        {kid: bytes.fromhex(key) for kid, key in chain_keys.items()},
        [bytes.fromhex(key) for key in given.get("public_keys", [])],
        [anchor(line) for line in anchors],
        given.get("ledger_id"),
    )
    print(folder.name, said.replace(",", "").split()[0])
"#;

#[test]
fn the_program_in_the_document_agrees_on_every_vector() {
    let scripts = tempfile::tempdir().expect("a folder");
    std::fs::write(scripts.path().join("verify.py"), super::docs::program()).expect("written");
    let all = scripts.path().join("all.py");
    std::fs::write(&all, ALL_VECTORS).expect("written");
    let output = Command::new("python3").arg("-B").arg(&all).arg(folder()).output();
    let output = output.expect("python3 runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let said = String::from_utf8(output.stdout).expect("text");
    let said: BTreeMap<&str, &str> = said.lines().filter_map(|line| line.split_once(' ')).collect();
    assert_eq!(said.len(), names().len());
    for name in names() {
        let Description { about, report, .. } = description(&name);
        let verdict = report["verdict"].as_str().expect("a name");
        let expected = if report["intact"] == true { verdict } else { "broken" };
        assert_eq!(said[&*name], expected, "{name}, which is {verdict}: {about}");
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
