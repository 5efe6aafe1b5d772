//! `envaudit report`: the reports for auditors.

use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::Value;

use super::verify::{self, VerifierArgs};
use crate::cli::args::names::{NameKind, WantedName};
use crate::cli::args::time::{self, TimeRangeArgs};
use crate::cli::args::{Format, IndexArgs, formats};
use crate::cli::error::CliError;
use crate::cli::invocation::Invocation;
use crate::cli::ledger::{NotRecorded, StoredLedger, end_with, not_recorded_json, query_index};
use crate::cli::output::{Cell, ProgressSource, Table, Tone, WholeFile, counted};
use crate::ledger::verify::Report as Verdict;
use crate::ledger::{Timestamp, redact};
use crate::report::index::{Index, IndexError};
use crate::report::names::{NameColumn, has_name, names};
use crate::report::{
    self, Field, Mark, PageContext, Period, Report as Answer, ReportOptions, Rights, Scope,
    Table as ReportTable,
};

/// At most this many events that are not sound are named.
const NAMED: usize = 20;

/// Reports for auditors: access, privileged activity, repeated failures, and configurations
#[derive(Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "A page (`--format html`) is one file that needs no other: it can be mailed, printed and kept.\n\n\
                  Examples:\n  envaudit report config --since 90d --format html --output config.html\n  \
                  envaudit report failures --min 5 --within 10m"
)]
pub(crate) struct Report {
    #[command(subcommand)]
    kind: ReportKind,
}

#[derive(Subcommand)]
enum ReportKind {
    Access(Access),
    Privileged(Privileged),
    Failures(Failures),
    Config(Config),
}

/// Actors and the resources they accessed: how often, first and last time, and outcomes
#[derive(Args)]
#[command(after_help = "Example:\n  envaudit report access --resource 'checkout/*' --since 30d")]
struct Access {
    #[command(flatten)]
    scope: ScopeArgs,
    #[command(flatten)]
    common: CommonArgs,
}

/// Privileged activity: by administrators, on secrets, on the ledger itself, or marked as privileged
#[derive(Args)]
#[command(
    after_help = "Example:\n  envaudit report privileged --actor root --resource 'vault/*' --since 30d"
)]
struct Privileged {
    /// A privileged actor besides administrators; `*` at the end matches any text; repeatable
    #[arg(long, value_name = "ID")]
    actor: Vec<String>,
    /// A resource on which every action is privileged; `*` at the end matches any text; repeatable
    #[arg(long, value_name = "ID")]
    resource: Vec<String>,
    #[command(flatten)]
    common: CommonArgs,
}

/// Repeated failures and denials of the same actor on the same resource from the same origin
#[derive(Args)]
#[command(after_help = "Example:\n  envaudit report failures --min 5 --within 10m --exit-code")]
struct Failures {
    /// At least this many
    #[arg(long, value_name = "COUNT", default_value = "5")]
    min: NonZeroU64,
    /// Only if that many happened within this time, such as `10m`
    #[arg(long, value_name = "TIME")]
    within: Option<String>,
    /// Exits with 1 if there are any
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    scope: ScopeArgs,
    #[command(flatten)]
    common: CommonArgs,
}

/// Configurations: sources of secrets and values, broken rules, and changes
#[derive(Args)]
#[command(
    after_help = "The rules are those of `--policy`; without it, secrets of production must not come from files or \
                        defaults.\n\nExample:\n  envaudit report config --since 90d --format html --output config.html"
)]
struct Config {
    /// Exits with 1 if rules are broken
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    common: CommonArgs,
}

#[derive(Args)]
struct ScopeArgs {
    /// On this resource, such as `checkout/prod`; `*` at the end matches any text; repeatable
    #[arg(long, value_name = "ID")]
    resource: Vec<String>,
    /// By this actor; `*` at the end matches any text; repeatable
    #[arg(long, value_name = "ID")]
    actor: Vec<String>,
    /// With this action; `config.*` matches every action that begins with `config.`
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,
}

