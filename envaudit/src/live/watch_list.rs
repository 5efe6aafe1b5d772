//! The folders to watch so that no change of a file is missed.
//!
//! A file itself is never watched: what replaces it is another file. WatchedPaths are the folders it is in, and for every
//! symbolic link on the way to it the folder that has the link.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::load::WatchedPaths;

/// How many links are followed, one after the other.
const MAX_LINKS: usize = 16;

/// Folders, and which names in each of them count.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct WatchList(BTreeMap<PathBuf, Names>);

#[derive(Debug, PartialEq, Eq)]
enum Names {
    All,
    These(BTreeSet<OsString>),
}

impl WatchList {
    pub(super) fn of(watched: &WatchedPaths) -> Self {
        let mut places = WatchList::default();
        for file in &watched.files {
            places.add_path(file, MAX_LINKS);
        }
        for folder in &watched.folders {
            places.add_path(folder, MAX_LINKS);
            if let Ok(folder) = std::path::absolute(folder) {
                places.0.insert(folder, Names::All);
            }
        }
        places
    }

    pub(super) fn folders(&self) -> impl Iterator<Item = &Path> {
        self.0.keys().map(PathBuf::as_path)
    }

    /// Whether something at this path counts.
    pub(super) fn concerns(&self, path: &Path) -> bool {
        let within = path.parent().and_then(|folder| self.0.get(folder));
        match (within, path.file_name()) {
            (Some(Names::All), _) => true,
            (Some(Names::These(names)), Some(name)) => names.contains(name),
            _ => self.0.contains_key(path),
        }
    }

    /// A path, the folder above it, and the links on the way.
    fn add_path(&mut self, path: &Path, links: usize) {
        let Ok(path) = std::path::absolute(path) else { return };
        self.add_name(&path);
        if let Some(folder) = path.parent() {
            self.add_name(folder);
        }
        let Some(links) = links.checked_sub(1) else { return };
        for part in path.ancestors() {
            let Ok(target) = std::fs::read_link(part) else { continue };
            self.add_name(part);
            let target =
                part.parent().map_or_else(|| target.clone(), |parent| parent.join(&target));
            let rest = path.strip_prefix(part).unwrap_or(Path::new(""));
            self.add_path(&plain(&target.join(rest)), links);
        }
    }

    fn add_name(&mut self, path: &Path) {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return };
        let names = self.0.entry(folder.to_owned());
        if let Names::These(names) = names.or_insert_with(|| Names::These(BTreeSet::new())) {
            names.insert(name.to_owned());
            // The link that Kubernetes swaps for all files of a volume at once.
            names.insert(OsStr::new("..data").to_owned());
        }
    }
}

/// Without the slash that joining nothing leaves at the end.
fn plain(path: &Path) -> PathBuf {
    path.components().collect()
}
