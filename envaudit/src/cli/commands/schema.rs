//! `envaudit schema`: the variables as a schema.

use clap::Args;

use crate::cli::error::CliError;
use crate::cli::invocation::Invocation;
use crate::render;

/// Writes a JSON Schema of the variables, or the file that `--schema` reads
#[derive(Args)]
#[command(
    after_help = "Example:\n  envaudit schema --bin target/release/app --keys > envaudit.schema.json"
)]
pub(crate) struct Schema {
    /// Writes the file that `--schema` reads, not a JSON Schema
    #[arg(long)]
    keys: bool,
}

pub(super) fn run(args: &Schema, invocation: &mut Invocation<'_>) -> Result<(), CliError> {
    let table = super::with_schema(invocation, "schema", true)?.table();
    let document = if args.keys { render::schema_json(table) } else { render::json_schema(table) };
    invocation.out.text(&document)?;
    invocation.out.text("\n")
}
