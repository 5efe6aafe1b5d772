//! Files with keys, and whether a key in one is a secret at all.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::output::Output;
use super::world::read_text;
use crate::ledger::MasterKey;

/// The key in a file.
pub(crate) fn key_in(path: &Path) -> Result<MasterKey, Failure> {
    let text = secrecy::zeroize::Zeroizing::new(read_text(path)?);
    MasterKey::from_hex(&text)
        .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
}

/// Refuses a key that everybody tries first, before a ledger is begun or gone on with under it.
pub(crate) fn refuse_guessable(key: &MasterKey, place: &str) -> Result<(), Failure> {
    match key.is_guessable() {
        true => Err(Failure::usage(format!(
            "the key in {place} is no secret: all of its bytes are the same, and whoever guesses it can forge the ledger"
        ))
        .hint("make one with `openssl rand -hex 32`")),
        false => Ok(()),
    }
}

/// Refuses a place in the folder of the ledger: who can write there can write to the ledger, and would have its key.
pub(crate) fn refuse_beside(path: &Path, ledger: &Path, hint: &str) -> Result<(), Failure> {
    match is_beside(path, ledger) {
        true => Err(Failure::usage(format!(
            "{} lies in the folder of the ledger: whoever owns that could forge it",
            path.display()
        ))
        .hint(hint)),
        false => Ok(()),
    }
}

/// Says that others than its owner can have the key in a file, and that it lies where the ledger does.
pub(crate) fn warn_of_readers(path: &Path, ledger: &Path, out: &mut Output<'_>) {
    if let Some(mode) = open_to_others(path) {
        let path = path.display();
        out.warn(&format!(
            "{path} can be read by others than its owner (mode {mode:04o}), who can then forge the ledger; `chmod 600 {path}`"
        ));
    }
    if is_beside(path, ledger) {
        out.warn(&format!(
            "{} lies in the folder of the ledger: whoever owns that can forge it; keep the key elsewhere",
            path.display()
        ));
    }
}

fn is_beside(path: &Path, ledger: &Path) -> bool {
    // The file itself may not be there yet.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let real = |path: &Path| fs::canonicalize(path).ok();
    let places = [real(path), real(folder.unwrap_or(Path::new(".")))];
    real(ledger).is_some_and(|ledger| places.iter().flatten().any(|it| it.starts_with(&ledger)))
}

#[cfg(unix)]
fn open_to_others(path: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    let mode = fs::metadata(path).ok()?.mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

#[cfg(not(unix))]
fn open_to_others(_path: &Path) -> Option<u32> {
    None
}

/// The key in a file, and whether it had to be made.
pub(crate) fn given_or_made(path: &Path) -> Result<(MasterKey, bool), Failure> {
    match path.exists() {
        true => {
            let key = key_in(path)?;
            refuse_guessable(&key, &format!("`{}`", path.display()))?;
            Ok((key, false))
        }
        false => Ok((make(path)?, true)),
    }
}

/// A new key.
pub(crate) fn random() -> Result<MasterKey, Failure> {
    let mut bytes = secrecy::zeroize::Zeroizing::new([0; 32]);
    getrandom::fill(&mut *bytes).map_err(|error| {
        Failure::unavailable(format!("the system gives no random bytes: {error}"))
    })?;
    Ok(MasterKey::from_bytes(*bytes))
}

/// A new key in a new file, which is on disk before anything is signed with it.
fn make(path: &Path) -> Result<MasterKey, Failure> {
    let key = random()?;
    write_private(path, &key.to_hex()).map_err(|error| {
        Failure::unavailable(format!("the key cannot be kept in {}: {error}", path.display()))
    })?;
    Ok(key)
}

/// Writes a secret into a new file that its owner alone can read; it is on disk when this returns.
pub(crate) fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    let kept = written.and_then(|()| sync_folder(path));
    if kept.is_err() {
        // A part of a key is in the way of the next try.
        let _ = fs::remove_file(path);
    }
    kept
}

/// A file is no more durable than its name.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Where the key of the environment stands.
pub(crate) enum Given {
    Variable,
    File(PathBuf),
}
