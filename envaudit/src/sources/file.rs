//! Reading whole files with a bound on their size.

use core::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Why a file cannot be used.
#[derive(Debug)]
pub(crate) enum FileFault {
    Missing,
    Directory,
    NotRegular,
    TooLarge(u64),
    Io(io::Error),
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileFault::Missing => f.write_str("it does not exist"),
            FileFault::Directory => f.write_str("it is a directory"),
            FileFault::NotRegular => f.write_str("it is not a regular file"),
            FileFault::TooLarge(limit) => write!(f, "it is larger than {} MiB", limit >> 20),
            FileFault::Io(error) => write!(f, "{error}"),
        }
    }
}

impl From<io::Error> for FileFault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => FileFault::Missing,
            _ => FileFault::Io(error),
        }
    }
}

/// The bytes of a regular file of at most `limit` bytes. Anything else (a pipe, a device) could make the read wait for
/// ever and is refused before it is opened.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, FileFault> {
    let kind = std::fs::metadata(path)?;
    if kind.is_dir() {
        return Err(FileFault::Directory);
    }
    if !kind.is_file() {
        return Err(FileFault::NotRegular);
    }
    if kind.len() > limit {
        return Err(FileFault::TooLarge(limit));
    }
    // One byte more than the file has, so that the end is seen without the buffer growing.
    let mut bytes = Vec::with_capacity(kind.len() as usize + 1);
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(FileFault::TooLarge(limit));
    }
    Ok(bytes)
}
