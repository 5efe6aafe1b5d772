use clap::Args;

use crate::cli::failure::Failure;
use crate::cli::world::World;
use crate::render;

/// Writes a JSON Schema of the variables, or the file that `--schema` reads
#[derive(Args)]
#[command(
    after_help = "Example:\n  envaudit schema --bin target/release/app --keys > envaudit.schema.json"
)]
pub(crate) struct Schema {
    /// Writes what `--schema` reads instead of a JSON Schema
    #[arg(long)]
    keys: bool,
}

pub(super) fn run(args: &Schema, world: &mut World<'_>) -> Result<(), Failure> {
    let table = super::with_schema(world, "schema", true)?.table();
    let document = if args.keys { render::schema_json(table) } else { render::json_schema(table) };
    world.out.text(&document)?;
    world.out.text("\n")
}
