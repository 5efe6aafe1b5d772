use clap::Args;

use crate::cli::failure::Failure;
use crate::cli::world::World;

/// Writes the manual page of the program, or of one of its commands
#[derive(Args)]
#[command(after_help = "Example:\n  envaudit man verify > envaudit-verify.1")]
pub(crate) struct Man {
    /// The command, such as `verify` or `ledger init`
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
}

pub(super) fn run(args: &Man, world: &mut World<'_>) -> Result<(), Failure> {
    super::without_json(world, "man", "leave `--json` out")?;
    let mut command = (world.whole)();
    command.build();
    for part in &args.command {
        let Some(inner) = command.find_subcommand(part) else {
            let name = command.get_bin_name().unwrap_or(command.get_name());
            return Err(Failure::usage(format!("`{name}` has no command `{part}`")));
        };
        command = inner.clone();
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .source(concat!("envaudit ", env!("CARGO_PKG_VERSION")))
        .render(&mut page)
        .map_err(|error| Failure::unavailable(format!("the page cannot be written: {error}")))?;
    world.out.text(&String::from_utf8_lossy(&page))
}
