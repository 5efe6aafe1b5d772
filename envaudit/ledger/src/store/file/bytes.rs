//! Reading and writing at an offset of a file, to the end.

use std::io;

use crate::store::file::disk::DiskFile;

pub(super) fn read(file: &impl DiskFile, offset: u64, limit: usize) -> io::Result<Vec<u8>> {
    read_reusing(file, offset, limit, Vec::new())
}

/// The same into memory that has been used before: its bytes are overwritten or cut off, and need not be zero.
pub(super) fn read_reusing(
    file: &impl DiskFile,
    offset: u64,
    limit: usize,
    spare: Vec<u8>,
) -> io::Result<Vec<u8>> {
    /// This much memory is allocated before it is known how much there is to read.
    const LITTLE: usize = 16 << 10;
    let there = match limit {
        0..=LITTLE => limit,
        _ => usize::try_from(file.stat()?.len.saturating_sub(offset)).unwrap_or(usize::MAX),
    };
    let most = limit.min(there);
    let mut bytes = if spare.len() < most { vec![0; most] } else { spare };
    bytes.truncate(most);
    let filled = fill(file, &mut bytes, offset)?;
    bytes.truncate(filled);
    Ok(bytes)
}

/// Reads until the buffer is full or the file is at its end.
pub(super) fn fill(file: &impl DiskFile, buffer: &mut [u8], mut offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], offset) {
            Ok(0) => break,
            Ok(count) => {
                filled += count;
                offset += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Does something again while a signal interrupts it.
pub(super) fn uninterrupted<T>(mut act: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match act() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

pub(super) fn write(file: &impl DiskFile, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match file.write_at(bytes, offset) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => {
                bytes = &bytes[count..];
                offset += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
