use clap::Args;

use crate::cli::failure::Failure;
use crate::cli::world::World;

/// Shows where each value comes from
#[derive(Args)]
#[command(after_help = "Example:\n  envaudit audit --env prod")]
pub(crate) struct Audit {}

pub(super) fn run(_: &Audit, world: &mut World<'_>) -> Result<(), Failure> {
    let loaded = world.target()?.load_or_fail(world)?;
    world.out.text(&loaded.audit().to_string())
}
