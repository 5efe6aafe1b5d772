//! What one line says of a configuration: its state, or the events that have it.

use core::ops::Range;
use std::borrow::Cow;

use super::parts::{self, is_config, values};
use super::value::RecordedValue;
use crate::format::line::Line;
use crate::format::walk::member;
use crate::store::{SegmentSource, StoreError};

/// The configuration in the line of a successful load: as a whole, or as a reference.
pub(crate) enum RecordedRef {
    State(Vec<RecordedValue>),
    /// The state is in that many events right before this one.
    Parts(u64),
    /// The state is that of an event before.
    Since(u64),
}

/// The resource that a line is about, and what it says of it.
pub(crate) fn recorded_ref<'a>(line: &Line<'a>) -> Option<(Cow<'a, str>, RecordedRef)> {
    let is_load =
        (line.action == "config.loaded" || line.action == "config.changed") && is_config(line);
    let details = line.details.filter(|_| is_load)?;
    let said = match member(details, "unchanged_since").and_then(|since| since.parse().ok()) {
        Some(since) if since < line.seq => RecordedRef::Since(since),
        Some(_) => return None,
        None => match parts::parts(details) {
            Some(count) => RecordedRef::Parts(count),
            None => RecordedRef::State(values(details)?),
        },
    };
    Some((line.resource_id?.get(), said))
}

/// The state that the line of a successful load has, in itself or in the events right before it. They are believed.
pub fn recorded_state(
    source: &dyn SegmentSource,
    line: &Line<'_>,
) -> Result<Option<Vec<RecordedValue>>, StoreError> {
    state_in(source, line, &|_| true)
}

/// The state that a line has, in itself or in the events right before it, all of which have to be sound.
pub(super) fn state_in(
    source: &dyn SegmentSource,
    line: &Line<'_>,
    sound: &dyn Fn(&Line<'_>) -> bool,
) -> Result<Option<Vec<RecordedValue>>, StoreError> {
    match recorded_ref(line) {
        Some((_, RecordedRef::State(values))) => Ok(Some(values)),
        Some((_, RecordedRef::Parts(count))) => parts::state_in_parts(source, line, count, sound),
        Some((_, RecordedRef::Since(_))) | None => Ok(None),
    }
}

/// The resource whose state a line has or refers to.
pub(crate) fn resource_of<'a>(line: &Line<'a>) -> Option<Cow<'a, str>> {
    recorded_ref(line).map(|(resource, _)| resource)
}

/// The numbers of the parts that the event of a configuration refers to; an empty range if its state is not in parts.
pub fn part_seqs(line: &Line<'_>) -> Range<u64> {
    match recorded_ref(line) {
        Some((_, RecordedRef::Parts(count))) if count < line.seq => line.seq - count..line.seq,
        _ => 0..0,
    }
}
