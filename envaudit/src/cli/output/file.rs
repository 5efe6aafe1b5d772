//! An answer that is written to a file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::cli::error::{CliError, with_causes};

/// An answer that is written to a file as a whole or not at all: an old file is replaced when all of the new one is
/// written. Anything else than a file, such as a pipe, is written to directly.
pub(crate) struct WholeFile {
    path: PathBuf,
    /// The new file, until it replaces the old one.
    staged: Option<Staged>,
    writer: BufWriter<File>,
}

struct Staged {
    path: PathBuf,
    becomes: PathBuf,
}

impl WholeFile {
    pub(crate) fn create(path: &Path) -> Result<Self, CliError> {
        WholeFile::open(path).map_err(|error| failed(path, &error))
    }

    fn open(path: &Path) -> io::Result<Self> {
        let there = match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            found => Some(found?),
        };
        if there.as_ref().is_some_and(|there| !there.is_file()) {
            let writer = BufWriter::new(OpenOptions::new().write(true).open(path)?);
            return Ok(WholeFile { path: path.to_owned(), staged: None, writer });
        }
        // A link stays a link: the file it leads to is replaced.
        let becomes = match fs::symlink_metadata(path) {
            Ok(_) => fs::canonicalize(path)?,
            Err(_) => path.to_owned(),
        };
        let mut name = becomes.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.new", std::process::id()));
        let staged = Staged { path: becomes.with_file_name(name), becomes };
        let file = OpenOptions::new().write(true).create_new(true).open(&staged.path)?;
        let file =
            WholeFile { path: path.to_owned(), staged: Some(staged), writer: BufWriter::new(file) };
        if let Some(there) = there {
            file.writer.get_ref().set_permissions(there.permissions())?;
        }
        Ok(file)
    }

    /// Writes a part of the answer.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), CliError> {
        self.writer.write_all(text.as_bytes()).map_err(|error| failed(&self.path, &error))
    }

    /// Puts the file in its place.
    pub(crate) fn finish(mut self) -> Result<(), CliError> {
        self.put().map_err(|error| failed(&self.path, &error))
    }

    fn put(&mut self) -> io::Result<()> {
        self.writer.flush()?;
        let Some(staged) = &self.staged else { return Ok(()) };
        self.writer.get_ref().sync_all()?;
        fs::rename(&staged.path, &staged.becomes)?;
        self.staged = None;
        Ok(())
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        if let Some(staged) = &self.staged {
            let _ = fs::remove_file(&staged.path);
        }
    }
}

fn failed(path: &Path, error: &io::Error) -> CliError {
    CliError::unavailable(format!("{} cannot be written: {}", path.display(), with_causes(error)))
}
