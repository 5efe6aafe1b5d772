use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::Value;

use super::verify::{self, Known};
use crate::cli::args::{Format, formats};
use crate::cli::failure::Failure;
use crate::cli::filter::When;
use crate::cli::index::{NoIndex, asked};
use crate::cli::ledger::chain;
use crate::cli::output::{Cell, Table, Tone, WholeFile};
use crate::cli::progress::Watched;
use crate::cli::stored::Stored;
use crate::cli::times;
use crate::cli::world::World;
use crate::ledger::verify::Report as Verdict;
use crate::ledger::{Timestamp, redact};
use crate::report::index::{Index, IndexError};
use crate::report::{
    self, Field, Frame, Mark, Period, Question, Report as Answer, Rights, Scope, Sheet,
};

/// Answers what auditors ask: who touched what, who used special rights, what kept failing, how configurations stand
#[derive(Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "A page (`--format html`) needs nothing else: it can be mailed, printed and kept.\n\n\
                  Examples:\n  envaudit report config --since 90d --format html --output config.html\n  \
                  envaudit report failures --min 5 --within 10m"
)]
pub(crate) struct Report {
    #[command(subcommand)]
    which: Which,
}

#[derive(Subcommand)]
enum Which {
    Access(Access),
    Privileged(Privileged),
    Failures(Failures),
    Config(Config),
}

/// Who touched a thing, how often, when first and last, and how it ended
#[derive(Args)]
#[command(after_help = "Example:\n  envaudit report access --resource 'checkout/*' --since 30d")]
struct Access {
    #[command(flatten)]
    scope: Whom,
    #[command(flatten)]
    common: Common,
}

/// What was done with special rights: by administrators, to secrets, to the ledger itself, or marked as such
#[derive(Args)]
#[command(
    after_help = "Example:\n  envaudit report privileged --actor root --resource 'vault/*' --since 30d"
)]
struct Privileged {
    /// An actor with special rights besides administrators; `*` at the end stands for any text; repeatable
    #[arg(long, value_name = "ID")]
    actor: Vec<String>,
    /// A thing that takes special rights, whoever touches it; `*` at the end stands for any text; repeatable
    #[arg(long, value_name = "ID")]
    resource: Vec<String>,
    #[command(flatten)]
    common: Common,
}

/// Failures and denials of the same actor on the same thing from the same origin that repeat
#[derive(Args)]
#[command(after_help = "Example:\n  envaudit report failures --min 5 --within 10m --exit-code")]
struct Failures {
    /// At least so many
    #[arg(long, value_name = "COUNT", default_value = "5")]
    min: NonZeroU64,
    /// So many in no more than this time, such as `10m`
    #[arg(long, value_name = "TIME")]
    within: Option<String>,
    /// Ends with 1 if there are any
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    scope: Whom,
    #[command(flatten)]
    common: Common,
}

