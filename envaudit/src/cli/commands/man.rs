//! `envaudit man`: manual pages.

use clap::Args;

use crate::cli::error::{CliError, with_causes};
use crate::cli::invocation::Invocation;

/// Writes the manual page of the program, or of one of its commands
#[derive(Args)]
#[command(after_help = "Example:\n  envaudit man verify > envaudit-verify.1")]
pub(crate) struct Man {
    /// The command, such as `verify` or `ledger init`
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
}

pub(super) fn run(args: &Man, invocation: &mut Invocation<'_>) -> Result<(), CliError> {
    super::without_json(invocation, "man", "leave `--json` out")?;
    let mut command = (invocation.command_line)();
    command.build();
    for part in &args.command {
        let Some(inner) = command.find_subcommand(part) else {
            let name = command.get_bin_name().unwrap_or(command.get_name());
            return Err(CliError::usage(format!("`{name}` has no command `{part}`")));
        };
        command = inner.clone();
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .source(concat!("envaudit ", env!("CARGO_PKG_VERSION")))
        .render(&mut page)
        .map_err(|error| {
            CliError::unavailable(format!("the page cannot be written: {}", with_causes(&error)))
        })?;
    invocation.out.text(&String::from_utf8_lossy(&page))
}
