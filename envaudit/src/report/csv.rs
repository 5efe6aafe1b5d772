//! A table as CSV (RFC 4180).

use super::format_micros;
use super::table::{Field, Table};
use crate::ledger::__private::write_csv_record;

pub(super) fn to_csv(table: &Table) -> String {
    let mut out = String::new();
    write_csv_record(table.columns.iter().map(|column| column.name.to_owned()), &mut out);
    for row in &table.rows {
        write_csv_record(row.iter().map(text), &mut out);
    }
    out
}

fn text(field: &Field) -> String {
    match field {
        Field::Text(text)
        | Field::Name(text)
        | Field::WithKind(text, _)
        | Field::Marked(_, text) => text.clone(),
        Field::Count(count) => count.to_string(),
        Field::Time(time) => format_micros(*time),
    }
}
