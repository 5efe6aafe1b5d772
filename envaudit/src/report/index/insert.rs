//! Writing rows.

use std::collections::HashMap;

use rusqlite::{CachedStatement, Connection, Transaction, params};

use super::digest::{self, PartRows, Value};
use super::error::IndexError;
use super::row::{BETWEEN, Config, PART, Row, SECRET, SECRET_IN_PART, Texts};
use super::schema;
use super::status::{IndexStatus, Indexed};
use crate::ledger::keys::ChainKeys;

/// More kinds of events than these are looked up each time.
const KNOWN_KINDS: usize = 1 << 14;

/// Takes out of the index the lines that the ledger no longer has; makes the tables of an empty database.
pub(super) fn trim(
    db: &Connection,
    status: &IndexStatus,
    keys: Option<&ChainKeys>,
) -> Result<(), IndexError> {
    if !status.made {
        return schema::create(db, &status.ledger, keys);
    }
    if !status.has_others {
        return Ok(());
    }
    // Nothing is between 1 and 0.
    let kept = status.kept.first().zip(status.kept.last());
    let (first, last) = kept.map_or((1, 0), |(first, last)| (first.first_id, last.last_id));
    for table in ["events", "changes", "states", "unreadable"] {
        let sql = format!("DELETE FROM {table} WHERE id < ?1 OR id > ?2");
        db.execute(&sql, params![first, last])?;
    }
    // Lines that were inserted together are of one segment.
    for table in ["segments", "digests"] {
        let sql = format!("DELETE FROM {table} WHERE first_id < ?1 OR last_id > ?2");
        db.execute(&sql, params![first, last])?;
    }
    digest::seal(db, keys)
}

/// The statements of one transaction.
pub(super) struct Insert<'t> {
    event: CachedStatement<'t>,
    of_parts: CachedStatement<'t>,
    change: CachedStatement<'t>,
    state: CachedStatement<'t>,
    unreadable: CachedStatement<'t>,
    new_kind: CachedStatement<'t>,
    old_kind: CachedStatement<'t>,
    segment: CachedStatement<'t>,
    part: CachedStatement<'t>,
    /// The rows that were inserted since the last part.
    rows: PartRows,
}

/// The numbers of kinds.
pub(super) type Kinds = HashMap<String, i64>;

