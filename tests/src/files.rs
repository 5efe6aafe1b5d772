//! A temporary folder with the files of one test.

use std::path::{Path, PathBuf};
use std::process::Command;

use envaudit::{EnvConfig, Loader, Source};
use tempfile::TempDir;

/// A temporary folder with the files of one test, removed when it goes out of scope.
pub struct Files(TempDir);

impl Files {
    /// An empty folder.
    pub fn new() -> Self {
        Files(tempfile::tempdir().expect("a temporary folder can be made"))
    }

    /// A folder with one file.
    pub fn with(name: &str, content: impl AsRef<[u8]>) -> Self {
        let files = Files::new();
        files.write(name, content);
        files
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file, with the folders above it, and gives its path.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        let folder = path.parent().expect("a file is in a folder");
        std::fs::create_dir_all(folder).expect("a folder can be made");
        std::fs::write(&path, content).expect("a file can be written");
        path
    }

    /// Makes a folder and gives its path.
    pub fn folder(&self, name: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(&path).expect("a folder can be made");
        path
    }

    /// Makes a symbolic link and gives its path.
    #[cfg(unix)]
    pub fn link(&self, name: &str, target: impl AsRef<Path>) -> PathBuf {
        let path = self.path().join(name);
        std::os::unix::fs::symlink(target, &path).expect("a link can be made");
        path
    }

    /// Makes a named pipe, whose opening for reading waits for ever, and gives its path.
    #[cfg(unix)]
    pub fn pipe(&self, name: &str) -> PathBuf {
        let path = self.path().join(name);
        let status = Command::new("mkfifo").arg(&path).status().expect("mkfifo can be run");
        assert!(status.success(), "mkfifo: {status}");
        path
    }

    /// A loader that sees the env files of this folder and nothing of the machine: no variables, no folders of secrets.
    pub fn loader<T: EnvConfig>(&self) -> Loader<T> {
        T::loader()
            .dir(self.path())
            .vars([("", ""); 0])
            .without(Source::Docker)
            .without(Source::K8s)
    }
}

impl Default for Files {
    fn default() -> Self {
        Files::new()
    }
}
