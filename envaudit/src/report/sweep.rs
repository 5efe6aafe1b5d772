//! One pass over the events of a report.

use std::collections::{BTreeMap, HashMap};

use rusqlite::params_from_iter;
use rusqlite::types::ValueRef;

use super::question::Condition;
use crate::report::index::{Index, IndexError};

/// What few events differ in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Kind {
    pub(super) action: String,
    pub(super) actor_type: String,
    pub(super) resource_type: String,
    pub(super) outcome: String,
    pub(super) origin: String,
}

/// An event, as the index has it.
pub(super) struct Occurrence<'r> {
    pub(super) place: Place,
    pub(super) kind: &'r Kind,
    /// The number of the kind.
    pub(super) kind_id: i64,
    pub(super) actor: &'r str,
    pub(super) resource: Option<&'r str>,
    pub(super) network: Option<&'r str>,
    pub(super) flags: i64,
}

/// Where an event stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) id: u64,
    pub(super) at: u64,
    pub(super) time: i64,
}

/// How often, when first and when last, and how it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tally {
    pub(super) count: u64,
    pub(super) success: u64,
    pub(super) failure: u64,
    pub(super) denied: u64,
    pub(super) first: i64,
    pub(super) last: i64,
}

impl Default for Tally {
    fn default() -> Self {
        Tally { count: 0, success: 0, failure: 0, denied: 0, first: i64::MAX, last: i64::MIN }
    }
}

impl Tally {
    pub(super) fn join(&mut self, other: &Tally) {
        self.count += other.count;
        self.success += other.success;
        self.failure += other.failure;
        self.denied += other.denied;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }

    pub(super) fn add(&mut self, event: &Occurrence<'_>) {
        self.count += 1;
        match event.kind.outcome.as_str() {
            "success" => self.success += 1,
            "denied" => self.denied += 1,
            _ => self.failure += 1,
        }
        self.first = self.first.min(event.place.time);
        self.last = self.last.max(event.place.time);
    }
}

/// What every pass keeps: the sum, the sums of days, and the newest events.
pub(super) struct Sums {
    pub(super) all: Tally,
    pub(super) days: BTreeMap<i64, Tally>,
    newest: BTreeMap<u64, Place>,
    keep: usize,
}

pub(super) const DAY: i64 = 86_400_000_000;

impl Sums {
    pub(super) fn keeping(keep: usize) -> Self {
        Sums { all: Tally::default(), days: BTreeMap::new(), newest: BTreeMap::new(), keep }
    }

    pub(super) fn add(&mut self, event: &Occurrence<'_>) {
        self.all.add(event);
        self.days.entry(event.place.time.div_euclid(DAY)).or_default().add(event);
        let oldest = self.newest.first_key_value().map(|(id, _)| *id);
        if self.newest.len() < self.keep || oldest.is_some_and(|oldest| oldest < event.place.id) {
            self.newest.insert(event.place.id, event.place);
            if self.newest.len() > self.keep {
                self.newest.pop_first();
            }
        }
    }

    /// The first and the last moment.
    pub(super) fn seen(&self) -> Option<(i64, i64)> {
        (self.all.count > 0).then_some((self.all.first, self.all.last))
    }

    /// The newest first.
    pub(super) fn newest(&self) -> impl Iterator<Item = Place> {
        self.newest.values().rev().copied()
    }
}

/// Gives each event that the condition holds for, in this order, until it is told that it is enough.
pub(super) fn each(
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
            place: Place { id: row.get(4)?, at: row.get(5)?, time: row.get(6)? },
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
