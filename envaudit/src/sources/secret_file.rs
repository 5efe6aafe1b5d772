//! Files that hold one value each: secrets in folders, and what a `KEY_FILE` names.

use std::ffi::OsString;
use std::path::Path;

use super::file::{self, FileFault};
use super::links::{Links, TooManyLinks};

/// The greatest size of a secret file.
const MAX_SECRET: u64 = 1 << 20;

/// The value that a file holds, where the links on the way to it lead in this load.
pub(crate) fn read(path: &Path, links: &Links) -> Result<OsString, FileFault> {
    let resolved = links.resolve(path).map_err(|TooManyLinks| FileFault::Loop)?;
    read_resolved(&resolved, links)
}

/// The same for a path that has no links.
pub(super) fn read_resolved(path: &Path, links: &Links) -> Result<OsString, FileFault> {
    let bytes = file::read(path, MAX_SECRET);
    let bytes = bytes.inspect_err(|_| links.note_missed())?;
    Ok(secret_text(bytes))
}

/// The value that a secret file holds: its content, without the mark that editors put before UTF-8, and without one final
/// newline.
fn secret_text(mut bytes: Vec<u8>) -> OsString {
    const MARK: &[u8] = "\u{feff}".as_bytes();
    if bytes.starts_with(MARK) {
        bytes.drain(..MARK.len());
    }
    if bytes.ends_with(b"\n") {
        bytes.pop();
        if bytes.ends_with(b"\r") {
            bytes.pop();
        }
    }
    os_string(bytes)
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
