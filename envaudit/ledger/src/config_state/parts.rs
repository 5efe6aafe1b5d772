//! States that are too long for one line: they are in several events, the parts, right before the event that has them.

use std::borrow::Cow;

use super::value::RecordedValue;
use crate::format::line::Line;
use crate::format::walk::{list, member, text};
use crate::read::reader::Reader;
use crate::store::{SegmentSource, StoreError};

/// The action of a part.
pub const PART: &str = "config.part";

/// The position of a part, as its line says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartPosition<'a> {
    /// From 1 on.
    at: u64,
    of: u64,
    /// The action of the event that the parts belong to.
    pub event: Cow<'a, str>,
}

impl<'a> PartPosition<'a> {
    /// The position that a line has, if it is a part.
    pub fn of(line: &Line<'a>) -> Option<Self> {
        let details = line.details.filter(|_| line.action == PART && is_config(line))?;
        let number = |name| member(details, name).and_then(|number| number.parse().ok());
        let (at, of): (u64, u64) = (number("part")?, number("of")?);
        let event = member(details, "event").and_then(text)?;
        (1..=of).contains(&at).then_some(PartPosition { at, of, event })
    }

    /// Whether the event is there that this part of it belongs to: after a write that was not finished, it is not.
    pub fn is_complete(
        &self,
        source: &dyn SegmentSource,
        part: &Line<'_>,
    ) -> Result<bool, StoreError> {
        let Some(seq) = part.seq.checked_add(self.of - self.at + 1) else { return Ok(false) };
        let Some(record) = Reader::new(source).get(seq)? else { return Ok(false) };
        let Ok(line) = record.line() else { return Ok(false) };
        let resource = |line: &Line<'_>| line.resource_id.map(|id| id.get().into_owned());
        Ok(is_config(&line)
            && line.action == *self.event
            && resource(&line) == resource(part)
            && line.details.and_then(parts) == Some(self.of))
    }
}

/// The number of parts that the details of an event refer to.
pub(super) fn parts(details: &str) -> Option<u64> {
    member(details, "parts")?.parse().ok()
}

/// The state in the parts before an event; `None` if one of them is missing or not sound.
pub(super) fn state_in_parts(
    source: &dyn SegmentSource,
    line: &Line<'_>,
    count: u64,
    sound: &dyn Fn(&Line<'_>) -> bool,
) -> Result<Option<Vec<RecordedValue>>, StoreError> {
    let Some(before) = line.seq.checked_sub(count + 1) else { return Ok(None) };
    let resource = line.resource_id.map(|id| id.get());
    let mut state = Vec::new();
    for at in 1..=count {
        let Some(record) = Reader::new(source).get(before + at)? else { return Ok(None) };
        let Ok(part) = record.line() else { return Ok(None) };
        let expected = Some(PartPosition { at, of: count, event: line.action.get() });
        let fits = PartPosition::of(&part) == expected
            && part.resource_id.map(|id| id.get()) == resource
            && sound(&part);
        match part.details.filter(|_| fits).and_then(values) {
            Some(values) => state.extend(values),
            None => return Ok(None),
        }
    }
    Ok(Some(state))
}

/// Whether a line is about a configuration, and about a success.
pub(super) fn is_config(line: &Line<'_>) -> bool {
    line.resource_type.is_some_and(|kind| kind == "config") && line.outcome == "success"
}

/// The state in the details of an event.
pub(super) fn values(details: &str) -> Option<Vec<RecordedValue>> {
    list(member(details, "state")?)?.map(RecordedValue::read).collect()
}
