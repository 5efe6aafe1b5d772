//! What the documents and the first lines of the files say.

use std::fs;
use std::path::{Path, PathBuf};

use crate::architecture::{rust_files, top};

/// Where source files are that say in their first line what they are.
const SOURCES: [&str; 6] =
    ["envaudit", "envaudit-derive/src", "examples", "tests", "ui-tests/src", "ui-tests/tests"];

/// What a path in a document begins at.
const ROOTS: [&str; 6] = [
    "",
    "docs",
    "envaudit/src",
    "envaudit/ledger/src",
    "envaudit/redact/src",
    "envaudit-derive/src",
];

/// The documents in which each file that is named must be there.
const MAPS: [&str; 2] = ["docs/design.md", "docs/contributing.md"];

#[test]
fn every_source_file_says_first_what_it_is() {
    let files = SOURCES.iter().flat_map(|folder| rust_files(&top().join(folder)));
    let begins = |path: &PathBuf| {
        let text = fs::read_to_string(path).expect("a source file is text");
        let first = text.lines().next().unwrap_or_default();
        first.strip_prefix("//! ").is_some_and(|said| !said.trim().is_empty())
    };
    let without: Vec<_> = files.filter(|path| !begins(path)).collect();
    assert!(without.is_empty(), "the first line is no `//!` of {without:#?}");
}

#[test]
fn every_link_in_a_document_leads_to_a_file() {
    let mut absent = Vec::new();
    let documents = fs::read_dir(top().join("docs")).expect("there are documents");
    let documents = documents.map(|entry| entry.expect("a folder can be read").path());
    for document in documents.chain(["README.md", "CHANGELOG.md"].map(|name| top().join(name))) {
        if document.extension().is_none_or(|end| end != "md") {
            continue;
        }
        let text = fs::read_to_string(&document).expect("a document is text");
        let folder = document.parent().expect("a file is in a folder");
        for (line, target) in links(&text) {
            if !folder.join(&target).exists() {
                absent.push(format!("{}:{line}: {target}", document.display()));
            }
        }
    }
    assert!(absent.is_empty(), "{}", absent.join("\n"));
}

#[test]
fn every_file_in_the_maps_is_there() {
    let mut absent = Vec::new();
    for document in MAPS {
        let text = fs::read_to_string(top().join(document)).expect("a document is text");
        let names = names(&text);
        assert!(names.len() > 20, "{document} names {} files", names.len());
        for (line, name) in names {
            if !ROOTS.iter().any(|root| top().join(root).join(&name).exists()) {
                absent.push(format!("{document}:{line}: {name}"));
            }
        }
    }
    assert!(absent.is_empty(), "{}", absent.join("\n"));
}

#[test]
fn every_gate_is_run_is_a_job_and_is_described() {
    let run = fs::read_to_string(top().join(".ci/run")).expect("a script is text");
    let list = run.lines().find_map(|line| line.strip_prefix("for gate in ")?.strip_suffix("; do"));
    let gates: Vec<&str> = list.expect("it has a list").split(' ').collect();
    let jobs = fs::read_to_string(top().join(".github/workflows/gates.yml")).expect("there is one");
    let guide = fs::read_to_string(top().join("docs/contributing.md")).expect("there is one");
    for gate in gates {
        assert!(top().join(".ci").join(gate).is_file(), ".ci/{gate} is not there");
        assert!(jobs.contains(&format!("- {gate}\n")), "no job for .ci/{gate}");
        assert!(guide.contains(&format!("`.ci/{gate}`")), "docs/contributing.md has no .ci/{gate}");
    }
}

#[test]
fn every_row_of_the_threat_model_names_tests_that_there_are() {
    let text = fs::read_to_string(top().join("docs/threat-model.md")).expect("there is one");
    let mut rows = 0;
    for table in tables_with(&text, "tested by") {
        for row in table {
            let cell = row.trim_end_matches('|').rsplit('|').next().unwrap_or_default();
            let tests: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
            assert!(!tests.is_empty(), "no test in the last column: {row}");
            for test in tests {
                assert!(is_test(test), "there is no test `{test}`: {row}");
            }
            rows += 1;
        }
    }
    assert!(rows > 20, "{rows}");
}

/// The rows of those tables of a document whose last column has this name; no table of what is done may lack it.
fn tables_with<'t>(text: &'t str, last: &str) -> Vec<Vec<&'t str>> {
    let mut tables = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if !line.starts_with('|') {
            continue;
        }
        let mut rows = vec![line];
        while let Some(row) = lines.next_if(|line| line.starts_with('|')) {
            rows.push(row);
        }
        let about_deeds = line.contains(" does");
        let has_tests = line.trim_end_matches(['|', ' ']).ends_with(last);
        assert!(has_tests || !about_deeds, "a table without tests: {line}");
        if has_tests {
            tables.push(rows.split_off(2));
        }
    }
    tables
}

/// Whether `folder::module::test` is a test: a function with an attribute in that file.
fn is_test(path: &str) -> bool {
    let parts: Vec<&str> = path.split("::").collect();
    let [folder, modules @ .., name] = parts.as_slice() else { return false };
    let file = top().join("tests/tests").join(folder).join(modules.join("/")).with_extension("rs");
    let text = fs::read_to_string(file).unwrap_or_default();
    let Some((before, _)) = text.split_once(&format!("\nfn {name}(")) else { return false };
    before.lines().rev().take_while(|line| !line.is_empty()).any(|line| line == "#[test]")
}

/// The links of a document that lead to files, with their lines.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        for after in text.split("](").skip(1) {
            let target = after.split(')').next().unwrap_or_default();
            let target = target.split('#').next().unwrap_or_default();
            if !target.is_empty() && !target.contains(':') {
                found.push((line, target.to_owned()));
            }
        }
    }
    found
}

/// The paths that stand between backticks or in a block of text, with their lines.
fn names(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut block = false;
    for (line, text) in (1..).zip(text.lines()) {
        if text.starts_with("```") {
            block = text == "```text";
            continue;
        }
        let parts: Vec<&str> = match block {
            true => vec![text],
            false => text.split('`').skip(1).step_by(2).collect(),
        };
        for word in parts.iter().flat_map(|part| part.split_whitespace()) {
            let word = word.trim_end_matches([',', ';', ':']);
            if is_path(word) {
                found.push((line, word.to_owned()));
            }
        }
    }
    found
}

/// Whether a word is the path of a file or of a folder of ours: not an absolute one, and without placeholders.
fn is_path(word: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    let ends = Path::new(word)
        .extension()
        .is_some_and(|end| ["rs", "md", "toml", "py", "bash"].iter().any(|known| end == *known));
    word.chars().all(plain) && !word.starts_with('/') && (word.contains('/') || ends)
}

#[test]
fn names_are_found_with_their_lines() {
    let text = "see `a/b.rs`, `cargo run -- c.md`; not `/run/secrets`, `f::<T>/x`, d/e\n\
                ```text\n  f() ─ g/h.rs  the way/of all\n```\n[here](i.md#at) and [there](https://j/k)\n";
    let expected = [(1, "a/b.rs"), (1, "c.md"), (3, "g/h.rs"), (3, "way/of")];
    assert_eq!(names(text), expected.map(|(line, name)| (line, name.to_owned())));
    assert_eq!(links(text), [(5, "i.md".to_owned())]);
}
