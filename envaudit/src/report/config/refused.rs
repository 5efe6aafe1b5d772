//! The configurations in the ledger that could not be loaded.

use rusqlite::params_from_iter;
use serde::Serialize;
use serde_json::{Value, json};

use crate::ledger::Timestamp;
use crate::ledger::format::Line;
use crate::report::html;
use crate::report::index::{Index, IndexError, REFUSED};
use crate::report::options::{Condition, ReportOptions, Unsound};
use crate::report::table::{Column, Field, Mark, Table};

/// The newest of them, and their number.
pub(super) struct RefusedLoads {
    pub(super) count: u64,
    /// The number of listed ones that broke a policy.
    pub(super) policy: u64,
    loads: Vec<RefusedLoad>,
}

#[derive(Serialize)]
struct RefusedLoad {
    seq: u64,
    #[serde(rename = "timestamp", serialize_with = "crate::report::serialize_micros")]
    time: i64,
    resource: String,
    actor_type: String,
    #[serde(rename = "actor_id")]
    actor: String,
    problems: Vec<Value>,
    /// The number of problems that the event counts and does not list.
    #[serde(skip_serializing_if = "is_none")]
    more_problems: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_none(count: &u64) -> bool {
    *count == 0
}

/// The newest refused configurations of the period.
pub(super) fn find(
    index: &Index<'_>,
    options: &ReportOptions<'_>,
    unsound: &mut Unsound,
) -> Result<RefusedLoads, IndexError> {
    let condition = Condition::in_period(index, options.period);
    let sql = |columns: &str, end: &str| {
        format!(
            "SELECT {columns} FROM events e WHERE {} AND e.flags & {REFUSED} <> 0 {end}",
            condition.sql
        )
    };
    let values = || params_from_iter(&condition.values);
    let count = index.db().query_row(&sql("COUNT(*)", ""), values(), |row| row.get(0))?;
    let end = format!("ORDER BY e.id DESC LIMIT {}", options.events);
    let mut statement = index.db().prepare(&sql("e.id, e.at, e.time", &end))?;
    let rows = statement.query_map(values(), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let mut loads = Vec::new();
    for place in rows {
        let (id, at, time) = place?;
        let record = index.read(id, at, time)?;
        let line = record.line().map_err(|_| IndexError::other())?;
        unsound.is_sound(options, &line);
        loads.push(RefusedLoad::new(&line));
    }
    let policy = loads.iter().filter(|load| load.breaks_policy()).count() as u64;
    Ok(RefusedLoads { count, policy, loads })
}

impl RefusedLoad {
    fn new(line: &Line<'_>) -> Self {
        let details = line.details.and_then(|text| serde_json::from_str::<Value>(text).ok());
        let problems = details.as_ref().and_then(|details| details.get("problems")?.as_array());
        let more = details.as_ref().and_then(|details| details.get("more_problems")?.as_u64());
        RefusedLoad {
            seq: line.seq,
            time: Timestamp::micros(line.timestamp),
            resource: line.resource_id.map_or(String::new(), |text| text.get().into_owned()),
            actor_type: line.actor_type.get().into_owned(),
            actor: line.actor_id.get().into_owned(),
            problems: problems.cloned().unwrap_or_default(),
            more_problems: more.unwrap_or_default(),
        }
    }

    fn breaks_policy(&self) -> bool {
        self.problems.iter().any(|problem| text(problem, "kind") == "policy")
    }

    fn fields(&self) -> Vec<Field> {
        let mark = if self.breaks_policy() { Mark::Bad } else { Mark::Warning };
        let mut problems: Vec<String> = self.problems.iter().map(describe).collect();
        if self.more_problems > 0 {
            problems.push(format!("… and {} more", html::grouped(self.more_problems)));
        }
        vec![
            Field::Count(self.seq),
            Field::Time(self.time),
            Field::text(&self.resource),
            Field::actor(&self.actor_type, &self.actor),
            Field::Marked(mark, problems.join("; ")),
        ]
    }
}

fn text<'v>(problem: &'v Value, name: &str) -> &'v str {
    problem.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A problem in a few words.
fn describe(problem: &Value) -> String {
    let kind = text(problem, "kind").replace('_', " ");
    match (text(problem, "key"), text(problem, "message")) {
        ("", "") => kind,
        ("", message) => format!("{kind}: {message}"),
        (key, "") => format!("{key}: {kind}"),
        (_, message) => message.to_owned(),
    }
}

impl RefusedLoads {
    pub(super) fn json(&self) -> Value {
        json!(self.loads)
    }

    pub(super) fn table(&self) -> Option<Table> {
        let shown = self.loads.len() as u64;
        (shown > 0).then(|| Table {
            heading: "Refused".to_owned(),
            note: match self.count > shown {
                true => format!(
                    "Configurations that could not be loaded: the newest {} of {}.",
                    html::grouped(shown),
                    html::grouped(self.count)
                ),
                false => "Configurations that could not be loaded, the newest first.".to_owned(),
            },
            columns: vec![
                Column::number("seq"),
                Column::text("time"),
                Column::text("configuration"),
                Column::text("actor"),
                Column::text("problems"),
            ],
            rows: self.loads.iter().map(RefusedLoad::fields).collect(),
            omitted: 0,
        })
    }
}
