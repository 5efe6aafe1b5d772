//! How much of an index is still true of its ledger.

use rusqlite::Connection;
use sha2::{Digest as _, Sha256};

use super::error::IndexError;
use super::{digest, schema};
use crate::ledger::__private::{LineBlocks, LineEnd, line_at};
use crate::ledger::format::{MAX_LINE, Manifest};
use crate::ledger::keys::ChainKeys;
use crate::ledger::store::{SegmentInfo, SegmentSource};

/// How much is read first of lines that may have been appended: one is enough to know.
const FIRST_READ: usize = 64 << 10;

/// A segment as far as it is indexed.
#[derive(Clone, Debug)]
pub(super) struct Indexed {
    pub(super) first_seq: u64,
    pub(super) first_id: u64,
    pub(super) last_id: u64,
    /// Where the next line begins.
    pub(super) end: u64,
    pub(super) last_at: u64,
    pub(super) last_sha: Vec<u8>,
    pub(super) from_time: i64,
    pub(super) to_time: i64,
}

/// An index against its ledger.
pub(super) struct IndexStatus {
    /// Of `ledger.json`.
    pub(super) ledger: [u8; 32],
    /// `None` if it is none.
    pub(super) manifest: Option<Manifest>,
    /// Whether there are tables.
    pub(super) made: bool,
    /// Those segments of the index that are there, and in which nothing has changed.
    pub(super) kept: Vec<Indexed>,
    /// Whether the index has others.
    pub(super) has_others: bool,
    /// Those of the ledger.
    pub(super) segments: Vec<SegmentInfo>,
    /// Whether there are lines that are not indexed.
    behind: bool,
}

impl IndexStatus {
    /// Whether the index needs nothing.
    pub(super) fn is_whole(&self) -> bool {
        self.made && !self.has_others && !self.behind
    }

    pub(super) fn into_segments(self) -> Vec<Indexed> {
        self.kept
    }
}

/// Compares an index with its ledger.
pub(super) fn look(
    db: &Connection,
    source: &dyn SegmentSource,
    keys: Option<&ChainKeys>,
) -> Result<IndexStatus, IndexError> {
    let bytes = source.manifest()?;
    let (ledger, manifest) = (Sha256::digest(&bytes).into(), Manifest::parse(&bytes).ok());
    let mut segments = source.segments()?;
    // One that is just being begun.
    segments.retain(|info| info.len > 0);
    let made = schema::is_there(db, &ledger)?;
    let indexed = match made {
        true => {
            digest::check_whole(db, keys)?;
            indexed(db)?
        }
        false => Vec::new(),
    };
    let count = indexed.len();
    let mut kept = unchanged(indexed, &segments);
    while let Some(last) = kept.last() {
        if is_last_line(last, source)? {
            break;
        }
        kept.pop();
    }
    let behind = match kept.last() {
        None => !segments.is_empty(),
        Some(last) => {
            kept.len() < segments.len() || goes_on(last, &segments[kept.len() - 1], source)?
        }
    };
    let has_others = kept.len() < count;
    Ok(IndexStatus { ledger, manifest, made, has_others, kept, segments, behind })
}

fn indexed(db: &Connection) -> Result<Vec<Indexed>, IndexError> {
    let sql = "SELECT first_seq, first_id, last_id, end, last_at, last_sha, from_time, to_time \
               FROM segments ORDER BY first_seq";
    let mut statement = db.prepare(sql)?;
    let rows = statement.query_map([], |row| {
        Ok(Indexed {
            first_seq: row.get(0)?,
            first_id: row.get(1)?,
            last_id: row.get(2)?,
            end: row.get(3)?,
            last_at: row.get(4)?,
            last_sha: row.get(5)?,
            from_time: row.get(6)?,
            to_time: row.get(7)?,
        })
    })?;
    let indexed = rows.collect::<Result<Vec<_>, _>>()?;
    let follow = |pair: &[Indexed]| pair[0].last_id.checked_add(1) == Some(pair[1].first_id);
    let sound = indexed.iter().all(|one| one.first_id <= one.last_id && one.last_at < one.end);
    match sound && indexed.windows(2).all(follow) {
        true => Ok(indexed),
        false => Err(IndexError::Damaged("its segments do not follow each other".into())),
    }
}

/// Those at the beginning that have not been pruned, up to the first whose length is another.
fn unchanged(indexed: Vec<Indexed>, segments: &[SegmentInfo]) -> Vec<Indexed> {
    let Some(first) = segments.first() else { return Vec::new() };
    let there = indexed.into_iter().skip_while(|one| one.first_seq < first.first_seq);
    let mut kept = Vec::new();
    for (one, info) in there.zip(segments) {
        if one.first_seq != info.first_seq || one.end > info.len {
            break;
        }
        // Only what was the last segment when it was read can have grown.
        let grown = info.len > one.end;
        kept.push(one);
        if grown {
            break;
        }
    }
    kept
}

fn is_last_line(of: &Indexed, source: &dyn SegmentSource) -> Result<bool, IndexError> {
    let len = of.end - of.last_at - 1;
    if len >= MAX_LINE as u64 {
        // Damage, of which only its place is known.
        return Ok(true);
    }
    let found = line_at(source, of.first_seq, of.last_at)?;
    Ok(found.is_some_and(|line| {
        line.bytes.len() as u64 == len && Sha256::digest(&line.bytes).as_slice() == of.last_sha
    }))
}

/// Whether there is a whole line after what is indexed of a segment.
fn goes_on(
    of: &Indexed,
    info: &SegmentInfo,
    source: &dyn SegmentSource,
) -> Result<bool, IndexError> {
    let rest = LineBlocks::forward(source, of.first_seq, of.end..info.len);
    let next = rest.starting_with(FIRST_READ).next().transpose()?;
    Ok(next.is_some_and(|block| block.end() != LineEnd::Torn))
}
