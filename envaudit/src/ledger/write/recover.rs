//! Where a ledger ends: found when it is opened, and when others have appended.
//!
//! A writer that was killed can leave a torn end: a last line without its newline, or one that cannot be read. It is copied
//! into a file of its own, cut off, and the loss is recorded. A whole line with a wrong hash is no accident, and nothing is
//! repaired.

use sha2::{Digest as _, Sha256};

use data_encoding::HEXLOWER;

use crate::ledger::error::{AppendError, Damage, OpenError};
use crate::ledger::format::head::Head;
use crate::ledger::format::line::Line;
use crate::ledger::format::timestamp::Timestamp;
use crate::ledger::key::{Hasher, KeyId, KeyRing};
use crate::ledger::ledger::Ledger;
use crate::ledger::read::filter::Filter;
use crate::ledger::read::locate::{find, first_line};
use crate::ledger::read::reader::{ReadError, Reader};
use crate::ledger::store::{
    Durability, SegmentInfo, SegmentSource, Store, StoreError, TORN, Tail, WriteError,
};
use crate::ledger::write::append::{MAX_BATCH, MAX_UNSYNCED, own};
use crate::ledger::write::state::{Failure, State, failed};

/// The longest end that can be torn: a batch whose bytes came to nothing, and those before it that waited for the same sync.
const MAX_TORN: usize = MAX_UNSYNCED + MAX_BATCH;

/// A torn end.
struct Torn {
    segment: u64,
    offset: u64,
    bytes: usize,
    sha256: [u8; 32],
}

/// What the name of a copy begins with until an event says what was cut.
const UNRECORDED: &str = "torn-unrecorded-";

impl Torn {
    fn new(segment: u64, offset: u64, bytes: &[u8]) -> Self {
        Torn { segment, offset, bytes: bytes.len(), sha256: Sha256::digest(bytes).into() }
    }

    /// The copy's first name. It is the same again for a recovery that was killed before the cut.
    fn unrecorded(&self) -> String {
        format!("{UNRECORDED}{}-{}-{}", self.segment, self.offset, self.digits())
    }

    /// The copy's name once it is recorded.
    fn recorded(&self, now: Timestamp) -> String {
        format!("{TORN}{}-{}", now.to_string().replace([':', '.'], "-"), self.digits())
    }

    fn digits(&self) -> String {
        HEXLOWER.encode(&self.sha256)[..8].to_owned()
    }

    /// What a copy is of, if an earlier recovery was killed before it recorded it.
    fn of_copy(ledger: &Ledger, name: &str) -> Result<Option<Self>, StoreError> {
        let mut parts = name.strip_prefix(UNRECORDED).unwrap_or_default().split('-');
        let mut number = || parts.next()?.parse().ok();
        let (Some(segment), Some(offset)) = (number(), number()) else { return Ok(None) };
        let torn = Torn::new(segment, offset, &ledger.store.copy(name)?);
        Ok((torn.unrecorded() == name).then_some(torn))
    }
}

/// Reads the end of a ledger whose lock is held, and recovers it.
pub(in crate::ledger) fn load(ledger: &Ledger, ring: Option<KeyRing>) -> Result<State, OpenError> {
    let segments = ledger.store.segments().map_err(OpenError::Store)?;
    let (mut state, torn) = find_end(ledger, &segments, ring)?;
    let clean = check_head(ledger, &state.tail)? && torn.is_none();
    check_anchors(ledger, &state.tail)?;
    finish(ledger, &mut state, torn, clean)
        .map_err(|failure| OpenError::Append(Box::new(state.settle(failure))))?;
    seal_old(ledger, &segments, &state);
    Ok(state)
}

/// Repairs what a killed writer left, and goes on to the current key.
fn finish(
    ledger: &Ledger,
    state: &mut State,
    torn: Option<Torn>,
    clean: bool,
) -> Result<(), Failure> {
    if let Some(torn) = &torn {
        cut(ledger, torn)?;
    }
    if !clean {
        // The last writer's failed sync may have left bytes that read back and are not on disk.
        let offset = state.tail.offset.saturating_sub(MAX_TORN as u64);
        let Tail { segment, .. } = state.tail;
        ledger.store.reaffirm(segment, offset, Durability::Immediate).map_err(failed)?;
    }
    if state.sealed {
        ledger.start_next(state)?;
    }
    for name in ledger.store.copies().map_err(rejected)? {
        if let Some(torn) = Torn::of_copy(ledger, &name).map_err(rejected)? {
            record(ledger, state, &torn)?;
        }
    }
    rotate_to_current(ledger, state)
}