/// Where secrets and values come from, broken rules, and what changed when
#[derive(Args)]
#[command(
    after_help = "Rules are those of `--policy`; without it, secrets of production must not come from files or \
                        defaults.\n\nExample:\n  envaudit report config --since 90d --format html --output config.html"
)]
struct Config {
    /// Ends with 1 if rules are broken
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
struct Whom {
    /// On this thing, such as `checkout/prod`; `*` at the end stands for any text; repeatable
    #[arg(long, value_name = "ID")]
    resource: Vec<String>,
    /// By this actor; `*` at the end stands for any text; repeatable
    #[arg(long, value_name = "ID")]
    actor: Vec<String>,
    /// Of this action; `config.*` are all that begin so
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,
}

#[derive(Args)]
struct Common {
    /// How the answer is written
    #[arg(id = "envaudit.format", long = "format", value_name = "FORMAT")]
    #[arg(value_parser = formats(&["table", "json", "csv", "html"]))]
    #[arg(help_heading = "How the answer looks")]
    format: Option<Format>,
    /// Writes the answer to a file, whole or not at all; `-` is stdout
    #[arg(long, short = 'o', value_name = "FILE", help_heading = "How the answer looks")]
    output: Option<PathBuf>,
    /// The newest so many events in full
    #[arg(long, value_name = "COUNT", default_value_t = 200)]
    events: usize,
    /// The most frequent so many groups
    #[arg(long, value_name = "COUNT", default_value_t = 1000)]
    limit: usize,
    #[command(flatten)]
    when: When,
    /// Verifies the ledger too; a page always does
    #[arg(long)]
    verify: bool,
    #[command(flatten)]
    known: Known,
    #[command(flatten)]
    no_index: NoIndex,
}

impl Common {
    /// The file that is written, if one is.
    fn file(&self) -> Option<&Path> {
        self.output.as_deref().filter(|path| *path != Path::new("-"))
    }
}

pub(super) fn run(args: &Report, world: &mut World<'_>) -> Result<(), Failure> {
    match &args.which {
        Which::Access(args) => {
            let scope = args.scope.scope();
            answer(&args.common, false, world, |index, question| {
                report::access(index, question, &scope)
            })
        }
        Which::Privileged(args) => {
            let rights = args.actor.iter().fold(Rights::new(), Rights::actor);
            let rights = recorded(&args.resource).fold(rights, Rights::resource);
            answer(&args.common, false, world, |index, question| {
                report::privileged(index, question, &rights)
            })
        }
        Which::Failures(args) => {
            let within = args.within.as_deref().map(times::duration).transpose();
            let within = within.map_err(Failure::usage)?;
            let scope = args.scope.scope();
            answer(&args.common, args.exit_code, world, |index, question| {
                report::failures(index, question, &scope, args.min.get(), within)
            })
        }
        Which::Config(args) => {
            let policy = world.policy()?;
            answer(&args.common, args.exit_code, world, |index, question| {
                report::configurations(index, question, policy.as_ref())
            })
        }
    }
}

/// Things as the ledger names them: without credentials.
fn recorded(resources: &[String]) -> impl Iterator<Item = String> {
    resources.iter().map(|resource| redact(resource).into_owned())
}

impl Whom {
    fn scope(&self) -> Scope {
        let scope = recorded(&self.resource).fold(Scope::new(), Scope::resource);
        let scope = self.actor.iter().fold(scope, Scope::actor);
        self.action.iter().fold(scope, Scope::action)
    }
}

fn answer(
    common: &Common,
    findings_matter: bool,
    world: &mut World<'_>,
    ask: impl Fn(&Index<'_>, &Question) -> Result<Answer, IndexError>,
) -> Result<(), Failure> {
    let format = match common.format {
        Some(format) => format,
        None if world.out.is_json() => Format::Json,
        None => Format::Table,
    };
    let (since, until) = common.when.range(world)?;
    let period = Period { since: since.map(Timestamp::from), until: until.map(Timestamp::from) };
    let question = Question::new().period(period).groups(common.limit).events(common.events);
    let stored = world.stored_to_show()?;
    // Before the index is held, which others may want to write.
    let verdict = match common.verify || format == Format::Html {
        true => Some(common.known.verify(&stored, None, world)?),
        false => None,
    };
    let source = Watched::new(&stored.store, &world.out)?;
    let by_index = asked(&common.no_index, &source, world, |index| ask(index, &question))?;
    let answer = match by_index {
        Some(answer) => answer,
        None => Index::temporary(&source)
            .and_then(|index| ask(&index, &question))
            .map_err(|error| of_index(&error))?,
    };
    drop(source);
    write(&answer, verdict.as_ref(), format, common, &stored, world)?;
    if answer.unreadable() > 0 {
        world.out.warn(&format!(
            "{} of the ledger could not be read and were not counted",
            verify::counted(answer.unreadable(), "line")
        ));
    }
    let broken = verdict.is_some_and(|verdict| !verdict.is_intact()) || answer.unreadable() > 0;
    match (broken, findings_matter && answer.findings() > 0) {
        (true, _) => Err(Failure {
            message: Some("the ledger is not intact".to_owned()),
            ..Failure::finding()
        }
        .hint("`envaudit verify` says what is wrong with it")),
        (false, true) => Err(Failure::finding()),
        (false, false) => Ok(()),
    }
}

fn of_index(error: &IndexError) -> Failure {
    Failure::unavailable(chain(error)).hint(
        "a report needs room for an index of the ledger, in its folder or where temporary files go",
    )
}

fn write(
    answer: &Answer,
    verdict: Option<&Verdict>,
    format: Format,
    common: &Common,
    stored: &Stored,
    world: &mut World<'_>,
) -> Result<(), Failure> {
    let text = match format {
        Format::Json => pretty(&json(answer, verdict)),
        Format::Csv => answer.csv(),
        Format::Html => {
            let made = world.now().into();
            let anchor_given = common.known.has_anchor();
            answer.html(&Frame { verdict, anchor_given, ledger: stored.chain().as_deref(), made })
        }
        _ if common.file().is_some() => {
            return Err(Failure::usage("`--output` writes json, csv or html")
                .hint("name one of them with `--format`"));
        }
        _ => return tables(answer, verdict, world),
    };
    match common.file() {
        Some(path) => {
            let mut file = WholeFile::create(path)?;
            file.text(&text)?;
            file.finish()?;
            world.out.note(&format!("written to {}", path.display()));
            Ok(())
        }
        None => world.out.text(&text),
    }
}

fn json(answer: &Answer, verdict: Option<&Verdict>) -> Value {
    let mut object = answer.json();
    object["verification"] = verdict.map_or(Value::Null, verify::value);
    object
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

fn tables(
    answer: &Answer,
    verdict: Option<&Verdict>,
    world: &mut World<'_>,
) -> Result<(), Failure> {
    if let Some(verdict) = verdict {
        let (word, tone) = match verdict.is_intact() {
            true => ("intact", Tone::Good),
            false => ("NOT INTACT", Tone::Bad),
        };
        world
            .out
            .line(&[Cell::toned(tone, word), Cell::plain(format!(": {}", verdict.verdict()))])?;
    }
    world.out.line(&[Cell::plain(answer.lead())])?;
    for sheet in answer.sheets().iter().filter(|sheet| !sheet.rows.is_empty()) {
        world.out.line(&[])?;
        world.out.line(&[Cell::toned(Tone::Heading, sheet.heading.as_str())])?;
        table(sheet, world)?;
        if sheet.omitted > 0 {
            world.out.line(&[Cell::toned(Tone::Faint, format!("and {} more", sheet.omitted))])?;
        }
    }
    Ok(())
}

fn table(sheet: &Sheet, world: &mut World<'_>) -> Result<(), Failure> {
    let human = world.out.is_terminal();
    // A column that says nothing only takes room.
    let says = |at: usize| sheet.rows.iter().any(|row| *row.get(at).unwrap_or(&EMPTY) != EMPTY);
    let seen = |at: &usize| !sheet.columns[*at].hidden && says(*at);
    let used: Vec<usize> = (0..sheet.columns.len()).filter(seen).collect();
    let titles = used.iter().map(|at| sheet.columns[*at].title().to_uppercase());
    let mut table = Table::titled(titles);
    for row in &sheet.rows {
        table.row(used.iter().map(|at| cell(&row[*at], human)).collect::<Vec<_>>());
    }
    world.out.table(&table)
}

const EMPTY: Field = Field::Text(String::new());

fn cell(field: &Field, human: bool) -> Cell {
    match field {
        Field::Text(text) | Field::Name(text) => Cell::plain(text.as_str()),
        Field::Kept(text, kind) => Cell::plain(Field::words(text, kind)),
        Field::Count(count) => Cell::plain(count.to_string()),
        Field::Time(micros) => {
            let moment = chrono::DateTime::from_timestamp_micros(*micros).unwrap_or_default();
            Cell::plain(times::shown(moment, human))
        }
        Field::Marked(mark, text) => {
            let tone = match mark {
                Mark::Plain | Mark::Note => Tone::Plain,
                Mark::Good => Tone::Good,
                Mark::Secret => Tone::Masked,
                Mark::Warning => Tone::Warning,
                Mark::Bad => Tone::Bad,
            };
            Cell::toned(tone, text.as_str())
        }
    }
}
