//! `envaudit log`: the events of the ledger.

use std::time::Duration;

use clap::Args;

use crate::cli::args::filter::EventFilterArgs;
use crate::cli::args::time;
use crate::cli::error::{CliError, with_causes};
use crate::cli::invocation::Invocation;
use crate::cli::ledger::{EventCheck, EventKeyArgs, end_with, marked, not_recorded};
use crate::cli::output::{Cell, Columns, Table, Tone};
use crate::ledger::read::ReadError;
use crate::ledger::store::{StoreError, StoreErrorKind};
use crate::ledger::{Filter, Reader, Record};

/// The pause between two looks for new events.
const PAUSE: Duration = Duration::from_millis(200);
/// The number of events that are aligned together.
const PART: usize = 512;

/// Shows events, the newest last
#[derive(Args)]
#[command(after_help = "With --json, each event is a line of the ledger, unchanged.\n\n\
                        Examples:\n  envaudit log --action 'config.*' --since 7d\n  envaudit log --limit 20 --follow")]
pub(crate) struct Log {
    #[command(flatten)]
    filter: EventFilterArgs,
    /// Continues with new events until it is interrupted or its output is closed
    #[arg(long, short = 'f')]
    follow: bool,
    #[command(flatten)]
    keys: EventKeyArgs,
}

pub(super) fn run(args: &Log, invocation: &mut Invocation<'_>) -> Result<(), CliError> {
    let stored = invocation.stored_ledger_to_show()?;
    let filter = args.filter.filter(invocation)?;
    let reader = Reader::new(&stored.store);
    let mut follow = match args.follow {
        true => Some(reader.follow()?),
        false => None,
    };
    // Later events come from `follow`.
    let last = follow.as_ref().map_or(u64::MAX, |follow| follow.last_seq());
    let there = filter.clone().seqs(0, last);
    let check = invocation.line_check(&stored, &args.keys)?;
    let check = EventCheck::new(check, args.filter.takes_all());
    let mut lines = EventTable::new(invocation, check);
    for_each_event(&reader, there, args.filter.limit, |record| lines.read(invocation, record))?;
    lines.write(invocation)?;
    while let Some(follow) = &mut follow {
        invocation.out.flush()?;
        let records = follow.appended().map_err(|error| follow_error(&error))?;
        if records.is_empty() && !invocation.peer.wait(PAUSE) {
            break;
        }
        for record in records {
            match record.line() {
                Ok(line) if !filter.admits(&line) => {}
                Ok(_) => lines.read(invocation, Ok(record))?,
                Err(source) => {
                    let (segment, offset) = (record.segment(), record.offset());
                    lines.read(invocation, Err(ReadError::Line { segment, offset, source }))?;
                }
            }
        }
        lines.write(invocation)?;
    }
    if lines.any || args.follow {
        return lines.end(invocation);
    }
    let names = not_recorded(&stored.store, &args.filter.wanted_names())?;
    invocation.answer_not_recorded(&names)?;
    if names.is_empty() && lines.is_empty() {
        invocation.out.note("no event matches");
    }
    end_with(&names, lines.end(invocation))
}

/// The error that ends following a ledger.
fn follow_error(error: &StoreError) -> CliError {
    let what = match error.kind() {
        StoreErrorKind::Missing => "it is gone",
        StoreErrorKind::Replaced => {
            "the last event that was shown is gone from it; it was replaced or set back"
        }
        _ => return error.into(),
    };
    CliError::unavailable(format!("the ledger cannot be followed any longer: {what}"))
        .hint("`envaudit verify` says what it is now")
}

/// Calls `each` with events, the newest last: with all of them, or with the newest `limit`.
pub(super) fn for_each_event(
    reader: &Reader<'_>,
    filter: Filter,
    limit: Option<usize>,
    mut each: impl FnMut(Result<Record, ReadError>) -> Result<(), CliError>,
) -> Result<(), CliError> {
    match limit {
        None => reader.events()?.matching(filter).try_for_each(each),
        Some(limit) => {
            let mut newest = Vec::new();
            let mut found = 0;
            for record in reader.newest()?.matching(filter) {
                if found == limit {
                    break;
                }
                found += usize::from(record.is_ok());
                newest.push(record);
            }
            newest.into_iter().rev().try_for_each(&mut each)
        }
    }
}

