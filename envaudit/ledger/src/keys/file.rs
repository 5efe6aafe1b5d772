//! The text of a key in a file.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use thiserror::Error;
use zeroize::Zeroizing;

/// The length of the longest file with one key that is read: a key is 65 bytes long.
pub const LONGEST: usize = 1 << 10;

/// The reason why a file was not read for a key.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
enum NoKeyFile {
    #[error("it is not a regular file")]
    Irregular,
    #[error("it is longer than {most} bytes, and a key is not")]
    TooLong { most: usize },
}

/// The bytes of a file with a key, or with several. Nothing is waited for: a FIFO, a device or a folder is an error, and so is a
/// file that is longer than `most` bytes.
///
/// # Errors
///
/// When it is none of a key, or cannot be read.
pub fn read_key_file(path: &Path, most: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    refuse_irregular(path.metadata()?.is_file())?;
    let file = open(path)?;
    // Something else may have got the name since.
    refuse_irregular(file.metadata()?.is_file())?;
    // It is not moved while it grows, so that no copy is left in memory.
    let mut bytes = Zeroizing::new(Vec::with_capacity(most + 1));
    file.take(most as u64 + 1).read_to_end(&mut bytes)?;
    match bytes.len() > most {
        true => Err(io::Error::new(io::ErrorKind::InvalidData, NoKeyFile::TooLong { most })),
        false => Ok(bytes),
    }
}

/// The mode of a file that others than its owner can read or change.
#[cfg(unix)]
pub fn open_to_others(path: &Path) -> Option<u32> {
    let permissions = path.metadata().ok()?.permissions();
    let mode = std::os::unix::fs::PermissionsExt::mode(&permissions) & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

/// Where files have no modes, nothing is known of that.
#[cfg(not(unix))]
pub fn open_to_others(_: &Path) -> Option<u32> {
    None
}

fn refuse_irregular(is_file: bool) -> io::Result<()> {
    match is_file {
        true => Ok(()),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, NoKeyFile::Irregular)),
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(target_os = "linux")]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    options.open(path)
}
