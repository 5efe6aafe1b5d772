use std::time::Duration;

use clap::Args;

use crate::cli::failure::Failure;
use crate::cli::filter::Which;
use crate::cli::ledger::chain;
use crate::cli::output::{Cell, Columns, Table, Tone};
use crate::cli::times;
use crate::cli::world::World;
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
    which: Which,
    /// Goes on with what is appended, until it is interrupted or nobody reads any more
    #[arg(long, short = 'f')]
    follow: bool,
}

pub(super) fn run(args: &Log, world: &mut World<'_>) -> Result<(), Failure> {
    let stored = world.stored_to_show()?;
    let filter = args.which.filter(world)?;
    let reader = Reader::new(&stored.store);
    let mut follow = match args.follow {
        true => Some(reader.follow()?),
        false => None,
    };
    // What comes later is what is followed.
    let last = follow.as_ref().map_or(u64::MAX, |follow| follow.last_seq());
    let there = filter.clone().seqs(0, last);
    let mut lines = Lines::new(world);
    each(&reader, there, args.which.limit, |record| lines.read(world, record))?;
    lines.write(world)?;
    while let Some(follow) = &mut follow {
        world.out.flush()?;
        let records = follow.appended().map_err(|error| ended(&error))?;
        if records.is_empty() && !world.reader.wait(PAUSE) {
            break;
        }
        for record in records {
            match record.line() {
                Ok(line) if !filter.admits(&line) => {}
                Ok(_) => lines.read(world, Ok(record))?,
                Err(source) => {
                    let (segment, offset) = (record.segment(), record.offset());
                    lines.read(world, Err(ReadError::Line { segment, offset, source }))?;
                }
            }
        }
        lines.write(world)?;
    }
    if lines.is_without_any() && !args.follow {
        world.out.note("no event of the ledger is such a one");
    }
    lines.end()
}

/// Why a ledger is not followed any further.
fn ended(error: &StoreError) -> Failure {
    let what = match error.kind() {
        StoreErrorKind::Missing => "it is not there any more",
        StoreErrorKind::Replaced => {
            "what was shown last is not in it any more; another is in its place, or it was set back"
        }
        _ => return error.into(),
    };
    Failure::unavailable(format!("the ledger is followed no longer: {what}"))
        .hint("`envaudit verify` says what is there now")
}

/// Goes through events, the newest last: all, or the newest so many.
pub(super) fn each(
    reader: &Reader<'_>,
    filter: Filter,
    limit: Option<usize>,
    mut each: impl FnMut(Result<Record, ReadError>) -> Result<(), Failure>,
) -> Result<(), Failure> {
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
    fn new(world: &World<'_>) -> Self {
        Lines {
            table: table(),
            columns: Columns::default(),
            held: 0,
            any: false,
            human: world.out.is_terminal(),
            unreadable: Unreadable::default(),
        }
    }

    fn read(
        &mut self,
        world: &mut World<'_>,
        record: Result<Record, ReadError>,
    ) -> Result<(), Failure> {
        let Some(record) = self.unreadable.pass(world, record)? else { return Ok(()) };
        let Ok(line) = record.line() else { return Ok(()) };
        self.any = true;
        if world.out.is_json() {
            world.out.text(line.as_str())?;
            return world.out.text("\n");
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
            Cell::plain(times::shown(line.timestamp.to_datetime(), self.human)),
            Cell::plain(line.actor_id.get()),
            Cell::plain(line.action.get()),
            text(line.resource_id),
            Cell::toned(tone, outcome),
            text(line.reason),
        ]);
        self.held += 1;
        if self.held == PART { self.write(world) } else { Ok(()) }
    }

    /// Writes what is held back.
    fn write(&mut self, world: &mut World<'_>) -> Result<(), Failure> {
        if self.held == 0 {
            return Ok(());
        }
        self.held = 0;
        let part = std::mem::replace(&mut self.table, table());
        world.out.more_of_table(&part, &mut self.columns)
    }

    /// Whether there was nothing at all to show.
    fn is_without_any(&self) -> bool {
        !self.any && self.unreadable.lines == 0
    }

    fn end(self) -> Result<(), Failure> {
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
        world: &mut World<'_>,
        record: Result<T, ReadError>,
    ) -> Result<Option<T>, Failure> {
        match record {
            Ok(record) => Ok(Some(record)),
            Err(ReadError::Store(error)) => Err(error.into()),
            Err(error) => {
                self.lines += 1;
                world.out.warn(&chain(&error));
                Ok(None)
            }
        }
    }

    pub(super) fn end(self) -> Result<(), Failure> {
        let lines = match self.lines {
            0 => return Ok(()),
            1 => "a line of the ledger is none that it wrote".to_owned(),
            lines => format!("{lines} lines of the ledger are none that it wrote"),
        };
        let failure = Failure { message: Some(lines), ..Failure::finding() };
        Err(failure.hint("`envaudit verify` says what is wrong with it"))
    }
}
