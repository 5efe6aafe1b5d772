//! Bringing an index up to date: one thread reads and parses, another inserts.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use rusqlite::{Connection, TransactionBehavior};
use sha2::{Digest as _, Sha256};

use super::digest;
use super::error::IndexError;
use super::insert::{Insert, Kinds, trim};
use super::row::{Row, Texts};
use super::soundness::Soundness;
use super::status::{self, IndexStatus, Indexed};
use crate::ledger::__private::{LineBlock, LineBlocks, LineEnd};
use crate::ledger::format::Line;
use crate::ledger::keys::ChainKeys;
use crate::ledger::store::{SegmentSource, StoreError};

/// The number of blocks that wait to be inserted.
const WAITING: usize = 3;
/// The number of blocks in one transaction, which a kill loses.
const PART: usize = 8;

/// Brings the index up to date. Returns whether it is sealed now.
pub(super) fn run(
    db: &mut Connection,
    source: &dyn SegmentSource,
    keys: Option<&ChainKeys>,
) -> Result<bool, IndexError> {
    // The lock is kept from one transaction to the next: no other process does the same work meanwhile.
    db.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    let result = locked(db, source, keys);
    db.pragma_update(None, "locking_mode", "NORMAL")?;
    // `SQLite` lets go with the next look at the file.
    let released = db.query_row("SELECT COUNT(*) FROM about", [], |_| Ok(()));
    result.and_then(|sealed| released.map(|()| sealed).map_err(IndexError::from))
}

fn locked(
    db: &mut Connection,
    source: &dyn SegmentSource,
    keys: Option<&ChainKeys>,
) -> Result<bool, IndexError> {
    let begun = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have done it since.
    let status = status::look(&begun, source, keys)?;
    trim(&begun, &status, keys)?;
    begun.commit()?;
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel(WAITING);
        scope.spawn(|| parse(source, &status, keys, sender));
        insert(db, &status, keys, receiver)
    })
}

/// The lines of a block.
struct Batch {
    /// Whether its segment is another than that of the batch before.
    first_seq: u64,
    texts: Texts,
    lines: Vec<Entry>,
    /// Where the next line begins.
    end: u64,
    last_sha: [u8; 32],
    /// Whether all lines up to here are sound, if there are keys.
    sound: bool,
}

enum Entry {
    Event(Row),
    /// The byte of a line that cannot be read.
    Unreadable(u64),
}

impl Entry {
    fn at(&self) -> u64 {
        match self {
            Entry::Event(row) => row.at,
            Entry::Unreadable(at) => *at,
        }
    }
}

/// Sends the lines that are not indexed yet, as long as they are taken.
fn parse(
    source: &dyn SegmentSource,
    status: &IndexStatus,
    keys: Option<&ChainKeys>,
    sender: SyncSender<Result<Batch, StoreError>>,
) {
    let mut soundness = keys.map(|keys| Soundness::of(status, keys));
    let done = status.kept.len();
    let begun = status.kept.last().map(|last| (last.first_seq, last.end));
    let next =
        status.segments[done.min(status.segments.len())..].iter().map(|info| (info.first_seq, 0));
    for (first_seq, from) in begun.into_iter().chain(next) {
        for block in LineBlocks::forward(source, first_seq, from..u64::MAX) {
            let batch = match block {
                // The line is being written, or torn.
                Ok(block) if block.end() == LineEnd::Torn => continue,
                block => block.map(|block| Batch::of(first_seq, &block, soundness.as_mut())),
            };
            let failed = batch.is_err();
            if sender.send(batch).is_err() || failed {
                return;
            }
        }
    }
}

impl Batch {
    fn of(first_seq: u64, block: &LineBlock, mut soundness: Option<&mut Soundness>) -> Self {
        let mut texts = Texts::default();
        let mut lines = Vec::with_capacity(block.bytes().len() / 400);
        let mut last: &[u8] = &[];
        for line in block.lines() {
            let parsed = Line::parse(line.bytes).ok();
            if let Some(soundness) = &mut soundness {
                soundness.look_at(parsed.as_ref());
            }
            lines.push(match parsed {
                Some(parsed) => Entry::Event(Row::of(&parsed, line.offset, &mut texts)),
                None => Entry::Unreadable(line.offset),
            });
            last = line.bytes;
        }
        let last_sha = Sha256::digest(last).into();
        let sound = soundness.is_some_and(|soundness| soundness.holds());
        Batch { first_seq, texts, lines, end: block.to(), last_sha, sound }
    }
}

fn insert(
    db: &mut Connection,
    status: &IndexStatus,
    keys: Option<&ChainKeys>,
    receiver: Receiver<Result<Batch, StoreError>>,
) -> Result<bool, IndexError> {
    let mut sound = keys.is_some();
    let mut segment = status.kept.last().cloned();
    let first_id = status.segments.first().map_or(1, |info| info.first_seq);
    let mut next_id = segment.as_ref().map_or(first_id, |segment| segment.last_id + 1);
    loop {
        let part: Vec<Batch> = receiver.iter().take(PART).collect::<Result<_, _>>()?;
        if part.is_empty() {
            return Ok(sound);
        }
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut insert = Insert::new(&transaction)?;
        let mut kinds = Kinds::new();
        for batch in part {
            let mut of = segment
                .take()
                .filter(|segment| segment.first_seq == batch.first_seq)
                .unwrap_or_else(|| Indexed {
                    first_seq: batch.first_seq,
                    first_id: next_id,
                    last_id: next_id,
                    end: 0,
                    last_at: 0,
                    last_sha: Vec::new(),
                    from_time: i64::MAX,
                    to_time: i64::MIN,
                });
            let part = next_id;
            sound = batch.sound;
            for entry in &batch.lines {
                match entry {
                    Entry::Event(row) => {
                        insert.row(next_id, row, &batch.texts, &mut kinds)?;
                        of.from_time = of.from_time.min(row.time);
                        of.to_time = of.to_time.max(row.time);
                    }
                    Entry::Unreadable(at) => insert.unreadable(next_id, *at)?,
                }
                next_id += 1;
            }
            if next_id > part {
                insert.end_part(part, next_id - 1)?;
            }
            of.last_id = next_id - 1;
            of.end = batch.end;
            of.last_at = batch.lines.last().map_or(0, Entry::at);
            of.last_sha = batch.last_sha.to_vec();
            insert.segment(&of)?;
            segment = Some(of);
        }
        drop(insert);
        digest::seal(&transaction, keys.filter(|_| sound))?;
        transaction.commit()?;
    }
}
