//! `envaudit plan`: what a record would change.

use clap::Args;
use serde_json::json;

use super::changes::{change_json, list};
use super::record::{context, warn_of_caveats};
use crate::cli::error::CliError;
use crate::cli::invocation::Invocation;
use crate::cli::ledger::RetiredKeys;
use crate::cli::output::{Cell, Tone};
use crate::ledger::config_state::{ChangeKind, ConfigChange};
use crate::ledger::{OpenError, redact};

/// Compares the current configuration with the last recorded one
#[derive(Args)]
#[command(
    after_help = "+ added, ~ changed, - removed, ↻ a rotated secret, of which only the fingerprints are known. \
                        Nothing is recorded.\n\n\
                        Example:\n  envaudit plan --env prod --exit-code"
)]
pub(crate) struct Plan {
    /// The name of the configuration [default: that of the struct and the environment, as in `Checkout/prod`]
    #[arg(long, value_name = "ID")]
    resource: Option<String>,
    /// Exits with 1 if there are changes
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    retired: RetiredKeys,
}

pub(super) fn run(args: &Plan, invocation: &mut Invocation<'_>) -> Result<(), CliError> {
    let subject = invocation.subject()?;
    let mut settings = invocation.settings();
    settings.policy = invocation.policy()?;
    let stored = invocation.stored_ledger_to_show()?;
    let keys = invocation.ledger_keys(&stored, &args.retired)?;
    match (&keys.ring, stored.is_unkeyed()) {
        (None, false) => {
            let why = "no key is given, and the values are compared by fingerprints that need it";
            return Err(invocation.open_error(&OpenError::NoKey { why }));
        }
        (Some(_), true) => return Err(invocation.open_error(&OpenError::Downgraded)),
        _ => {}
    }
    let loaded = subject.load(settings).map_err(|error| CliError::from(&error))?;
    let context = context(args.resource.as_deref(), false);
    let plan =
        crate::record::Plan::of(&stored.store, keys.ring.as_ref(), &loaded.erased(), &context)
            .map_err(|error| CliError::from(&error))?;
    warn_of_caveats(&plan.uncompared, plan.changed.as_ref(), invocation);
    let counts = Counts::new(&plan.changes);
    let resource = redact(&plan.resource);
    if invocation.out.is_json() {
        invocation.out.json(&json!({
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
            None => ", which is not recorded yet".to_owned(),
        };
        invocation.out.line(&[Cell::toned(Tone::Heading, &*resource), Cell::plain(since)])?;
        list(&plan.changes, invocation)?;
        let Counts { added, changed, rotated, moved, removed } = counts;
        let unchanged = plan.unchanged;
        invocation.out.line(&[Cell::plain(format!(
            "{added} added, {changed} changed, {removed} removed, {rotated} rotated, {moved} moved; {unchanged} unchanged"
        ))])?;
    }
    match args.exit_code && !plan.changes.is_empty() {
        true => Err(CliError::finding()),
        false => Ok(()),
    }
}

#[derive(Default)]
struct Counts {
    added: usize,
    /// Another value that is not a secret.
    changed: usize,
    rotated: usize,
    /// Another source, with or without another value.
    moved: usize,
    removed: usize,
}

impl Counts {
    fn new(changes: &[ConfigChange]) -> Self {
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
