use clap::Args;

use crate::cli::failure::Failure;
use crate::cli::world::World;
use crate::render;

/// Writes an `.env.example`: every variable with what is known of it
#[derive(Args)]
#[command(after_help = "Example:\n  envaudit template --bin target/release/app > .env.example")]
pub(crate) struct Template {}

pub(super) fn run(_: &Template, world: &mut World<'_>) -> Result<(), Failure> {
    let target = super::with_schema(world, "template", false)?;
    world.out.text(&render::template(target.table()))
}
