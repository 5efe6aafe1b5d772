//! Lookups in a ledger of millions of events, without reading them all: `index.sqlite`.
//!
//! It is derived from the segments and rebuilt whenever necessary; verification never reads it. It has the *places* of events,
//! and a few columns of each; an event that is shown is read from the ledger.
//!
//! ```
//! use envaudit::EnvConfig;
//! use envaudit::report::index::Index;
//! use envaudit::ledger::{Context, LedgerOptions, MasterKey};
//!
//! #[derive(EnvConfig)]
//! struct Config {
//!     port: u16,
//! }
//!
//! # let dir = tempfile::tempdir()?;
//! # let path = dir.path().join("audit");
//! let ledger = LedgerOptions::new().key(MasterKey::from_bytes([7; 32])).init(&path)?;
//! for port in ["80", "443"] {
//!     Config::loader().vars([("PORT", port)]).load()?.record_in(&ledger, &Context::new())?;
//! }
//! let index = Index::beside(&path, ledger.source())?;
//! let changes: Vec<String> = index
//!     .history("PORT")
//!     .map(|entry| Ok(entry?.change.to_string()))
//!     .collect::<Result<_, Box<dyn std::error::Error>>>()?;
//! assert_eq!(changes, ["+ PORT: 80", "~ PORT: 80 -> 443"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # When it is brought up to date
//!
//! Opening compares the index with the ledger: `ledger.json`, the names and lengths of the segments, and the last line that was
//! indexed. The digests of its rows are compared before an answer is made from them: an index that was edited is rebuilt. With
//! keys of the ledger ([`Index::ask_with_keys`]) an index is rebuilt, too, that was not sealed with the current one. Appended
//! events are added, pruned events are removed; after a line that is no longer there (a torn end that was cut
//! off, an older copy that was put back) everything is read again. An index of another version or of another ledger, or a
//! damaged one, is rebuilt. Each step is a transaction that also records the progress, so a killed process loses only the last
//! step.
//!
//! # Others
//!
//! No lock of the ledger is ever taken: it neither waits for writers nor makes them wait. Of several processes that want to
//! bring the index up to date, one does; the others get [`IndexError::Unusable`] after a moment, and work without it, as if the
//! directory could not be written to. [`Index::temporary`] needs no directory.

mod catch_up;
mod digest;
mod error;
mod history;
mod insert;
mod place;
mod read_ahead;
mod row;
mod schema;
mod soundness;
mod status;

use core::fmt;
use std::path::Path;

use rusqlite::Connection;

use crate::ledger::__private::{Located, line_at, time_of};
use crate::ledger::Record;
use crate::ledger::Timestamp;
use crate::ledger::keys::ChainKeys;
use crate::ledger::store::SegmentSource;
use row::{BETWEEN, Row, Span, Texts};
use status::Indexed;

pub use error::IndexError;
pub use history::{HistoryError, IndexedHistory};
pub(crate) use row::{ChangeClass, MARKED, PART, REFUSED, SECRET, SECRET_IN_PART};

/// An index of a ledger, as it was when it was opened.
pub struct Index<'s> {
    pub(crate) source: &'s dyn SegmentSource,
    db: Connection,
    segments: Vec<Indexed>,
    temporary: bool,
}

impl<'s> Index<'s> {
    /// The index in the directory of the ledger, created or brought up to date.
    ///
    /// # Errors
    ///
    /// [`IndexError::Unusable`] if it is not up to date and cannot be written; [`IndexError::Store`] if the ledger cannot be
    /// read.
    pub fn beside(dir: &Path, source: &'s dyn SegmentSource) -> Result<Self, IndexError> {
        Index::beside_with_keys(dir, source, None)
    }

    fn beside_with_keys(
        dir: &Path,
        source: &'s dyn SegmentSource,
        keys: Option<&ChainKeys>,
    ) -> Result<Self, IndexError> {
        match Index::in_file(dir, source, keys) {
            Err(IndexError::Damaged(_)) => {
                place::remove(dir)?;
                Index::in_file(dir, source, keys)
            }
            result => result,
        }
    }

