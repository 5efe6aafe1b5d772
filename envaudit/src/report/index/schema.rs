//! The tables.
//!
//! A line is known by its *id*: that of the line before it and one more, beginning with the seq that the first segment is named
//! by. In a sound ledger it is the seq; `events.seq` is set only if it is not, so that copied or moved lines are indexed like
//! any other.

use rusqlite::Connection;

use super::digest;
use super::error::IndexError;
use crate::ledger::keys::ChainKeys;

/// Databases of one version have the same tables, and columns of the same meaning.
const VERSION: i64 = 4;

const TABLES: [&str; 8] = [
    // SHA-256 of ledger.json, the digest of the tables about all of the index, and its seal by the key of the ledger, if that
    // was at hand.
    "CREATE TABLE about (ledger BLOB NOT NULL, digest BLOB NOT NULL, seal BLOB NOT NULL)",
    // For lines that were inserted together, the digest of their events and that of the rows in the other tables.
    "CREATE TABLE digests (last_id INTEGER PRIMARY KEY, first_id INTEGER NOT NULL, events BLOB NOT NULL, rest BLOB NOT NULL)",
    // For each segment how far it was read, and SHA-256 of the last line.
    "CREATE TABLE segments (first_seq INTEGER PRIMARY KEY, first_id INTEGER NOT NULL, last_id INTEGER NOT NULL, \
     end INTEGER NOT NULL, last_at INTEGER NOT NULL, last_sha BLOB NOT NULL, from_time INTEGER NOT NULL, \
     to_time INTEGER NOT NULL)",
    // Columns with few distinct values.
    "CREATE TABLE kinds (id INTEGER PRIMARY KEY, action TEXT NOT NULL, actor_type TEXT NOT NULL, \
     resource_type TEXT NOT NULL, outcome TEXT NOT NULL, origin TEXT NOT NULL, \
     UNIQUE (action, actor_type, resource_type, outcome, origin))",
    // `at` is the byte of the segment, `time` in microseconds.
    "CREATE TABLE events (id INTEGER PRIMARY KEY, seq INTEGER, at INTEGER NOT NULL, time INTEGER NOT NULL, \
     kind INTEGER NOT NULL, actor TEXT NOT NULL, resource TEXT, network TEXT, flags INTEGER NOT NULL)",
    // Place and time again: those of one variable are next to each other, and their events all over the table of events.
    "CREATE TABLE changes (key TEXT NOT NULL, id INTEGER NOT NULL, at INTEGER NOT NULL, time INTEGER NOT NULL, \
     what INTEGER NOT NULL, PRIMARY KEY (key, id)) WITHOUT ROWID",
    // The events that have the whole state of a configuration.
    "CREATE TABLE states (resource TEXT NOT NULL, id INTEGER NOT NULL, at INTEGER NOT NULL, time INTEGER NOT NULL, \
     environment TEXT, PRIMARY KEY (resource, id)) WITHOUT ROWID",
    "CREATE TABLE unreadable (id INTEGER PRIMARY KEY, at INTEGER NOT NULL)",
];

/// Makes the tables of an empty database.
pub(super) fn create(
    db: &Connection,
    ledger: &[u8; 32],
    keys: Option<&ChainKeys>,
) -> Result<(), IndexError> {
    for table in TABLES {
        db.execute_batch(table)?;
    }
    db.pragma_update(None, "user_version", VERSION)?;
    db.execute("INSERT INTO about VALUES (?1, x'', x'')", [ledger])?;
    digest::seal(db, keys)
}

/// Whether the database has these tables, or nothing at all.
pub(super) fn is_there(db: &Connection, ledger: &[u8; 32]) -> Result<bool, IndexError> {
    let mut statement = db.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")?;
    let found = statement.query_map([], |row| row.get(0))?;
    let mut found = found.collect::<Result<Vec<String>, _>>()?;
    if found.is_empty() {
        return Ok(false);
    }
    let mut wanted = TABLES.to_vec();
    found.sort_unstable();
    wanted.sort_unstable();
    let version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version != VERSION || found != wanted {
        return Err(IndexError::Damaged("it was not made by this version".into()));
    }
    let of: Vec<u8> = db.query_row("SELECT ledger FROM about", [], |row| row.get(0))?;
    match of == ledger {
        true => Ok(true),
        false => Err(IndexError::Damaged("it is that of another ledger".into())),
    }
}
