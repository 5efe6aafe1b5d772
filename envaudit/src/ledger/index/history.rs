//! The history of one variable, by the index.

use std::collections::VecDeque;

use rusqlite::{OptionalExtension as _, params};

use super::row::{Row, Texts, What};
use super::{Index, IndexError};
use crate::ledger::line::LineError;
use crate::ledger::reader::{ReadError, Record};
use crate::ledger::record::{Changes, Historic};

/// How many places are looked up at once.
const PAGE: u32 = 1024;

impl<'s> Index<'s> {
    /// Every change of a variable in all configurations, oldest first: what [`Reader::history`](crate::ledger::Reader::history)
    /// gives, without reading all of the ledger.
    pub fn history<'i>(&'i self, key: &str) -> IndexedHistory<'i, 's> {
        IndexedHistory {
            index: self,
            key: key.to_owned(),
            changes: Changes::of(key),
            after: -1,
            ready: VecDeque::new(),
            ended: false,
        }
    }
}

/// The changes of one variable. Made by [`Index::history`].
///
/// A line that cannot be read is an item with [`ReadError::Line`], where it might be one of those that are asked for. An
/// item with [`IndexError::Damaged`] says that the index is not to be believed, and so what came before it is not either.
#[derive(Debug)]
pub struct IndexedHistory<'i, 's> {
    index: &'i Index<'s>,
    key: String,
    changes: Changes,
    after: i64,
    ready: VecDeque<Place>,
    ended: bool,
}

#[derive(Debug)]
struct Place {
    id: u64,
    at: u64,
    /// Nothing where the line cannot be read.
    event: Option<Named>,
}

#[derive(Debug)]
struct Named {
    time: i64,
    resource: String,
    what: i64,
}

/// An item of a history that is no change.
#[derive(Debug)]
#[non_exhaustive]
pub enum HistoryError {
    /// The index gives no answer.
    Index(IndexError),
    /// A line of the ledger is none.
    Read(ReadError),
}

impl IndexedHistory<'_, '_> {
    fn fill(&mut self) -> Result<(), IndexError> {
        let sql = "SELECT c.id, e.at, e.time, e.resource, c.what FROM changes c JOIN events e ON e.id = c.id \
                   WHERE c.key = ?1 AND c.id > ?2 \
                   UNION ALL SELECT id, at, NULL, NULL, NULL FROM unreadable WHERE id > ?2 \
                   ORDER BY 1 LIMIT ?3";
        let mut statement = self.index.db().prepare_cached(sql)?;
        let rows = statement.query_map(params![self.key, self.after, PAGE], |row| {
            let time: Option<i64> = row.get(2)?;
            let named = match time {
                Some(time) => {
                    let resource: Option<String> = row.get(3)?;
                    let resource = resource.unwrap_or_default();
                    Some(Named { time, resource, what: row.get(4)? })
                }
                None => None,
            };
            Ok(Place { id: row.get(0)?, at: row.get(1)?, event: named })
        })?;
        self.ready = rows.collect::<Result<_, _>>()?;
        match self.ready.back() {
            Some(last) => self.after = i64::try_from(last.id).unwrap_or(i64::MAX),
            None => self.ended = true,
        }
        Ok(())
    }

    /// The event with the state of a configuration that this one comes after.
    fn state_before(&self, id: u64, resource: &str) -> Result<Option<Record>, IndexError> {
        let sql = "SELECT e.id, e.at, e.time FROM states s JOIN events e ON e.id = s.id \
                   WHERE s.resource = ?1 AND s.id < ?2 ORDER BY s.id DESC LIMIT 1";
        let mut statement = self.index.db().prepare_cached(sql)?;
        let place = statement
            .query_row(params![resource, id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        place.map(|(id, at, time)| self.index.read(id, at, time)).transpose()
    }

    fn read(&mut self, place: &Place) -> Result<Option<Historic>, IndexError> {
        let Some(Named { time, resource, what }) = &place.event else { return Ok(None) };
        // Whether a first record says anything new depends on the state before.
        if What::read(*what) == Some(What::First)
            && let Some(before) = self.state_before(place.id, resource)?
        {
            self.changes.read(before);
        }
        let record = self.index.read(place.id, place.at, *time)?;
        let found = self.changes.read(record.clone());
        if found.is_none() && !speaks_of(&record, &self.key, *what) {
            return Err(IndexError::other());
        }
        Ok(found)
    }
}

/// Whether the index would say this of the event.
fn speaks_of(record: &Record, key: &str, what: i64) -> bool {
    let row = record.line().map(|line| Row::of(&line, 0, &mut Texts::default()));
    let config = row.ok().and_then(|row| row.config);
    config.is_some_and(|config| {
        config.changes.iter().any(|(of, said, _)| of == key && *said as i64 == what)
    })
}

impl Iterator for IndexedHistory<'_, '_> {
    type Item = Result<Historic, HistoryError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            let Some(place) = self.ready.pop_front() else {
                if let Err(error) = self.fill() {
                    self.ended = true;
                    return Some(Err(HistoryError::Index(error)));
                }
                continue;
            };
            if place.event.is_none() {
                let segment = self.index.segment_of(place.id).unwrap_or_default();
                let source = LineError::new(0, "a line of a ledger");
                let error = ReadError::Line { segment, offset: place.at, source };
                return Some(Err(HistoryError::Read(error)));
            }
            match self.read(&place) {
                Ok(Some(historic)) => return Some(Ok(historic)),
                Ok(None) => {}
                Err(error) => {
                    self.ended = true;
                    return Some(Err(HistoryError::Index(error)));
                }
            }
        }
        None
    }
}

impl core::fmt::Display for HistoryError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            HistoryError::Index(error) => error.fmt(f),
            HistoryError::Read(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for HistoryError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            HistoryError::Index(error) => error.source(),
            HistoryError::Read(error) => error.source(),
        }
    }
}
