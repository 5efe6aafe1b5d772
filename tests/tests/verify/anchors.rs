//! Anchors: what a place outside of a ledger keeps, and what it refuses.

use std::io;

use envaudit::ledger::anchor::{
    self, Anchor, AnchorError, AnchorScope, Anchored, FileAnchor, WriterAnchor,
};
use envaudit::ledger::{LedgerOptions, MasterKey, OpenError};

fn anchored(ledger_id: &str, size: u64, head: u8) -> Anchored {
    Anchored { ledger_id: ledger_id.to_owned(), size, head: [head; 32] }
}

#[test]
fn a_file_keeps_the_furthest_state() {
    let directory = tempfile::tempdir().unwrap();
    let anchor = FileAnchor::new(directory.path().join("anchors"));
    assert_eq!(anchor.latest(AnchorScope::Ledger("a")).unwrap(), None);
    for size in [1, 5, 9] {
        anchor.put(&anchored("a", size, 1)).unwrap();
    }
    // The same once more is no news.
    anchor.put(&anchored("a", 9, 1)).unwrap();
    assert_eq!(anchor.latest(AnchorScope::Ledger("a")).unwrap(), Some(anchored("a", 9, 1)));
    assert_eq!(anchor.latest(AnchorScope::Ledger("b")).unwrap(), None);
    assert_eq!(anchor.latest(AnchorScope::Any).unwrap(), Some(anchored("a", 9, 1)));
    let text = std::fs::read_to_string(anchor.path()).unwrap();
    assert_eq!(text.lines().count(), 3);
    assert!(text.lines().all(|line| line.parse::<Anchored>().is_ok()), "{text}");
}

#[test]
fn a_file_refuses_what_is_behind_or_contradicts_it() {
    let directory = tempfile::tempdir().unwrap();
    let anchor = FileAnchor::new(directory.path().join("anchors"));
    anchor.put(&anchored("a", 9, 1)).unwrap();
    let behind = anchor.put(&anchored("a", 8, 1)).unwrap_err();
    assert!(matches!(behind, AnchorError::Behind { .. }), "{behind:?}");
    assert!(behind.to_string().contains("the ledger ends at event 8"), "{behind}");
    let conflict = anchor.put(&anchored("a", 9, 2)).unwrap_err();
    assert!(matches!(conflict, AnchorError::Conflict { .. }), "{conflict:?}");
    assert_eq!(anchor.latest(AnchorScope::Ledger("a")).unwrap(), Some(anchored("a", 9, 1)));
}

#[test]
fn a_file_takes_nothing_that_it_could_not_give_back() {
    let directory = tempfile::tempdir().unwrap();
    let anchor = FileAnchor::new(directory.path().join("anchors"));
    let two_lines = format!("a 9 {}\nenvaudit-anchor-v1 b", "00".repeat(32));
    for ledger_id in ["", "a b", "a\n", two_lines.as_str()] {
        let error = anchor.put(&anchored(ledger_id, 9, 1)).unwrap_err();
        assert!(matches!(error, AnchorError::Other { .. }), "{ledger_id:?}: {error:?}");
    }
    assert!(!anchor.path().exists());
}

#[test]
fn a_file_that_holds_two_histories_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let anchor = FileAnchor::new(directory.path().join("anchors"));
    let lines = format!("{}\n{}\n", anchored("a", 9, 1), anchored("a", 9, 2));
    std::fs::write(anchor.path(), lines).unwrap();
    let error = anchor.latest(AnchorScope::Ledger("a")).unwrap_err();
    assert!(matches!(error, AnchorError::Conflict { .. }), "{error:?}");
}

#[test]
fn a_line_that_a_crash_cut_short_is_no_anchor_and_harms_none() {
    let directory = tempfile::tempdir().unwrap();
    let anchor = FileAnchor::new(directory.path().join("anchors"));
    anchor.put(&anchored("a", 3, 1)).unwrap();
    let mut bytes = std::fs::read(anchor.path()).unwrap();
    let whole = anchored("a", 4, 1).to_string();
    for cut in 1..=whole.len() {
        let mut torn = bytes.clone();
        torn.extend_from_slice(&whole.as_bytes()[..cut]);
        std::fs::write(anchor.path(), &torn).unwrap();
        assert_eq!(
            anchor.latest(AnchorScope::Ledger("a")).unwrap(),
            Some(anchored("a", 3, 1)),
            "{cut}"
        );
    }
    anchor.put(&anchored("a", 5, 1)).unwrap();
    assert_eq!(anchor.latest(AnchorScope::Ledger("a")).unwrap(), Some(anchored("a", 5, 1)));
    bytes.clear();
    std::fs::write(anchor.path(), &bytes).unwrap();
    anchor.put(&anchored("a", 6, 1)).unwrap();
    assert_eq!(anchor.latest(AnchorScope::Ledger("a")).unwrap(), Some(anchored("a", 6, 1)));
}