#[derive(Args)]
struct CommonArgs {
    /// The format of the answer
    #[arg(id = "envaudit.format", long = "format", value_name = "FORMAT")]
    #[arg(value_parser = formats(&["table", "json", "csv", "html"]))]
    #[arg(help_heading = "How the answer looks")]
    format: Option<Format>,
    /// Writes the answer to a file, as a whole or not at all; `-` is stdout
    #[arg(long, short = 'o', value_name = "FILE", help_heading = "How the answer looks")]
    output: Option<PathBuf>,
    /// At most this many events in full, the newest
    #[arg(long, value_name = "COUNT", default_value_t = 200)]
    events: usize,
    /// At most this many groups, the most frequent
    #[arg(long, value_name = "COUNT", default_value_t = 1000)]
    limit: usize,
    #[command(flatten)]
    time_range: TimeRangeArgs,
    /// Verifies the ledger too; a page always does
    #[arg(long)]
    verify: bool,
    #[command(flatten)]
    verifier: VerifierArgs,
    #[command(flatten)]
    index: IndexArgs,
}

impl CommonArgs {
    /// The file to write, if one is given.
    fn file(&self) -> Option<&Path> {
        self.output.as_deref().filter(|path| *path != Path::new("-"))
    }
}

pub(super) fn run(args: &Report, invocation: &mut Invocation<'_>) -> Result<(), CliError> {
    match &args.kind {
        ReportKind::Access(args) => {
            let (scope, wanted) = (args.scope.scope(), args.scope.wanted_names());
            answer(&args.common, false, &wanted, invocation, |index, options| {
                report::access(index, options, &scope)
            })
        }
        ReportKind::Privileged(args) => {
            let rights = args.actor.iter().fold(Rights::new(), Rights::actor);
            let rights = recorded(&args.resource).fold(rights, Rights::resource);
            // Whoever is privileged need not have done anything yet: only a slip of the finger counts.
            let wanted = wanted(&args.actor, &args.resource, None);
            let wanted: Vec<_> =
                wanted.into_iter().map(|(column, name)| (column, likely(name))).collect();
            answer(&args.common, false, &wanted, invocation, |index, options| {
                report::privileged(index, options, &rights)
            })
        }
        ReportKind::Failures(args) => {
            let within = args.within.as_deref().map(time::parse_duration).transpose();
            let within = within.map_err(CliError::usage)?;
            let (scope, wanted) = (args.scope.scope(), args.scope.wanted_names());
            answer(&args.common, args.exit_code, &wanted, invocation, |index, options| {
                report::failures(index, options, &scope, args.min.get(), within)
            })
        }
        ReportKind::Config(args) => {
            let policy = invocation.policy()?;
            answer(&args.common, args.exit_code, &[], invocation, |index, options| {
                report::configurations(index, options, policy.as_ref())
            })
        }
    }
}

/// Resources as the ledger names them: without credentials.
fn recorded(resources: &[String]) -> impl Iterator<Item = String> {
    resources.iter().map(|resource| redact(resource).into_owned())
}

/// A name that is asked for, and its column.
type Wanted = (NameColumn, WantedName);

fn wanted(actors: &[String], resources: &[String], action: Option<&String>) -> Vec<Wanted> {
    let actor = |name| (NameColumn::Actor, WantedName::new(NameKind::Actor, name));
    let resource = |name| (NameColumn::Resource, WantedName::new(NameKind::Resource, name));
    let action = action.map(|name| (NameColumn::Action, WantedName::new(NameKind::Action, name)));
    actors.iter().map(actor).chain(recorded(resources).map(resource)).chain(action).collect()
}

/// A name that counts as misspelt only if a recorded one is very like it.
fn likely(name: WantedName) -> WantedName {
    WantedName { only_if_near: true, ..name }
}

