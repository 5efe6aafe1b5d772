//! An audit as a table for people.

use core::fmt;

use super::{AuditEntry, json};
use crate::error::one_line;

const HEADINGS: [&str; 5] = ["KEY", "SOURCE", "MASKED", "LOADED AT", "WHERE"];

/// An aligned table, one entry a line, without blanks at the end of a line.
pub(super) fn write<'a>(
    f: &mut fmt::Formatter<'_>,
    entries: impl Iterator<Item = &'a AuditEntry>,
) -> fmt::Result {
    let rows: Vec<[String; 5]> = entries.map(row).collect();
    let mut widths = HEADINGS.map(str::len);
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let headings = HEADINGS.map(str::to_owned);
    for row in std::iter::once(&headings).chain(&rows) {
        let mut line = String::new();
        for (width, cell) in widths.iter().zip(row) {
            line.push_str(&format!("{cell:<width$}  "));
        }
        writeln!(f, "{}", line.trim_end())?;
    }
    Ok(())
}

fn row(entry: &AuditEntry) -> [String; 5] {
    let source = match &entry.provider {
        Some(provider) => format!("{} ({provider})", entry.source),
        None => entry.source.to_string(),
    };
    [
        one_line(&entry.key).into_owned(),
        one_line(&source).into_owned(),
        if entry.masked { "yes" } else { "no" }.to_owned(),
        json::time_text(entry.timestamp),
        one_line(&entry.place()).into_owned(),
    ]
}
