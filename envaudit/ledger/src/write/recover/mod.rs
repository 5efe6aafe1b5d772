//! Where a ledger ends: found when it is opened, and when others have appended.
//!
//! A writer that was killed can leave a torn end: a last line without its newline, or one that cannot be read. It is copied
//! into a file of its own, cut off, and the loss is recorded. A whole line with a wrong hash is no accident, and nothing is
//! repaired.

mod catch_up;
mod end;
mod known;
mod torn;

use sha2::{Digest as _, Sha256};

use self::end::{MAX_TORN, read_end};
use self::known::KnownEnds;
pub(crate) use self::known::{current_signer, has_event};
use self::torn::{Torn, cut, record};
use crate::error::{AppendError, Damage, OpenError};
use crate::format::line::{Line, parse_hash};
use crate::format::timestamp::Timestamp;
use crate::keys::{Hasher, KeyId, KeyRing};
use crate::read::locate::first_line;
use crate::read::reader::{ReadError, Reader};
use crate::store::{
    ChainStore, Deadline, Durability, SegmentInfo, SegmentSource, StoreError, StoreErrorKind, Tail,
    WriteError,
};
use crate::write::ledger::Ledger;
use crate::write::retry::Retry;
use crate::write::rotated_key::rotated_to;
use crate::write::state::{StepError, WriterState, step_error};

pub(crate) use self::catch_up::{catch_up, is_at_end, is_pruned_away, start_over};

/// Reads the end of a ledger, whose lock is held if it has one, and recovers it.
pub(crate) fn load(ledger: &Ledger, ring: Option<KeyRing>) -> Result<WriterState, OpenError> {
    let mut retry = Retry::new(&ledger.settings, Deadline::after(ledger.settings.write_timeout));
    loop {
        let segments = match ledger.store.store_lock() {
            Some(_) => Vec::new(),
            None => ledger.store.segments().map_err(OpenError::Store)?,
        };
        let error = match load_once(ledger, ring.clone()) {
            Ok(Loaded::State(state)) => return Ok(*state),
            // Without a lock others may append between what is read and what is written.
            Ok(Loaded::Stale(mut state)) => {
                OpenError::Append(Box::new(state.settle(StepError::Behind)))
            }
            // They may also have pruned what was about to be read.
            Err(error) if has_moved(ledger, &segments) => error,
            Err(error) => return Err(error),
        };
        if !retry.pause() {
            return Err(error);
        }
    }
}

/// Whether others, in a store without a lock, have changed it since these segments were listed.
fn has_moved(ledger: &Ledger, before: &[SegmentInfo]) -> bool {
    let is_as_before = || ledger.store.segments().is_ok_and(|segments| segments == before);
    ledger.store.store_lock().is_none() && !is_as_before()
}

/// Whether what a step found may be there only because, in a store without a lock, others wrote or pruned while it was looking.
pub(crate) fn is_of_a_moving_ledger(
    ledger: &Ledger,
    state: &WriterState,
    failure: &StepError,
) -> bool {
    let StepError::Failed(error) = failure else { return false };
    let is_found = match error {
        AppendError::Damaged(_) | AppendError::NotSigned(_) => true,
        AppendError::Rejected(error) => error.kind() == StoreErrorKind::Missing,
        _ => false,
    };
    is_found
        && ledger.store.store_lock().is_none()
        && (is_pruned_away(ledger, state)
            || ledger.store.tail(state.by).is_ok_and(|tail| tail != state.tail))
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
    refuse_other_manifest(ledger, &segments, state.ring.as_ref())?;
    let clean = known.check_head(ledger, &state.tail)? && torn.is_none();
    let is_signed = known.check_checkpoint(ledger, &mut state)?;
    let is_anchored = known.check_anchors(ledger, &state.tail)?;
    refuse_retired(ledger, &state, is_signed || is_anchored)?;
    state.by = ledger.deadline();
    match finish(ledger, &mut state, torn, clean) {
        Ok(()) => {}
        Err(StepError::Behind) => return Ok(Loaded::Stale(Box::new(state))),
        Err(failure) => return Err(OpenError::Append(Box::new(state.settle(failure)))),
    }
    seal_old(ledger, &segments, &state);
    state.is_read = true;
    Ok(Loaded::State(Box::new(state)))
}

/// Repairs what a killed writer left, and ends a rotation that was interrupted.
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
    match state.ends_with_rotation {
        true => ledger.adopt_key(state),
        false => Ok(()),
    }
}

fn rejected(error: StoreError) -> StepError {
    step_error(WriteError::Rejected(error))
}