    fn in_file(
        dir: &Path,
        source: &'s dyn SegmentSource,
        keys: Option<&ChainKeys>,
    ) -> Result<Self, IndexError> {
        let (db, writable) = place::open(dir)?;
        Index::up_to_date(db, source, keys, writable, false)
    }

    /// An index that is deleted when it is dropped. It spills from memory to a temporary file.
    ///
    /// # Errors
    ///
    /// When there is no room for it, or the ledger cannot be read.
    pub fn temporary(source: &'s dyn SegmentSource) -> Result<Self, IndexError> {
        Index::up_to_date(place::temporary()?, source, None, true, true)
    }

    fn up_to_date(
        mut db: Connection,
        source: &'s dyn SegmentSource,
        keys: Option<&ChainKeys>,
        writable: bool,
        temporary: bool,
    ) -> Result<Self, IndexError> {
        db.execute_batch("BEGIN")?;
        let mut status = status::look(&db, source, keys)?;
        if !status.is_whole() {
            db.execute_batch("COMMIT")?;
            if !writable {
                return Err(IndexError::unusable("it is not up to date, and cannot be written"));
            }
            let sealed = catch_up::run(&mut db, source, keys)?;
            // From here on the database does not change under the reader.
            db.execute_batch("BEGIN")?;
            status = status::look(&db, source, keys.filter(|_| sealed))?;
        }
        Ok(Index { source, db, segments: status.into_segments(), temporary })
    }

