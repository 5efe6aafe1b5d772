//! Changes of a configuration, as tables and as JSON.

use serde_json::{Value, json};

use crate::cli::error::CliError;
use crate::cli::invocation::Invocation;
use crate::cli::output::{Cell, Table, Tone};
use crate::ledger::config_state::{ChangeKind, ConfigChange, RecordedValue};

/// Writes a line for each change.
pub(super) fn list(
    changes: &[ConfigChange],
    invocation: &mut Invocation<'_>,
) -> Result<(), CliError> {
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
    invocation.out.table(&table)
}

fn value(recorded: Option<&RecordedValue>) -> Cell {
    let Some(recorded) = recorded else { return Cell::plain("") };
    match (&recorded.value, &recorded.fingerprint) {
        (Some(value), _) => Cell::plain(value.as_str()),
        (None, Some(fingerprint)) => Cell::toned(Tone::Masked, short_fingerprint(fingerprint)),
        (None, None) => Cell::toned(Tone::Masked, recorded.to_string()),
    }
}

/// A value, or the fingerprint of a secret, with its source.
pub(super) fn value_with_source(value: Option<&RecordedValue>) -> Cell {
    let Some(recorded) = value else { return Cell::plain("") };
    let place = recorded.provider.as_ref().unwrap_or(&recorded.source);
    match (&recorded.value, &recorded.fingerprint) {
        (Some(value), _) => Cell::plain(format!("{value} ({place})")),
        (None, Some(fingerprint)) => {
            Cell::toned(Tone::Masked, format!("{} ({place})", short_fingerprint(fingerprint)))
        }
        (None, None) => Cell::toned(Tone::Masked, format!("{recorded} ({place})")),
    }
}

/// The beginning of a fingerprint, long enough to tell two of them apart.
fn short_fingerprint(fingerprint: &str) -> String {
    let hex = fingerprint.split_once(':').map_or(fingerprint, |(_, hex)| hex);
    format!("#{}", hex.chars().take(12).collect::<String>())
}

/// A change in the JSON of `history`, `plan` and `record`.
pub(super) fn change_json(change: &ConfigChange) -> Value {
    let side = |value: &Option<RecordedValue>| {
        value.as_ref().map(|recorded| {
            json!({
                "source": recorded.source,
                "provider": recorded.provider,
                "masked": recorded.masked,
                "fingerprint": recorded.fingerprint,
                "value": recorded.value,
            })
        })
    };
    json!({
        "key": change.key,
        "kind": change.kind.name(),
        "rotated": change.is_rotation(),
        "moved": change.moved().is_some(),
        "before": side(&change.before),
        "after": side(&change.after),
    })
}
