//! `envaudit prune`: the removal of old events.

use chrono::{DateTime, TimeDelta, Utc};
use clap::Args;
use serde_json::{Value, json};

use crate::cli::args::actor::ActorArgs;
use crate::cli::args::time;
use crate::cli::error::CliError;
use crate::cli::invocation::Invocation;
use crate::cli::ledger::RetiredKeys;
use crate::cli::output::{Cell, StepProgress, Table, Tone, counted};
use crate::ledger::OpenError;
use crate::ledger::prune::{PrunePlan, PrunePolicy};

/// Removes the oldest events, and records the removal
#[derive(Args)]
#[command(
    after_help = "Only whole segments are removed: those of which every event is older, and never the last one. A \
                        configuration whose last state would be removed is recorded again before.\n\n\
                        Examples:\n  envaudit prune --keep 400d --dry-run\n  envaudit prune --keep 13months --actor ada --reason 'retention, OPS-7'"
)]
pub(crate) struct Prune {
    /// The age that events may reach, at least a day: `400d`, `13months`, `2years`
    #[arg(long, value_name = "AGE")]
    keep: String,
    /// Shows what would be removed, and writes nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    actor: ActorArgs,
    #[command(flatten)]
    retired: RetiredKeys,
}

pub(super) fn run(args: &Prune, invocation: &mut Invocation<'_>) -> Result<(), CliError> {
    args.actor.check()?;
    let cutoff = cutoff(&args.keep, invocation.now()).map_err(CliError::usage)?;
    match args.dry_run {
        true => dry_run(args, PrunePolicy::Before(cutoff), invocation),
        false => prune(args, PrunePolicy::Before(cutoff), invocation),
    }
}

/// The time before which events are too old.
fn cutoff(keep: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
    let age = TimeDelta::from_std(time::parse_age(keep)?).ok();
    age.and_then(|age| now.checked_sub_signed(age))
        .ok_or_else(|| format!("`{keep}` ago is before the earliest time"))
}

fn dry_run(
    args: &Prune,
    policy: PrunePolicy,
    invocation: &mut Invocation<'_>,
) -> Result<(), CliError> {
    let stored = invocation.stored_ledger()?;
    let keys = invocation.ledger_keys(&stored, &args.retired)?;
    if keys.ring.is_none() && !stored.is_unkeyed() {
        let why = "no key is given, with which to check the states that would be recorded again";
        return Err(invocation.open_error(&OpenError::NoKey { why }));
    }
    let plan = PrunePlan::of(&stored.store, keys.ring.as_ref(), policy)
        .map_err(|error| CliError::from(&error))?;
    if invocation.out.is_json() {
        return invocation.out.json(&dry_run_json(plan.as_ref()));
    }
    let Some(plan) = plan else { return nothing_to_prune(invocation) };
    let mut table = Table::new(["SEGMENT", "FIRST", "LAST", "BYTES"]);
    let ends = plan.segments.iter().skip(1).map(|info| info.first_seq).chain([plan.first_kept]);
    for (info, end) in plan.segments.iter().zip(ends) {
        table.row([
            Cell::plain(info.name.as_str()),
            Cell::plain(info.first_seq.to_string()),
            Cell::plain((end - 1).to_string()),
            Cell::plain(info.len.to_string()),
        ]);
    }
    invocation.out.table(&table)?;
    for carried in &plan.carried {
        invocation.out.line(&[Cell::plain(format!(
            "the state of {}, which is in event {}, would be recorded again",
            carried.resource, carried.seq
        ))])?;
    }
    let segments = counted(plan.segments.len() as u64, "segment");
    let events = counted(plan.events(), "event");
    invocation.out.line(&[
        Cell::toned(Tone::Warning, "would be pruned"),
        Cell::plain(format!(
            ": {segments} with {events}; the first event would be {}; nothing was written",
            plan.first_kept
        )),
    ])
}

fn dry_run_json(plan: Option<&PrunePlan>) -> Value {
    let carried = plan.map(|plan| plan.carried.iter());
    let carried = carried.into_iter().flatten();
    json!({
        "dry_run": true,
        "segments": plan.map_or(0, |plan| plan.segments.len()),
        "events": plan.map_or(0, PrunePlan::events),
        "first_kept_seq": plan.map(|plan| plan.first_kept),
        "carried": carried.clone().count(),
        "files": plan.map_or(Vec::new(), |plan| plan.segments.iter().map(|it| it.name.as_str()).collect()),
        "states": carried.map(|it| json!({ "resource": it.resource, "seq": it.seq })).collect::<Vec<_>>(),
    })
}

fn prune(
    args: &Prune,
    policy: PrunePolicy,
    invocation: &mut Invocation<'_>,
) -> Result<(), CliError> {
    let ledger = invocation.open_ledger(&args.retired)?;
    let on_behalf = args.actor.on_behalf_of(&ledger, invocation)?;
    let steps = StepProgress::new(&invocation.out);
    let pruned = on_behalf
        .prune_watched(policy, &mut |done, all| steps.done(done, all))
        .map_err(|error| CliError::from(&error))?;
    drop(steps);
    if invocation.out.is_json() {
        return invocation.out.json(&json!({
            "dry_run": false,
            "segments": pruned.map_or(0, |pruned| pruned.segments),
            "first_kept_seq": pruned.map(|pruned| pruned.first_kept),
            "carried": pruned.map_or(0, |pruned| pruned.carried),
        }));
    }
    let Some(pruned) = pruned else { return nothing_to_prune(invocation) };
    let segments = counted(pruned.segments as u64, "segment");
    let carried = match pruned.carried {
        0 => String::new(),
        states => format!("; {} recorded again", counted(states as u64, "state")),
    };
    let kept = format!(": {segments}; the first event is now {}{carried}", pruned.first_kept);
    invocation.out.line(&[Cell::toned(Tone::Warning, "pruned"), Cell::plain(kept)])
}

fn nothing_to_prune(invocation: &mut Invocation<'_>) -> Result<(), CliError> {
    invocation.out.line(&[Cell::plain("nothing is old enough to be pruned")])
}
