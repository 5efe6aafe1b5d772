//! One file, folder or provider of a load, opened.

use std::sync::Arc;

use crate::sources::env_file::EnvFile;
use crate::sources::folder::Folder;
use crate::sources::provider::Fetched;
use crate::sources::{Location, Source};

pub(in crate::load) struct Layer {
    pub(in crate::load) source: Source,
    pub(in crate::load) kind: LayerKind,
}

pub(in crate::load) enum LayerKind {
    EnvFile(EnvFile),
    Folder(Folder),
    Fetched(Arc<str>, Fetched),
}

impl Layer {
    /// Where in this layer a value stands.
    #[inline]
    pub(in crate::load) fn location(&self, name: &str, line: u32) -> Option<Location> {
        match &self.kind {
            LayerKind::EnvFile(file) => {
                Some(Location::File { path: Arc::clone(&file.path), line: Some(line) })
            }
            LayerKind::Folder(folder) => {
                let path = folder.file_for(name)?;
                Some(Location::File { path: path.into(), line: None })
            }
            LayerKind::Fetched(_, fetched) => fetched.get(name)?.location(),
        }
    }
}
