//! `envaudit history`: the changes of one variable.

use clap::Args;
use serde_json::{Value, json};

use super::changes::{change_json, value_with_source};
use super::log::UnreadableLines;
use crate::cli::args::names::{NameKind, WantedName};
use crate::cli::args::{IndexArgs, time};
use crate::cli::error::CliError;
use crate::cli::invocation::Invocation;
use crate::cli::ledger::{EventCheck, EventKeyArgs, StoredLedger, end_with, marked, not_recorded};
use crate::cli::output::{Cell, ProgressSource, Table, Tone};
use crate::ledger::config_state::{ChangeKind, ConfigChange, HistoryEntry};
use crate::ledger::format::{Line, LineText};
use crate::ledger::read::ReadError;
use crate::ledger::store::SegmentSource;
use crate::ledger::verify::{LineCheck, LineFault};
use crate::ledger::{Reader, redact};

/// Shows every change of one variable: its time, actor, reason, and the values before and after
#[derive(Args)]
#[command(after_help = "Example:\n  envaudit history DATABASE_URL --resource checkout/prod")]
pub(crate) struct History {
    /// The variable
    #[arg(value_name = "KEY")]
    key: String,
    /// Only in this configuration, such as `checkout/prod`
    #[arg(long, value_name = "ID")]
    resource: Option<String>,
    #[command(flatten)]
    keys: EventKeyArgs,
    #[command(flatten)]
    index: IndexArgs,
}

pub(super) fn run(args: &History, invocation: &mut Invocation<'_>) -> Result<(), CliError> {
    let stored = invocation.stored_ledger_to_show()?;
    let mut unreadable = UnreadableLines::default();
    let mut table =
        Table::new(["TIME", "RESOURCE", "WHAT", "BEFORE", "AFTER", "WHO", "WHY", "SEQ"]).uncut(0);
    let mut list = Vec::new();
    let check = invocation.line_check(&stored, &args.keys)?;
    let answers = answers(args, &stored, check.as_ref(), invocation)?;
    let mut check = EventCheck::new(check, false);
    for answer in answers {
        let Some(Some(Entry { seq, fault, shown })) = unreadable.pass(invocation, answer)? else {
            continue;
        };
        check.note(invocation, seq, fault);
        match shown {
            Shown::Object(object) => list.push(object),
            Shown::Row(row) => table.row(*row),
        }
    }
    let names = match list.is_empty() && table.is_empty() {
        true => not_recorded(&stored.store, &args.wanted_names())?,
        false => Vec::new(),
    };
    invocation.answer_not_recorded(&names)?;
    match invocation.out.is_json() {
        _ if !names.is_empty() => {}
        true => invocation.out.json(&list)?,
        false if table.is_empty() => {
            invocation.out.note(&format!("the ledger has no change of {}", args.key));
        }
        false => invocation.out.table(&table)?,
    }
    if let Some(first) = stored.begins_at()? {
        invocation.out.note(&format!(
            "the events before {first} were pruned: older changes of {} are not known",
            args.key
        ));
    }
    end_with(&names, check.end(invocation, unreadable.end()))
}

impl History {
    fn wanted_names(&self) -> Vec<WantedName> {
        let key = WantedName::new(NameKind::Key, self.key.as_str());
        let resource = self.resource.iter();
        let resource = resource.map(|name| WantedName::new(NameKind::Resource, redact(name)));
        [key].into_iter().chain(resource).collect()
    }
}

/// A change.
struct Entry {
    seq: u64,
    /// Why its event cannot be believed.
    fault: Option<LineFault>,
    shown: Shown,
}

/// A change as it is written.
enum Shown {
    Row(Box<[Cell; 8]>),
    Object(Value),
}

/// An entry, or `None` for a change that is not asked for.
type Answer = Result<Option<Entry>, ReadError>;

