//! The file system as a store of files needs it, so that a test can substitute one that fails.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// The name of a file, or of the directory of files, belongs to something else: a symlink, a FIFO, a folder.
#[derive(Debug, Error)]
#[error("{0}")]
pub(super) struct Irregular(&'static str);

impl Irregular {
    fn error(what: &'static str) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidInput, Irregular(what))
    }

    /// Whether this is why a file was not opened or a directory not listed.
    pub(super) fn is_why(error: &io::Error) -> bool {
        error.get_ref().is_some_and(|inner| inner.is::<Irregular>())
    }
}

/// A directory with files and one level of directories in it. Names are relative to it; the empty name is itself.
pub trait Disk: Send + Sync {
    /// An open file.
    type File: DiskFile;

    /// Where it is, for messages.
    fn place(&self, name: &str) -> String;

    /// The directory in the local file system, if it is in that.
    fn directory(&self) -> Option<&Path> {
        None
    }

    /// Makes a directory for its owner alone; an existing one stays as it is.
    ///
    /// # Errors
    ///
    /// When it cannot be made, or something else has its name.
    fn make_dir(&self, name: &str) -> io::Result<()>;

    /// The content of a directory; `None` if there is no such directory.
    ///
    /// # Errors
    ///
    /// When it cannot be listed, or is a symlink.
    fn list(&self, dir: &str) -> io::Result<Option<Vec<Listed>>>;

    /// Opens an existing file. A symlink is refused.
    ///
    /// # Errors
    ///
    /// When it cannot be opened.
    fn open(&self, name: &str, write: bool) -> io::Result<Self::File>;

    /// Makes a file, for its owner alone, and opens it for writing.
    ///
    /// # Errors
    ///
    /// When it cannot be made, or something has its name.
    fn create(&self, name: &str) -> io::Result<Self::File>;

    /// The file that has this name now, a symlink not followed.
    ///
    /// # Errors
    ///
    /// When nothing has it.
    fn stat(&self, name: &str) -> io::Result<FileStat>;

    /// Renames a file, replacing a file of the new name.
    ///
    /// # Errors
    ///
    /// When it cannot be renamed.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    ///
    /// When it cannot be removed.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Makes a file read-only for everybody.
    ///
    /// # Errors
    ///
    /// When it cannot be taken.
    fn set_readonly(&self, name: &str) -> io::Result<()>;

    /// The permissions of a file or of the directory, such as 0600, a symlink not followed; `None` where there is nothing of the
    /// kind.
    ///
    /// # Errors
    ///
    /// When nothing has this name.
    fn mode(&self, name: &str) -> io::Result<Option<u32>> {
        let _ = name;
        Ok(None)
    }

    /// Makes the names in a directory durable.
    ///
    /// # Errors
    ///
    /// When they may not be durable.
    fn sync_dir(&self, dir: &str) -> io::Result<()>;
}

/// An open file of a [`Disk`].
pub trait DiskFile: Send + Sync {
    /// Length and identity.
    ///
    /// # Errors
    ///
    /// When the system does not say.
    fn stat(&self) -> io::Result<FileStat>;

    /// Reads from an offset; 0 at the end.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Writes at an offset, perhaps only a part.
    ///
    /// # Errors
    ///
    /// When nothing could be written.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize>;

    /// Makes bytes and length durable.
    ///
    /// # Errors
    ///
    /// When they may not be durable.
    fn sync(&self) -> io::Result<()>;

    /// Cuts the file to this length.
    ///
    /// # Errors
    ///
    /// When it cannot be cut.
    fn truncate(&self, len: u64) -> io::Result<()>;

    /// Waits for the file's lock and takes it.
    ///
    /// # Errors
    ///
    /// When it cannot be taken.
    fn lock(&self) -> io::Result<()>;

    /// Takes the file's lock, unless another has it. Returns whether it was taken.
    ///
    /// # Errors
    ///
    /// When it cannot be taken.
    fn try_lock(&self) -> io::Result<bool>;

    /// Gives the lock back.
    ///
    /// # Errors
    ///
    /// When it cannot be given back.
    fn unlock(&self) -> io::Result<()>;
}

/// The identity of a file, whatever its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The file system.
    pub device: u64,
    /// The file's number there.
    pub inode: u64,
}

/// The metadata of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileStat {
    /// Its length in bytes.
    pub len: u64,
    /// The identity of the file.
    pub identity: Identity,
}

