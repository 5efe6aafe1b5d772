//! Where a ledger ends: found when it is opened, and when others have appended.
//!
//! A writer that was killed can leave a torn end: a last line without its newline, or one that cannot be read. It is copied
//! into a file of its own, cut off, and the loss is recorded. A whole line with a wrong hash is no accident, and nothing is
//! repaired.

mod catch_up;
mod end;
mod known;
mod torn;

use self::end::{MAX_TORN, read_end};
use self::known::KnownEnds;
pub(crate) use self::known::has_event;
use self::torn::{Torn, cut, record};
use crate::error::{Damage, OpenError};
use crate::format::line::Line;
use crate::format::timestamp::Timestamp;
use crate::keys::{Hasher, KeyId, KeyRing};
use crate::read::locate::first_line;
use crate::read::reader::{ReadError, Reader};
use crate::store::{
    ChainStore, Deadline, Durability, SegmentInfo, SegmentSource, StoreError, Tail, WriteError,
};
use crate::write::ledger::Ledger;
use crate::write::retry::Retry;
use crate::write::state::{StepError, WriterState, step_error};

pub(crate) use self::catch_up::{catch_up, is_pruned_away, start_over};

/// Reads the end of a ledger, whose lock is held if it has one, and recovers it.
pub(crate) fn load(ledger: &Ledger, ring: Option<KeyRing>) -> Result<WriterState, OpenError> {
    let mut retry = Retry::new(&ledger.settings, Deadline::after(ledger.settings.write_timeout));
    loop {
        match load_once(ledger, ring.clone())? {
            Loaded::State(state) => return Ok(*state),
            // Without a lock others may append between what is read and what is written.
            Loaded::Stale(mut state) => {
                if !retry.pause() {
                    let error = state.settle(StepError::Behind);
                    return Err(OpenError::Append(Box::new(error)));
                }
            }
        }
    }
}

/// What came of reading the end of a ledger.
enum Loaded {
    State(Box<WriterState>),
    /// Others have appended meanwhile.
    Stale(Box<WriterState>),
}

fn load_once(ledger: &Ledger, ring: Option<KeyRing>) -> Result<Loaded, OpenError> {
    let known = KnownEnds::read(ledger)?;
    let segments = ledger.store.segments().map_err(OpenError::Store)?;
    let (mut state, torn) = find_end(ledger, &segments, ring)?;
    let clean = known.check_head(ledger, &state.tail)? && torn.is_none();
    known.check_anchors(ledger, &state.tail)?;
    state.by = ledger.deadline();
    match finish(ledger, &mut state, torn, clean) {
        Ok(()) => {}
        Err(StepError::Behind) => return Ok(Loaded::Stale(Box::new(state))),
        Err(failure) => return Err(OpenError::Append(Box::new(state.settle(failure)))),
    }
    seal_old(ledger, &segments, &state);
    Ok(Loaded::State(Box::new(state)))
}

/// Repairs what a killed writer left, and goes on to the current key.
fn finish(
    ledger: &Ledger,
    state: &mut WriterState,
    torn: Option<Torn>,
    clean: bool,
) -> Result<(), StepError> {
    if let Some(torn) = &torn {
        cut(ledger, torn)?;
    }
    if let Some(files) = ledger.store.files().filter(|_| !clean) {
        // The last writer's failed sync may have left bytes that read back and are not on disk.
        let offset = state.tail.offset.saturating_sub(MAX_TORN as u64);
        let Tail { segment, .. } = state.tail;
        files.rewrite_and_sync(segment, offset, Durability::Immediate).map_err(step_error)?;
    }
    if state.sealed {
        ledger.start_next(state)?;
    }
    if let Some(files) = ledger.store.files() {
        for name in files.torn_copies().map_err(rejected)? {
            if let Some(torn) = Torn::of_copy(files, &name).map_err(rejected)? {
                record(ledger, state, &torn)?;
            }
        }
    }
    rotate_to_current(ledger, state)
}

fn rejected(error: StoreError) -> StepError {
    step_error(WriteError::Rejected(error))
}

fn rotate_to_current(ledger: &Ledger, state: &mut WriterState) -> Result<(), StepError> {
    let Some(ring) = state.ring.clone() else { return Ok(()) };
    if state.hasher.key_id() == Some(ring.current().id()) {
        return Ok(());
    }
    ledger.write_rotation(state, ring)
}

