use clap::Args;

use crate::cli::failure::Failure;
use crate::cli::world::World;
use crate::render;

/// Writes a table of the variables in Markdown
#[derive(Args)]
#[command(
    after_help = "Example:\n  envaudit docs --bin target/release/app >> docs/configuration.md"
)]
pub(crate) struct Docs {}

pub(super) fn run(_: &Docs, world: &mut World<'_>) -> Result<(), Failure> {
    let target = super::with_schema(world, "docs", false)?;
    world.out.text(&render::markdown(target.table()))
}
