use std::path::{Path, PathBuf};

use clap::Args;

use crate::audit::{AuditSnapshot, Drift};
use crate::cli::failure::Failure;
use crate::cli::output::{Cell, Tone};
use crate::cli::world::World;

/// Compares where values came from: between two saved audits, or a saved one and now
#[derive(Args)]
#[command(
    after_help = "Example:\n  envaudit audit --json > audit.json\n  envaudit diff audit.json --exit-code"
)]
pub(crate) struct Diff {
    /// What `envaudit audit --json` wrote; `-` reads it from stdin
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// What it wrote later [default: the configuration as it is now]
    #[arg(value_name = "NEW")]
    new: Option<PathBuf>,
    /// Ends with 1 when anything differs
    #[arg(long)]
    exit_code: bool,
}

pub(super) fn run(args: &Diff, world: &mut World<'_>) -> Result<(), Failure> {
    let stdin = Some(Path::new("-"));
    if args.new.as_deref() == stdin && Some(args.old.as_path()) == stdin {
        return Err(Failure::usage("stdin can be read once; give one of the two as a file"));
    }
    let old = saved(&args.old, world)?;
    let new = match &args.new {
        Some(new) => saved(new, world)?,
        None => world.target()?.load_or_fail(world)?.audit().snapshot(),
    };
    let drift = Drift::between(&old, &new);
    if world.out.is_json() {
        world.out.json(&drift)?;
    } else {
        for line in drift.to_string().lines() {
            let tone = match line.as_bytes() {
                [b'+', b' ', ..] => Tone::Good,
                [b'~', b' ', ..] => Tone::Warning,
                [b'-', b' ', ..] => Tone::Bad,
                _ => Tone::Plain,
            };
            world.out.line(&[Cell::toned(tone, line)])?;
        }
    }
    if args.exit_code && !drift.is_empty() { Err(Failure::finding()) } else { Ok(()) }
}

fn saved(path: &Path, world: &mut World<'_>) -> Result<AuditSnapshot, Failure> {
    let (name, text) = match path == Path::new("-") {
        true => ("stdin".to_owned(), world.read_stdin()?),
        false => (path.display().to_string(), crate::cli::world::read_text(path)?),
    };
    AuditSnapshot::from_json(&text).map_err(|error| {
        Failure::unavailable(format!("{name}: {error}")).hint("`envaudit audit --json` writes one")
    })
}