impl FileStat {
    fn of(found: &fs::Metadata) -> Self {
        FileStat { len: found.len(), identity: identity_of(found) }
    }
}

/// One name in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The name.
    pub name: String,
    /// The length of the file.
    pub len: u64,
    /// Whether it is read-only.
    pub readonly: bool,
    /// Whether it is a regular file; a symlink is not.
    pub file: bool,
    /// Whether it is a directory.
    pub dir: bool,
}

/// A directory of the local file system.
#[derive(Clone, Debug)]
pub struct RealDisk {
    root: PathBuf,
}

impl RealDisk {
    /// The directory at this path, which need not exist yet.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        RealDisk { root: root.into() }
    }

    /// The path of the directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn path(&self, name: &str) -> PathBuf {
        if name.is_empty() { self.root.clone() } else { self.root.join(name) }
    }
}

impl Disk for RealDisk {
    type File = RealFile;

    fn place(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    fn directory(&self) -> Option<&Path> {
        Some(&self.root)
    }

    fn make_dir(&self, name: &str) -> io::Result<()> {
        let path = self.path(name);
        let mut builder = fs::DirBuilder::new();
        private_dir(&mut builder);
        // The directories above the ledger are not the ledger's, and are left to the umask.
        if name.is_empty()
            && let Some(parent) = path.parent()
        {
            fs::create_dir_all(parent)?;
        }
        match builder.create(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if fs::symlink_metadata(&path)?.is_dir() { Ok(()) } else { Err(error) }
            }
            // A file is no more durable than the name of its directory.
            Ok(()) => sync_parent(&path),
            result => result,
        }
    }

    fn list(&self, dir: &str) -> io::Result<Option<Vec<Listed>>> {
        let path = self.path(dir);
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_dir() => {}
            // The directory itself may have been named by mistake.
            Ok(_) if dir.is_empty() => {
                return Err(io::Error::new(io::ErrorKind::NotADirectory, "not a directory"));
            }
            Ok(_) => return Err(Irregular::error("no directory")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        }
        let mut listed = Vec::new();
        for entry in fs::read_dir(&path)? {
            let entry = entry?;
            let found = match entry.metadata() {
                Ok(found) => found,
                // Another process removed it between the two calls.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            listed.push(Listed {
                name: entry.file_name().to_string_lossy().into_owned(),
                len: found.len(),
                readonly: found.permissions().readonly(),
                file: found.is_file(),
                dir: found.is_dir(),
            });
        }
        Ok(Some(listed))
    }

    fn open(&self, name: &str, write: bool) -> io::Result<RealFile> {
        let path = self.path(name);
        let before = fs::symlink_metadata(&path)?;
        if !before.is_file() {
            return Err(Irregular::error("not a regular file"));
        }
        let mut options = OpenOptions::new();
        let file = open_quietly(options.read(true).write(write), &path)?;
        // The file that was checked and the one that was opened are the same, unless a symlink was put in between.
        if identity_of(&before) != identity_of(&file.metadata()?) {
            return Err(Irregular::error("replaced while being opened"));
        }
        Ok(RealFile(file))
    }

    fn create(&self, name: &str) -> io::Result<RealFile> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        private_file(&mut options);
        open_quietly(&mut options, &self.path(name)).map(RealFile)
    }

    fn stat(&self, name: &str) -> io::Result<FileStat> {
        fs::symlink_metadata(self.path(name)).map(|found| FileStat::of(&found))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path(from), self.path(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path(name))
    }

    fn set_readonly(&self, name: &str) -> io::Result<()> {
        let path = self.path(name);
        let mut permissions = fs::symlink_metadata(&path)?.permissions();
        read_alone(&mut permissions);
        fs::set_permissions(path, permissions)
    }

    fn mode(&self, name: &str) -> io::Result<Option<u32>> {
        fs::symlink_metadata(self.path(name)).map(|found| mode_of(&found))
    }

    fn sync_dir(&self, dir: &str) -> io::Result<()> {
        sync_names(&self.path(dir))
    }
}

/// Opens a file so that reading it does not count as an access, if the system can do that: the end of a ledger is read before
/// each append, and each time the following sync would have one more thing to write.
fn open_quietly(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    flagged(options, true);
    match options.open(path) {
        // Only the owner of the file may do this.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            flagged(options, false);
            options.open(path)
        }
        opened => opened,
    }
}

