//! Files with keys: read, created, and checked for keys that are not secret.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use secrecy::zeroize::Zeroizing;

use crate::cli::error::{CliError, with_causes};
use crate::cli::output::Output;
use crate::ledger::__private::{LONGEST_KEY_FILE, open_to_others, read_key_file};
use crate::ledger::{LedgerWarning, MasterKey};

/// The key in a file.
pub(crate) fn read_key(path: &Path) -> Result<MasterKey, CliError> {
    let text = read_key_text(path, LONGEST_KEY_FILE)?;
    MasterKey::from_hex(&text)
        .map_err(|error| CliError::usage(format!("{}: {}", path.display(), with_causes(&error))))
}

/// The text of a file with keys. Only a regular file of at most this length is read: nothing is waited for.
pub(crate) fn read_key_text(path: &Path, most: usize) -> Result<Zeroizing<String>, CliError> {
    let unreadable = |reason: String| {
        CliError::unavailable(format!("{} cannot be read: {reason}", path.display()))
    };
    let bytes = read_key_file(path, most).map_err(|error| unreadable(with_causes(&error)))?;
    let text = str::from_utf8(&bytes).map_err(|_| unreadable("it is not UTF-8".to_owned()))?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// Refuses a key that an attacker would try first, before a ledger is written with it.
pub(crate) fn refuse_guessable(key: &MasterKey, place: &str) -> Result<(), CliError> {
    match key.is_guessable() {
        true => Err(CliError::usage(format!(
            "the key in {place} is not secret: it is a pattern, or one that is published, and anybody who guesses it can forge \
             the ledger"
        ))
        .hint("make one with `openssl rand -hex 32`")),
        false => Ok(()),
    }
}

/// Refuses a place in the folder of the ledger: anybody who can write to the ledger would have its key.
pub(crate) fn refuse_beside(path: &Path, ledger: &Path, hint: &str) -> Result<(), CliError> {
    match is_beside(path, ledger) {
        true => Err(CliError::usage(format!(
            "{} is in the folder of the ledger: the owner of the folder could forge it",
            path.display()
        ))
        .hint(hint)),
        false => Ok(()),
    }
}

/// Warns if others than the owner can read the key in a file, or if the file is in the folder of the ledger.
pub(crate) fn warn_of_readers(path: &Path, ledger: &Path, out: &mut Output<'_>) {
    if let Some(mode) = open_to_others(path) {
        let path = path.display().to_string();
        out.warn(&LedgerWarning::KeyOpenToOthers { path, mode }.to_string());
    }
    warn_if_beside(path, ledger, out);
}

/// Warns if the file with the key is in the folder of the ledger.
pub(crate) fn warn_if_beside(path: &Path, ledger: &Path, out: &mut Output<'_>) {
    if is_beside(path, ledger) {
        out.warn(&format!(
            "{} is in the folder of the ledger: the owner of the folder can forge it; keep the key elsewhere",
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

/// The key in a file, and whether the file had to be created.
pub(crate) fn read_or_create(path: &Path) -> Result<(MasterKey, bool), CliError> {
    match path.exists() {
        true => {
            let key = read_key(path)?;
            refuse_guessable(&key, &format!("`{}`", path.display()))?;
            Ok((key, false))
        }
        false => Ok((create(path)?, true)),
    }
}

/// A new key.
pub(crate) fn random() -> Result<MasterKey, CliError> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *bytes).map_err(|error| {
        CliError::unavailable(format!("the system gives no random bytes: {}", with_causes(&error)))
    })?;
    Ok(MasterKey::from_bytes(*bytes))
}

/// A new key in a new file, which is on disk before anything is signed with it.
fn create(path: &Path) -> Result<MasterKey, CliError> {
    let key = random()?;
    write_private(path, &key.to_hex()).map_err(|error| {
        CliError::unavailable(format!(
            "the key cannot be kept in {}: {}",
            path.display(),
            with_causes(&error)
        ))
    })?;
    Ok(key)
}

/// Writes a secret to a new file that only its owner can read; it is on disk when this returns.
pub(crate) fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    let kept = written.and_then(|()| sync_folder(path));
    if kept.is_err() {
        // A part of a key would be in the way of the next try.
        let _ = fs::remove_file(path);
    }
    kept
}

/// Makes the name of a new file durable too.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// The place of the key that the environment gives.
pub(crate) enum GivenKey {
    Variable,
    File(PathBuf),
}