fn rejected(error: StoreError) -> Failure {
    failed(WriteError::Rejected(error))
}

fn cut(ledger: &Ledger, torn: &Torn) -> Result<(), Failure> {
    ledger.store.cut(torn.segment, torn.offset, &torn.unrecorded()).map_err(failed)
}

fn record(ledger: &Ledger, state: &mut State, torn: &Torn) -> Result<(), Failure> {
    let event = own("ledger.recovered")
        .detail("bytes", torn.bytes)
        .detail("sha256", HEXLOWER.encode(&torn.sha256))
        .detail("segment", torn.segment)
        .detail("offset", torn.offset);
    ledger.write_own(state, &event)?;
    let name = torn.recorded(ledger.settings.now());
    ledger.store.rename_copy(&torn.unrecorded(), &name).map_err(failed)
}

fn rotate_to_current(ledger: &Ledger, state: &mut State) -> Result<(), Failure> {
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
) -> Result<(State, Option<Torn>), OpenError> {
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
    let chain = ledger.manifest.chain.to_string();
    if line.chain != chain {
        return Err(damaged("the line is of another chain"));
    }
    let tail =
        Tail { seq: line.seq, hash: line.event_hash, segment: info.first_seq, offset: end.end() };
    let mut state = State::at(tail, ring, Hasher::Unkeyed);
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

/// The last whole line of a segment.
struct End {
    segment: u64,
    offset: u64,
    previous: Vec<u8>,
    bytes: Vec<u8>,
}

impl End {
    fn line(&self) -> Result<Line<'_>, OpenError> {
        Line::parse(&self.bytes).map_err(|error| {
            OpenError::Damaged(Damage::new(self.segment, self.offset, error.to_string()))
        })
    }

    fn previous(&self) -> Option<Line<'_>> {
        Line::parse(&self.previous).ok()
    }

    fn last_seq(&self) -> Result<u64, OpenError> {
        Ok(self.line()?.seq)
    }

    fn is_seal(&self) -> Result<bool, OpenError> {
        Ok(is_seal(&self.line()?))
    }

    fn end(&self) -> u64 {
        self.offset + self.bytes.len() as u64 + 1
    }
}

/// Reads a segment backwards to its last whole line. What lies behind it is torn, unless it is more than a writer can tear.
fn read_end(ledger: &Ledger, info: &SegmentInfo) -> Result<(Option<End>, Option<Torn>), OpenError> {
    let segment = info.first_seq;
    let mut size = 64 << 10;
    loop {
        let start = info.len.saturating_sub(size as u64);
        let block = ledger.store.read(segment, start, size).map_err(OpenError::Store)?;
        if let Some(result) = split_end(segment, start, &block) {
            return Ok(result);
        }
        if size > MAX_TORN {
            let found = "no line ends here";
            return Err(OpenError::Damaged(Damage::new(segment, start, found)));
        }
        size *= 4;
    }
}

/// `None` if the block does not reach back far enough.
fn split_end(segment: u64, start: u64, block: &[u8]) -> Option<(Option<End>, Option<Torn>)> {
    let ends: Vec<usize> = newlines_from_behind(block).take(4).collect();
    // A line's beginning is known where the newline before it is, or the beginning of the file.
    let begin = |at: usize| match ends.get(at) {
        Some(newline) => Some(newline + 1),
        None if start == 0 => Some(0),
        None => None,
    };
    let torn = |from: usize| {
        (from < block.len()).then(|| Torn::new(segment, start + from as u64, &block[from..]))
    };
    let line = |at: usize| -> Option<End> {
        let (from, to) = (begin(at + 1)?, *ends.get(at)?);
        // The line before is looked at where it is at hand.
        let previous = match (begin(at + 2), ends.get(at + 1)) {
            (Some(from), Some(&to)) => block[from..to].to_vec(),
            _ => Vec::new(),
        };
        Some(End {
            segment,
            offset: start + from as u64,
            previous,
            bytes: block[from..to].to_vec(),
        })
    };
    let behind = begin(0)?;
    if ends.is_empty() {
        return Some((None, torn(0)));
    }
    let last = line(0)?;
    if behind == block.len() && Line::parse(&last.bytes).is_err() {
        // The last line is whole and cannot be read: it alone is torn.
        let from = begin(1)?;
        return match ends.get(1) {
            Some(_) => Some((Some(line(1)?), torn(from))),
            None => Some((None, torn(from))),
        };
    }
    Some((Some(last), torn(behind)))
}

