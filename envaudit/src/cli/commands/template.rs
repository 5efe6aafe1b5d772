//! `envaudit template`: an `.env.example`.

use clap::Args;

use crate::cli::error::CliError;
use crate::cli::invocation::Invocation;
use crate::render;

/// Writes an `.env.example` with every variable and its description
#[derive(Args)]
#[command(after_help = "Example:\n  envaudit template --bin target/release/app > .env.example")]
pub(crate) struct Template {}

pub(super) fn run(_: &Template, invocation: &mut Invocation<'_>) -> Result<(), CliError> {
    let subject = super::with_schema(invocation, "template", false)?;
    invocation.out.text(&render::template(subject.table()))
}
