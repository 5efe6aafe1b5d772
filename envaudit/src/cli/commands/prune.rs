use chrono::TimeDelta;
use clap::Args;
use serde_json::json;

use super::verify::counted;
use crate::cli::failure::Failure;
use crate::cli::ledger::{RetiredKeys, of_append, told};
use crate::cli::output::{Cell, Tone};
use crate::cli::progress::Steps;
use crate::cli::times;
use crate::cli::world::World;
use crate::ledger::{PruneError, PrunePolicy};

/// Takes the oldest events away, and records that it did
#[derive(Args)]
#[command(
    after_help = "Only whole segments go, of which every event is older, and never the one that is written.\n\n\
                        Example:\n  envaudit prune --keep 400d"
)]
pub(crate) struct Prune {
    /// How old events may become, such as `400d`
    #[arg(long, value_name = "TIME")]
    keep: String,
    #[command(flatten)]
    retired: RetiredKeys,
}

pub(super) fn run(args: &Prune, world: &mut World<'_>) -> Result<(), Failure> {
    let keep = times::duration(&args.keep).map_err(Failure::usage)?;
    let keep = TimeDelta::from_std(keep).ok();
    let before = keep
        .and_then(|keep| world.now().checked_sub_signed(keep))
        .ok_or_else(|| Failure::usage(format!("`{}` ago is before all times", args.keep)))?;
    let ledger = world.opened(&args.retired)?;
    let steps = Steps::new(&world.out);
    let pruned = ledger
        .prune_watched(PrunePolicy::Before(before), &mut |done, all| steps.done(done, all))
        .map_err(|error| match &error {
            PruneError::Append(cause) => of_append(cause),
            _ => told(&error),
        })?;
    drop(steps);
    if world.out.is_json() {
        return world.out.json(&json!({
            "segments": pruned.map_or(0, |pruned| pruned.segments),
            "first_kept_seq": pruned.map(|pruned| pruned.first_kept),
        }));
    }
    match pruned {
        Some(pruned) => {
            let segments = counted(pruned.segments as u64, "segment");
            let kept = format!(": {segments}; the first event is now {}", pruned.first_kept);
            world.out.line(&[Cell::toned(Tone::Warning, "pruned"), Cell::plain(kept)])
        }
        None => world.out.line(&[Cell::plain("nothing is old enough to be pruned")]),
    }
}
