use clap::Args;
use serde_json::json;

use crate::cli::failure::Failure;
use crate::cli::output::{Cell, Output, Tone};
use crate::cli::world::World;
use crate::error::Problem;

/// Loads and checks everything, and lists every problem there is
#[derive(Args)]
#[command(after_help = "Example:\n  envaudit check --env prod --policy production")]
pub(crate) struct Check {}

pub(super) fn run(_: &Check, world: &mut World<'_>) -> Result<(), Failure> {
    let target = world.target()?;
    let mut settings = world.settings();
    settings.policy = world.policy()?;
    if !target.has_schema() {
        world.out.note("without `--schema` or `--bin`, types and missing variables are not known");
    }
    let (name, loaded) = (target.table().schema.name, target.load(settings));
    let problems = loaded.as_ref().map_or_else(|error| error.problems(), |_| &[]);
    let warnings: Vec<String> = match &loaded {
        Ok(loaded) => loaded.audit().warnings().iter().map(ToString::to_string).collect(),
        Err(_) => Vec::new(),
    };
    let summary = loaded.as_ref().ok().map(|loaded| loaded.audit().summary());
    if world.out.is_json() {
        world.out.json(&json!({
            "config": name,
            "ok": loaded.is_ok(),
            "problems": problems,
            "warnings": warnings,
            "summary": summary,
        }))?;
    } else {
        for warning in &warnings {
            let label = Cell::toned(Tone::Warning, "warning");
            world.out.line(&[label, Cell::plain(format!(": {warning}"))])?;
        }
        if let Some(summary) = summary {
            world
                .out
                .line(&[Cell::toned(Tone::Good, "fine"), Cell::plain(format!(": {summary}"))])?;
        } else {
            list(&mut world.out, name, problems)?;
        }
    }
    if loaded.is_ok() { Ok(()) } else { Err(Failure::of_problems(problems)) }
}

/// The text of [`LoadError`](crate::LoadError), with the messages set off.
fn list(out: &mut Output<'_>, name: &str, problems: &[Problem]) -> Result<(), Failure> {
    let noun = if problems.len() == 1 { "problem" } else { "problems" };
    out.line(&[Cell::toned(Tone::Bad, format!("{name}: {} {noun}", problems.len()))])?;
    for (at, problem) in problems.iter().enumerate() {
        out.line(&[])?;
        super::problem(out, &format!("{}. ", at + 1), problem)?;
    }
    Ok(())
}
