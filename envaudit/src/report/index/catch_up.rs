//! Bringing an index up to date: one thread reads and parses, another inserts.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use memchr::memchr_iter;
use rusqlite::{Connection, TransactionBehavior};
use sha2::{Digest as _, Sha256};

use super::error::IndexError;
use super::fit::{self, Fit, Indexed};
use super::insert::{Insert, Kinds, trim};
use super::row::{Row, Texts};
use crate::ledger::store::{SegmentSource, StoreError};
use crate::ledger::{Line, MAX_LINE};

/// How much is read at once.
const BLOCK: usize = 4 << 20;
/// How many blocks wait to be inserted.
const WAITING: usize = 3;
/// So many blocks are one transaction: what a kill loses.
const PART: usize = 8;

/// Brings the index up to date.
pub(super) fn run(db: &mut Connection, source: &dyn SegmentSource) -> Result<(), IndexError> {
    // The lock is kept from one transaction to the next: nobody else does the same work meanwhile.
    db.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    let result = locked(db, source);
    db.pragma_update(None, "locking_mode", "NORMAL")?;
    // `SQLite` lets go with the next look at the file.
    let released = db.query_row("SELECT COUNT(*) FROM about", [], |_| Ok(()));
    result.and_then(|()| Ok(released?))
}

fn locked(db: &mut Connection, source: &dyn SegmentSource) -> Result<(), IndexError> {
    let begun = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have done it since.
    let fit = fit::look(&begun, source)?;
    trim(&begun, &fit)?;
    begun.commit()?;
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel(WAITING);
        scope.spawn(|| parse(source, &fit, sender));
        insert(db, &fit, receiver)
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

/// Sends what is not indexed yet, until nobody wants more.
fn parse(source: &dyn SegmentSource, fit: &Fit, sender: SyncSender<Result<Batch, StoreError>>) {
    let done = fit.kept.len();
    let begun = fit.kept.last().map(|last| (last.first_seq, last.end));
    let next = fit.segments[done.min(fit.segments.len())..].iter().map(|info| (info.first_seq, 0));
    for (first_seq, from) in begun.into_iter().chain(next) {
        let mut lines = Lines { source, first_seq, read: from, rest: Vec::new(), overlong: 0 };
        loop {
            match lines.next() {
                Ok(None) => break,
                Ok(Some(batch)) if batch.lines.is_empty() => {}
                Ok(Some(batch)) => {
                    if sender.send(Ok(batch)).is_err() {
                        return;
                    }
                }
                Err(error) => {
                    let _ = sender.send(Err(error));
                    return;
                }
            }
        }
    }
}

/// The lines of a segment, block by block.
struct Lines<'s> {
    source: &'s dyn SegmentSource,
    first_seq: u64,
    /// Where the next block begins.
    read: u64,
    /// The beginning of a line whose end is not read yet.
    rest: Vec<u8>,
    /// How much of the beginning of a line was dropped that is too long to be one.
    overlong: u64,
}

impl Lines<'_> {
    fn next(&mut self) -> Result<Option<Batch>, StoreError> {
        let block = self.source.read(self.first_seq, self.read, BLOCK)?;
        if block.is_empty() {
            return Ok(None);
        }
        let mut at = self.read - self.rest.len() as u64 - self.overlong;
        self.read += block.len() as u64;
        let mut bytes = std::mem::take(&mut self.rest);
        bytes.extend_from_slice(&block);
        let mut texts = Texts::default();
        let mut lines = Vec::with_capacity(bytes.len() / 400);
        let (mut from, mut last) = (0, 0..0);
        for newline in memchr_iter(b'\n', &bytes) {
            let line = &bytes[from..newline];
            let parsed = Line::parse(line).ok().filter(|_| self.overlong == 0);
            lines.push(match parsed {
                Some(line) => Entry::Event(Row::of(&line, at, &mut texts)),
                None => Entry::Unreadable(at),
            });
            at += self.overlong + line.len() as u64 + 1;
            self.overlong = 0;
            last = from..newline;
            from = newline + 1;
        }
        let last_sha = Sha256::digest(&bytes[last]).into();
        self.rest = bytes.split_off(from);
        if self.rest.len() > MAX_LINE {
            self.overlong += self.rest.len() as u64;
            self.rest.clear();
        }
        Ok(Some(Batch { first_seq: self.first_seq, texts, lines, end: at, last_sha }))
    }
}

fn insert(
    db: &mut Connection,
    fit: &Fit,
    receiver: Receiver<Result<Batch, StoreError>>,
) -> Result<(), IndexError> {
    let mut segment = fit.kept.last().cloned();
    let first_id = fit.segments.first().map_or(1, |info| info.first_seq);
    let mut next_id = segment.as_ref().map_or(first_id, |segment| segment.last_id + 1);
    loop {
        let part: Vec<Batch> = receiver.iter().take(PART).collect::<Result<_, _>>()?;
        if part.is_empty() {
            return Ok(());
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
            of.last_id = next_id - 1;
            of.end = batch.end;
            of.last_at = batch.lines.last().map_or(0, Entry::at);
            of.last_sha = batch.last_sha.to_vec();
            insert.segment(&of)?;
            segment = Some(of);
        }
        drop(insert);
        transaction.commit()?;
    }
}
