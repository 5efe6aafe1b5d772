//! `envaudit diff`: two audits compared.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::audit::{AuditSnapshot, Drift};
use crate::cli::error::{CliError, with_causes};
use crate::cli::invocation::{Invocation, read_text};
use crate::cli::output::{Cell, Tone};

/// Compares the sources of values: in two saved audits, or in a saved one and now
#[derive(Args)]
#[command(
    after_help = "Example:\n  envaudit audit --json > audit.json\n  envaudit diff audit.json --exit-code"
)]
pub(crate) struct Diff {
    /// The output of `envaudit audit --json`; `-` reads it from stdin
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// A later output [default: the configuration as it is now]
    #[arg(value_name = "NEW")]
    new: Option<PathBuf>,
    /// Exits with 1 if anything differs
    #[arg(long)]
    exit_code: bool,
}

pub(super) fn run(args: &Diff, invocation: &mut Invocation<'_>) -> Result<(), CliError> {
    let stdin = Some(Path::new("-"));
    if args.new.as_deref() == stdin && Some(args.old.as_path()) == stdin {
        return Err(CliError::usage("stdin can be read only once; give one of the two as a file"));
    }
    let old = saved(&args.old, invocation)?;
    let new = match &args.new {
        Some(new) => saved(new, invocation)?,
        None => invocation.subject()?.load_or_fail(invocation)?.audit().snapshot(),
    };
    let drift = Drift::between(&old, &new);
    if invocation.out.is_json() {
        invocation.out.json(&drift)?;
    } else {
        for line in drift.to_string().lines() {
            let tone = match line.as_bytes() {
                [b'+', b' ', ..] => Tone::Good,
                [b'~', b' ', ..] => Tone::Warning,
                [b'-', b' ', ..] => Tone::Bad,
                _ => Tone::Plain,
            };
            invocation.out.line(&[Cell::toned(tone, line)])?;
        }
    }
    if args.exit_code && !drift.is_empty() { Err(CliError::finding()) } else { Ok(()) }
}

fn saved(path: &Path, invocation: &mut Invocation<'_>) -> Result<AuditSnapshot, CliError> {
    let (name, text) = match path == Path::new("-") {
        true => ("stdin".to_owned(), invocation.read_stdin()?),
        false => (path.display().to_string(), read_text(path)?),
    };
    AuditSnapshot::from_json(&text).map_err(|error| {
        CliError::unavailable(format!("{name}: {}", with_causes(&error)))
            .hint("`envaudit audit --json` writes one")
    })
}
