//! One file a command: its arguments, and `run`.
//!
//! A command is a struct with `clap::Args`, whose doc comment is its one line in the help and whose `after_help` is an
//! example; a variant of [`Command`]; and a line below. It loads with `world.target()?.load(…)`; what it has loaded is
//! recorded as `ledger.record_view(&loaded.view(), &context)`.

pub(super) mod audit;

use super::args::Command;
use super::failure::Failure;
use super::world::World;

pub(super) fn run(command: &Command, world: &mut World<'_>) -> Result<(), Failure> {
    match command {
        Command::Audit(args) => audit::run(args, world),
    }
}
