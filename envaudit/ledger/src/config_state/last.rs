//! Finding the last recorded state of a resource, from the end of the ledger backward.
//!
//! A line of another resource is skipped without being parsed: blocks are searched for the bytes that only a record of this
//! resource has. What comes before a segment need not be searched if the table in its first line names the event.

use memchr::memmem;

use super::details::StateDetails;
use super::value::RecordedValue;
use crate::config_state::recorded_ref::{RecordedRef, recorded_ref, state_in};
use crate::config_state::table::{States, TableEntry};
use crate::error::Damage;
use crate::format::json::write_string;
use crate::format::line::Line;
use crate::format::walk::{member, text};
use crate::keys::KeyRing;
use crate::read::lines::{LineBlocks, LineEnd, line_around, line_in};
use crate::read::locate::first_line;
use crate::read::reader::Reader;
use crate::store::{SegmentInfo, SegmentSource, StoreError};

/// The last state of a resource.
pub struct LastState {
    /// The number of the event that has it.
    pub seq: u64,
    /// The variables it has.
    pub values: Vec<RecordedValue>,
}

impl LastState {
    /// Its value of a variable.
    pub fn of(&self, key: &str) -> Option<&RecordedValue> {
        self.values.iter().find(|value| value.key == key)
    }
}

/// The result of a search for the last state of a resource.
#[derive(Default)]
pub struct LastStateSearch {
    /// The last state, if there is one.
    pub last: Option<LastState>,
    /// A place after it where a line of the resource was changed: that may have been the last state.
    pub changed: Option<Damage>,
}

/// The last state of a resource among the events after `above`.
pub fn find_last_state(
    source: &dyn SegmentSource,
    ring: Option<&KeyRing>,
    resource: &str,
    above: u64,
) -> Result<LastStateSearch, StoreError> {
    let mut changed = None;
    let last = search(source, ring, resource, above, &mut changed)?;
    Ok(LastStateSearch { last, changed })
}

fn search(
    source: &dyn SegmentSource,
    ring: Option<&KeyRing>,
    resource: &str,
    above: u64,
    changed: &mut Option<Damage>,
) -> Result<Option<LastState>, StoreError> {
    let mut segments = source.segments()?;
    let first_kept = segments.first().map_or(0, |info| info.first_seq);
    // A segment ends before the next one begins.
    let ends_before = |info: &SegmentInfo| info.first_seq <= above + 1;
    let first = segments.iter().rposition(ends_before).unwrap_or(0);
    segments.drain(..first);
    let needle = needle(resource);
    let finder = memmem::Finder::new(&needle);
    while let Some(info) = segments.pop() {
        for block in LineBlocks::backward(source, info.first_seq, 0..info.len) {
            let block = block?;
            let lines = block.bytes();
            // Searching forward is many times faster than backward, and there are few to find.
            let found: Vec<usize> = finder.find_iter(lines).collect();
            for at in found.into_iter().rev() {
                let bytes = line_around(lines, at);
                let sound = match Line::parse(bytes) {
                    Ok(line) => {
                        if let Some(found) = state_of(source, ring, &line, resource)? {
                            return Ok((line.seq > above).then_some(found));
                        }
                        line.seq <= above || !is_lost(source, ring, &line, resource)?
                    }
                    // The last line of all may be one that was not written to its end.
                    Err(_) => block.end() == LineEnd::Torn,
                };
                if !sound && changed.is_none() {
                    let before = bytes.as_ptr() as usize - lines.as_ptr() as usize;
                    let what = "an event of the configuration was changed";
                    *changed =
                        Some(Damage::new(info.first_seq, block.offset() + before as u64, what));
                }
            }
            if first_seq(lines).is_some_and(|seq| seq <= above) {
                return Ok(None);
            }
        }
        if segments.is_empty() {
            break;
        }
        let line = first_line(source, info.first_seq)?;
        let Ok(line) = Line::parse(&line) else { continue };
        let states = States::read(&line, ring).filter(|_| line.seq == info.first_seq);
        match states.map_or(TableEntry::Nothing, |states| states.get(resource)) {
            TableEntry::Last(seq) => match state_at(source, ring, resource, seq)? {
                StateAt::State(found) => return Ok((seq > above).then_some(found)),
                // Events that were pruned since do not come after it. Without a key, anybody can have written that.
                StateAt::Referred(seq) if seq < first_kept && ring.is_some() => return Ok(None),
                StateAt::Referred(_) | StateAt::Nothing => {}
            },
            TableEntry::NoneFrom(from) if ring.is_some() => {
                segments.truncate(segments.partition_point(|info| info.first_seq < from));
            }
            TableEntry::NoneFrom(_) | TableEntry::Nothing => {}
        }
    }
    Ok(None)
}

