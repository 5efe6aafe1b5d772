//! One pass over the events of a report.

use std::collections::HashMap;

use rusqlite::params_from_iter;
use rusqlite::types::ValueRef;

use super::options::Condition;
use crate::report::index::{Index, IndexError};

/// The fields of an event that have few different values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Kind {
    pub(super) action: String,
    pub(super) actor_type: String,
    pub(super) resource_type: String,
    pub(super) outcome: String,
    pub(super) origin: String,
}

/// An event in the index.
pub(super) struct Occurrence<'r> {
    pub(super) place: EventPlace,
    pub(super) kind: &'r Kind,
    /// The number of the kind.
    pub(super) kind_id: i64,
    pub(super) actor: &'r str,
    pub(super) resource: Option<&'r str>,
    pub(super) network: Option<&'r str>,
    pub(super) flags: i64,
}

/// The place of an event in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EventPlace {
    pub(super) id: u64,
    pub(super) at: u64,
    pub(super) time: i64,
}

/// Calls `go_on` with each event that the condition matches, in this order, until it returns `false`.
pub(super) fn scan(
    index: &Index<'_>,
    condition: &Condition,
    order: &str,
    mut go_on: impl FnMut(&Occurrence<'_>) -> bool,
) -> Result<(), IndexError> {
    let kinds = kinds(index)?;
    let sql = format!(
        "SELECT e.actor, e.resource, e.network, e.kind, e.id, e.at, e.time, e.flags \
         FROM events e JOIN kinds k ON k.id = e.kind WHERE {} ORDER BY {order}",
        condition.sql
    );
    let mut statement = index.db().prepare(&sql)?;
    let mut rows = statement.query(params_from_iter(&condition.values))?;
    while let Some(row) = rows.next()? {
        let text = |at: usize| -> Result<Option<&str>, IndexError> {
            match row.get_ref(at)? {
                ValueRef::Null => Ok(None),
                value => Ok(Some(value.as_str().map_err(rusqlite::Error::from)?)),
            }
        };
        let kind_id: i64 = row.get(3)?;
        let event = Occurrence {
            place: EventPlace { id: row.get(4)?, at: row.get(5)?, time: row.get(6)? },
            kind: kinds.get(&kind_id).ok_or_else(IndexError::other)?,
            kind_id,
            actor: text(0)?.unwrap_or_default(),
            resource: text(1)?,
            network: text(2)?,
            flags: row.get(7)?,
        };
        if !go_on(&event) {
            break;
        }
    }
    Ok(())
}

/// The kinds of events, by their numbers.
pub(super) fn kinds(index: &Index<'_>) -> Result<HashMap<i64, Kind>, IndexError> {
    let sql = "SELECT id, action, actor_type, resource_type, outcome, origin FROM kinds";
    let mut statement = index.db().prepare(sql)?;
    let rows = statement.query_map([], |row| {
        let kind = Kind {
            action: row.get(1)?,
            actor_type: row.get(2)?,
            resource_type: row.get(3)?,
            outcome: row.get(4)?,
            origin: row.get(5)?,
        };
        Ok((row.get(0)?, kind))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
