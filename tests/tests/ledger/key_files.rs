//! Where a key is read from a file, nothing is waited for and no more is read than a key is long; who else may read it is said.

#![cfg(unix)]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use envaudit::ledger::{Ledger, LedgerOptions, LedgerWarning, OpenError};
use envaudit_tests::fresh_ledger::event;
use envaudit_tests::irregular_files::IRREGULAR_FILES;

const HEX: &str = "9f3c51d2a7e84b06c1f95d3e7a2b8c4d60e1f7a3b5c9d2e8f4061b7a3c5d9e2f";

fn with_file(path: &Path) -> LedgerOptions {
    LedgerOptions::new().vars([("ENVAUDIT_SIGNING_KEY_FILE", path.as_os_str())])
}

/// Runs this in a thread of its own, and fails if it does not end.
fn ends<T: Send + 'static>(act: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, ended) = mpsc::channel();
    std::thread::spawn(move || done.send(act()));
    ended.recv_timeout(Duration::from_secs(60)).expect("it hangs")
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("it is ours");
}

#[test]
fn what_is_no_regular_file_or_too_long_is_an_error_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let key = dir.path().join("key");
    let mut files = vec![Path::new("/dev/zero").to_owned(), Path::new("/dev/random").to_owned()];
    for (at, (what, put)) in IRREGULAR_FILES.into_iter().enumerate() {
        // A link to a file is followed, as secrets are mounted.
        if what != "a symlink" {
            let path = dir.path().join(format!("irregular-{at}"));
            put(&path);
            files.push(path);
        }
    }
    let long = dir.path().join("long");
    fs::File::create(&long).unwrap().set_len(1 << 40).unwrap();
    files.push(long);
    for (nth, file) in files.into_iter().enumerate() {
        let ledger = dir.path().join(nth.to_string());
        let options = with_file(&file);
        let error = ends(move || options.init(ledger)).unwrap_err();
        assert!(matches!(error, OpenError::KeyFile { .. }), "{}: {error:?}", file.display());
    }
    let link = dir.path().join("link");
    fs::write(&key, HEX).unwrap();
    std::os::unix::fs::symlink(&key, &link).unwrap();
    with_file(&link).init(dir.path().join("linked")).unwrap();
}

#[test]
fn a_key_beside_the_ledger_is_not_read_without_end_either() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger");
    let options = || LedgerOptions::new().vars([("", ""); 0]);
    drop(options().init(&path).unwrap());
    for name in ["retired-0011223344556677.key", "signing.key"] {
        let file = fs::File::create(path.join(name)).unwrap();
        file.set_len(1 << 40).unwrap();
        let (options, ledger) = (options(), path.clone());
        let error = ends(move || options.open(ledger)).unwrap_err();
        assert!(matches!(error, OpenError::Key { .. }), "{name}: {error:?}");
        fs::remove_file(path.join(name)).unwrap();
    }
}

#[test]
fn head_and_other_small_files_are_not_read_without_end() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger");
    let options = || LedgerOptions::new().vars([("", ""); 0]);
    let ledger = options().init(&path).unwrap();
    ledger.checkpoint().unwrap();
    drop(ledger);
    for name in ["HEAD", "checkpoints/00000000000000000001.note", "ledger.json"] {
        let kept = fs::read(path.join(name)).unwrap();
        fs::File::create(path.join(name)).unwrap().set_len(1 << 40).unwrap();
        let (options, ledger) = (options(), path.clone());
        assert!(ends(move || options.open(ledger)).is_err(), "{name}");
        fs::write(path.join(name), kept).unwrap();
    }
    options().open(&path).unwrap().append(&event(0)).unwrap();
}

fn warnings(ledger: &Ledger) -> Vec<String> {
    ledger.warnings().iter().map(ToString::to_string).collect()
}

#[test]
fn modes_that_let_others_in_are_said_at_each_opening_and_never_in_the_way() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger");
    let options = || LedgerOptions::new().vars([("", ""); 0]);
    let ledger = options().init(&path).unwrap();
    assert_eq!(warnings(&ledger), [""; 0], "what it makes itself is its owner's alone");
    drop(ledger);
    let segment = path.join("00000000000000000001.jsonl");
    let key = path.join("signing.key");
    type Wanted = fn(&LedgerWarning) -> bool;
    let cases: [(&Path, u32, Wanted); 7] = [
        (&path, 0o755, |it| {
            matches!(it, LedgerWarning::OpenToOthers { mode: 0o755, at_most: 0o700, .. })
        }),
        (&path, 0o777, |it| matches!(it, LedgerWarning::OpenToOthers { mode: 0o777, .. })),
        (&path, 0o710, |it| matches!(it, LedgerWarning::OpenToOthers { mode: 0o710, .. })),
        (&segment, 0o666, |it| {
            matches!(it, LedgerWarning::OpenToOthers { mode: 0o666, at_most: 0o600, .. })
        }),
        (&segment, 0o640, |it| matches!(it, LedgerWarning::OpenToOthers { mode: 0o640, .. })),
        (&key, 0o644, |it| matches!(it, LedgerWarning::KeyOpenToOthers { mode: 0o644, .. })),
        (&key, 0o620, |it| matches!(it, LedgerWarning::KeyOpenToOthers { mode: 0o620, .. })),
    ];
    for (file, wide, is_wanted) in cases {
        let before = fs::metadata(file).unwrap().permissions();
        mode(file, wide);
        for _ in 0..2 {
            let ledger = options().open(&path).unwrap();
            let [warning] = ledger.warnings() else { panic!("{:?}", ledger.warnings()) };
            assert!(is_wanted(warning), "{warning:?}");
            let text = warning.to_string();
            assert!(text.contains(&format!("mode {wide:04o}")) && text.contains("chmod"), "{text}");
            assert!(text.contains(&file.display().to_string()), "{text}");
            ledger.append(&event(0)).unwrap();
        }
        fs::set_permissions(file, before).unwrap();
    }
    // Owners' own choices are theirs.
    mode(&path, 0o500);
    mode(&path, 0o700);
    mode(&segment, 0o600);
    assert_eq!(warnings(&options().open(&path).unwrap()), [""; 0]);
}

#[test]
fn a_key_file_elsewhere_that_others_can_read_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("key");
    fs::write(&file, HEX).unwrap();
    mode(&file, 0o644);
    let ledger = with_file(&file).init(dir.path().join("ledger")).unwrap();
    let said = warnings(&ledger);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("mode 0644") && !said[0].contains(HEX), "{said:?}");
    drop(ledger);
    mode(&file, 0o400);
    assert_eq!(warnings(&with_file(&file).open(dir.path().join("ledger")).unwrap()), [""; 0]);
}