    /// Queries the index in a directory. If it is damaged or contradicts the ledger, it is rebuilt and queried again.
    ///
    /// # Errors
    ///
    /// Those of [`beside`](Self::beside) and of the query.
    pub fn ask<T>(
        dir: &Path,
        source: &'s dyn SegmentSource,
        question: impl FnMut(&Index<'s>) -> Result<T, IndexError>,
    ) -> Result<T, IndexError> {
        Index::ask_with_keys(dir, source, None, question)
    }

    /// [`ask`](Self::ask) with keys of the ledger: an index that the current one has not sealed is rebuilt, as anybody who can
    /// write the file may have changed it. What is built is sealed with it. An index that somebody without keys has brought up to
    /// date since has no seal.
    ///
    /// # Errors
    ///
    /// Those of [`ask`](Self::ask).
    pub fn ask_with_keys<T>(
        dir: &Path,
        source: &'s dyn SegmentSource,
        keys: Option<&ChainKeys>,
        mut question: impl FnMut(&Index<'s>) -> Result<T, IndexError>,
    ) -> Result<T, IndexError> {
        let asked = Index::beside_with_keys(dir, source, keys).and_then(|index| question(&index));
        match asked {
            Err(IndexError::Damaged(_)) => {
                place::remove(dir)?;
                question(&Index::beside_with_keys(dir, source, keys)?)
            }
            result => result,
        }
    }

    /// The number of indexed lines of the ledger, including unreadable ones.
    pub fn len(&self) -> u64 {
        self.ids().map_or(0, |(first, last)| last - first + 1)
    }

    /// Whether the ledger has no line.
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// Whether it is temporary: created for this query alone.
    pub fn is_temporary(&self) -> bool {
        self.temporary
    }

    /// The number of the first line and that of the last.
    pub(crate) fn ids(&self) -> Option<(u64, u64)> {
        Some((self.segments.first()?.first_id, self.segments.last()?.last_id))
    }

    /// The numbers of the lines that can be of this time, in microseconds: since the first moment and before the second.
    pub(crate) fn ids_between(&self, since: i64, until: i64) -> Option<(u64, u64)> {
        let within = |of: &&Indexed| of.from_time < until && of.to_time >= since;
        let first = self.segments.iter().find(within)?;
        let last = self.segments.iter().rev().find(within)?;
        Some((first.first_id, last.last_id))
    }

    /// The first moment of an event, and the last, in microseconds.
    pub(crate) fn times(&self) -> Option<(i64, i64)> {
        let dated = self.segments.iter().filter(|segment| segment.from_time <= segment.to_time);
        let from = dated.clone().map(|segment| segment.from_time).min()?;
        Some((from, dated.map(|segment| segment.to_time).max()?))
    }

    /// The number of unreadable lines, after checking that the index has all others, and their kinds.
    pub(crate) fn check_count(&self) -> Result<u64, IndexError> {
        type Counts = (u64, Option<i64>, Option<i64>);
        let counts = |sql: &str| -> Result<Counts, IndexError> {
            let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
            Ok(self.db.query_row(sql, [], read)?)
        };
        let (unreadable, ..) = counts("SELECT COUNT(*), NULL, NULL FROM unreadable")?;
        let (events, first, last) = counts("SELECT COUNT(*), MIN(kind), MAX(kind) FROM events")?;
        // Kinds are numbered from 1, and never removed.
        let (kinds, ..) = counts("SELECT COUNT(*), NULL, NULL FROM kinds")?;
        let known = first.unwrap_or(1) >= 1 && last.unwrap_or(0).unsigned_abs() <= kinds;
        match known && events + unreadable == self.len() {
            true => Ok(unreadable),
            false => Err(IndexError::other()),
        }
    }

    /// Refuses an index whose rows are not those that were inserted.
    pub(crate) fn check_rows(&self) -> Result<(), IndexError> {
        digest::check_events(&self.db)?;
        self.check_changes()
    }

    /// The same, without the rows of the events.
    fn check_changes(&self) -> Result<(), IndexError> {
        digest::check_rest(&self.db)
    }

    pub(crate) fn db(&self) -> &Connection {
        &self.db
    }

    /// The segment that has this line.
    fn segment_of(&self, id: u64) -> Option<&Indexed> {
        let after = self.segments.partition_point(|segment| segment.first_id <= id);
        let segment = after.checked_sub(1).map(|at| &self.segments[at])?;
        (id <= segment.last_id).then_some(segment)
    }

    /// The event at this position of the index, read from the ledger.
    ///
    /// # Errors
    ///
    /// [`IndexError::Damaged`] if another event is there.
    pub(crate) fn read(&self, id: u64, at: u64, time: i64) -> Result<Record, IndexError> {
        let segment = self.segment_of(id).ok_or_else(IndexError::other)?;
        believed(line_at(self.source, segment.first_seq, at)?, time)
    }
}

/// The line at a position of the index, if it has the time in the index.
fn believed(found: Option<Located>, time: i64) -> Result<Record, IndexError> {
    let located = found.ok_or_else(IndexError::other)?;
    match time_of(&located.bytes).map(Timestamp::micros) == Some(time) {
        true => Ok(Record::located(located)),
        false => Err(IndexError::other()),
    }
}

impl Index<'_> {
    /// Like [`read`](Self::read), after comparing all columns of the event in the index.
    pub(crate) fn read_as_told(&self, id: u64, at: u64, time: i64) -> Result<Record, IndexError> {
        let record = self.read(id, at, time)?;
        let line = record.line().map_err(|_| IndexError::other())?;
        let mut texts = Texts::default();
        let row = Row::of(&line, at, &mut texts);
        let sql = "SELECT e.seq, e.actor, e.resource, e.network, e.flags, k.action, k.actor_type, k.resource_type, \
                   k.outcome, k.origin FROM events e JOIN kinds k ON k.id = e.kind WHERE e.id = ?1";
        let same = self.db.prepare_cached(sql)?.query_row([id], |told| {
            let text = |at: usize| told.get::<_, Option<String>>(at);
            let same_text = |at: usize, of: Option<Span>| {
                text(at).map(|told| told.as_deref() == of.map(|span| texts.get(span)))
            };
            let kind = (5..10).map(text).collect::<Result<Option<Vec<String>>, _>>()?;
            let kind = kind.unwrap_or_default().join(&BETWEEN.to_string());
            Ok(told.get::<_, Option<u64>>(0)?.unwrap_or(id) == row.seq
                && same_text(1, Some(row.actor))?
                && same_text(2, row.resource)?
                && same_text(3, row.network)?
                // Which event has parts is known from the others.
                && told.get::<_, i64>(4)? & !SECRET_IN_PART == row.flags
                && kind == texts.get(row.kind))
        })?;
        if same { Ok(record) } else { Err(IndexError::other()) }
    }
}

impl fmt::Debug for Index<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index")
            .field("lines", &self.len())
            .field("temporary", &self.temporary)
            .finish_non_exhaustive()
    }
}
