//! The history of one variable, by the index.

use core::fmt;
use std::collections::VecDeque;

use rusqlite::{OptionalExtension as _, params};

use super::read_ahead::ReadAhead;
use super::row::{ChangeClass, Row, Texts};
use super::{Index, IndexError, believed};
use crate::ledger::__private::{Changes, part_seqs};
use crate::ledger::config_state::HistoryEntry;
use crate::ledger::format::LineError;
use crate::ledger::read::ReadError;
use crate::ledger::{Reader, Record};

/// The number of positions that are looked up at once.
const PAGE: u32 = 1024;

impl<'s> Index<'s> {
    /// Every change of a variable in all configurations, oldest first: what [`Reader::history`](crate::ledger::Reader::history)
    /// returns, without reading all of the ledger.
    pub fn history<'i>(&'i self, key: &str) -> IndexedHistory<'i, 's> {
        IndexedHistory {
            index: self,
            key: key.to_owned(),
            changes: Changes::of(key),
            after: -1,
            ready: VecDeque::new(),
            near: ReadAhead::new(),
            ended: false,
        }
    }
}

/// The changes of one variable. Created by [`Index::history`].
///
/// A line that cannot be read is an item with [`ReadError::Line`], if it might be one of the requested ones. An item with
/// [`IndexError::Damaged`] means that the index cannot be trusted, including the items before it.
pub struct IndexedHistory<'i, 's> {
    index: &'i Index<'s>,
    key: String,
    changes: Changes,
    after: i64,
    ready: VecDeque<EventPosition>,
    near: ReadAhead,
    ended: bool,
}

struct EventPosition {
    id: u64,
    at: u64,
    /// Its time, and the change that the index has of the variable; `None` if the line cannot be read.
    event: Option<(i64, i64)>,
}

/// An item of a history that is not a change.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// The index has no answer.
    #[error(transparent)]
    Index(IndexError),
    /// A line of the ledger is not valid.
    #[error(transparent)]
    Read(ReadError),
}

impl IndexedHistory<'_, '_> {
    fn fill(&mut self) -> Result<(), IndexError> {
        if self.after < 0 {
            self.index.check_changes()?;
        }
        let sql = "SELECT id, at, time, what FROM changes WHERE key = ?1 AND id > ?2 \
                   UNION ALL SELECT id, at, NULL, NULL FROM unreadable WHERE id > ?2 \
                   ORDER BY 1 LIMIT ?3";
        let mut statement = self.index.db().prepare_cached(sql)?;
        let rows = statement.query_map(params![self.key, self.after, PAGE], |row| {
            let time: Option<i64> = row.get(2)?;
            let what: Option<i64> = row.get(3)?;
            Ok(EventPosition { id: row.get(0)?, at: row.get(1)?, event: time.zip(what) })
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
        let sql = "SELECT id, at, time FROM states WHERE resource = ?1 AND id < ?2 ORDER BY id DESC LIMIT 1";
        let mut statement = self.index.db().prepare_cached(sql)?;
        let position = statement
            .query_row(params![resource, id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        position.map(|(id, at, time)| self.index.read(id, at, time)).transpose()
    }

    /// Takes note of the state that an event has, in itself or in the parts before it.
    fn note_state(&mut self, record: &Record) -> Result<(), IndexError> {
        let Ok(line) = record.line() else { return Ok(()) };
        for seq in part_seqs(&line) {
            if let Some(part) = Reader::new(self.index.source).get(seq)? {
                self.changes.read(self.index.source, &part)?;
            }
        }
        self.changes.read(self.index.source, record)?;
        Ok(())
    }

    fn read(
        &mut self,
        position: &EventPosition,
        (time, what): (i64, i64),
    ) -> Result<Option<HistoryEntry>, IndexError> {
        let segment = self.index.segment_of(position.id).ok_or_else(IndexError::other)?;
        let next = self.ready.iter().take_while(|next| next.id <= segment.last_id);
        let next = next.map(|next| next.at);
        let found = self.near.line(self.index.source, segment.first_seq, position.at, next)?;
        let record = believed(found, time)?;
        let what = ChangeClass::read(what).ok_or_else(IndexError::other)?;
        // Whether a first record says anything new depends on the state before.
        if what == ChangeClass::First {
            let resource = record.line().ok().and_then(|line| line.resource_id);
            let resource = resource.map(|text| text.get().into_owned()).unwrap_or_default();
            if let Some(before) = self.state_before(position.id, &resource)? {
                self.note_state(&before)?;
            }
        }
        match self.changes.read(self.index.source, &record)? {
            Some((resource, change)) => Ok(Some(HistoryEntry::new(record, resource, change))),
            None if speaks_of(&record, &self.key, what) => Ok(None),
            None => Err(IndexError::other()),
        }
    }
}

/// Whether the index would say this of the event.
fn speaks_of(record: &Record, key: &str, what: ChangeClass) -> bool {
    let row = record.line().map(|line| Row::of(&line, 0, &mut Texts::default()));
    let config = row.ok().and_then(|row| row.config);
    config.is_some_and(|config| config.changes.iter().any(|(of, said)| of == key && *said == what))
}

impl Iterator for IndexedHistory<'_, '_> {
    type Item = Result<HistoryEntry, HistoryError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            let Some(position) = self.ready.pop_front() else {
                if let Err(error) = self.fill() {
                    self.ended = true;
                    return Some(Err(HistoryError::Index(error)));
                }
                continue;
            };
            let Some(event) = position.event else {
                let segment = self.index.segment_of(position.id).map_or(0, |of| of.first_seq);
                let source = LineError::new(0, "a line of a ledger");
                let error = ReadError::Line { segment, offset: position.at, source };
                return Some(Err(HistoryError::Read(error)));
            };
            match self.read(&position, event) {
                Ok(Some(entry)) => return Some(Ok(entry)),
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

impl fmt::Debug for IndexedHistory<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IndexedHistory").field("key", &self.key).finish_non_exhaustive()
    }
}