/// Refuses a ledger that goes on with a retired key: it is from before the rotation, and a thief of that key may have added to
/// it. The thief can also record a rotation to the current key, but nothing under it.
fn refuse_retired(ledger: &Ledger, state: &WriterState, is_vouched: bool) -> Result<(), OpenError> {
    let (Some(ring), Some(key)) = (&state.ring, state.hasher.key_id()) else { return Ok(()) };
    let current = ring.current().id();
    if key != current {
        return Err(OpenError::RolledBack { retired: key, current });
    }
    // Where the keys lie beside the ledger, nobody has the retired one and not the current one.
    let is_awaited = ledger.key_beside || ledger.settings.finish_rotation == Some(current);
    match state.ends_with_rotation && !is_vouched && !is_awaited {
        true => {
            Err(OpenError::UnfinishedRotation { from: state.rotated_from.unwrap_or(key), current })
        }
        false => Ok(()),
    }
}

/// Refuses a ledger whose first event names another `ledger.json`, or is not what was written.
fn refuse_other_manifest(
    ledger: &Ledger,
    segments: &[SegmentInfo],
    ring: Option<&KeyRing>,
) -> Result<(), OpenError> {
    if segments.first().is_none_or(|first| first.first_seq != 1 || first.len == 0) {
        return Ok(());
    }
    let damaged = |found: &str| OpenError::Damaged(Damage::new(1, 0, found));
    let line = first_line(ledger.source(), 1).map_err(OpenError::Store)?;
    // A last line that cannot be read is torn, and what is to be done is decided where the end is read.
    let Ok(line) = Line::parse(&line) else { return Ok(()) };
    if line.hash_holds_under(ring) == Some(false) {
        return Err(damaged("the line's hash is not that of its bytes: it was changed"));
    }
    let details: Option<serde_json::Value> =
        line.details.and_then(|details| serde_json::from_str(details).ok());
    let named = details.and_then(|details| {
        details.get("manifest_sha256").and_then(|hash| hash.as_str()).and_then(parse_hash)
    });
    let found: [u8; 32] = Sha256::digest(ledger.manifest.to_bytes()).into();
    match line.action == "ledger.created" && named == Some(found) {
        true => Ok(()),
        false => {
            Err(damaged("the first event names another `ledger.json`: one of the two was changed"))
        }
    }
}

/// Reads a ledger that another process opened.
pub(crate) fn read_anew(ledger: &Ledger, state: &mut WriterState) -> Result<(), StepError> {
    let read = load(ledger, state.ring.clone()).map_err(catch_up::refused)?;
    state.replace(read);
    Ok(())
}

/// Refuses to sign a ledger that is behind `HEAD`, or whose `ledger.json` is no longer the one that was read.
pub(crate) fn refuse_contradictions(ledger: &Ledger, tail: &Tail) -> Result<(), AppendError> {
    let manifest = ledger.store.manifest().map_err(AppendError::Rejected)?;
    if manifest != ledger.manifest.to_bytes() {
        return Err(AppendError::NotSigned(Damage::new(1, 0, "`ledger.json` was changed")));
    }
    let head = KnownEnds::head(ledger).map_err(catch_up::refused)?;
    let here = |found: &OpenError| Damage::new(tail.segment, tail.offset, found.to_string());
    match head.check_head(ledger, tail) {
        Ok(_) => Ok(()),
        // Without a lock others append meanwhile, and HEAD moves on with them.
        Err(OpenError::BehindHead { seen, .. })
            if seen > tail.seq
                && ledger.store.store_lock().is_none()
                && head.is_kept(ledger)? =>
        {
            Ok(())
        }
        // Others' events are gone: to go on would make another history.
        Err(error @ OpenError::BehindHead { .. }) => Err(AppendError::Damaged(here(&error))),
        Err(error @ OpenError::Head(_)) => Err(AppendError::NotSigned(here(&error))),
        Err(OpenError::Damaged(damage)) => Err(AppendError::NotSigned(damage)),
        Err(error) => Err(catch_up::refused(error)),
    }
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
    let rotated = rotated_to(&line);
    state.hasher = match rotated {
        Some(kid) => state.hasher_of(Some(kid)).ok_or(OpenError::KeyUnknown(kid))?,
        None => hasher,
    };
    state.ends_with_rotation = rotated.is_some();
    state.rotated_from = line.kid;
    state.latest = line.timestamp;
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
    if line.seq != segment {
        let found = "the segment has another name than its first event";
        return Err(OpenError::Damaged(Damage::new(segment, 0, found)));
    }
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
