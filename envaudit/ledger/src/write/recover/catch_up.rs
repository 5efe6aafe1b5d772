//! What others have appended since.

use std::sync::Arc;

use super::end::{MAX_TORN, is_seal};
use super::torn::{Torn, cut, record};
use super::{load, rejected};
use crate::error::{AppendError, Damage, OpenError};
use crate::format::line::Line;
use crate::read::filter::Filter;
use crate::read::lines::{LineBlocks, LineEnd, Lines};
use crate::read::reader::ReadError;
use crate::store::{StoreError, StoreErrorKind, Tail};
use crate::write::ledger::Ledger;
use crate::write::rotated_key::rotated_to;
use crate::write::state::{StepError, WriterState};

/// Reads what others have appended, verifies it, and goes on from its end.
pub(crate) fn catch_up(ledger: &Ledger, state: &mut WriterState) -> Result<(), StepError> {
    check_last_line(ledger, &state.tail)?;
    let mut torn = None;
    let mut before = state.tail;
    loop {
        let segment = state.tail.segment;
        let len = match ledger.store.files() {
            Some(files) => files.segment_len(segment).map_err(rejected)?,
            None => len_of(ledger, segment).map_err(rejected)?,
        };
        if len < state.tail.offset {
            let found = format!(
                "the file ends here, and had {} bytes: events were cut off",
                state.tail.offset
            );
            return Err(AppendError::Damaged(Damage::new(segment, len, found)).into());
        }
        if let Some(end) = absorb_new(ledger, state, len)? {
            cut(ledger, &end)?;
            torn = Some(end);
        }
        let next = state.tail.seq + 1;
        let segments = ledger.store.segments().map_err(AppendError::Rejected)?;
        let started = segments.iter().any(|info| info.first_seq == next && info.len > 0);
        if state.sealed && started {
            before = state.tail;
            state.tail = Tail { segment: next, offset: 0, ..state.tail };
            state.sealed = false;
            state.foreign = None;
            // Whoever sealed the segment has made it durable.
            state.unsynced = None;
            state.syncing = None;
            continue;
        }
        if state.tail.offset == 0 {
            // What was torn was the first line of a segment: the one before it is the end again.
            state.tail = before;
            state.sealed = true;
        }
        break;
    }
    if state.sealed {
        ledger.start_next(state)?;
    }
    match torn {
        Some(torn) => record(ledger, state, &torn),
        None => Ok(()),
    }
}

/// The length of a segment, as it is listed.
fn len_of(ledger: &Ledger, segment: u64) -> Result<u64, StoreError> {
    let segments = ledger.store.segments()?;
    let found = segments.iter().find(|info| info.first_seq == segment);
    found.map(|info| info.len).ok_or_else(|| {
        let doing = format!("read segment {segment}, which this writer has written to");
        StoreError::new(StoreErrorKind::Missing, doing)
    })
}

/// Whether the ledger ends where this writer left it.
pub(crate) fn is_at_end(ledger: &Ledger, state: &WriterState) -> Result<bool, StepError> {
    let tail = &state.tail;
    let Some(files) = ledger.store.files() else {
        let end = ledger.store.tail(state.by).map_err(AppendError::Rejected)?;
        return Ok(end == *tail);
    };
    if files.segment_len(tail.segment).map_err(rejected)? != tail.offset {
        return Ok(false);
    }
    check_last_line(ledger, tail)?;
    if state.sealed {
        // Another writer may have begun the next segment.
        let segments = ledger.store.segments().map_err(AppendError::Rejected)?;
        return Ok(!segments.iter().any(|info| info.first_seq > tail.segment && info.len > 0));
    }
    Ok(true)
}

/// Whether the last line that this writer knows still is the one that it knows.
pub(super) fn check_last_line(ledger: &Ledger, tail: &Tail) -> Result<(), AppendError> {
    let Some(from) = tail.end() else { return Ok(()) };
    let len = usize::try_from(tail.offset - from).unwrap_or(0);
    let end = ledger.store.read(tail.segment, from, len).map_err(AppendError::Rejected)?;
    if end.len() == len && !tail.is_end(&end) {
        let found = "the last line is not the one that was written";
        return Err(AppendError::Damaged(Damage::new(tail.segment, from, found)));
    }
    Ok(())
}

/// Whether others have gone on so far that the segment this writer knows was pruned.
pub(crate) fn is_pruned_away(ledger: &Ledger, state: &WriterState) -> bool {
    let segments = ledger.store.segments().unwrap_or_default();
    segments.first().is_some_and(|first| first.first_seq > state.tail.segment)
}

