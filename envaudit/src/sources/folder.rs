//! Folders of secret files: Docker's `/run/secrets`, a Kubernetes volume.

use std::collections::HashSet;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use super::file::{self, FileFault};

/// The greatest size of a secret file.
pub(crate) const MAX_SECRET: u64 = 1 << 20;

/// The names in one folder.
///
/// Only the names: Kubernetes puts the files of a volume into a folder `..2026_…`, has `..data` point to that, and each
/// key point into `..data`; Docker and Podman put further folders below `/run/secrets`. A file is opened when a field asks for it.
pub(crate) struct Folder {
    path: PathBuf,
    names: HashSet<String>,
}

impl Folder {
    /// `None` when there is no such folder.
    pub(crate) fn open(path: &Path) -> io::Result<Option<Folder>> {
        let listing = match std::fs::read_dir(path) {
            Ok(listing) => listing,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut names = HashSet::new();
        for entry in listing {
            if let Ok(name) = entry?.file_name().into_string() {
                names.insert(name);
            }
        }
        Ok(Some(Folder { path: path.to_owned(), names }))
    }

    /// The file for a variable: named `KEY`, `key` or `kebab-key`, tried in that order.
    pub(crate) fn file_for(&self, key: &str) -> Option<PathBuf> {
        if self.names.is_empty() {
            return None;
        }
        let lower = key.to_ascii_lowercase();
        let kebab = lower.replace('_', "-");
        [key, &lower, &kebab]
            .into_iter()
            .filter(|name| self.names.contains(*name))
            .map(|name| self.path.join(name))
            .find(|path| !path.is_dir())
    }

    #[cfg(feature = "cli")]
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The variables whose files are there.
    #[cfg(feature = "cli")]
    pub(crate) fn keys(&self) -> impl Iterator<Item = String> {
        let is_key = |key: &str| {
            let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            key.bytes().all(is_word) && !key.starts_with(|char: char| char.is_ascii_digit())
        };
        let keys = self.names.iter().map(|name| match name.contains(char::is_uppercase) {
            true => name.clone(),
            false => name.replace('-', "_").to_ascii_uppercase(),
        });
        keys.filter(move |key| is_key(key) && self.file_for(key).is_some())
    }
}

/// The content of a secret file, without one final newline.
pub(crate) fn read_secret(path: &Path) -> Result<OsString, FileFault> {
    let mut bytes = file::read(path, MAX_SECRET)?;
    if bytes.ends_with(b"\n") {
        bytes.pop();
        if bytes.ends_with(b"\r") {
            bytes.pop();
        }
    }
    Ok(os_string(bytes))
}

/// Whether a path, read from that folder, names a folder that exists: a secret that was put where its path belongs does
/// not.
pub(crate) fn could_be_a_path(folder: &Path, path: &Path) -> bool {
    let mut folders = path.ancestors().skip(1);
    folders.any(|part| part.file_name().is_some() && folder.join(part).is_dir())
}

#[cfg(unix)]
fn os_string(bytes: Vec<u8>) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes)
}

/// Elsewhere an `OsString` is not bytes; what is not UTF-8 becomes text that no longer passes for it.
#[cfg(not(unix))]
fn os_string(bytes: Vec<u8>) -> OsString {
    match String::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned().into(),
    }
}