#[test]
fn a_file_that_cannot_be_written_is_an_error_with_its_name() {
    let directory = tempfile::tempdir().unwrap();
    let anchor = FileAnchor::new(directory.path().join("missing/anchors"));
    let error = anchor.put(&anchored("a", 1, 1)).unwrap_err();
    assert!(error.to_string().contains("missing/anchors"), "{error}");
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn a_line_of_an_anchor_has_one_spelling() {
    let good = anchored("a", 42, 0xab).to_string();
    assert_eq!(good, format!("envaudit-anchor-v1 a 42 {}", "ab".repeat(32)));
    let bad = [
        String::new(),
        good.replace("v1", "v2"),
        good.replace(" 42 ", " 042 "),
        good.replace(" 42 ", " +42 "),
        good.replace(" 42 ", " -1 "),
        good.replace(" 42 ", "  42 "),
        good.replace(" a ", "  "),
        good.replace("abab", "ABAB"),
        good.replacen("ab", "", 1),
        format!("{good} "),
        format!("{good}\n"),
    ];
    for line in bad {
        assert!(line.parse::<Anchored>().is_err(), "{line:?}");
    }
}

struct Full;

impl io::Write for Full {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn failures_of_writers_and_functions_are_passed_on() {
    let written = WriterAnchor::new("standard error", Full).put(&anchored("a", 1, 1));
    assert_eq!(written.unwrap_err().to_string(), "the anchor standard error cannot be used");
    let refused = anchor::from_fn("pager", |_: &Anchored| Err("nobody answers".into()));
    let error = refused.put(&anchored("a", 1, 1)).unwrap_err();
    let cause = std::error::Error::source(&error).map(ToString::to_string);
    assert_eq!(cause.as_deref(), Some("nobody answers"));
    assert_eq!(
        (refused.name().as_str(), refused.latest(AnchorScope::Any).unwrap()),
        ("pager", None)
    );
}

/// Names of a file in the directory of a ledger, or of one that would be.
fn within(directory: &std::path::Path, elsewhere: &std::path::Path) -> Vec<std::path::PathBuf> {
    use std::os::unix::fs::symlink;
    let file = directory.join("kept");
    std::fs::write(&file, "").expect("it can be made");
    symlink(&file, elsewhere.join("link")).expect("it can be made");
    symlink(directory.join("later"), elsewhere.join("dangling")).expect("it can be made");
    symlink("dangling", elsewhere.join("twice")).expect("it can be made");
    symlink(directory, elsewhere.join("folder")).expect("it can be made");
    std::fs::hard_link(&file, elsewhere.join("hard")).expect("it can be made");
    symlink(elsewhere.join("outside"), directory.join("points-out")).expect("it can be made");
    let names = ["link", "dangling", "twice", "folder/later", "hard"];
    let mut all: Vec<_> = names.map(|name| elsewhere.join(name)).into();
    all.push(file);
    all.push(directory.join("later"));
    all.push(directory.join("checkpoints/../later"));
    all.push(directory.join("checkpoints").join("later"));
    all.push(directory.join("points-out"));
    all
}

#[test]
fn an_anchor_in_the_directory_of_the_ledger_is_none_by_whatever_name() {
    let root = tempfile::tempdir().unwrap();
    let directory = root.path().join("audit");
    let elsewhere = root.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    let options = || LedgerOptions::new().key(MasterKey::from_bytes([7; 32]));
    let anchor = |path: &std::path::Path| options().anchor(FileAnchor::new(path));
    // Before there is a ledger.
    let refused = anchor(&directory.join("anchor")).init(&directory).unwrap_err();
    assert!(matches!(refused, OpenError::Anchor(AnchorError::Inside { .. })), "{refused:?}");
    assert!(!directory.exists());

    let ledger = options().init(&directory).unwrap();
    ledger.checkpoint().unwrap();
    drop(ledger);
    for path in within(&directory, &elsewhere) {
        assert!(FileAnchor::new(&path).is_in(&directory), "{}", path.display());
        let refused = anchor(&path).open(&directory).unwrap_err();
        assert!(matches!(refused, OpenError::Anchor(AnchorError::Inside { .. })), "{refused:?}");
        let said = envaudit_tests::causes::with_causes(&refused);
        assert!(said.contains("vouches for nothing"), "{said}");
    }
    for path in ["outside", "../elsewhere/outside", "new/deeper"] {
        let path = elsewhere.join(path);
        assert!(!FileAnchor::new(&path).is_in(&directory), "{}", path.display());
    }
    let ledger = anchor(&elsewhere.join("outside")).open(&directory).unwrap();
    ledger.checkpoint().unwrap();
    assert!(elsewhere.join("outside").exists());
}
