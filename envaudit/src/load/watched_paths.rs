//! The files and folders that a loader reads, to watch them.

use std::path::PathBuf;

use super::inputs::{InputKind, Inputs};
use crate::schema::table::Table;
use crate::sources::env_file::EnvFile;

/// What a loader reads, whether it is there yet or not.
#[derive(Debug, Default)]
pub(crate) struct WatchedPaths {
    /// Files that may come, go and be replaced.
    pub(crate) files: Vec<PathBuf>,
    /// Folders in which every file counts.
    pub(crate) folders: Vec<PathBuf>,
}

impl WatchedPaths {
    pub(super) fn of(inputs: &Inputs<'_>) -> Self {
        let mut watched = WatchedPaths::default();
        for input in inputs.list() {
            match input.kind {
                InputKind::EnvFile(file) => watched.files.push(file.path.into_owned()),
                InputKind::Folder(folder) => watched.folders.push(folder.path.into_owned()),
                InputKind::Provider(..)
                | InputKind::Environment
                | InputKind::Default
                | InputKind::Nothing(_) => {}
            }
        }
        watched
    }

    /// The same, with the files that the `KEY_FILE` variables of its env files name now.
    pub(super) fn with_named_files(inputs: &Inputs<'_>, table: &Table) -> Self {
        let mut watched = WatchedPaths::of(inputs);
        let env_files: Vec<EnvFile> =
            watched.files.iter().filter_map(|path| EnvFile::read(path).ok()).collect();
        let is_key_file = |name: &str| table.find_file(name).is_some();
        watched.files.extend(env_files.iter().flat_map(|file| file.named_files(is_key_file)));
        watched
    }
}
