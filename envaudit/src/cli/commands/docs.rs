//! `envaudit docs`: the variables as a table in Markdown.

use clap::Args;

use crate::cli::error::CliError;
use crate::cli::invocation::Invocation;
use crate::render;

/// Writes a table of the variables in Markdown
#[derive(Args)]
#[command(
    after_help = "Example:\n  envaudit docs --bin target/release/app >> docs/configuration.md"
)]
pub(crate) struct Docs {}

pub(super) fn run(_: &Docs, invocation: &mut Invocation<'_>) -> Result<(), CliError> {
    let subject = super::with_schema(invocation, "docs", false)?;
    invocation.out.text(&render::markdown(subject.table()))
}
