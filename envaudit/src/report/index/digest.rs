//! Digests of the rows: an index that anything else than this program has changed is noticed, and made anew.
//!
//! The rows of a part, which are those inserted together, have a SHA-256 in `digests`, once for the events and once for all else,
//! so that the history of a variable need not read the events. These digests, and the few rows of the other tables, have one
//! digest in `about`. Whoever knows this can compute all of it anew. Where a key of the ledger is at hand, that one is sealed
//! with it, and an index without the right seal is not believed.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, Statement, params};
use sha2::{Digest as _, Sha256};

use super::error::IndexError;
use crate::ledger::keys::ChainKeys;

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

    fn encode(self, out: &mut Vec<u8>) {
        let (kind, bytes): (u8, &[u8]) = match &self {
            Value::Null => (0, &[]),
            Value::Integer(number) => (1, &number.to_be_bytes()),
            Value::Text(text) => (2, text.as_bytes()),
            Value::Blob(bytes) => (3, bytes),
        };
        out.push(kind);
        out.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        out.extend_from_slice(bytes);
    }
}

fn encode(table: &str, row: &[Value<'_>], out: &mut Vec<u8>) {
    Value::Text(table).encode(out);
    row.iter().for_each(|value| value.encode(out));
}

/// The rows of a part, while they are inserted.
#[derive(Default)]
pub(super) struct PartRows {
    events: Vec<u8>,
    /// The other rows, each with what orders it: its table, its text and its line.
    rest: Vec<(usize, String, i64, Vec<u8>)>,
}

impl PartRows {
    /// Adds an event; they come in the order of their lines.
    pub(super) fn event(&mut self, row: &[Value<'_>]) {
        encode(EVENTS.name, row, &mut self.events);
    }

    /// Adds a row of another table, in whatever order.
    pub(super) fn other(&mut self, table: &str, row: &[Value<'_>]) {
        let at = REST.iter().position(|of| of.name == table).unwrap_or(REST.len());
        let id = row.iter().find_map(|value| match value {
            Value::Integer(id) => Some(*id),
            _ => None,
        });
        let text = row.iter().find_map(|value| match value {
            Value::Text(text) => Some((*text).to_owned()),
            _ => None,
        });
        let mut bytes = Vec::new();
        encode(table, row, &mut bytes);
        self.rest.push((at, text.unwrap_or_default(), id.unwrap_or_default(), bytes));
    }

    /// The digest of the events, and that of all else.
    pub(super) fn take(&mut self) -> ([u8; 32], [u8; 32]) {
        let PartRows { events, rest } = core::mem::take(self);
        let mut others = rest;
        others.sort_unstable();
        let mut hash = Sha256::new();
        others.iter().for_each(|(.., bytes)| hash.update(bytes));
        (Sha256::digest(events).into(), hash.finalize().into())
    }
}

/// A table: its columns, of which the one named `id` is the first where its rows belong to lines, and their order.
struct Of {
    name: &'static str,
    columns: &'static str,
    order: &'static str,
}

const EVENTS: Of = Of {
    name: "events",
    columns: "id, seq, at, time, kind, actor, resource, network, flags",
    order: "id",
};

/// The tables besides that of the events whose rows belong to lines.
const REST: [Of; 3] = [
    Of { name: "changes", columns: "id, key, at, time, what", order: "key, id" },
    Of { name: "states", columns: "id, resource, at, time, environment", order: "resource, id" },
    Of { name: "unreadable", columns: "id, at", order: "id" },
];

/// The tables that are about all of the index.
const WHOLE: [Of; 3] = [
    Of {
        name: "segments",
        columns: "first_seq, first_id, last_id, end, last_at, last_sha, from_time, to_time",
        order: "first_seq",
    },
    Of {
        name: "kinds",
        columns: "id, action, actor_type, resource_type, outcome, origin",
        order: "id",
    },
    Of { name: "digests", columns: "last_id, first_id, events, rest", order: "last_id" },
];

/// Lines that were inserted together.
struct Part {
    first_id: i64,
    last_id: i64,
    /// What the digest has to be.
    expected: Vec<u8>,
    hash: Sha256,
}

/// Writes the digest of the tables about all of the index, and its seal if there are keys.
pub(super) fn seal(db: &Connection, keys: Option<&ChainKeys>) -> Result<(), IndexError> {
    let digest = whole(db)?;
    let ledger: Vec<u8> = db.query_row("SELECT ledger FROM about", [], |row| row.get(0))?;
    let seal = keys.and_then(|keys| seal_of(keys, &ledger, &digest)).unwrap_or_default();
    db.execute("UPDATE about SET digest = ?1, seal = ?2", params![digest, seal])?;
    Ok(())
}

/// What only a holder of the current key can write below the digest of an index.
fn seal_of(keys: &ChainKeys, ledger: &[u8], digest: &[u8]) -> Option<Vec<u8>> {
    // No line of a ledger begins like this.
    let sealed = [b"envaudit index v1\0", ledger, digest].concat();
    Some(keys.hasher(keys.current())?.hash(&sealed).to_vec())
}

/// Whether the tables about all of the index are what was written: if there are keys, by a holder of the current one.
pub(super) fn check_whole(db: &Connection, keys: Option<&ChainKeys>) -> Result<(), IndexError> {
    let about = "SELECT ledger, digest, seal FROM about";
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let (ledger, told, seal): (Vec<u8>, Vec<u8>, Vec<u8>) = db.query_row(about, [], read)?;
    if told != whole(db)? {
        return Err(IndexError::other());
    }
    match keys.and_then(|keys| seal_of(keys, &ledger, &told)) {
        Some(expected) if expected != seal => {
            Err(IndexError::Damaged("the key of the ledger has not sealed it".into()))
        }
        _ => Ok(()),
    }
}

fn whole(db: &Connection) -> Result<[u8; 32], IndexError> {
    let (mut hash, mut bytes) = (Sha256::new(), Vec::new());
    for table in &WHOLE {
        each_row(db, table, |row| {
            bytes.clear();
            encode(table.name, row, &mut bytes);
            hash.update(&bytes);
            Ok(())
        })?;
    }
    Ok(hash.finalize().into())
}

/// Whether the rows of the events are what was inserted.
pub(super) fn check_events(db: &Connection) -> Result<(), IndexError> {
    check(db, "events", &[EVENTS])
}

/// Whether all other rows are.
pub(super) fn check_rest(db: &Connection) -> Result<(), IndexError> {
    check(db, "rest", &REST)
}

fn check(db: &Connection, digest: &str, tables: &[Of]) -> Result<(), IndexError> {
    let sql = format!("SELECT first_id, last_id, {digest} FROM digests ORDER BY last_id");
    let mut statement = db.prepare(&sql)?;
    let read = |row: &Row<'_>| {
        let (first_id, last_id, expected) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(Part { first_id, last_id, expected, hash: Sha256::new() })
    };
    let mut parts = statement.query_map([], read)?.collect::<Result<Vec<_>, _>>()?;
    let mut bytes = Vec::new();
    for table in tables {
        let mut at = 0;
        each_row(db, table, |row| {
            let Some(Value::Integer(id)) = row.first() else { return Err(IndexError::other()) };
            let within = |part: &Part| part.first_id <= *id && *id <= part.last_id;
            // The next row of a table is mostly of the same part.
            if !parts.get(at).is_some_and(within) {
                at = parts.partition_point(|part| part.last_id < *id);
            }
            let part = parts.get_mut(at).filter(|part| within(part));
            bytes.clear();
            encode(table.name, row, &mut bytes);
            part.ok_or_else(IndexError::other)?.hash.update(&bytes);
            Ok(())
        })?;
    }
    let holds = |part: Part| <[u8; 32]>::from(part.hash.finalize()) == part.expected.as_slice();
    match parts.into_iter().all(holds) {
        true => Ok(()),
        false => Err(IndexError::other()),
    }
}

fn each_row(
    db: &Connection,
    of: &Of,
    mut take: impl FnMut(&[Value<'_>]) -> Result<(), IndexError>,
) -> Result<(), IndexError> {
    let Of { name, columns, order } = of;
    let sql = format!("SELECT {columns} FROM {name} ORDER BY {order}");
    let mut statement: Statement<'_> = db.prepare(&sql)?;
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