/// Reads a ledger anew whose segments this writer knows were pruned by others.
pub(crate) fn start_over(ledger: &Ledger, state: &mut WriterState) -> Result<(), StepError> {
    let read = load(ledger, state.ring.clone()).map_err(refused)?;
    let segments = ledger.store.segments().map_err(AppendError::Rejected)?;
    let first = segments.first().map_or(0, |info| info.first_seq);
    let statements = ledger.reader().newest().map_err(AppendError::Rejected)?;
    let kept = match statements.matching(Filter::new().action("ledger.pruned")).next() {
        Some(Ok(record)) => record.line().ok().and_then(|line| first_kept(&line)),
        Some(Err(ReadError::Store(error))) => return Err(AppendError::Rejected(error).into()),
        Some(Err(ReadError::Line { .. })) | None => None,
    };
    if read.tail.seq <= state.tail.seq || kept.is_none_or(|kept| kept < first) {
        let found =
            "the segments before this one are gone, and no event says that they were pruned";
        return Err(AppendError::Damaged(Damage::new(first, 0, found)).into());
    }
    state.replace(read);
    Ok(())
}

pub(super) fn first_kept(line: &Line<'_>) -> Option<u64> {
    let details: serde_json::Value = serde_json::from_str(line.details?).ok()?;
    details.get("first_kept_seq")?.as_u64()
}

pub(crate) fn refused(error: OpenError) -> AppendError {
    match error {
        OpenError::Damaged(damage) => AppendError::Damaged(damage),
        OpenError::KeyUnknown(kid) => AppendError::KeyUnknown(kid),
        OpenError::Anchor(error) => AppendError::Anchor(error),
        OpenError::Store(error) => AppendError::Rejected(error),
        OpenError::Append(error) => *error,
        error => AppendError::Poisoned(Arc::new(error)),
    }
}

/// Reads the lines between the tail and the end of the segment. Returns what is torn there.
pub(super) fn absorb_new(
    ledger: &Ledger,
    state: &mut WriterState,
    len: u64,
) -> Result<Option<Torn>, StepError> {
    let segment = state.tail.segment;
    let blocks = LineBlocks::forward(ledger.source(), segment, state.tail.offset..len);
    let mut lines = Lines::of(blocks.longest(MAX_TORN).stop_at_too_long());
    while let Some(line) = lines.next_line().map_err(AppendError::Rejected)? {
        let damaged =
            |found: String| AppendError::Damaged(Damage::new(segment, line.offset, found));
        match line.end {
            LineEnd::Torn => return Ok(Some(Torn::new(segment, line.offset, line.bytes))),
            LineEnd::TooLong => return Err(damaged("no line ends here".to_owned()).into()),
            LineEnd::Newline => match Line::parse(line.bytes) {
                Ok(parsed) => absorb(ledger, state, &parsed)?,
                Err(_) if line.to == len => {
                    let bytes = [line.bytes, b"\n"].concat();
                    return Ok(Some(Torn::new(segment, line.offset, &bytes)));
                }
                Err(error) => return Err(damaged(error.to_string()).into()),
            },
        }
    }
    Ok(None)
}

/// Goes on by one line that another writer wrote.
pub(super) fn absorb(
    ledger: &Ledger,
    state: &mut WriterState,
    line: &Line<'_>,
) -> Result<(), AppendError> {
    let Tail { seq, hash, segment, offset } = state.tail;
    let damaged = |found: &str| Err(AppendError::Damaged(Damage::new(segment, offset, found)));
    if line.seq != seq + 1 || line.previous_hash != hash {
        return damaged("the line does not follow the one before it");
    }
    if line.ledger_id != ledger.manifest.ledger_id.to_string() {
        return damaged("the line is of another chain");
    }
    if line.kid != state.hasher.key_id() {
        return damaged("the line has another key than the one before it");
    }
    if !line.hash_holds(&state.hasher) {
        return damaged("the line's hash is not that of its bytes");
    }
    state.ends_with_rotation = false;
    if let Some(kid) = rotated_to(line) {
        state.ends_with_rotation = true;
        state.hasher = state.hasher_of(Some(kid)).ok_or(AppendError::KeyUnknown(kid))?;
    }
    if offset == 0 {
        state.month_end = line.timestamp.month_end();
    }
    state.latest = state.latest.max(line.timestamp);
    let unsynced = state.unsynced_len() as u64;
    state.foreign.get_or_insert(offset.saturating_sub(unsynced));
    state.sealed = is_seal(line);
    state.tail = Tail {
        seq: line.seq,
        hash: line.event_hash,
        segment,
        offset: offset + line.bytes().len() as u64 + 1,
    };
    Ok(())
}