impl ScopeArgs {
    fn wanted_names(&self) -> Vec<Wanted> {
        wanted(&self.actor, &self.resource, self.action.as_ref())
    }

    fn scope(&self) -> Scope {
        let scope = recorded(&self.resource).fold(Scope::new(), Scope::resource);
        let scope = self.actor.iter().fold(scope, Scope::actor);
        self.action.iter().fold(scope, Scope::action)
    }
}

fn answer(
    common: &CommonArgs,
    findings_matter: bool,
    wanted: &[Wanted],
    invocation: &mut Invocation<'_>,
    ask: impl Fn(&Index<'_>, &ReportOptions<'_>) -> Result<Answer, IndexError>,
) -> Result<(), CliError> {
    let format = match common.format {
        Some(format) => format,
        None if invocation.out.is_json() => Format::Json,
        None => Format::Table,
    };
    let (since, until) = common.time_range.range(invocation)?;
    let period = Period { since: since.map(Timestamp::from), until: until.map(Timestamp::from) };
    let options = ReportOptions::new().period(period).groups(common.limit).events(common.events);
    let stored = invocation.stored_ledger_to_show()?;
    // Before the index is locked, which other processes may want to write.
    let verdict = match common.verify || format == Format::Html {
        true => Some(common.verifier.verify(&stored, None, invocation)?),
        false => None,
    };
    let check = invocation.line_check(&stored, &common.verifier.keys)?;
    let options = check.iter().fold(options, ReportOptions::check);
    let ask = |index: &Index<'_>| Ok((ask(index, &options)?, not_recorded(index, wanted)?));
    let source = ProgressSource::new(&stored.store, &invocation.out)?;
    let by_index = query_index(&common.index, &source, check.as_ref(), invocation, ask)?;
    let (answer, names) = match by_index {
        Some(answer) => answer,
        None => Index::temporary(&source)
            .and_then(|index| ask(&index))
            .map_err(|error| unavailable_index(&error))?,
    };
    drop(source);
    write(&answer, &names, verdict.as_ref(), format, common, &stored, invocation)?;
    end_with(&names, end(&answer, verdict.as_ref(), findings_matter, invocation))
}

/// Names of which the index has none.
fn not_recorded(index: &Index<'_>, wanted: &[Wanted]) -> Result<Vec<NotRecorded>, IndexError> {
    let mut missing = Vec::new();
    for (column, wanted) in wanted {
        if !has_name(index, *column, &wanted.name)? {
            let names = names(index, *column)?;
            missing.extend(NotRecorded::of(wanted, names.iter().map(String::as_str)));
        }
    }
    Ok(missing)
}

/// The end of the command after its answer.
fn end(
    answer: &Answer,
    verdict: Option<&Verdict>,
    findings_matter: bool,
    invocation: &mut Invocation<'_>,
) -> Result<(), CliError> {
    let unsound = answer.unsound().count() as u64;
    for seq in answer.unsound().take(NAMED) {
        invocation
            .out
            .warn(&format!("event {seq} is not sound: it is not what the ledger recorded"));
    }
    if answer.unreadable() > 0 {
        invocation.out.warn(&format!(
            "{} of the ledger could not be read and were not counted",
            counted(answer.unreadable(), "line")
        ));
    }
    let broken = verdict.is_some_and(|verdict| !verdict.is_intact())
        || answer.unreadable() > 0
        || unsound > 0;
    match (broken, findings_matter && answer.findings() > 0) {
        (true, _) => Err(CliError {
            message: Some("the ledger is not intact".to_owned()),
            ..CliError::finding()
        }
        .hint("`envaudit verify` says what is wrong with it")),
        (false, true) => Err(CliError::finding()),
        (false, false) => Ok(()),
    }
}

fn unavailable_index(error: &IndexError) -> CliError {
    CliError::unavailable_of(error).hint(
        "a report needs space for an index of the ledger, in its folder or in the folder for temporary files",
    )
}

