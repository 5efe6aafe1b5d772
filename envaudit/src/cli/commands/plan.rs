use clap::Args;
use serde_json::json;

use super::history::{change_json, short};
use super::record::{context, of_record, tell_doubts};
use crate::cli::failure::Failure;
use crate::cli::ledger::RetiredKeys;
use crate::cli::output::{Cell, Table, Tone};
use crate::cli::world::World;
use crate::ledger::{ChangeKind, ConfigChange, OpenError, RecordedValue, redact};

/// Shows what the current configuration would change against the last recorded one
#[derive(Args)]
#[command(
    after_help = "+ added, ~ changed, - removed, ↻ a secret rotated, of which only fingerprints are known. Nothing is \
                        recorded.\n\n\
                        Example:\n  envaudit plan --env prod --exit-code"
)]
pub(crate) struct Plan {
    /// What is configured [default: the name of the struct and the environment, as in `Checkout/prod`]
    #[arg(long, value_name = "ID")]
    resource: Option<String>,
    /// Ends with 1 if there is anything to change
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    retired: RetiredKeys,
}

pub(super) fn run(args: &Plan, world: &mut World<'_>) -> Result<(), Failure> {
    let target = world.target()?;
    let mut settings = world.settings();
    settings.policy = world.policy()?;
    let stored = world.stored_to_show()?;
    let keys = world.keys_of(&stored, &args.retired)?;
    match (&keys.ring, stored.is_unkeyed()) {
        (None, false) => {
            let why = "the values are compared by fingerprints, which the ledger's key makes";
            return Err(world.of_open(&OpenError::NoKey { why }));
        }
        (Some(_), true) => return Err(world.of_open(&OpenError::Downgraded)),
        _ => {}
    }
    let loaded = target.load(settings).map_err(|error| Failure::of_load(&error))?;
    let context = context(args.resource.as_deref(), false);
    let plan = crate::record::Plan::of(&stored.store, keys.ring.as_ref(), &loaded.view(), &context)
        .map_err(|error| of_record(&error))?;
    tell_doubts(&plan.uncompared, plan.changed.as_ref(), world);
    let counts = Counts::of(&plan.changes);
    let resource = redact(&plan.resource);
    if world.out.is_json() {
        world.out.json(&json!({
            "resource": resource,
            "since": plan.since,
            "changes": plan.changes.iter().map(change_json).collect::<Vec<_>>(),
            "added": counts.added,
            "changed": counts.changed,
            "rotated": counts.rotated,
            "moved": counts.moved,
            "removed": counts.removed,
            "unchanged": plan.unchanged,
        }))?;
    } else {
        let since = match plan.since {
            Some(seq) => format!(", compared with event {seq} of the ledger"),
            None => ", of which nothing is recorded yet".to_owned(),
        };
        world.out.line(&[Cell::toned(Tone::Heading, &*resource), Cell::plain(since)])?;
        list(&plan.changes, world)?;
        let Counts { added, changed, rotated, moved, removed } = counts;
        let unchanged = plan.unchanged;
        world.out.line(&[Cell::plain(format!(
            "{added} added, {changed} changed, {removed} removed, {rotated} rotated, {moved} moved; {unchanged} unchanged"
        ))])?;
    }
    match args.exit_code && !plan.changes.is_empty() {
        true => Err(Failure::finding()),
        false => Ok(()),
    }
}

#[derive(Default)]
struct Counts {
    added: usize,
    /// Another value that is no secret.
    changed: usize,
    rotated: usize,
    /// Another source, whatever else.
    moved: usize,
    removed: usize,
}

impl Counts {
    fn of(changes: &[ConfigChange]) -> Self {
        let mut counts = Counts::default();
        for change in changes {
            counts.moved += usize::from(change.moved().is_some());
            match change.kind {
                ChangeKind::Added => counts.added += 1,
                ChangeKind::Removed => counts.removed += 1,
                _ if change.is_rotation() => counts.rotated += 1,
                _ if change.has_new_value() || change.moved().is_none() => counts.changed += 1,
                _ => {}
            }
        }
        counts
    }
}

/// A line for each change.
pub(super) fn list(changes: &[ConfigChange], world: &mut World<'_>) -> Result<(), Failure> {
    if changes.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(["", "KEY", "BEFORE", "AFTER", "SOURCE"]);
    for change in changes {
        let (sign, tone) = match change.kind {
            ChangeKind::Added => ("+", Tone::Good),
            ChangeKind::Removed => ("-", Tone::Bad),
            _ if change.is_rotation() => ("↻", Tone::Masked),
            _ => ("~", Tone::Warning),
        };
        let source = |side: &Option<RecordedValue>| {
            side.as_ref().map(|it| it.provider.clone().unwrap_or_else(|| it.source.clone()))
        };
        let source = match change.moved() {
            Some((from, to)) => format!("{from} → {to}"),
            None => source(&change.after).or_else(|| source(&change.before)).unwrap_or_default(),
        };
        table.row([
            Cell::toned(tone, sign),
            Cell::toned(tone, change.key.as_str()),
            value(change.before.as_ref()),
            value(change.after.as_ref()),
            Cell::plain(source),
        ]);
    }
    world.out.table(&table)
}

fn value(recorded: Option<&RecordedValue>) -> Cell {
    let Some(recorded) = recorded else { return Cell::plain("") };
    match (&recorded.value, &recorded.fingerprint) {
        (Some(value), _) => Cell::plain(value.as_str()),
        (None, Some(fingerprint)) => Cell::toned(Tone::Masked, short(fingerprint)),
        (None, None) => Cell::toned(Tone::Masked, recorded.to_string()),
    }
}