/// The events as they are shown, and a count of unreadable lines.
struct EventTable {
    table: Table,
    columns: Columns,
    /// The number of events that are not written yet.
    held: usize,
    /// Whether there was any event.
    any: bool,
    human: bool,
    unreadable: UnreadableLines,
    check: EventCheck,
}

impl EventTable {
    fn new(invocation: &Invocation<'_>, check: EventCheck) -> Self {
        EventTable {
            table: table(),
            columns: Columns::default(),
            held: 0,
            any: false,
            human: invocation.out.is_terminal(),
            unreadable: UnreadableLines::default(),
            check,
        }
    }

    fn read(
        &mut self,
        invocation: &mut Invocation<'_>,
        record: Result<Record, ReadError>,
    ) -> Result<(), CliError> {
        let Some(record) = self.unreadable.pass(invocation, record)? else { return Ok(()) };
        let Ok(line) = record.line() else { return Ok(()) };
        self.any = true;
        let sound = self.check.is_sound(invocation, &line);
        if invocation.out.is_json() {
            invocation.out.text(line.as_str())?;
            return invocation.out.text("\n");
        }
        let outcome = line.outcome.get().into_owned();
        let tone = match outcome.as_str() {
            _ if !sound => Tone::Bad,
            "success" => Tone::Good,
            "failure" => Tone::Bad,
            _ => Tone::Warning,
        };
        let text = |text: Option<crate::ledger::format::LineText<'_>>| {
            Cell::plain(text.map_or(String::new(), |text| text.get().into_owned()))
        };
        self.table.row([
            Cell::toned(Tone::Faint, line.seq.to_string()),
            Cell::plain(time::format_time(line.timestamp.to_datetime(), self.human)),
            Cell::plain(line.actor_id.get()),
            Cell::plain(line.action.get()),
            text(line.resource_id),
            Cell::toned(tone, if sound { outcome } else { marked(&outcome) }),
            text(line.reason),
        ]);
        self.held += 1;
        if self.held == PART { self.write(invocation) } else { Ok(()) }
    }

    /// Writes the events that are held.
    fn write(&mut self, invocation: &mut Invocation<'_>) -> Result<(), CliError> {
        if self.held == 0 {
            return Ok(());
        }
        self.held = 0;
        let part = std::mem::replace(&mut self.table, table());
        invocation.out.more_of_table(&part, &mut self.columns)
    }

    /// Whether there was nothing at all to show.
    fn is_empty(&self) -> bool {
        !self.any && self.unreadable.lines == 0
    }

    fn end(self, invocation: &mut Invocation<'_>) -> Result<(), CliError> {
        self.check.end(invocation, self.unreadable.end())
    }
}

fn table() -> Table {
    Table::new(["SEQ", "TIME", "ACTOR", "ACTION", "RESOURCE", "OUTCOME", "REASON"]).uncut(1)
}

/// A count of lines that cannot be read: each is a warning, and together they are an error at the end.
#[derive(Default)]
pub(super) struct UnreadableLines {
    lines: u64,
}

impl UnreadableLines {
    pub(super) fn pass<T>(
        &mut self,
        invocation: &mut Invocation<'_>,
        record: Result<T, ReadError>,
    ) -> Result<Option<T>, CliError> {
        match record {
            Ok(record) => Ok(Some(record)),
            Err(ReadError::Store(error)) => Err(error.into()),
            Err(error) => {
                self.lines += 1;
                invocation.out.warn(&with_causes(&error));
                Ok(None)
            }
        }
    }

    pub(super) fn end(self) -> Result<(), CliError> {
        let lines = match self.lines {
            0 => return Ok(()),
            1 => "1 line of the ledger is not valid".to_owned(),
            lines => format!("{lines} lines of the ledger are not valid"),
        };
        let failure = CliError { message: Some(lines), ..CliError::finding() };
        Err(failure.hint("`envaudit verify` says what is wrong with it"))
    }
}
