//! A table as RFC 4180 has it.

use super::sheet::{Field, Sheet};
use super::shown_time;
use crate::ledger::__private::write_csv_record;

pub(super) fn of(sheet: &Sheet) -> String {
    let mut out = String::new();
    write_csv_record(sheet.columns.iter().map(|column| column.name.to_owned()), &mut out);
    for row in &sheet.rows {
        write_csv_record(row.iter().map(text), &mut out);
    }
    out
}

fn text(field: &Field) -> String {
    match field {
        Field::Text(text) | Field::Name(text) | Field::Kept(text, _) | Field::Marked(_, text) => {
            text.clone()
        }
        Field::Count(count) => count.to_string(),
        Field::Time(time) => shown_time(*time),
    }
}
