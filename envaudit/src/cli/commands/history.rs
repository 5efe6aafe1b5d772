use clap::Args;
use serde_json::{Value, json};

use super::log::Unreadable;
use crate::cli::failure::Failure;
use crate::cli::index::{NoIndex, asked};
use crate::cli::output::{Cell, Table, Tone};
use crate::cli::progress::Watched;
use crate::cli::stored::Stored;
use crate::cli::times;
use crate::cli::world::World;
use crate::ledger::{
    ChangeKind, ConfigChange, Historic, Line, ReadError, Reader, RecordedValue, Text, redact,
};
use crate::report::index::HistoryError;

/// Shows every change of one variable: when, who, why, from what to what
#[derive(Args)]
#[command(after_help = "Example:\n  envaudit history DATABASE_URL --resource checkout/prod")]
pub(crate) struct History {
    /// The variable
    #[arg(value_name = "KEY")]
    key: String,
    /// In this configuration alone, such as `checkout/prod`
    #[arg(long, value_name = "ID")]
    resource: Option<String>,
    #[command(flatten)]
    no_index: NoIndex,
}

pub(super) fn run(args: &History, world: &mut World<'_>) -> Result<(), Failure> {
    let stored = world.stored_to_show()?;
    let mut unreadable = Unreadable::default();
    let mut table =
        Table::new(["TIME", "RESOURCE", "WHAT", "BEFORE", "AFTER", "WHO", "WHY", "SEQ"]).whole(0);
    let mut list = Vec::new();
    for shown in changes(args, &stored, world)? {
        match unreadable.pass(world, shown)? {
            Some(Some(Shown::Object(object))) => list.push(object),
            Some(Some(Shown::Row(row))) => table.row(*row),
            Some(None) | None => {}
        }
    }
    match world.out.is_json() {
        true => world.out.json(&list)?,
        false if table.is_empty() => {
            world.out.note(&format!("the ledger knows of no change of {}", args.key));
        }
        false => world.out.table(&table)?,
    }
    if let Some(first) = stored.begins_at()? {
        world.out.note(&format!(
            "the events before {first} were pruned: what they said of {} is not known any more",
            args.key
        ));
    }
    unreadable.end()
}

/// A change as it is answered.
enum Shown {
    Row(Box<[Cell; 8]>),
    Object(Value),
}

/// What is answered; nothing for a change that is not asked for.
type Answer = Result<Option<Shown>, ReadError>;

/// The changes of the variable, found by the index, or in all of the ledger where that cannot be had.
fn changes(args: &History, stored: &Stored, world: &mut World<'_>) -> Result<Vec<Answer>, Failure> {
    let (json, human) = (world.out.is_json(), world.out.is_terminal());
    // As it is recorded.
    let resource = args.resource.as_deref().map(redact);
    let shown = |historic: Historic| {
        let other = resource.as_ref().is_some_and(|resource| **resource != historic.resource);
        let line = historic.record.line().ok().filter(|_| !other)?;
        Some(match json {
            true => Shown::Object(value(&historic, &line)),
            false => Shown::Row(Box::new(row(&historic, &line, human))),
        })
    };
    let source = Watched::new(&stored.store, &world.out)?;
    let by_index = asked(&args.no_index, &source, world, |index| {
        let changes = index.history(&args.key).map(|historic| match historic {
            Ok(historic) => Ok(Ok(shown(historic))),
            Err(HistoryError::Read(error)) => Ok(Err(error)),
            Err(HistoryError::Index(error)) => Err(error),
        });
        changes.collect()
    })?;
    match by_index {
        Some(changes) => Ok(changes),
        None => {
            let history = Reader::new(&source).history(&args.key)?;
            Ok(history.map(|historic| historic.map(shown)).collect())
        }
    }
}

fn row(historic: &Historic, line: &Line<'_>, human: bool) -> [Cell; 8] {
    let Historic { resource, change, .. } = historic;
    let (what, tone) = described(change);
    [
        Cell::plain(times::shown(line.timestamp.to_datetime(), human)),
        Cell::plain(resource.as_str()),
        Cell::toned(tone, what),
        side(change.before.as_ref()),
        side(change.after.as_ref()),
        Cell::plain(line.actor_id.get()),
        Cell::plain(text(line.reason).unwrap_or_default()),
        Cell::toned(Tone::Faint, line.seq.to_string()),
    ]
}

fn text(text: Option<Text<'_>>) -> Option<String> {
    text.map(|text| text.get().into_owned())
}

/// What happened, in words.
fn described(change: &ConfigChange) -> (String, Tone) {
    let what = match change.kind {
        ChangeKind::Added => return ("added".to_owned(), Tone::Good),
        ChangeKind::Removed => return ("removed".to_owned(), Tone::Bad),
        _ if change.is_rotation() => "rotated",
        _ if change.has_new_value() => "changed",
        _ => "same value",
    };
    let moved = change.moved().map(|(from, to)| format!(", moved from {from} to {to}"));
    (what.to_owned() + &moved.unwrap_or_default(), Tone::Warning)
}

/// The value, or the fingerprint of a secret.
fn side(value: Option<&RecordedValue>) -> Cell {
    let Some(recorded) = value else { return Cell::plain("") };
    let place = recorded.provider.as_ref().unwrap_or(&recorded.source);
    match (&recorded.value, &recorded.fingerprint) {
        (Some(value), _) => Cell::plain(format!("{value} ({place})")),
        (None, Some(fingerprint)) => {
            Cell::toned(Tone::Masked, format!("{} ({place})", short(fingerprint)))
        }
        (None, None) => Cell::toned(Tone::Masked, format!("{recorded} ({place})")),
    }
}

/// As much of a fingerprint as tells two of them apart.
pub(super) fn short(fingerprint: &str) -> String {
    let hex = fingerprint.split_once(':').map_or(fingerprint, |(_, hex)| hex);
    format!("#{}", hex.chars().take(12).collect::<String>())
}

fn value(historic: &Historic, line: &Line<'_>) -> Value {
    let mut object = change_json(&historic.change);
    object["seq"] = json!(line.seq);
    object["event_id"] = json!(line.event_id);
    object["timestamp"] = json!(line.timestamp.to_string());
    object["resource"] = json!(historic.resource);
    object["actor_type"] = json!(line.actor_type.get());
    object["actor_id"] = json!(line.actor_id.get());
    object["reason"] = json!(text(line.reason));
    object["trace_id"] = json!(text(line.trace_id));
    object
}

/// A change as `history`, `plan` and `record` give it.
pub(super) fn change_json(change: &ConfigChange) -> Value {
    let side = |value: &Option<RecordedValue>| {
        value.as_ref().map(|recorded| {
            json!({
                "source": recorded.source,
                "provider": recorded.provider,
                "masked": recorded.masked,
                "fingerprint": recorded.fingerprint,
                "value": recorded.value,
            })
        })
    };
    json!({
        "key": change.key,
        "kind": change.kind.name(),
        "rotated": change.is_rotation(),
        "moved": change.moved().is_some(),
        "before": side(&change.before),
        "after": side(&change.after),
    })
}