impl<'t> Insert<'t> {
    pub(super) fn new(within: &'t Transaction<'_>) -> Result<Self, IndexError> {
        let statement = |sql: &str| within.prepare_cached(sql);
        Ok(Insert {
            event: statement("INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?,
            of_parts: statement(&format!(
                "SELECT EXISTS (SELECT 1 FROM events WHERE id >= ?2 AND id < ?1 \
                 AND flags & {PART} <> 0 AND flags & {SECRET} <> 0)"
            ))?,
            change: statement("INSERT OR IGNORE INTO changes VALUES (?1, ?2, ?3, ?4, ?5)")?,
            state: statement("INSERT OR IGNORE INTO states VALUES (?1, ?2, ?3, ?4, ?5)")?,
            unreadable: statement("INSERT INTO unreadable VALUES (?1, ?2)")?,
            new_kind: statement(
                "INSERT OR IGNORE INTO kinds (action, actor_type, resource_type, outcome, origin) \
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?,
            old_kind: statement(
                "SELECT id FROM kinds WHERE action = ?1 AND actor_type = ?2 AND resource_type = ?3 \
                 AND outcome = ?4 AND origin = ?5",
            )?,
            segment: statement(
                "INSERT OR REPLACE INTO segments VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?,
            part: statement("INSERT INTO digests VALUES (?1, ?2, ?3, ?4)")?,
            rows: PartRows::default(),
        })
    }

    pub(super) fn row(
        &mut self,
        id: u64,
        row: &Row,
        texts: &Texts,
        kinds: &mut Kinds,
    ) -> Result<(), IndexError> {
        let text = |span: Option<super::row::Span>| span.map(|span| texts.get(span));
        let kind = self.kind(texts.get(row.kind), kinds)?;
        let seq = (row.seq != id).then_some(row.seq);
        let (actor, resource) = (texts.get(row.actor), text(row.resource));
        let network = text(row.network);
        let flags = row.flags | self.flags_of_parts(id, row)?;
        self.event
            .execute(params![id, seq, row.at, row.time, kind, actor, resource, network, flags,])?;
        let values = [
            Value::number(id),
            seq.map_or(Value::Null, Value::number),
            Value::number(row.at),
            Value::Integer(row.time),
            Value::Integer(kind),
            Value::Text(actor),
            Value::text(resource),
            Value::text(network),
            Value::Integer(flags),
        ];
        self.rows.event(&values);
        match &row.config {
            Some(config) => self.config(id, row, config, resource.unwrap_or_default()),
            None => Ok(()),
        }
    }

    /// What an event has of its parts, which come right before it.
    fn flags_of_parts(&mut self, id: u64, row: &Row) -> Result<i64, IndexError> {
        let parts = row.config.as_ref().map_or(0, |config| config.parts);
        let Some(first) = id.checked_sub(parts).filter(|first| *first < id) else { return Ok(0) };
        let secret: bool = self.of_parts.query_row(params![id, first], |found| found.get(0))?;
        Ok(if secret { SECRET_IN_PART } else { 0 })
    }

    fn config(
        &mut self,
        id: u64,
        row: &Row,
        config: &Config,
        resource: &str,
    ) -> Result<(), IndexError> {
        for (key, what) in &config.changes {
            let what = *what as i64;
            if self.change.execute(params![key, id, row.at, row.time, what])? > 0 {
                let (at, time) = (Value::number(row.at), Value::Integer(row.time));
                let values = [Value::number(id), Value::Text(key), at, time, Value::Integer(what)];
                self.rows.other("changes", &values);
            }
        }
        if let Some(environment) = &config.state
            && self.state.execute(params![resource, id, row.at, row.time, environment])? > 0
        {
            let (at, time) = (Value::number(row.at), Value::Integer(row.time));
            let environment = Value::text(environment.as_deref());
            let values = [Value::number(id), Value::Text(resource), at, time, environment];
            self.rows.other("states", &values);
        }
        Ok(())
    }

    pub(super) fn unreadable(&mut self, id: u64, at: u64) -> Result<(), IndexError> {
        self.unreadable.execute(params![id, at])?;
        self.rows.other("unreadable", &[Value::number(id), Value::number(at)]);
        Ok(())
    }

    /// Ends a part: all rows since the last one are of these lines.
    pub(super) fn end_part(&mut self, first_id: u64, last_id: u64) -> Result<(), IndexError> {
        let (events, rest) = self.rows.take();
        self.part.execute(params![last_id, first_id, events, rest])?;
        Ok(())
    }

    pub(super) fn segment(&mut self, of: &Indexed) -> Result<(), IndexError> {
        self.segment.execute(params![
            of.first_seq,
            of.first_id,
            of.last_id,
            of.end,
            of.last_at,
            of.last_sha,
            of.from_time,
            of.to_time,
        ])?;
        Ok(())
    }

    fn kind(&mut self, text: &str, kinds: &mut Kinds) -> Result<i64, IndexError> {
        if let Some(id) = kinds.get(text) {
            return Ok(*id);
        }
        let parts: Vec<&str> = text.split(BETWEEN).collect();
        let &[action, actor_type, resource_type, outcome, origin] = parts.as_slice() else {
            return Err(IndexError::Damaged("a kind of events has not five parts".into()));
        };
        let parts = params![action, actor_type, resource_type, outcome, origin];
        self.new_kind.execute(parts)?;
        let id = self.old_kind.query_row(parts, |row| row.get(0))?;
        if kinds.len() < KNOWN_KINDS {
            kinds.insert(text.to_owned(), id);
        }
        Ok(id)
    }
}
