use clap::Args;
use clap_complete::Shell;

use crate::cli::failure::Failure;
use crate::cli::world::World;

/// Writes what a shell needs to complete this command line
#[derive(Args)]
#[command(after_help = "Example:\n  envaudit completions bash > /etc/bash_completion.d/envaudit")]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(args: &Completions, world: &mut World<'_>) -> Result<(), Failure> {
    super::without_json(world, "completions", "leave `--json` out")?;
    let mut command = (world.whole)();
    let name = command.get_bin_name().unwrap_or(command.get_name()).to_owned();
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, name, &mut script);
    world.out.text(&String::from_utf8_lossy(&script))
}
