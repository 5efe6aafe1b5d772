//! Folders of secret files: Docker's `/run/secrets`, a Kubernetes volume.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use super::file::FileFault;
use super::links::{Links, TooManyLinks};
use super::secret_file;

/// The link that Kubernetes replaces when it replaces all files of a volume.
const GENERATION: &str = "..data";

/// The names in one folder.
///
/// Only the names: Kubernetes puts the files of a volume into a folder `..2026_…`, has `..data` point to that, and each
/// key point into `..data`; Docker and Podman put further folders below `/run/secrets`. A file is opened when a field asks for
/// it, where `..data` led when the folder was opened.
pub(crate) struct Folder {
    path: PathBuf,
    /// The same without links.
    resolved: PathBuf,
    entries: HashMap<String, Entry>,
}

struct Entry {
    kind: EntryKind,
    /// Where it is, if that is not the folder itself under this name.
    at: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum EntryKind {
    /// Perhaps not a regular file; to be seen when it is read.
    File,
    Folder,
    Loop,
}

impl Folder {
    /// `None` when there is no such folder. `is_named` is whether the program was given the path, and should find one there.
    pub(crate) fn open(
        path: &Path,
        is_named: bool,
        links: &Links,
    ) -> Result<Option<Folder>, FileFault> {
        // Most programs have none of the default folders, and their loads do nothing more than this.
        if !is_named && std::fs::symlink_metadata(path).is_err_and(|error| is_missing(&error)) {
            return Ok(None);
        }
        let resolved = links.resolve(path).map_err(|TooManyLinks| FileFault::Loop)?.into_owned();
        let listing = match list(&resolved, links) {
            Ok(listing) => listing,
            Err(FileFault::Missing) => return Ok(None),
            Err(fault) => return Err(fault),
        };
        let mut folder = Folder { path: path.to_owned(), resolved, entries: HashMap::new() };
        let mut has_generations = false;
        let mut linked = Vec::new();
        for entry in listing {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            match entry.file_type() {
                Ok(kind) if kind.is_symlink() && name == GENERATION => has_generations = true,
                Ok(kind) if kind.is_symlink() => linked.push(name),
                kind => {
                    let is_folder = kind.is_ok_and(|kind| kind.is_dir());
                    let kind = if is_folder { EntryKind::Folder } else { EntryKind::File };
                    folder.entries.insert(name, Entry { kind, at: None });
                }
            }
        }
        let has_generation = has_generations && folder.open_generation(links)?;
        for name in linked {
            folder.add_link(name, has_generation, links);
        }
        // Where the folder was replaced meanwhile, a part of what was listed may have been removed before.
        links.note_missed();
        Ok(Some(folder))
    }

    /// Adds what is behind `..data`: those are the keys of a volume, whether or not their links are there yet. `false` where
    /// that leads nowhere.
    fn open_generation(&mut self, links: &Links) -> Result<bool, FileFault> {
        let path = self.resolved.join(GENERATION);
        let Ok(generation) = links.resolve(&path) else { return Ok(false) };
        let listing = match list(&generation, links) {
            Ok(listing) => listing,
            // If the volume is being replaced, the load begins anew.
            Err(FileFault::Missing) => return Ok(false),
            Err(fault) => return Err(fault),
        };
        for entry in listing {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            match entry.file_type() {
                Ok(kind) if !kind.is_symlink() => {
                    let kind = if kind.is_dir() { EntryKind::Folder } else { EntryKind::File };
                    self.entries.insert(name, Entry { kind, at: Some(entry.path()) });
                }
                _ => self.add_resolved(name, &entry.path(), links),
            }
        }
        Ok(true)
    }

    /// Adds a link of the folder itself, unless it leads into the volume: what is in there is known.
    fn add_link(&mut self, name: String, has_generation: bool, links: &Links) {
        let path = self.resolved.join(&name);
        let leads_into_the_volume = has_generation
            && std::fs::read_link(&path).is_ok_and(|target| target.starts_with(GENERATION));
        let is_known = self.entries.contains_key(&name);
        // A link that is left of a key that the volume no longer has is about to be removed.
        if !is_known && !leads_into_the_volume {
            self.add_resolved(name, &path, links);
        }
    }

    fn add_resolved(&mut self, name: String, path: &Path, links: &Links) {
        let entry = match links.resolve(path) {
            Ok(at) => {
                let kind = if at.is_dir() { EntryKind::Folder } else { EntryKind::File };
                Entry { kind, at: Some(at.into_owned()) }
            }
            Err(TooManyLinks) => Entry { kind: EntryKind::Loop, at: None },
        };
        self.entries.insert(name, entry);
    }

