//! Reading whole files with a bound on their size.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileFault {
    #[error("it does not exist")]
    Missing,
    #[error("it is a directory")]
    Directory,
    #[error("it is not a regular file")]
    NotRegular,
    #[error("it is larger than {} MiB", .0 >> 20)]
    TooLarge(u64),
    #[error("the symbolic links that lead to it form a circle")]
    Loop,
    #[error("a part of its path is not a directory")]
    NotInFolder,
    #[error(transparent)]
    Io(io::Error),
}

impl From<io::Error> for FileFault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => FileFault::Missing,
            io::ErrorKind::NotADirectory => FileFault::NotInFolder,
            _ if is_loop(&error) => FileFault::Loop,
            _ => FileFault::Io(error),
        }
    }
}

/// Whether the system gave up following links. The kind for it is not stable in the standard library.
fn is_loop(error: &io::Error) -> bool {
    const ELOOP: i32 = if cfg!(any(target_os = "linux", target_os = "android")) { 40 } else { 62 };
    cfg!(unix) && error.raw_os_error() == Some(ELOOP)
}

impl FileFault {
    /// What to do about a secret file, where that is not plain.
    pub(crate) fn hint_for_secret(&self) -> Option<&'static str> {
        match self {
            FileFault::Missing | FileFault::TooLarge(_) => None,
            FileFault::Directory => Some(
                "Docker makes a folder where the file to be mounted does not exist: remove it, make the file, and start the \
                 container anew",
            ),
            FileFault::NotRegular => {
                Some("a secret is a regular file: a pipe or a device may never end")
            }
            FileFault::Loop => Some("look at the links on its path with `namei` or `ls -l`"),
            FileFault::NotInFolder => Some("check the path that the program was given"),
            FileFault::Io(_) => Some("let the program's user read it"),
        }
    }
}

/// What tells a file from the one that takes its place under the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    device: u64,
    inode: u64,
    /// Inodes are used again.
    changed: (i64, i64),
}

impl Identity {
    /// `None` where the system does not say.
    #[cfg(unix)]
    pub(crate) fn of(file: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;

        let changed = (file.ctime(), file.ctime_nsec());
        Some(Identity { device: file.dev(), inode: file.ino(), changed })
    }

    /// `None` where the system does not say.
    #[cfg(not(unix))]
    pub(crate) fn of(_: &Metadata) -> Option<Self> {
        None
    }
}

/// The bytes of a regular file of at most `limit` bytes. Anything else (a pipe, a device) could make the read wait for
/// ever and is refused before it is opened.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, FileFault> {
    let found = std::fs::metadata(path)?;
    read_found(path, &found, limit)
}

/// The same, and which file it is; `None` for a link.
pub(crate) fn read_unless_link(
    path: &Path,
    limit: u64,
) -> Result<Option<(Vec<u8>, Option<Identity>)>, FileFault> {
    let found = std::fs::symlink_metadata(path)?;
    if found.is_symlink() {
        return Ok(None);
    }
    Ok(Some((read_found(path, &found, limit)?, Identity::of(&found))))
}

fn read_found(path: &Path, found: &Metadata, limit: u64) -> Result<Vec<u8>, FileFault> {
    if found.is_dir() {
        return Err(FileFault::Directory);
    }
    if !found.is_file() {
        return Err(FileFault::NotRegular);
    }
    if found.len() > limit {
        return Err(FileFault::TooLarge(limit));
    }
    // One byte more than the file has, so that the end is seen without the buffer growing.
    let mut bytes = Vec::with_capacity(found.len() as usize + 1);
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(FileFault::TooLarge(limit));
    }
    Ok(bytes)
}
