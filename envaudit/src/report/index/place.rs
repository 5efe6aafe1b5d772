//! The file of the database, and how it is opened.
//!
//! It has a rollback journal and no write-ahead log: a log would write everything twice, and needs a second file even for
//! reading, so it could not be read in a read-only directory. Readers hold up a writer for as long as they read, which is
//! milliseconds, or the seconds of a report; a process that would wait longer works without the index.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::error::IndexError;

const NAME: &str = "index.sqlite";
const JOURNAL: &str = "index.sqlite-journal";
/// How long to wait for a busy database.
const PATIENCE: Duration = Duration::from_secs(2);
/// In KiB; a negative number means KiB to `SQLite`, and not pages.
const CACHE: i64 = -32 * 1024;

/// Opens the database, which is created if missing; also returns whether it can be written.
pub(super) fn open(dir: &Path) -> Result<(Connection, bool), IndexError> {
    let path = dir.join(NAME);
    match fs::symlink_metadata(&path) {
        Ok(found) if found.is_file() => {}
        Ok(_) => return Err(IndexError::unusable("it is not a file")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => create(&path)?,
        Err(error) => return Err(IndexError::Unusable(error.into())),
    }
    let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_PRIVATE_CACHE;
    let write = Connection::open_with_flags(&path, flags | OpenFlags::SQLITE_OPEN_READ_WRITE);
    let db = match write {
        Ok(db) => db,
        Err(_) => Connection::open_with_flags(&path, flags | OpenFlags::SQLITE_OPEN_READ_ONLY)?,
    };
    let writable = !db.is_readonly("main")?;
    db.busy_timeout(PATIENCE)?;
    // On old file systems a power cut at the worst moment may damage the file
    // (<https://sqlite.org/pragma.html#pragma_synchronous>); then it is rebuilt.
    db.pragma_update(None, "synchronous", "NORMAL")?;
    distrust(&db)?;
    Ok((db, writable))
}

/// A database without a name.
pub(super) fn temporary() -> Result<Connection, IndexError> {
    let db = Connection::open("")?;
    db.pragma_update(None, "journal_mode", "OFF")?;
    db.pragma_update(None, "synchronous", "OFF")?;
    distrust(&db)?;
    Ok(db)
}

/// Opening a file runs no code from it, whatever its origin.
fn distrust(db: &Connection) -> Result<(), IndexError> {
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    db.pragma_update(None, "cell_size_check", true)?;
    db.pragma_update(None, "cache_size", CACHE)?;
    Ok(())
}

/// Creates an empty file for its owner alone, which is an empty database; its journal gets the same rights.
fn create(path: &Path) -> Result<(), IndexError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        // Another process was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(IndexError::Unusable(error.into())),
        Ok(_) => Ok(()),
    }
}

/// Removes a damaged database.
pub(super) fn remove(dir: &Path) -> Result<(), IndexError> {
    for name in [JOURNAL, NAME] {
        match fs::remove_file(dir.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(IndexError::Unusable(error.into()));
            }
            _ => {}
        }
    }
    Ok(())
}
