//! The newest events in full, which are read from the ledger and not from the index.

use serde::Serialize;
use serde_json::{Value, json};

use super::options::{ReportOptions, Unsound};
use super::scan::EventPlace;
use super::table::{Column, Field, Mark, Table};
use crate::ledger::format::{Line, LineText};
use crate::report::index::{Index, IndexError};

/// An event of the ledger.
#[derive(Debug, Serialize)]
pub(super) struct RecentEvent {
    seq: u64,
    #[serde(rename = "timestamp", serialize_with = "super::serialize_micros")]
    time: i64,
    event_id: String,
    actor_type: String,
    #[serde(rename = "actor_id")]
    actor: String,
    action: String,
    resource_type: Option<String>,
    #[serde(rename = "resource_id")]
    resource: Option<String>,
    outcome: String,
    reason: Option<String>,
    origin: Option<String>,
    #[serde(rename = "ip_address")]
    network: Option<String>,
    trace_id: Option<String>,
    #[serde(skip)]
    sound: bool,
}

impl RecentEvent {
    fn new(line: &Line<'_>, sound: bool) -> Self {
        let text = |text: Option<LineText<'_>>| text.map(|text| text.get().into_owned());
        RecentEvent {
            seq: line.seq,
            time: line.timestamp.micros(),
            event_id: line.event_id.to_owned(),
            actor_type: line.actor_type.get().into_owned(),
            actor: line.actor_id.get().into_owned(),
            action: line.action.get().into_owned(),
            resource_type: text(line.resource_type),
            resource: text(line.resource_id),
            outcome: line.outcome.get().into_owned(),
            reason: text(line.reason),
            origin: text(line.origin),
            network: text(line.ip_address),
            trace_id: text(line.trace_id),
            sound,
        }
    }

    fn fields(&self) -> Vec<Field> {
        let optional = |text: &Option<String>| Field::text(text.as_deref().unwrap_or_default());
        vec![
            Field::Count(self.seq),
            Field::Time(self.time),
            Field::actor(&self.actor_type, &self.actor),
            Field::Name(self.action.clone()),
            optional(&self.resource),
            match self.sound {
                true => outcome(&self.outcome),
                false => Field::Marked(Mark::Bad, not_sound(&self.outcome)),
            },
            optional(&self.reason),
        ]
    }
}

pub(super) fn outcome(outcome: &str) -> Field {
    let mark = match outcome {
        "success" => Mark::Good,
        "denied" => Mark::Warning,
        _ => Mark::Bad,
    };
    Field::Marked(mark, outcome.to_owned())
}

/// A text in the row of an event that is not sound.
pub(super) fn not_sound(text: &str) -> String {
    format!("{text}, NOT SOUND")
}

/// Reads events from the ledger, and checks them.
pub(super) fn read(
    index: &Index<'_>,
    places: impl Iterator<Item = EventPlace>,
    options: &ReportOptions<'_>,
    unsound: &mut Unsound,
) -> Result<Vec<RecentEvent>, IndexError> {
    let read = |place: EventPlace| {
        let record = index.read_as_told(place.id, place.at, place.time)?;
        let line = record.line().map_err(|_| IndexError::other())?;
        let sound = unsound.is_sound(options, &line);
        Ok(RecentEvent::new(&line, sound))
    };
    places.map(read).collect()
}

pub(super) fn json(events: &[RecentEvent]) -> Value {
    let mut list = json!(events);
    for (event, value) in events.iter().zip(list.as_array_mut().into_iter().flatten()) {
        if !event.sound {
            value["sound"] = json!(false);
        }
    }
    list
}

pub(super) fn table(events: &[RecentEvent], of: u64) -> Table {
    Table {
        heading: "Events".to_owned(),
        note: match events.len() as u64 {
            shown if shown < of => {
                format!(
                    "The newest {} of {}, the newest first.",
                    super::html::grouped(shown),
                    super::html::grouped(of)
                )
            }
            _ => "The newest first.".to_owned(),
        },
        columns: vec![
            Column::number("seq"),
            Column::text("time"),
            Column::text("actor"),
            Column::text("action"),
            Column::text("resource"),
            Column::text("outcome"),
            Column::text("reason"),
        ],
        rows: events.iter().map(RecentEvent::fields).collect(),
        omitted: 0,
    }
}
