//! What one line says of a configuration: its state, or the event that has it.

use std::borrow::Cow;

use super::value::RecordedValue;
use crate::format::line::Line;
use crate::format::walk::{list, member};

/// The configuration in the line of a successful load: as a whole, or as a reference.
pub(crate) enum RecordedRef {
    State(Vec<RecordedValue>),
    /// The state is that of an event before.
    Since(u64),
}

/// The resource that a line is about, and what it says of it.
pub(crate) fn recorded_ref<'a>(line: &Line<'a>) -> Option<(Cow<'a, str>, RecordedRef)> {
    let is_load = (line.action == "config.loaded" || line.action == "config.changed")
        && line.resource_type.is_some_and(|kind| kind == "config")
        && line.outcome == "success";
    let details = line.details.filter(|_| is_load)?;
    let said = match member(details, "unchanged_since").and_then(|since| since.parse().ok()) {
        Some(since) if since < line.seq => RecordedRef::Since(since),
        Some(_) => return None,
        None => RecordedRef::State(values(details)?),
    };
    Some((line.resource_id?.get(), said))
}

/// The state that the line of a successful load has.
pub fn recorded_state(line: &Line<'_>) -> Option<Vec<RecordedValue>> {
    match recorded_ref(line)? {
        (_, RecordedRef::State(values)) => Some(values),
        (_, RecordedRef::Since(_)) => None,
    }
}

/// The resource whose state a line has or refers to.
pub(crate) fn resource_of<'a>(line: &Line<'a>) -> Option<Cow<'a, str>> {
    recorded_ref(line).map(|(resource, _)| resource)
}

fn values(details: &str) -> Option<Vec<RecordedValue>> {
    list(member(details, "state")?)?.map(RecordedValue::read).collect()
}
