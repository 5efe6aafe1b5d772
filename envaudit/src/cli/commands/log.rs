use std::time::Duration;

use clap::Args;

use crate::cli::args::filter::EventFilterArgs;
use crate::cli::args::time;
use crate::cli::error::{CliError, with_causes};
use crate::cli::invocation::Invocation;
use crate::cli::output::{Cell, Columns, Table, Tone};
use crate::ledger::store::{StoreError, StoreErrorKind};
use crate::ledger::{Filter, ReadError, Reader, Record};

/// How long a ledger that is followed is left alone when nothing new is there.
const PAUSE: Duration = Duration::from_millis(200);
/// So many events are put in line at once.
const PART: usize = 512;

/// Shows who did what, the newest last
#[derive(Args)]
#[command(after_help = "With --json, each event is a line, as the ledger has it.\n\n\
                        Examples:\n  envaudit log --action 'config.*' --since 7d\n  envaudit log --limit 20 --follow")]
pub(crate) struct Log {
    #[command(flatten)]
    filter: EventFilterArgs,
    /// Goes on with what is appended, until it is interrupted or nobody reads any more
    #[arg(long, short = 'f')]
    follow: bool,
}

pub(super) fn run(args: &Log, invocation: &mut Invocation<'_>) -> Result<(), CliError> {
    let stored = invocation.stored_ledger_to_show()?;
    let filter = args.filter.filter(invocation)?;
    let reader = Reader::new(&stored.store);
    let mut follow = match args.follow {
        true => Some(reader.follow()?),
        false => None,
    };
    // What comes later is what is followed.
    let last = follow.as_ref().map_or(u64::MAX, |follow| follow.last_seq());
    let there = filter.clone().seqs(0, last);
    let mut lines = Lines::new(invocation);
    each(&reader, there, args.filter.limit, |record| lines.read(invocation, record))?;
    lines.write(invocation)?;
    while let Some(follow) = &mut follow {
        invocation.out.flush()?;
        let records = follow.appended().map_err(|error| ended(&error))?;
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
    if lines.is_without_any() && !args.follow {
        invocation.out.note("no event of the ledger is such a one");
    }
    lines.end()
}

/// Why a ledger is not followed any further.
fn ended(error: &StoreError) -> CliError {
    let what = match error.kind() {
        StoreErrorKind::Missing => "it is not there any more",
        StoreErrorKind::Replaced => {
            "what was shown last is not in it any more; another is in its place, or it was set back"
        }
        _ => return error.into(),
    };
    CliError::unavailable(format!("the ledger is followed no longer: {what}"))
        .hint("`envaudit verify` says what is there now")
}

/// Goes through events, the newest last: all, or the newest so many.
pub(super) fn each(
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

/// Events that are shown, and what could not be read among them.
struct Lines {
    table: Table,
    columns: Columns,
    /// So many are not written yet.
    held: usize,
    /// Whether there was one.
    any: bool,
    human: bool,
    unreadable: Unreadable,
}

impl Lines {
    fn new(invocation: &Invocation<'_>) -> Self {
        Lines {
            table: table(),
            columns: Columns::default(),
            held: 0,
            any: false,
            human: invocation.out.is_terminal(),
            unreadable: Unreadable::default(),
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
        if invocation.out.is_json() {
            invocation.out.text(line.as_str())?;
            return invocation.out.text("\n");
        }
        let outcome = line.outcome.get().into_owned();
        let tone = match outcome.as_str() {
            "success" => Tone::Good,
            "failure" => Tone::Bad,
            _ => Tone::Warning,
        };
        let text = |text: Option<crate::ledger::Text<'_>>| {
            Cell::plain(text.map_or(String::new(), |text| text.get().into_owned()))
        };
        self.table.row([
            Cell::toned(Tone::Faint, line.seq.to_string()),
            Cell::plain(time::format_time(line.timestamp.to_datetime(), self.human)),
            Cell::plain(line.actor_id.get()),
            Cell::plain(line.action.get()),
            text(line.resource_id),
            Cell::toned(tone, outcome),
            text(line.reason),
        ]);
        self.held += 1;
        if self.held == PART { self.write(invocation) } else { Ok(()) }
    }

    /// Writes what is held back.
    fn write(&mut self, invocation: &mut Invocation<'_>) -> Result<(), CliError> {
        if self.held == 0 {
            return Ok(());
        }
        self.held = 0;
        let part = std::mem::replace(&mut self.table, table());
        invocation.out.more_of_table(&part, &mut self.columns)
    }

    /// Whether there was nothing at all to show.
    fn is_without_any(&self) -> bool {
        !self.any && self.unreadable.lines == 0
    }

    fn end(self) -> Result<(), CliError> {
        self.unreadable.end()
    }
}

fn table() -> Table {
    Table::new(["SEQ", "TIME", "ACTOR", "ACTION", "RESOURCE", "OUTCOME", "REASON"]).whole(1)
}

/// What cannot be read is said as it is met, and at the end that there was some.
#[derive(Default)]
pub(super) struct Unreadable {
    lines: u64,
}

impl Unreadable {
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
            1 => "a line of the ledger is none that it wrote".to_owned(),
            lines => format!("{lines} lines of the ledger are none that it wrote"),
        };
        let failure = CliError { message: Some(lines), ..CliError::finding() };
        Err(failure.hint("`envaudit verify` says what is wrong with it"))
    }
}
