//! What to watch so that no change of a file is missed.
//!
//! All folders on the way to a file, for each of them may be moved away and another come in its place; where there is a link on
//! the way, those on the way to its target as well. And the file itself: what is mounted over it alone, or has another name
//! elsewhere, changes without its folder.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::load::WatchedPaths;
use crate::sources::links::walk;

/// Of more files than this the rest is watched through their folders alone.
const MAX_FILES: usize = 1_024;

/// More folders than this are an error: the system would refuse them, or grow slow.
pub(super) const MAX_FOLDERS: usize = 4_096;

/// Folders, which names in each of them count, and files.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct WatchList {
    folders: BTreeMap<PathBuf, Names>,
    files: BTreeSet<PathBuf>,
}

#[derive(Debug, PartialEq, Eq)]
enum Names {
    All,
    These(BTreeSet<OsString>),
}

impl WatchList {
    pub(super) fn of(watched: &WatchedPaths) -> Self {
        let mut list = WatchList::default();
        for path in watched.files.iter().chain(&watched.entries) {
            if let Some(file) = list.add_way(path)
                && list.files.len() < MAX_FILES
            {
                list.files.insert(file);
            }
        }
        for path in &watched.folders {
            if let Some(folder) = list.add_way(path) {
                list.folders.insert(folder, Names::All);
            }
        }
        list
    }

    /// Everything to watch.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.folders.keys().chain(&self.files).map(PathBuf::as_path)
    }

    pub(super) fn has_too_many(&self) -> bool {
        self.folders.len() > MAX_FOLDERS
    }

    /// Whether something at this path counts.
    pub(super) fn concerns(&self, path: &Path) -> bool {
        let within = path.parent().and_then(|folder| self.folders.get(folder));
        match (within, path.file_name()) {
            (Some(Names::All), _) => true,
            (Some(Names::These(names)), Some(name)) if names.contains(name) => true,
            _ => self.folders.contains_key(path) || self.files.contains(path),
        }
    }

    /// Adds the names on the way to a path, and returns where it ends.
    fn add_way(&mut self, path: &Path) -> Option<PathBuf> {
        let way = walk(path, |path| {
            self.add_name(path);
            std::fs::read_link(path).ok()
        });
        way.ok()
    }

    fn add_name(&mut self, path: &Path) {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return };
        let names = self.folders.entry(folder.to_owned());
        if let Names::These(names) = names.or_insert_with(|| Names::These(BTreeSet::new())) {
            names.insert(name.to_owned());
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn every_folder_and_link_on_the_way_counts_and_nothing_beside_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let base = dir.path().canonicalize().expect("it is there");
        std::fs::create_dir_all(base.join("releases/1/conf")).expect("a folder");
        symlink("releases/1", base.join("current")).expect("a link");
        let files = vec![base.join("current/conf/sub/.env")];
        let list = WatchList::of(&WatchedPaths { files, ..WatchedPaths::default() });
        for path in [
            "current",
            "releases",
            "releases/1",
            "releases/1/conf",
            "releases/1/conf/sub",
            "releases/1/conf/sub/.env",
        ] {
            assert!(list.concerns(&base.join(path)), "{path}");
        }
        assert!(list.concerns(&base));
        for path in ["other", "releases/2", "releases/1/other", "releases/1/conf/sub/other"] {
            assert!(!list.concerns(&base.join(path)), "{path}");
        }
    }

    #[test]
    fn links_in_a_circle_end() {
        let dir = tempfile::tempdir().expect("a folder");
        let base = dir.path().canonicalize().expect("it is there");
        symlink("b/x", base.join("a")).expect("a link");
        symlink("a/x", base.join("b")).expect("a link");
        let files = vec![base.join("a/b/a/b")];
        let list = WatchList::of(&WatchedPaths { files, ..WatchedPaths::default() });
        assert!(list.concerns(&base.join("a")) && list.concerns(&base.join("b")));
        assert!(list.paths().count() < 20);
    }

    #[test]
    fn the_number_of_watches_is_bounded() {
        let path = |at: usize| PathBuf::from(format!("/nowhere/{at}/file"));
        let entries = (0..MAX_FOLDERS + 1).map(path).collect();
        let list = WatchList::of(&WatchedPaths { entries, ..WatchedPaths::default() });
        assert_eq!(list.files.len(), MAX_FILES);
        assert!(list.has_too_many());
    }
}
