//! Every store passes the suite of the library.

use envaudit::ledger::FileStore;
use envaudit::ledger::store::{
    Batch, ChainStore, Deadline, Disk, DiskFile, StoreErrorKind, StoreState, Tail, WriteError,
};
use envaudit::ledger::testing::{Fault, MemoryDisk, MemoryStore, store_conformance};

#[test]
fn a_directory_is_a_store() {
    let dir = tempfile::tempdir().unwrap();
    let mut count = 0;
    store_conformance::check(|| {
        count += 1;
        let path = dir.path().join(count.to_string());
        move || FileStore::new(&path)
    });
}

#[test]
fn memory_is_a_store() {
    store_conformance::check(|| {
        let store = MemoryStore::default();
        move || store.clone()
    });
}

#[test]
fn a_store_that_forbids_deletion_is_a_store() {
    store_conformance::check(|| {
        let store = MemoryStore::append_only();
        move || store.clone()
    });
}

#[test]
fn a_directory_of_a_disk_in_memory_is_a_store() {
    store_conformance::check(|| {
        let disk = MemoryDisk::new();
        move || FileStore::on(disk.clone())
    });
}

#[test]
fn each_open_file_of_a_disk_in_memory_is_told_once_of_bytes_that_a_sync_has_lost() {
    for fault in [Fault::Io, Fault::Full] {
        let disk = MemoryDisk::new();
        disk.make_dir("").unwrap();
        let first = disk.create("file").unwrap();
        let second = disk.open("file", true).unwrap();
        first.write_at(b"lost", 0).unwrap();
        disk.fail_nth(0, fault);
        assert!(first.sync().is_err());
        let later = disk.open("file", true).unwrap();
        assert!(second.sync().is_err());
        assert!([&first, &second, &later].iter().all(|file| file.sync().is_ok()));
        assert_eq!(disk.contents("file").unwrap(), b"lost");
    }
    // Nothing is lost by a signal.
    let disk = MemoryDisk::new();
    disk.make_dir("").unwrap();
    let first = disk.create("file").unwrap();
    let second = disk.open("file", true).unwrap();
    disk.fail_nth(0, Fault::Interrupted);
    assert!(first.sync().is_err());
    assert!(first.sync().is_ok() && second.sync().is_ok());
}

#[cfg(unix)]
mod on_unix {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::Path;

    use envaudit::ledger::store::{FileChain, KeyStore, SegmentSource, StoreLock};

    use super::*;

    /// Where a segment ends that has so many bytes.
    fn at(segment: u64, offset: u64) -> Tail {
        Tail { seq: segment, hash: [0; 32], segment, offset }
    }

    fn create(store: &FileStore) {
        let (before, after) = (at(1, 0), at(1, 6));
        let first = Batch::new(&before, b"first\n", &[], &after);
        store.create(b"{}\n", &first, Deadline::NEVER).expect("created");
    }

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).expect("a file").permissions().mode() & 0o777
    }

    #[test]
    fn a_ledger_is_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("a/b");
        let store = FileStore::new(&root);
        let (before, first, second) = (at(1, 0), at(1, 6), at(2, 7));
        let created = Batch::new(&before, b"first\n", &[], &first);
        store.create_with_key(b"{}\n", &created, b"key").unwrap();
        store.lock().unwrap();
        let opened = Batch::new(&first, b"second\n", &[], &second);
        store.append(&opened, Deadline::NEVER).unwrap();
        store.seal(1).unwrap();
        store.write_head(b"head").unwrap();
        store.put_checkpoint(1, b"note", Deadline::NEVER).unwrap();
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
            create(&store);
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
        assert!(
            FileStore::new(&link).state(Deadline::NEVER).is_err(),
            "a directory that is a symlink"
        );
    }

    #[test]
    fn a_live_segment_that_is_unlinked_or_replaced_is_not_written() {
        for replace in [false, true] {
            let dir = tempfile::tempdir().unwrap();
            let store = FileStore::new(dir.path().join("ledger"));
            create(&store);
            store.lock().unwrap();
            let (first, second, third) = (at(1, 6), at(1, 13), at(1, 19));
            let batch = Batch::new(&first, b"second\n", &[], &second);
            store.append(&batch, Deadline::NEVER).unwrap();
            let path = dir.path().join("ledger/00000000000000000001.jsonl");
            std::fs::rename(&path, dir.path().join("stolen")).unwrap();
            if replace {
                std::fs::copy(dir.path().join("stolen"), &path).unwrap();
            }
            let batch = Batch::new(&second, b"third\n", &[], &third);
            match store.append(&batch, Deadline::NEVER) {
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
        create(&store);
        std::fs::remove_file(root.join("ledger.json")).unwrap();
        assert_eq!(
            store.state(Deadline::NEVER).unwrap(),
            StoreState::Unfinished,
            "one line, no manifest yet"
        );
        std::fs::write(root.join("00000000000000000001.jsonl"), b"first\nsecond\n").unwrap();
        let state = store.state(Deadline::NEVER).unwrap();
        assert!(matches!(state, StoreState::Foreign { .. }), "{state:?}");
    }
}