fn sync_parent(path: &Path) -> io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    match sync_names(parent.unwrap_or(Path::new("."))) {
        // A process may create names in a directory that it may not open.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        result => result,
    }
}

/// A file of the local file system.
#[derive(Debug)]
pub struct RealFile(File);

impl DiskFile for RealFile {
    fn stat(&self) -> io::Result<FileStat> {
        self.0.metadata().map(|found| FileStat::of(&found))
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        position::read_at(&self.0, buffer, offset)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        position::write_at(&self.0, bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn truncate(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }

    fn lock(&self) -> io::Result<()> {
        self.0.lock()
    }

    fn try_lock(&self) -> io::Result<bool> {
        match self.0.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn unlock(&self) -> io::Result<()> {
        self.0.unlock()
    }
}

#[cfg(unix)]
use unix::{
    flagged, identity_of, mode_of, position, private_dir, private_file, read_alone, sync_names,
};

#[cfg(unix)]
mod unix {
    use std::fs::{DirBuilder, File, Metadata, OpenOptions, Permissions};
    use std::io;
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
    use std::path::Path;

    use super::Identity;

    pub(super) fn private_dir(builder: &mut DirBuilder) {
        builder.mode(0o700);
    }

    pub(super) fn private_file(options: &mut OpenOptions) {
        options.mode(0o600);
    }

    /// A symlink or a FIFO that replaces a file while it is being opened is neither followed nor waited for.
    pub(super) fn flagged(options: &mut OpenOptions, quiet: bool) {
        #[cfg(target_os = "linux")]
        {
            let guard = libc::O_NOFOLLOW | libc::O_NONBLOCK;
            options.custom_flags(if quiet { guard | libc::O_NOATIME } else { guard });
        }
        #[cfg(not(target_os = "linux"))]
        let _ = (options, quiet);
    }

    pub(super) fn read_alone(permissions: &mut Permissions) {
        permissions.set_mode(0o400);
    }

    pub(crate) fn mode_of(found: &Metadata) -> Option<u32> {
        Some(found.permissions().mode() & 0o777)
    }

    pub(super) fn identity_of(found: &Metadata) -> Identity {
        Identity { device: found.dev(), inode: found.ino() }
    }

    pub(super) fn sync_names(dir: &Path) -> io::Result<()> {
        File::open(dir)?.sync_all()
    }

    pub(super) mod position {
        use std::fs::File;
        use std::io;
        use std::os::unix::fs::FileExt;

        pub(in super::super) fn read_at(
            file: &File,
            buffer: &mut [u8],
            at: u64,
        ) -> io::Result<usize> {
            file.read_at(buffer, at)
        }

        pub(in super::super) fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<usize> {
            file.write_at(bytes, at)
        }
    }
}

#[cfg(not(unix))]
use elsewhere::{
    flagged, identity_of, mode_of, position, private_dir, private_file, read_alone, sync_names,
};

/// For systems without inodes that safe code can read: a replaced file is not noticed there.
#[cfg(not(unix))]
mod elsewhere {
    use std::fs::{DirBuilder, Metadata, OpenOptions, Permissions};
    use std::io;
    use std::path::Path;

    use super::Identity;

    pub(super) fn private_dir(_: &mut DirBuilder) {}

    pub(super) fn private_file(_: &mut OpenOptions) {}

    pub(super) fn flagged(_: &mut OpenOptions, _quiet: bool) {}

    pub(super) fn read_alone(permissions: &mut Permissions) {
        permissions.set_readonly(true);
    }

    pub(crate) fn mode_of(_: &Metadata) -> Option<u32> {
        None
    }

    pub(super) fn identity_of(_: &Metadata) -> Identity {
        Identity { device: 0, inode: 0 }
    }

    /// A directory cannot be opened as a file there; the file system takes care of its names.
    pub(super) fn sync_names(_: &Path) -> io::Result<()> {
        Ok(())
    }

    pub(super) mod position {
        use std::fs::File;
        use std::io::{self, Read, Seek, SeekFrom, Write};

        pub(in super::super) fn read_at(
            mut file: &File,
            buffer: &mut [u8],
            at: u64,
        ) -> io::Result<usize> {
            file.seek(SeekFrom::Start(at))?;
            file.read(buffer)
        }

        pub(in super::super) fn write_at(
            mut file: &File,
            bytes: &[u8],
            at: u64,
        ) -> io::Result<usize> {
            file.seek(SeekFrom::Start(at))?;
            file.write(bytes)
        }
    }
}