fn write(
    answer: &Answer,
    names: &[NotRecorded],
    verdict: Option<&Verdict>,
    format: Format,
    common: &CommonArgs,
    stored: &StoredLedger,
    invocation: &mut Invocation<'_>,
) -> Result<(), CliError> {
    let text = match format {
        Format::Json => pretty(&json(answer, names, verdict)),
        Format::Csv => answer.csv(),
        Format::Html => {
            let made = invocation.now().into();
            let anchor_given = common.verifier.has_anchor();
            answer.html(&PageContext {
                verdict,
                anchor_given,
                ledger: stored.ledger_id().as_deref(),
                made,
            })
        }
        _ if common.file().is_some() => {
            return Err(CliError::usage("`--output` writes json, csv or html")
                .hint("name one of them with `--format`"));
        }
        _ => return tables(answer, verdict, invocation),
    };
    match common.file() {
        Some(path) => {
            let mut file = WholeFile::create(path)?;
            file.text(&text)?;
            file.finish()?;
            invocation.out.note(&format!("written to {}", path.display()));
            Ok(())
        }
        None => invocation.out.text(&text),
    }
}

fn json(answer: &Answer, names: &[NotRecorded], verdict: Option<&Verdict>) -> Value {
    let mut object = answer.json();
    object["verification"] = verdict.map_or(Value::Null, verify::value);
    if !names.is_empty() {
        object["not_recorded"] = not_recorded_json(names)["not_recorded"].take();
    }
    object
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

fn tables(
    answer: &Answer,
    verdict: Option<&Verdict>,
    invocation: &mut Invocation<'_>,
) -> Result<(), CliError> {
    if let Some(verdict) = verdict {
        let (word, tone) = match verdict.is_intact() {
            true => ("intact", Tone::Good),
            false => ("NOT INTACT", Tone::Bad),
        };
        invocation
            .out
            .line(&[Cell::toned(tone, word), Cell::plain(format!(": {}", verdict.verdict()))])?;
    }
    invocation.out.line(&[Cell::plain(answer.summary())])?;
    for section in answer.tables().iter().filter(|section| !section.rows.is_empty()) {
        invocation.out.line(&[])?;
        invocation.out.line(&[Cell::toned(Tone::Heading, section.heading.as_str())])?;
        write_table(section, invocation)?;
        if section.omitted > 0 {
            let more = format!("and {} more", section.omitted);
            invocation.out.line(&[Cell::toned(Tone::Faint, more)])?;
        }
    }
    Ok(())
}

fn write_table(section: &ReportTable, invocation: &mut Invocation<'_>) -> Result<(), CliError> {
    let human = invocation.out.is_terminal();
    // An empty column would only take space.
    let has_text =
        |at: usize| section.rows.iter().any(|row| *row.get(at).unwrap_or(&EMPTY) != EMPTY);
    let is_shown = |at: &usize| !section.columns[*at].hidden && has_text(*at);
    let shown: Vec<usize> = (0..section.columns.len()).filter(is_shown).collect();
    let titles = shown.iter().map(|at| section.columns[*at].title().to_uppercase());
    let mut table = Table::titled(titles);
    for row in &section.rows {
        table.row(shown.iter().map(|at| cell(&row[*at], human)).collect::<Vec<_>>());
    }
    invocation.out.table(&table)
}

const EMPTY: Field = Field::Text(String::new());

fn cell(field: &Field, human: bool) -> Cell {
    match field {
        Field::Text(text) | Field::Name(text) => Cell::plain(text.as_str()),
        Field::WithKind(text, kind) => Cell::plain(Field::with_kind(text, kind)),
        Field::Count(count) => Cell::plain(count.to_string()),
        Field::Time(micros) => {
            let moment = chrono::DateTime::from_timestamp_micros(*micros).unwrap_or_default();
            Cell::plain(time::format_time(moment, human))
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