    /// The names that are there of those that the file of a variable may have, each with its position among the
    /// [`spellings`], in the order in which they are tried.
    fn names_for(&self, key: &str, is_it: impl Fn(EntryKind) -> bool) -> Vec<(u32, &str)> {
        let mut found: Vec<(u32, &str)> = Vec::new();
        if self.entries.is_empty() {
            return found;
        }
        for (name, at) in spellings(key).iter().zip(0..) {
            if let Some((name, entry)) = self.entries.get_key_value(name)
                && is_it(entry.kind)
                // A name of one word has no hyphen.
                && found.iter().all(|(_, other)| other != name)
            {
                found.push((at, name));
            }
        }
        found
    }

    /// The files for a variable, as positions among the [`spellings`] of its name; the first one counts.
    pub(crate) fn files_for(&self, key: &str) -> impl Iterator<Item = u32> {
        let files = self.names_for(key, |kind| kind != EntryKind::Folder);
        files.into_iter().map(|(spelling, _)| spelling)
    }

    /// The file for a variable that counts, as a path in this folder.
    pub(crate) fn file_for(&self, key: &str) -> Option<PathBuf> {
        self.path_of(key, self.files_for(key).next()?)
    }

    /// The path of a file in this folder, by the position of its name among the [`spellings`].
    pub(crate) fn path_of(&self, key: &str, spelling: u32) -> Option<PathBuf> {
        Some(self.path.join(spellings(key).get(spelling as usize)?))
    }

    /// Something that has the name of a file for the variable and is a folder.
    pub(crate) fn folder_for(&self, key: &str) -> Option<PathBuf> {
        let folders = self.names_for(key, |kind| kind == EntryKind::Folder);
        Some(self.path.join(folders.first()?.1))
    }

    /// The content of one of the files for a variable, by the position of its name among the [`spellings`].
    pub(crate) fn read_spelled(
        &self,
        key: &str,
        spelling: u32,
        links: &Links,
    ) -> Result<OsString, FileFault> {
        let name = spellings(key).into_iter().nth(spelling as usize);
        let found = name.and_then(|name| self.entries.get_key_value(&name));
        let (name, entry) = found.ok_or(FileFault::Missing)?;
        match (entry.kind, &entry.at) {
            (EntryKind::Loop, _) => Err(FileFault::Loop),
            (_, Some(at)) => secret_file::read_resolved(at, links),
            (_, None) => secret_file::read_resolved(&self.resolved.join(name), links),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The names of files.
    pub(crate) fn file_names(&self) -> impl Iterator<Item = &str> {
        let files = self.entries.iter().filter(|(_, entry)| entry.kind != EntryKind::Folder);
        files.map(|(name, _)| name.as_str()).filter(|name| !name.starts_with(".."))
    }

    /// The folders below, and what they are called.
    pub(crate) fn folders(&self) -> impl Iterator<Item = (&str, PathBuf)> {
        let folders = self.entries.iter().filter(|(_, entry)| entry.kind == EntryKind::Folder);
        let folders = folders.filter(|(name, _)| !name.starts_with(".."));
        folders.map(|(name, entry)| {
            let at = entry.at.clone().unwrap_or_else(|| self.resolved.join(name));
            (name.as_str(), at)
        })
    }

    /// The variables whose files are there.
    #[cfg(feature = "cli")]
    pub(crate) fn keys(&self) -> impl Iterator<Item = String> {
        let is_key = |key: &str| {
            let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            key.bytes().all(is_word) && !key.starts_with(|char: char| char.is_ascii_digit())
        };
        let keys = self.entries.keys().map(|name| match name.contains(char::is_uppercase) {
            true => name.clone(),
            false => name.replace('-', "_").to_ascii_uppercase(),
        });
        keys.filter(move |key| is_key(key) && self.files_for(key).next().is_some())
    }
}

fn is_missing(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

fn list(path: &Path, links: &Links) -> Result<std::fs::ReadDir, FileFault> {
    std::fs::read_dir(path).map_err(|error| {
        links.note_missed();
        error.into()
    })
}

/// The names that the file of a variable may have, in the order in which they are tried.
pub(crate) fn spellings(key: &str) -> [String; 3] {
    let lower = key.to_ascii_lowercase();
    let kebab = lower.replace('_', "-");
    [key.to_owned(), lower, kebab]
}

/// Whether a path, read from that folder, names a folder that exists: a secret that was put where its path belongs does
/// not.
pub(crate) fn could_be_a_path(folder: &Path, path: &Path) -> bool {
    let mut folders = path.ancestors().skip(1);
    folders.any(|part| part.file_name().is_some() && folder.join(part).is_dir())
}