/// The last event of the ledger, and what is torn behind it.
fn find_end(
    ledger: &Ledger,
    segments: &[SegmentInfo],
    ring: Option<KeyRing>,
) -> Result<(WriterState, Option<Torn>), OpenError> {
    let none = || OpenError::Damaged(Damage::new(1, 0, "there is no segment at all"));
    let last = segments.last().ok_or_else(none)?;
    let (end, torn) = read_end(ledger, last)?;
    let (info, end) = match end {
        Some(end) => (last, end),
        // The segment was being started. The one before it must be sealed.
        None => {
            let started =
                || OpenError::Damaged(Damage::new(last.first_seq, 0, "the segment is empty"));
            let before = segments.iter().rev().nth(1).ok_or_else(started)?;
            let (end, torn) = read_end(ledger, before)?;
            let end = end.filter(|_| torn.is_none()).ok_or_else(started)?;
            if last.first_seq != end.last_seq()? + 1 || !end.is_seal()? {
                return Err(started());
            }
            (before, end)
        }
    };
    let line = end.line()?;
    let damaged = |found: &str| OpenError::Damaged(Damage::new(info.first_seq, end.offset, found));
    let ledger_id = ledger.manifest.ledger_id.to_string();
    if line.ledger_id != ledger_id {
        return Err(damaged("the line is of another chain"));
    }
    let tail =
        Tail { seq: line.seq, hash: line.event_hash, segment: info.first_seq, offset: end.end() };
    let mut state = WriterState::at(tail, ring, Hasher::Unkeyed);
    match (&state.ring, line.kid) {
        (Some(_), None) => return Err(damaged("the line has no key, though the ledger is keyed")),
        (None, Some(_)) => return Err(damaged("the line has a key, though the ledger is unkeyed")),
        _ => {}
    }
    let unknown = || OpenError::KeyUnknown(line.kid.unwrap_or_else(no_key));
    let hasher = state.hasher_of(line.kid).ok_or_else(unknown)?;
    if !line.hash_holds(&hasher) {
        return Err(damaged("the line's hash is not that of its bytes: it was changed"));
    }
    if line.seq < info.first_seq || (end.offset == 0) != (line.seq == info.first_seq) {
        return Err(damaged("the line's seq does not belong into this segment"));
    }
    if let Some(previous) = end.previous()
        && (previous.seq + 1 != line.seq || previous.event_hash != line.previous_hash)
    {
        return Err(damaged("the line does not follow the one before it"));
    }
    state.hasher = match rotated_to(&line) {
        Some(kid) => state.hasher_of(Some(kid)).ok_or(OpenError::KeyUnknown(kid))?,
        None => hasher,
    };
    state.sealed = end.is_seal()?;
    state.month_end = first_month_end(ledger.source(), info.first_seq)?;
    Ok((state, torn))
}

fn no_key() -> KeyId {
    KeyId::parse("0000000000000000").expect("16 hex digits")
}

fn first_month_end(source: &dyn SegmentSource, segment: u64) -> Result<Timestamp, OpenError> {
    let line = first_line(source, segment).map_err(OpenError::Store)?;
    let line = Line::parse(&line)
        .map_err(|error| OpenError::Damaged(Damage::new(segment, 0, error.to_string())))?;
    Ok(line.timestamp.month_end())
}

/// A roll that was interrupted may have left the old segment open to writing. It is needed so until the next one is durable.
fn seal_old(ledger: &Ledger, segments: &[SegmentInfo], state: &WriterState) {
    let Some(files) = ledger.store.files() else { return };
    for info in segments.iter().filter(|info| !info.sealed && info.first_seq < state.tail.segment) {
        let _ = files.seal(info.first_seq);
    }
}

/// The key that the ledger goes on with, as its last line says.
pub(crate) fn last_key(store: &dyn ChainStore) -> Result<Option<KeyId>, StoreError> {
    for record in Reader::new(store).newest()? {
        match record {
            Ok(record) => {
                let line = record.line().ok();
                return Ok(line.and_then(|line| rotated_to(&line).or(line.kid)));
            }
            Err(ReadError::Store(error)) => return Err(error),
            // What is torn was not written.
            Err(ReadError::Line { .. }) => {}
        }
    }
    Ok(None)
}

/// The key that events after this line are hashed with.
fn rotated_to(line: &Line<'_>) -> Option<KeyId> {
    if line.action != "ledger.key_rotated" {
        return None;
    }
    let details: serde_json::Value = serde_json::from_str(line.details?).ok()?;
    KeyId::parse(details.get("to")?.as_str()?)
}