fn newlines_from_behind(block: &[u8]) -> impl Iterator<Item = usize> + '_ {
    block.iter().enumerate().rev().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at)
}

fn first_month_end(source: &dyn SegmentSource, segment: u64) -> Result<Timestamp, OpenError> {
    let line = first_line(source, segment).map_err(OpenError::Store)?;
    let line = Line::parse(&line)
        .map_err(|error| OpenError::Damaged(Damage::new(segment, 0, error.to_string())))?;
    Ok(line.timestamp.month_end())
}

/// Whether the ledger has what HEAD has seen; gives whether HEAD has seen all of it.
fn check_head(ledger: &Ledger, tail: &Tail) -> Result<bool, OpenError> {
    let Some(bytes) = ledger.store.head().map_err(OpenError::Store)? else { return Ok(false) };
    let behind = |seen| OpenError::BehindHead { seen, last: tail.seq };
    let head = Head::parse(&bytes).map_err(OpenError::Head)?;
    if !has(ledger, tail, head.seq, &head.hash)? {
        return Err(behind(head.seq));
    }
    Ok(head.seq == tail.seq)
}

fn check_anchors(ledger: &Ledger, tail: &Tail) -> Result<(), OpenError> {
    use crate::ledger::evidence::anchor::{AnchorError, Anchored};
    let chain = ledger.manifest.chain.to_string();
    for anchor in &ledger.settings.anchors {
        let Some(kept) = anchor.latest(Some(&chain)).map_err(OpenError::Anchor)? else { continue };
        if has(ledger, tail, kept.size, &kept.head)? {
            continue;
        }
        let kept = Box::new(kept);
        let offered = Box::new(Anchored { chain: chain.clone(), size: tail.seq, head: tail.hash });
        let anchor = anchor.name();
        return Err(OpenError::Anchor(if kept.size > tail.seq {
            AnchorError::Behind { anchor, kept, offered }
        } else {
            AnchorError::Conflict { anchor, kept, offered }
        }));
    }
    Ok(())
}

/// Whether the event of this seq is there with this hash, or was pruned.
fn has(ledger: &Ledger, tail: &Tail, seq: u64, hash: &[u8; 32]) -> Result<bool, OpenError> {
    if seq >= tail.seq {
        return Ok(seq == tail.seq && *hash == tail.hash);
    }
    let segments = ledger.store.segments().map_err(OpenError::Store)?;
    if segments.first().is_some_and(|first| seq < first.first_seq) {
        return Ok(true);
    }
    let found = find(ledger.source(), &segments, seq).map_err(OpenError::Store)?;
    Ok(found
        .is_some_and(|found| Line::parse(&found.bytes).is_ok_and(|line| line.event_hash == *hash)))
}

/// A roll that was interrupted may have left the old segment open to writing. It is needed so until the next one is durable.
fn seal_old(ledger: &Ledger, segments: &[SegmentInfo], state: &State) {
    for info in segments.iter().filter(|info| !info.sealed && info.first_seq < state.tail.segment) {
        let _ = ledger.store.seal(info.first_seq);
    }
}

