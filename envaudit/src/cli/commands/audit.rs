//! `envaudit audit`: the source of every value.

use clap::Args;

use crate::audit::AuditEntry;
use crate::cli::args::time;
use crate::cli::error::CliError;
use crate::cli::invocation::Invocation;
use crate::cli::output::{Cell, Table, Tone};
use crate::sources::Source;

/// Shows the source, file and line of each value, and when it was loaded
#[derive(Args)]
#[command(after_help = "Example:\n  envaudit audit --env prod")]
pub(crate) struct Audit {}

pub(super) fn run(_: &Audit, invocation: &mut Invocation<'_>) -> Result<(), CliError> {
    let subject = invocation.subject()?;
    let loaded = subject.load_or_fail(invocation)?;
    let audit = loaded.audit();
    if subject.table().leaves.is_empty() && !subject.has_schema() {
        let warning = super::check::nothing_found(invocation);
        invocation.out.warn(&warning);
    }
    for warning in audit.warnings() {
        invocation.out.warn(&warning.to_string());
    }
    if invocation.out.is_json() {
        return invocation.out.json(audit);
    }
    let mut table = Table::new(["KEY", "SOURCE", "PROVIDER", "MASKED", "LOADED AT", "WHERE"]);
    for entry in audit.entries() {
        let mut row = vec![Cell::plain(entry.key.as_ref()), source(entry)];
        row.push(Cell::plain(entry.provider.as_deref().unwrap_or_default()));
        row.push(match entry.masked {
            true => Cell::toned(Tone::Masked, "yes"),
            false => Cell::toned(Tone::Faint, "no"),
        });
        let at = time::format_time(entry.timestamp, invocation.out.is_terminal());
        row.push(Cell::toned(Tone::Faint, at));
        row.push(Cell::plain(entry.place()));
        table.row(row);
    }
    invocation.out.table(&table)?;
    invocation.out.detail(&audit.summary().to_string());
    Ok(())
}

/// The source; a default is fainter than a value that was set.
fn source(entry: &AuditEntry) -> Cell {
    let tone = if entry.source == Source::SchemaDefault { Tone::Faint } else { Tone::Plain };
    Cell::toned(tone, entry.source.name())
}
