//! Reading whole files with a bound on their size.

use std::fs::File;
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
    #[error(transparent)]
    Io(io::Error),
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
