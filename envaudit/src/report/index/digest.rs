//! Digests of the rows: an index that anything else than this program has changed is noticed, and made anew.
//!
//! Every row has a SHA-256; the rows of a part, which are those inserted together, have a sum of them in `digests`, once for the
//! events and once for all else, so that the history of a variable need not read the events. The few rows of the other tables
//! have one digest in `about`. Whoever knows this can compute all of it anew: it guards against accidents and careless hands.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, Statement};
use sha2::{Digest as _, Sha256};

use super::error::IndexError;

/// A value of a column.
#[derive(Clone, Copy)]
pub(super) enum Value<'v> {
    Null,
    Integer(i64),
    Text(&'v str),
    Blob(&'v [u8]),
}

impl<'v> Value<'v> {
    pub(super) fn text(text: Option<&'v str>) -> Self {
        text.map_or(Value::Null, Value::Text)
    }

    /// A number of the index: none is larger than SQLite can keep.
    pub(super) fn number(number: u64) -> Self {
        Value::Integer(number as i64)
    }

    fn of(value: ValueRef<'v>) -> Result<Self, IndexError> {
        Ok(match value {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => Value::Integer(number),
            ValueRef::Text(text) => {
                Value::Text(str::from_utf8(text).map_err(|_| IndexError::other())?)
            }
            ValueRef::Blob(bytes) => Value::Blob(bytes),
            ValueRef::Real(_) => return Err(IndexError::other()),
        })
    }

    fn update(self, hash: &mut Sha256) {
        let (kind, bytes): (u8, &[u8]) = match &self {
            Value::Null => (0, &[]),
            Value::Integer(number) => (1, &number.to_be_bytes()),
            Value::Text(text) => (2, text.as_bytes()),
            Value::Blob(bytes) => (3, bytes),
        };
        hash.update([kind]);
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    }
}

/// The sum of the digests of rows, in whatever order they come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum([u64; 4]);

impl Sum {
    /// Adds a row of a table.
    pub(super) fn add(&mut self, table: &str, row: &[Value<'_>]) {
        let mut hash = Sha256::new();
        Value::Text(table).update(&mut hash);
        row.iter().for_each(|value| value.update(&mut hash));
        let digest: [u8; 32] = hash.finalize().into();
        for (sum, word) in self.0.iter_mut().zip(digest.as_chunks::<8>().0) {
            *sum = sum.wrapping_add(u64::from_be_bytes(*word));
        }
    }

    pub(super) fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (part, word) in bytes.chunks_mut(8).zip(self.0) {
            part.copy_from_slice(&word.to_be_bytes());
        }
        bytes
    }
}

/// The tables besides that of the events whose rows belong to lines, each with its columns; the one named `id` is the first.
const REST: [(&str, &str); 3] = [
    ("changes", "id, key, at, time, what"),
    ("states", "id, resource, at, time, environment"),
    ("unreadable", "id, at"),
];
const EVENTS: (&str, &str) = ("events", "id, seq, at, time, kind, actor, resource, network, flags");

/// The tables that are about all of the index.
const WHOLE: [(&str, &str); 3] = [
    ("segments", "first_seq, first_id, last_id, end, last_at, last_sha, from_time, to_time"),
    ("kinds", "id, action, actor_type, resource_type, outcome, origin"),
    ("digests", "last_id, first_id, events, rest"),
];

/// Lines that were inserted together.
struct Part {
    first_id: i64,
    last_id: i64,
    /// What the sum has to be.
    expected: Vec<u8>,
    sum: Sum,
}

/// Writes the digest of the tables about all of the index.
pub(super) fn seal(db: &Connection) -> Result<(), IndexError> {
    db.execute("UPDATE about SET digest = ?1", [whole(db)?])?;
    Ok(())
}

/// Whether the tables about all of the index are what was written.
pub(super) fn check_whole(db: &Connection) -> Result<(), IndexError> {
    let told: Vec<u8> = db.query_row("SELECT digest FROM about", [], |row| row.get(0))?;
    if told == whole(db)? { Ok(()) } else { Err(IndexError::other()) }
}

fn whole(db: &Connection) -> Result<[u8; 32], IndexError> {
    let mut sum = Sum::default();
    for (table, columns) in WHOLE {
        each_row(db, table, columns, |row| {
            sum.add(table, row);
            Ok(())
        })?;
    }
    Ok(sum.to_bytes())
}

/// Whether the rows of the events are what was inserted.
pub(super) fn check_events(db: &Connection) -> Result<(), IndexError> {
    check(db, "events", &[EVENTS])
}

/// Whether all other rows are.
pub(super) fn check_rest(db: &Connection) -> Result<(), IndexError> {
    check(db, "rest", &REST)
}

fn check(db: &Connection, digest: &str, tables: &[(&str, &str)]) -> Result<(), IndexError> {
    let sql = format!("SELECT first_id, last_id, {digest} FROM digests ORDER BY last_id");
    let mut statement = db.prepare(&sql)?;
    let read = |row: &Row<'_>| {
        let (first_id, last_id, expected) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(Part { first_id, last_id, expected, sum: Sum::default() })
    };
    let mut parts = statement.query_map([], read)?.collect::<Result<Vec<_>, _>>()?;
    for (table, columns) in tables {
        each_row(db, table, columns, |row| {
            let Some(Value::Integer(id)) = row.first() else { return Err(IndexError::other()) };
            let at = parts.partition_point(|part| part.last_id < *id);
            let part = parts.get_mut(at).filter(|part| part.first_id <= *id);
            part.ok_or_else(IndexError::other)?.sum.add(table, row);
            Ok(())
        })?;
    }
    match parts.iter().all(|part| part.sum.to_bytes() == part.expected.as_slice()) {
        true => Ok(()),
        false => Err(IndexError::other()),
    }
}

fn each_row(
    db: &Connection,
    table: &str,
    columns: &str,
    mut take: impl FnMut(&[Value<'_>]) -> Result<(), IndexError>,
) -> Result<(), IndexError> {
    let mut statement: Statement<'_> = db.prepare(&format!("SELECT {columns} FROM {table}"))?;
    let count = statement.column_count();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let mut values = [Value::Null; 9];
        for (at, value) in values.iter_mut().enumerate().take(count) {
            *value = Value::of(row.get_ref(at)?)?;
        }
        take(&values[..count])?;
    }
    Ok(())
}
