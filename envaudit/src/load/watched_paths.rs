//! The files and folders that a loader reads, to watch them.

use std::path::PathBuf;

use super::inputs::{InputKind, Inputs};
use crate::schema::table::Table;
use crate::sources::env_file::EnvFile;
use crate::sources::folder::Folder;
use crate::sources::links::Links;

/// What a loader reads, whether it is there yet or not.
#[derive(Debug, Default)]
pub(crate) struct WatchedPaths {
    /// Files that may come, go and be replaced.
    pub(crate) files: Vec<PathBuf>,
    /// Folders in which every file counts.
    pub(crate) folders: Vec<PathBuf>,
    /// The files of variables that are in those folders now: they may be links, or mounted one by one.
    pub(crate) entries: Vec<PathBuf>,
}

impl WatchedPaths {
    pub(super) fn of(inputs: &Inputs<'_>, table: &'static Table) -> Self {
        let mut watched = WatchedPaths::default();
        for input in inputs.list() {
            match input.kind {
                InputKind::EnvFile(file) => watched.files.push(file.path.into_owned()),
                InputKind::Folder(folder) => {
                    if let Ok(Some(opened)) =
                        Folder::open(&folder.path, folder.is_named, &Links::default())
                    {
                        let files = table.texts().flat_map(|name| {
                            let path = |spelling| opened.path_of(name, spelling);
                            opened.files_for(name).filter_map(path).collect::<Vec<_>>()
                        });
                        watched.entries.extend(files);
                    }
                    watched.folders.push(folder.path.into_owned());
                }
                InputKind::Provider(..)
                | InputKind::Environment
                | InputKind::Default
                | InputKind::Nothing(_) => {}
            }
        }
        watched
    }

    /// The same, with the files that the `KEY_FILE` variables of its env files name now.
    pub(super) fn with_named_files(inputs: &Inputs<'_>, table: &'static Table) -> Self {
        let mut watched = WatchedPaths::of(inputs, table);
        let links = Links::default();
        let read = |path: &PathBuf| EnvFile::read(path, &links).ok();
        let env_files: Vec<EnvFile> = watched.files.iter().filter_map(read).collect();
        let is_key_file = |name: &str| table.find_file(name).is_some();
        watched.files.extend(env_files.iter().flat_map(|file| file.named_files(is_key_file)));
        watched
    }
}
