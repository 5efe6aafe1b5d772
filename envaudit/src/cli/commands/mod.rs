//! The commands, one file for each: its arguments, and `run`.
//!
//! A command is a struct with `clap::Args`, whose doc comment is its one line in the help and whose `after_help` is an
//! example; a variant of [`Command`]; and a line in `run` below. It loads with `invocation.subject()?.load(…)` and records
//! what was loaded with `ledger.record_view(&loaded.erased(), &context)`.

mod audit;
mod changes;
mod check;
mod checkpoint;
mod completions;
mod diff;
mod docs;
mod explain;
mod export;
mod history;
mod ledger;
mod log;
mod man;
mod plan;
mod process_size;
mod prune;
mod record;
#[cfg(feature = "report")]
mod report;
mod rotate_key;
mod run;
mod schema;
mod template;
mod verify;
#[cfg(not(feature = "report"))]
mod without_reports;

#[cfg(not(feature = "report"))]
use self::without_reports as report;
use clap::Subcommand;

use super::error::CliError;
use super::invocation::Invocation;
use super::output::{Cell, Output, Tone};
use super::subject::Subject;
use crate::error::Problem;

/// The commands.
#[derive(Subcommand)]
pub(crate) enum Command {
    Audit(audit::Audit),
    Check(check::Check),
    Explain(explain::Explain),
    Diff(diff::Diff),
    Template(template::Template),
    Docs(docs::Docs),
    Schema(schema::Schema),
    Ledger(ledger::Ledger),
    Plan(plan::Plan),
    Record(record::Record),
    Run(run::Run),
    Log(log::Log),
    History(history::History),
    Verify(verify::Verify),
    Checkpoint(checkpoint::Checkpoint),
    Prune(prune::Prune),
    RotateKey(rotate_key::RotateKey),
    Export(export::Export),
    Report(report::Report),
    Completions(completions::Completions),
    Man(man::Man),
}

pub(super) fn run(command: &Command, invocation: &mut Invocation<'_>) -> Result<(), CliError> {
    match command {
        Command::Audit(args) => audit::run(args, invocation),
        Command::Check(args) => check::run(args, invocation),
        Command::Explain(args) => explain::run(args, invocation),
        Command::Diff(args) => diff::run(args, invocation),
        Command::Template(args) => template::run(args, invocation),
        Command::Docs(args) => docs::run(args, invocation),
        Command::Schema(args) => schema::run(args, invocation),
        Command::Ledger(args) => ledger::run(args, invocation),
        Command::Plan(args) => plan::run(args, invocation),
        Command::Record(args) => record::run(args, invocation),
        Command::Run(args) => run::run(args, invocation),
        Command::Log(args) => log::run(args, invocation),
        Command::History(args) => history::run(args, invocation),
        Command::Verify(args) => verify::run(args, invocation),
        Command::Checkpoint(args) => checkpoint::run(args, invocation),
        Command::Prune(args) => prune::run(args, invocation),
        Command::RotateKey(args) => rotate_key::run(args, invocation),
        Command::Export(args) => export::run(args, invocation),
        Command::Report(args) => report::run(args, invocation),
        Command::Completions(args) => completions::run(args, invocation),
        Command::Man(args) => man::run(args, invocation),
    }
}

/// The keys of a struct, for a command that needs one. Its answer has one form; `json` says that it is JSON.
fn with_schema(
    invocation: &mut Invocation<'_>,
    name: &str,
    json: bool,
) -> Result<Subject, CliError> {
    if !json {
        without_json(invocation, name, "`schema` writes the same variables as JSON")?;
    }
    let subject = invocation.subject()?;
    match subject.has_schema() {
        true => Ok(subject),
        false => Err(CliError::usage(format!("`{name}` needs the list of variables"))
            .hint("give it with `--schema FILE` or `--bin PATH`")),
    }
}

/// Refuses to answer in JSON.
fn without_json(invocation: &Invocation<'_>, name: &str, hint: &str) -> Result<(), CliError> {
    match invocation.out.is_json() {
        true => Err(CliError::usage(format!("`{name}` does not write JSON")).hint(hint)),
        false => Ok(()),
    }
}

/// Writes a problem of a load, with its message set off.
fn problem(out: &mut Output<'_>, number: &str, problem: &Problem) -> Result<(), CliError> {
    let text = problem.to_string();
    let mut lines = text.lines();
    let message = lines.next().unwrap_or_default();
    out.line(&[Cell::plain(number), Cell::toned(Tone::Bad, message)])?;
    lines.try_for_each(|line| out.line(&[Cell::plain(line)]))
}
