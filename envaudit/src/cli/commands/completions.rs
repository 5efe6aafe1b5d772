//! `envaudit completions`: the completion script of a shell.

use clap::Args;
use clap_complete::Shell;

use crate::cli::error::CliError;
use crate::cli::invocation::Invocation;

/// Writes the completion script of a shell for this command line
#[derive(Args)]
#[command(after_help = "Example:\n  envaudit completions bash > /etc/bash_completion.d/envaudit")]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(args: &Completions, invocation: &mut Invocation<'_>) -> Result<(), CliError> {
    super::without_json(invocation, "completions", "leave `--json` out")?;
    let mut command = (invocation.command_line)();
    let name = command.get_bin_name().unwrap_or(command.get_name()).to_owned();
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, name, &mut script);
    invocation.out.text(&String::from_utf8_lossy(&script))
}
