use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;

/// An answer that goes into a file, whole or not at all: what was there stays until all of it is written.
pub(crate) struct WholeFile {
    path: PathBuf,
    staged: PathBuf,
    writer: BufWriter<File>,
    is_whole: bool,
}

impl WholeFile {
    pub(crate) fn create(path: &Path) -> Result<Self, Failure> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.new", std::process::id()));
        let staged = path.with_file_name(name);
        let file = OpenOptions::new().write(true).create_new(true).open(&staged);
        let writer = BufWriter::new(file.map_err(|error| failed(path, &error))?);
        Ok(WholeFile { path: path.to_owned(), staged, writer, is_whole: false })
    }

    /// A part of the answer.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), Failure> {
        self.writer.write_all(text.as_bytes()).map_err(|error| failed(&self.path, &error))
    }

    /// That was all of it.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        let synced = self.writer.flush().and_then(|()| self.writer.get_ref().sync_all());
        let put = synced.and_then(|()| fs::rename(&self.staged, &self.path));
        self.is_whole = put.is_ok();
        put.map_err(|error| failed(&self.path, &error))
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        if !self.is_whole {
            let _ = fs::remove_file(&self.staged);
        }
    }
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    Failure::unavailable(format!("{} cannot be written: {error}", path.display()))
}
