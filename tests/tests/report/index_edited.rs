//! An index that somebody edited: every column of every table, rows taken out and put in.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use envaudit::report::index::{Index, IndexError};
use envaudit::report::{self, ReportOptions, Scope};
use envaudit_tests::fresh_ledger::event;
use envaudit_tests::indexed::{Indexed, record};
use rusqlite::Connection;
use serde_json::Value;

/// Changes, states and other events in several segments, and a line that cannot be read.
fn made() -> Indexed {
    let made = Indexed::new();
    let ledger = made.ledger();
    for nth in 0..40 {
        let text = nth.to_string();
        record(&ledger, "checkout", &[("PORT", text.as_str()), ("API_KEY", text.as_str())]);
        ledger.append(&event(nth)).unwrap();
    }
    ledger.close().unwrap();
    let name = "00000000000000000001.jsonl";
    let path = made.path().join(name);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    std::fs::write(path, text.replacen("\"seq\":3,", "\"seq\":x,", 1)).unwrap();
    made
}

/// Everything that an index is asked for.
fn answer(index: &Index<'_>) -> Result<(usize, [Value; 3]), IndexError> {
    let options = ReportOptions::new();
    let mut changed = 0;
    for item in index.history("PORT") {
        match item {
            Ok(_) => changed += 1,
            Err(envaudit::report::index::HistoryError::Index(error)) => return Err(error),
            Err(_) => {}
        }
    }
    let reports = [
        report::access(index, &options, &Scope::new())?.json(),
        report::privileged(index, &options, &report::Rights::new())?.json(),
        report::configurations(index, &options, None)?.json(),
    ];
    Ok((changed, reports))
}

fn ask(made: &Indexed) -> (usize, [Value; 3]) {
    let store = made.store();
    Index::ask(&made.path(), &store, answer).unwrap()
}

fn tables(db: &Connection) -> Vec<String> {
    let mut statement = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
    let names = statement.query_map([], |row| row.get(0)).unwrap();
    names.map(Result::unwrap).collect()
}

/// The columns of a table, and their types.
fn columns(db: &Connection, table: &str) -> Vec<(String, String)> {
    let mut statement = db.prepare(&format!("PRAGMA table_info({table})")).unwrap();
    let columns = statement.query_map([], |row| Ok((row.get(1)?, row.get(2)?))).unwrap();
    columns.map(Result::unwrap).collect()
}

/// Changes the index, and asks it: the answer is that of the ledger.
#[track_caller]
fn assert_noticed(made: &Indexed, expected: &(usize, [Value; 3]), edit: &str) {
    let changed = Connection::open(made.file()).unwrap().execute(edit, []);
    assert!(changed.unwrap_or_else(|error| panic!("{edit}: {error}")) > 0, "{edit}");
    assert_eq!(ask(made), *expected, "{edit}");
}

#[test]
fn a_changed_column_of_any_table_is_noticed() {
    let made = made();
    let expected = ask(&made);
    let db = Connection::open(made.file()).unwrap();
    let tables = tables(&db);
    assert_eq!(tables.len(), 8, "{tables:?}");
    let mut edits = 0;
    for table in &tables {
        let rows: u64 =
            db.query_row(&format!("SELECT COUNT(*) FROM {table}"), [], |row| row.get(0)).unwrap();
        assert!(rows > 0, "{table} has rows to be changed");
        for (column, kind) in columns(&db, table) {
            let value = match kind.as_str() {
                "TEXT" => format!("COALESCE({column}, '') || 'x'"),
                "BLOB" => format!("{column} || x'00'"),
                _ => format!("COALESCE({column}, 0) + 100000"),
            };
            // All rows, and a single one.
            assert_noticed(&made, &expected, &format!("UPDATE {table} SET {column} = {value}"));
            let one = format!(
                "UPDATE {table} SET {column} = {value} WHERE {column} IS (SELECT MAX({column}) FROM {table})"
            );
            assert_noticed(&made, &expected, &one);
            edits += 2;
        }
    }
    assert!(edits > 60, "{edits}");
}

#[test]
fn a_row_that_is_taken_out_or_put_in_is_noticed() {
    let made = made();
    let expected = ask(&made);
    let db = Connection::open(made.file()).unwrap();
    for table in tables(&db) {
        assert_noticed(&made, &expected, &format!("DELETE FROM {table}"));
        let (first, _) = columns(&db, &table).remove(0);
        let last =
            format!("DELETE FROM {table} WHERE {first} = (SELECT MAX({first}) FROM {table})");
        assert_noticed(&made, &expected, &last);
    }
    for insert in [
        "INSERT INTO events SELECT id + 100000, seq, at, time, kind, actor, resource, network, flags FROM events",
        "INSERT INTO changes SELECT key || 'x', id, at, time, what FROM changes",
        "INSERT INTO changes SELECT key, id + 1, at, time, what FROM changes WHERE key = 'PORT' ON CONFLICT DO NOTHING",
        "INSERT INTO states SELECT resource || 'x', id, at, time, environment FROM states",
        "INSERT INTO unreadable SELECT id + 1, at + 1 FROM unreadable",
        "INSERT INTO kinds SELECT id + 100, action || 'x', actor_type, resource_type, outcome, origin FROM kinds",
        "INSERT INTO digests SELECT last_id + 100000, first_id + 100000, events, rest FROM digests",
    ] {
        assert_noticed(&made, &expected, insert);
    }
}

#[test]
fn a_history_does_not_hide_changes_that_were_taken_out_of_the_index() {
    let made = made();
    let expected = ask(&made).0;
    for edit in [
        "DELETE FROM changes WHERE key = 'PORT'",
        "DELETE FROM changes WHERE id IN (SELECT MAX(id) FROM changes)",
        "DELETE FROM states",
        "UPDATE events SET resource = 'other', time = time - 1",
    ] {
        Connection::open(made.file()).unwrap().execute_batch(edit).unwrap();
        let store = made.store();
        let found = Index::ask(&made.path(), &store, |index| Ok(answer(index)?.0)).unwrap();
        assert_eq!(found, expected, "{edit}");
    }
    // What is appended later is added to what was checked.
    made.record("checkout", &[("PORT", "99")]);
    let store = made.store();
    Connection::open(made.file()).unwrap().execute_batch("DELETE FROM changes").unwrap();
    let found = Index::ask(&made.path(), &store, |index| Ok(answer(index)?.0)).unwrap();
    assert_eq!(found, expected + 1);
}