/// The changes of the variable, from the index or, without one, from all of the ledger.
fn answers(
    args: &History,
    stored: &StoredLedger,
    check: Option<&LineCheck>,
    invocation: &mut Invocation<'_>,
) -> Result<Vec<Answer>, CliError> {
    let (json, human) = (invocation.out.is_json(), invocation.out.is_terminal());
    // As it is recorded.
    let resource = args.resource.as_deref().map(redact);
    let entry = |item: HistoryEntry| {
        let other = resource.as_ref().is_some_and(|resource| **resource != item.resource);
        let line = item.record.line().ok().filter(|_| !other)?;
        let fault = check.and_then(|check| check.fault(&line));
        let sound = check.map(|_| match fault {
            Some(fault) => fault.is_certain().then_some(false),
            None => Some(true),
        });
        let shown = match json {
            true => Shown::Object(value(&item, &line, sound)),
            false => Shown::Row(Box::new(row(&item, &line, fault, human))),
        };
        Some(Entry { seq: line.seq, fault, shown })
    };
    let source = ProgressSource::new(&stored.store, &invocation.out)?;
    match answers_of_index(args, &source, check, invocation, entry)? {
        Some(answers) => Ok(answers),
        None => {
            let history = Reader::new(&source).history(&args.key)?;
            Ok(history.map(|item| item.map(&entry)).collect())
        }
    }
}

#[cfg(feature = "report")]
fn answers_of_index(
    args: &History,
    source: &dyn SegmentSource,
    check: Option<&LineCheck>,
    invocation: &mut Invocation<'_>,
    entry: impl Fn(HistoryEntry) -> Option<Entry>,
) -> Result<Option<Vec<Answer>>, CliError> {
    use crate::cli::ledger::query_index;
    use crate::report::index::HistoryError;

    query_index(&args.index, source, check, invocation, |index| {
        let answers = index.history(&args.key).map(|item| match item {
            Ok(item) => Ok(Ok(entry(item))),
            Err(HistoryError::Read(error)) => Ok(Err(error)),
            Err(HistoryError::Index(error)) => Err(error),
        });
        answers.collect()
    })
}

/// There is no index without the feature `report`.
#[cfg(not(feature = "report"))]
fn answers_of_index(
    _: &History,
    _: &dyn SegmentSource,
    _: Option<&LineCheck>,
    _: &mut Invocation<'_>,
    _: impl Fn(HistoryEntry) -> Option<Entry>,
) -> Result<Option<Vec<Answer>>, CliError> {
    Ok(None)
}

fn row(item: &HistoryEntry, line: &Line<'_>, fault: Option<LineFault>, human: bool) -> [Cell; 8] {
    let HistoryEntry { resource, change, .. } = item;
    let (what, tone) = match described(change) {
        (what, _) if fault.is_some_and(LineFault::is_certain) => (marked(&what), Tone::Bad),
        described => described,
    };
    [
        Cell::plain(time::format_time(line.timestamp.to_datetime(), human)),
        Cell::plain(resource.as_str()),
        Cell::toned(tone, what),
        value_with_source(change.before.as_ref()),
        value_with_source(change.after.as_ref()),
        Cell::plain(line.actor_id.get()),
        Cell::plain(text(line.reason).unwrap_or_default()),
        Cell::toned(Tone::Faint, line.seq.to_string()),
    ]
}

fn text(text: Option<LineText<'_>>) -> Option<String> {
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

/// `sound` is `None` if events are not checked, and `Some(None)` if this one could not be.
fn value(item: &HistoryEntry, line: &Line<'_>, sound: Option<Option<bool>>) -> Value {
    let mut object = change_json(&item.change);
    object["seq"] = json!(line.seq);
    object["event_id"] = json!(line.event_id);
    object["timestamp"] = json!(line.timestamp.to_string());
    object["resource"] = json!(item.resource);
    object["actor_type"] = json!(line.actor_type.get());
    object["actor_id"] = json!(line.actor_id.get());
    object["reason"] = json!(text(line.reason));
    object["trace_id"] = json!(text(line.trace_id));
    if let Some(sound) = sound {
        object["sound"] = json!(sound);
    }
    object
}
