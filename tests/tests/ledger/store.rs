//! Every store passes the suite of the library.

use envaudit::ledger::FileStore;
use envaudit::ledger::store::{Store, StoreErrorKind, StoreState, Tail, WriteError};
use envaudit::ledger::testing::{MemoryDisk, MemoryStore, store_conformance};

#[test]
fn a_directory_is_a_store() {
    let dir = tempfile::tempdir().unwrap();
    let mut count = 0;
    store_conformance::check(|| {
        count += 1;
        FileStore::new(dir.path().join(count.to_string()))
    });
}

#[test]
fn memory_is_a_store() {
    store_conformance::check(MemoryStore::default);
}

#[test]
fn a_directory_of_a_disk_in_memory_is_a_store() {
    store_conformance::check(|| FileStore::on(MemoryDisk::new()));
}

#[cfg(unix)]
mod on_unix {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::Path;

    use envaudit::ledger::store::{Durability, SegmentSource};

    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).expect("a file").permissions().mode() & 0o777
    }

    #[test]
    fn a_ledger_is_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("a/b");
        let store = FileStore::new(&root);
        store.create(b"{}\n", b"first\n", Some(b"key")).unwrap();
        store.lock().unwrap();
        store.start_segment(2, b"second\n").unwrap();
        store.seal(1).unwrap();
        store.write_head(b"head").unwrap();
        store.write_checkpoint(1, b"note").unwrap();
        store.unlock();
        let modes = [
            ("", 0o700),
            ("checkpoints", 0o700),
            ("ledger.json", 0o600),
            ("signing.key", 0o600),
            ("lock", 0o600),
            ("HEAD", 0o600),
            ("00000000000000000001.jsonl", 0o400),
            ("00000000000000000002.jsonl", 0o600),
            ("checkpoints/00000000000000000001.note", 0o600),
        ];
        for (name, expected) in modes {
            assert_eq!(mode(&root.join(name)), expected, "{name}");
        }
    }

    #[test]
    fn symlinks_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let elsewhere = dir.path().join("elsewhere");
        for name in ["ledger.json", "HEAD", "00000000000000000001.jsonl"] {
            let root = dir.path().join(format!("of-{name}"));
            let store = FileStore::new(&root);
            store.create(b"{}\n", b"first\n", None).unwrap();
            store.lock().unwrap();
            store.write_head(b"head").unwrap();
            store.unlock();
            std::fs::rename(root.join(name), &elsewhere).unwrap();
            symlink(&elsewhere, root.join(name)).unwrap();
            let read = match name {
                "ledger.json" => store.manifest().map(drop),
                "HEAD" => store.head().map(drop),
                _ => store.segments().map(drop),
            };
            assert!(read.is_err(), "{name}");
        }
        let link = dir.path().join("link");
        symlink(dir.path().join("of-HEAD"), &link).unwrap();
        assert!(FileStore::new(&link).state().is_err(), "a directory that is a symlink");
    }

    #[test]
    fn a_live_segment_that_is_unlinked_or_replaced_is_not_written() {
        for replace in [false, true] {
            let dir = tempfile::tempdir().unwrap();
            let store = FileStore::new(dir.path().join("ledger"));
            store.create(b"{}\n", b"first\n", None).unwrap();
            store.lock().unwrap();
            let tail = Tail { seq: 1, hash: [0; 32], segment: 1, offset: 6 };
            store.append(&tail, b"second\n", Durability::Immediate).unwrap();
            let path = dir.path().join("ledger/00000000000000000001.jsonl");
            std::fs::rename(&path, dir.path().join("stolen")).unwrap();
            if replace {
                std::fs::copy(dir.path().join("stolen"), &path).unwrap();
            }
            let tail = Tail { offset: 13, ..tail };
            match store.append(&tail, b"third\n", Durability::Immediate) {
                Err(WriteError::Rejected(error)) => {
                    assert_eq!(error.kind(), StoreErrorKind::Replaced, "replaced: {replace}");
                }
                other => panic!("replaced: {replace}: {other:?}"),
            }
        }
    }

    #[test]
    fn files_without_a_manifest_are_foreign_and_the_remains_of_a_creation_are_not() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("ledger");
        let store = FileStore::new(&root);
        store.create(b"{}\n", b"first\n", None).unwrap();
        std::fs::remove_file(root.join("ledger.json")).unwrap();
        assert_eq!(store.state().unwrap(), StoreState::Unfinished, "one line, no manifest yet");
        std::fs::write(root.join("00000000000000000001.jsonl"), b"first\nsecond\n").unwrap();
        let state = store.state().unwrap();
        assert!(matches!(state, StoreState::Foreign { .. }), "{state:?}");
    }
}