/// The last state of a resource, if it comes before this event: its event, and the details of a later event that carries it; no
/// details if the key of the event was not given, because anybody may have written it.
pub(crate) fn state_before(
    source: &dyn SegmentSource,
    ring: Option<&KeyRing>,
    resource: &str,
    first_kept: u64,
) -> Result<Option<(u64, Option<StateDetails>)>, StoreError> {
    let last = find_last_state(source, ring, resource, 0)?.last;
    let Some(last) = last.filter(|last| last.seq < first_kept) else {
        return Ok(None);
    };
    let record = Reader::new(source).get(last.seq)?;
    let line = record.as_ref().and_then(|record| record.line().ok());
    let Some(line) = line.filter(|line| line.hash_holds_under(ring) == Some(true)) else {
        return Ok(Some((last.seq, None)));
    };
    let environment = line.details.and_then(|details| member(details, "environment"));
    let environment = environment.and_then(text);
    let carried = StateDetails::carried(environment.as_deref(), &last.values, last.seq);
    Ok(Some((last.seq, Some(carried))))
}

/// The bytes that a line of a successful load of the resource has between its action and its reason.
fn needle(resource: &str) -> Vec<u8> {
    let mut needle = b",\"resource_type\":\"config\",\"resource_id\":".to_vec();
    write_string(&mut needle, resource);
    needle.extend_from_slice(b",\"outcome\":\"success\"");
    needle
}

/// The state of a resource in an event.
enum StateAt {
    State(LastState),
    /// The state is that of this event, which is not there.
    Referred(u64),
    /// No state of the resource, or one that was changed.
    Nothing,
}

/// The state that the event of this number has or refers to, if all these events have the right hash.
fn state_at(
    source: &dyn SegmentSource,
    ring: Option<&KeyRing>,
    resource: &str,
    seq: u64,
) -> Result<StateAt, StoreError> {
    let Some(record) = Reader::new(source).get(seq)? else {
        return Ok(StateAt::Referred(seq));
    };
    let sound = |line: &Line<'_>| line.hash_holds_under(ring) == Some(true);
    match record.line().ok().filter(sound) {
        Some(line) => follow(source, &line, resource, &sound),
        None => Ok(StateAt::Nothing),
    }
}

/// The state that a line has, or the one it refers to. Events of a retired key that was not given are believed:
/// recording goes on without that key.
fn state_of(
    source: &dyn SegmentSource,
    ring: Option<&KeyRing>,
    line: &Line<'_>,
    resource: &str,
) -> Result<Option<LastState>, StoreError> {
    let sound = |line: &Line<'_>| line.hash_holds_under(ring) != Some(false);
    if !sound(line) {
        return Ok(None);
    }
    match follow(source, line, resource, &sound)? {
        StateAt::State(found) => Ok(Some(found)),
        // If it was pruned, this load is the first that is known.
        StateAt::Referred(_) | StateAt::Nothing => Ok(None),
    }
}

/// Whether a line of the resource, or the one it refers to, has a wrong hash.
fn is_lost(
    source: &dyn SegmentSource,
    ring: Option<&KeyRing>,
    line: &Line<'_>,
    resource: &str,
) -> Result<bool, StoreError> {
    let is_changed = |line: &Line<'_>| line.hash_holds_under(ring) == Some(false);
    let is_changed_or_incomplete = |line: &Line<'_>| -> Result<bool, StoreError> {
        let in_parts = matches!(recorded_ref(line), Some((_, RecordedRef::Parts(_))));
        let sound = |line: &Line<'_>| !is_changed(line);
        Ok(is_changed(line) || in_parts && state_in(source, line, &sound)?.is_none())
    };
    match recorded_ref(line) {
        Some((of, RecordedRef::State(_) | RecordedRef::Parts(_))) if of == resource => {
            is_changed_or_incomplete(line)
        }
        Some((of, RecordedRef::Since(_))) if of == resource && is_changed(line) => Ok(true),
        Some((of, RecordedRef::Since(since))) if of == resource => {
            let Some(record) = Reader::new(source).get(since)? else { return Ok(false) };
            match record.line() {
                Ok(line) => is_changed_or_incomplete(&line),
                Err(_) => Ok(false),
            }
        }
        _ => Ok(false),
    }
}

fn follow(
    source: &dyn SegmentSource,
    line: &Line<'_>,
    resource: &str,
    sound: &dyn Fn(&Line<'_>) -> bool,
) -> Result<StateAt, StoreError> {
    let own = |line: &Line<'_>| -> Result<StateAt, StoreError> {
        let state = state_in(source, line, sound)?;
        Ok(state
            .map_or(StateAt::Nothing, |values| StateAt::State(LastState { seq: line.seq, values })))
    };
    let since = match recorded_ref(line) {
        Some((of, RecordedRef::State(_) | RecordedRef::Parts(_))) if of == resource => {
            return own(line);
        }
        Some((of, RecordedRef::Since(since))) if of == resource => since,
        _ => return Ok(StateAt::Nothing),
    };
    let Some(record) = Reader::new(source).get(since)? else {
        return Ok(StateAt::Referred(since));
    };
    match record.line().ok().filter(sound) {
        Some(line) if recorded_ref(&line).is_some_and(|(of, _)| of == resource) => own(&line),
        _ => Ok(StateAt::Nothing),
    }
}

fn first_seq(lines: &[u8]) -> Option<u64> {
    Line::parse(line_in(lines)?).ok().map(|line| line.seq)
}
