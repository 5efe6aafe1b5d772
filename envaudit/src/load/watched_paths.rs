//! The files and folders that a loader reads, to watch them.

use std::path::PathBuf;

use super::inputs::{InputKind, Inputs};

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
}
