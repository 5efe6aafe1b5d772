use clap::Args;

use crate::audit::AuditEntry;
use crate::cli::failure::Failure;
use crate::cli::output::{Cell, Table, Tone};
use crate::cli::times;
use crate::cli::world::World;
use crate::sources::Source;

/// Shows where each value comes from: source, file and line, when
#[derive(Args)]
#[command(after_help = "Example:\n  envaudit audit --env prod")]
pub(crate) struct Audit {}

pub(super) fn run(_: &Audit, world: &mut World<'_>) -> Result<(), Failure> {
    let loaded = world.target()?.load_or_fail(world)?;
    let audit = loaded.audit();
    for warning in audit.warnings() {
        world.out.warn(&warning.to_string());
    }
    if world.out.is_json() {
        return world.out.json(audit);
    }
    let mut table = Table::new(["KEY", "SOURCE", "PROVIDER", "MASKED", "LOADED AT", "WHERE"]);
    for entry in audit.entries() {
        let mut row = vec![Cell::plain(entry.key.as_ref()), source(entry)];
        row.push(Cell::plain(entry.provider.as_deref().unwrap_or_default()));
        row.push(match entry.masked {
            true => Cell::toned(Tone::Masked, "yes"),
            false => Cell::toned(Tone::Faint, "no"),
        });
        let at = times::shown(entry.timestamp, world.out.is_terminal());
        row.push(Cell::toned(Tone::Faint, at));
        row.push(Cell::plain(entry.place()));
        table.row(row);
    }
    world.out.table(&table)?;
    world.out.detail(&audit.summary().to_string());
    Ok(())
}

/// The source, a default paler than what somebody has set.
fn source(entry: &AuditEntry) -> Cell {
    let tone = if entry.source == Source::SchemaDefault { Tone::Faint } else { Tone::Plain };
    Cell::toned(tone, entry.source.name())
}
