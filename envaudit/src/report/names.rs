//! The names that an index has, to tell what is misspelt.

use crate::report::index::{Index, IndexError};

/// More names are not read.
const MOST: u32 = 100_000;

/// A column of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameColumn {
    Actor,
    Action,
    Resource,
}

impl NameColumn {
    fn sql(self) -> &'static str {
        match self {
            NameColumn::Actor => "e.actor",
            NameColumn::Action => "k.action",
            NameColumn::Resource => "e.resource",
        }
    }
}

/// Whether an event has this name; with `*` at its end, one that begins so.
pub(crate) fn has_name(
    index: &Index<'_>,
    column: NameColumn,
    pattern: &str,
) -> Result<bool, IndexError> {
    let column = column.sql();
    let (condition, text) = match pattern.strip_suffix('*') {
        Some(prefix) => (format!("substr({column}, 1, length(?1)) = ?1"), prefix),
        None => (format!("{column} = ?1"), pattern),
    };
    let sql = format!(
        "SELECT EXISTS(SELECT 1 FROM events e JOIN kinds k ON k.id = e.kind WHERE {condition})"
    );
    Ok(index.db().query_row(&sql, [text], |row| row.get(0))?)
}

/// All names of a column, but for those beyond a large number.
pub(crate) fn names(index: &Index<'_>, column: NameColumn) -> Result<Vec<String>, IndexError> {
    let column = column.sql();
    let sql = format!(
        "SELECT DISTINCT {column} FROM events e JOIN kinds k ON k.id = e.kind \
         WHERE {column} IS NOT NULL LIMIT {MOST}"
    );
    let mut statement = index.db().prepare(&sql)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
