//! `report` in a build without the feature `report`.

use std::ffi::OsString;

use clap::Args;

use crate::cli::error::CliError;
use crate::cli::invocation::Invocation;

/// Answers what auditors ask; not part of this build
#[derive(Args)]
#[command(hide = true, disable_help_flag = true)]
pub(crate) struct Report {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    _ignored: Vec<OsString>,
}

pub(super) fn run(_: &Report, _: &mut Invocation<'_>) -> Result<(), CliError> {
    Err(CliError::usage("this build has no reports")
        .hint("build it with the feature `report`: `cargo install envaudit --features cli,report`"))
}