/// Reads what others have appended, verifies it, and goes on from its end.
pub(in crate::ledger) fn catch_up(ledger: &Ledger, state: &mut State) -> Result<(), Failure> {
    check_last_line(ledger, &state.tail)?;
    let mut torn = None;
    let mut before = state.tail;
    loop {
        let segment = state.tail.segment;
        let len = ledger.store.segment_len(segment).map_err(rejected)?;
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
            state.digest = None;
            state.foreign = None;
            state.unsynced = None;
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

/// Whether the last line that this writer knows still is the one that it knows.
fn check_last_line(ledger: &Ledger, tail: &Tail) -> Result<(), AppendError> {
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
pub(in crate::ledger) fn is_pruned_away(ledger: &Ledger, state: &State) -> bool {
    let segments = ledger.store.segments().unwrap_or_default();
    segments.first().is_some_and(|first| first.first_seq > state.tail.segment)
}

/// Reads a ledger anew whose segments this writer knows were pruned by others.
pub(in crate::ledger) fn start_over(ledger: &Ledger, state: &mut State) -> Result<(), Failure> {
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
    *state = read;
    Ok(())
}

fn first_kept(line: &Line<'_>) -> Option<u64> {
    let details: serde_json::Value = serde_json::from_str(line.details?).ok()?;
    details.get("first_kept_seq")?.as_u64()
}

fn refused(error: OpenError) -> AppendError {
    match error {
        OpenError::Damaged(damage) => AppendError::Damaged(damage),
        OpenError::KeyUnknown(kid) => AppendError::KeyUnknown(kid),
        OpenError::Anchor(error) => AppendError::Anchor(error),
        OpenError::Store(error) => AppendError::Rejected(error),
        OpenError::Append(error) => *error,
        error => AppendError::Poisoned { reason: error.to_string() },
    }
}

/// Reads the lines between the tail and the end of the file. Gives what is torn there.
fn absorb_new(ledger: &Ledger, state: &mut State, len: u64) -> Result<Option<Torn>, Failure> {
    let segment = state.tail.segment;
    while state.tail.offset < len {
        let offset = state.tail.offset;
        let block = ledger.store.read(segment, offset, MAX_TORN).map_err(AppendError::Rejected)?;
        let whole = block.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let is_end = offset + block.len() as u64 >= len;
        if whole == 0 {
            return Ok(Some(Torn::new(segment, offset, &block)));
        }
        let mut at = 0;
        while at < whole {
            let line_len =
                block[at..].iter().position(|&byte| byte == b'\n').unwrap_or(block.len() - at);
            let bytes = &block[at..at + line_len];
            let line = match Line::parse(bytes) {
                Ok(line) => line,
                Err(_) if is_end && at + line_len + 1 == block.len() => {
                    return Ok(Some(Torn::new(segment, state.tail.offset, &block[at..])));
                }
                Err(error) => {
                    let damage = Damage::new(segment, state.tail.offset, error.to_string());
                    return Err(AppendError::Damaged(damage).into());
                }
            };
            absorb(ledger, state, &line)?;
            at += line_len + 1;
        }
        if is_end {
            let rest = &block[whole..];
            return Ok((!rest.is_empty()).then(|| Torn::new(segment, state.tail.offset, rest)));
        }
    }
    Ok(None)
}

/// Goes on by one line that another writer wrote.
fn absorb(ledger: &Ledger, state: &mut State, line: &Line<'_>) -> Result<(), AppendError> {
    let Tail { seq, hash, segment, offset } = state.tail;
    let damaged = |found: &str| Err(AppendError::Damaged(Damage::new(segment, offset, found)));
    if line.seq != seq + 1 || line.previous_hash != hash {
        return damaged("the line does not follow the one before it");
    }
    if line.chain != ledger.manifest.chain.to_string() {
        return damaged("the line is of another chain");
    }
    if line.kid != state.hasher.key_id() {
        return damaged("the line has another key than the one before it");
    }
    if !line.hash_holds(&state.hasher) {
        return damaged("the line's hash is not that of its bytes");
    }
    if let Some(kid) = rotated_to(line) {
        state.hasher = state.hasher_of(Some(kid)).ok_or(AppendError::KeyUnknown(kid))?;
    }
    if offset == 0 {
        state.month_end = line.timestamp.month_end();
    }
    let unsynced = state.unsynced.map_or(0, |(_, bytes)| bytes as u64);
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

fn is_seal(line: &Line<'_>) -> bool {
    line.action == "ledger.segment_sealed"
}

/// The key that the ledger goes on with, as its last line says.
pub(in crate::ledger) fn last_key(store: &dyn Store) -> Result<Option<KeyId>, StoreError> {
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
