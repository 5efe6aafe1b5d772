//! `envaudit check`: the problems of a configuration.

use clap::Args;
use serde_json::json;

use crate::cli::error::CliError;
use crate::cli::invocation::Invocation;
use crate::cli::output::{Cell, Output, Tone};
use crate::error::{MAX_SHOWN_PROBLEMS, Problem, not_listed, one_line};
use crate::load::{UnknownKeys, places};

/// Loads and checks everything, and lists every problem
#[derive(Args)]
#[command(after_help = "Example:\n  envaudit check --env prod --policy production")]
pub(crate) struct Check {
    /// Refuses variables that the configuration does not have, instead of warning of those that look misspelt
    #[arg(long)]
    deny_unknown: bool,
}

pub(super) fn run(args: &Check, invocation: &mut Invocation<'_>) -> Result<(), CliError> {
    let subject = invocation.subject()?;
    let mut settings = invocation.settings();
    settings.policy = invocation.policy()?;
    if subject.has_schema() {
        settings.unknown = if args.deny_unknown { UnknownKeys::Deny } else { UnknownKeys::Warn };
    } else if args.deny_unknown {
        return Err(CliError::usage(
            "`--deny-unknown` needs `--schema` or `--bin`: without them, no variable is unknown",
        ));
    }
    if !subject.has_schema() {
        invocation
            .out
            .note("without `--schema` or `--bin`, types and missing variables are not known");
    }
    let (name, loaded) = (subject.table().schema.name, subject.load(settings));
    let problems = loaded.as_ref().map_or_else(|error| error.problems(), |_| &[]);
    let mut warnings: Vec<String> = match &loaded {
        Ok(loaded) => loaded.audit().warnings().iter().map(ToString::to_string).collect(),
        Err(error) => error.warnings().to_vec(),
    };
    if subject.table().leaves.is_empty() && !subject.has_schema() && loaded.is_ok() {
        warnings.push(nothing_found(invocation));
    }
    let summary = loaded.as_ref().ok().map(|loaded| loaded.audit().summary());
    if invocation.out.is_json() {
        invocation.out.json(&json!({
            "config": name,
            "ok": loaded.is_ok(),
            "problems": problems,
            "warnings": warnings,
            "summary": summary,
        }))?;
    } else {
        for warning in &warnings {
            let label = Cell::toned(Tone::Warning, "warning");
            invocation.out.line(&[label, Cell::plain(format!(": {warning}"))])?;
        }
        if let Some(summary) = summary {
            invocation
                .out
                .line(&[Cell::toned(Tone::Good, "fine"), Cell::plain(format!(": {summary}"))])?;
        } else {
            list(&mut invocation.out, name, problems)?;
        }
    }
    if loaded.is_ok() { Ok(()) } else { Err(CliError::from(problems)) }
}

/// The warning that there is nothing to check.
pub(super) fn nothing_found(invocation: &Invocation<'_>) -> String {
    let looked_in: Vec<String> = places(&invocation.settings());
    let prefix = match invocation.globals.prefix {
        Some(_) => ", and no variable begins with the prefix",
        None => "; `--prefix` adds variables of the environment",
    };
    format!(
        "nothing was found in {}{prefix}; `--schema` and `--bin` say which variables there are",
        looked_in.join(", ")
    )
}

/// Writes the text of [`LoadError`](crate::LoadError), with the messages set off.
fn list(out: &mut Output<'_>, name: &str, problems: &[Problem]) -> Result<(), CliError> {
    let noun = if problems.len() == 1 { "problem" } else { "problems" };
    let name = one_line(name);
    out.line(&[Cell::toned(Tone::Bad, format!("{name}: {} {noun}", problems.len()))])?;
    for (at, problem) in problems.iter().take(MAX_SHOWN_PROBLEMS).enumerate() {
        out.line(&[])?;
        super::problem(out, &format!("{}. ", at + 1), problem)?;
    }
    if let Some(more) = not_listed(problems.len()) {
        out.line(&[])?;
        out.line(&[Cell::plain(more)])?;
    }
    Ok(())
}
