//! One file a command: its arguments, and `run`.
//!
//! A command is a struct with `clap::Args`, whose doc comment is its one line in the help and whose `after_help` is an
//! example; a variant of [`Command`]; and a line below. It loads with `world.target()?.load(…)`; what it has loaded is
//! recorded as `ledger.record_view(&loaded.view(), &context)`.

pub(super) mod audit;
pub(super) mod check;
pub(super) mod checkpoint;
pub(super) mod completions;
pub(super) mod diff;
pub(super) mod docs;
pub(super) mod explain;
pub(super) mod export;
pub(super) mod history;
pub(super) mod ledger;
pub(super) mod log;
pub(super) mod man;
pub(super) mod plan;
pub(super) mod prune;
pub(super) mod record;
pub(super) mod report;
pub(super) mod rotate_key;
pub(super) mod run;
pub(super) mod schema;
pub(super) mod template;
pub(super) mod verify;

use super::args::Command;
use super::failure::Failure;
use super::output::{Cell, Output, Tone};
use super::target::Target;
use super::world::World;
use crate::error::Problem;

pub(super) fn run(command: &Command, world: &mut World<'_>) -> Result<(), Failure> {
    match command {
        Command::Audit(args) => audit::run(args, world),
        Command::Check(args) => check::run(args, world),
        Command::Explain(args) => explain::run(args, world),
        Command::Diff(args) => diff::run(args, world),
        Command::Template(args) => template::run(args, world),
        Command::Docs(args) => docs::run(args, world),
        Command::Schema(args) => schema::run(args, world),
        Command::Ledger(args) => ledger::run(args, world),
        Command::Plan(args) => plan::run(args, world),
        Command::Record(args) => record::run(args, world),
        Command::Run(args) => run::run(args, world),
        Command::Log(args) => log::run(args, world),
        Command::History(args) => history::run(args, world),
        Command::Verify(args) => verify::run(args, world),
        Command::Checkpoint(args) => checkpoint::run(args, world),
        Command::Prune(args) => prune::run(args, world),
        Command::RotateKey(args) => rotate_key::run(args, world),
        Command::Export(args) => export::run(args, world),
        Command::Report(args) => report::run(args, world),
        Command::Completions(args) => completions::run(args, world),
        Command::Man(args) => man::run(args, world),
    }
}

/// The keys of a struct, for a command that tells what it asks for. Its answer has one form; `json` says that it is JSON.
fn with_schema(world: &mut World<'_>, name: &str, json: bool) -> Result<Target, Failure> {
    if !json {
        without_json(world, name, "`schema` does, of the same variables")?;
    }
    let target = world.target()?;
    match target.has_schema() {
        true => Ok(target),
        false => Err(Failure::usage(format!("`{name}` needs to know the variables"))
            .hint("name them with `--schema FILE` or `--bin PATH`")),
    }
}

/// Refuses to answer in JSON.
fn without_json(world: &World<'_>, name: &str, hint: &str) -> Result<(), Failure> {
    match world.out.is_json() {
        true => Err(Failure::usage(format!("`{name}` does not write JSON")).hint(hint)),
        false => Ok(()),
    }
}

/// A problem of a load, the message set off from the rest.
fn problem(out: &mut Output<'_>, number: &str, problem: &Problem) -> Result<(), Failure> {
    let text = problem.to_string();
    let mut lines = text.lines();
    let message = lines.next().unwrap_or_default();
    out.line(&[Cell::plain(number), Cell::toned(Tone::Bad, message)])?;
    lines.try_for_each(|line| out.line(&[Cell::plain(line)]))
}
