//! The changes in the period, by day and by variable.

use std::collections::BTreeMap;

use rusqlite::params_from_iter;
use serde_json::{Value, json};

use crate::report::days;
use crate::report::html::Tick;
use crate::report::index::{ChangeClass, Index, IndexError, PART};
use crate::report::options::{Condition, Period};
use crate::report::table::Mark;
use crate::report::totals::DAY;

/// Places on a timeline.
const SLOTS: i64 = 240;

const KINDS: [ChangeClass; 5] = [
    ChangeClass::Added,
    ChangeClass::Changed,
    ChangeClass::Rotated,
    ChangeClass::Moved,
    ChangeClass::Removed,
];

#[derive(Default)]
pub(super) struct Changes {
    /// The number of changes of variables.
    pub(super) count: u64,
    /// The number of events with these changes.
    pub(super) events: u64,
    /// The times of the first and the last change.
    pub(super) seen: Option<(i64, i64)>,
    /// The start and the end of the timeline.
    pub(super) span: Option<(i64, i64)>,
    days: BTreeMap<i64, [u64; KINDS.len()]>,
    /// By configuration and key.
    pub(super) variables: BTreeMap<(String, String), Variable>,
}

/// The changes of one variable.
#[derive(Default)]
pub(super) struct Variable {
    pub(super) count: u64,
    pub(super) last: i64,
    slots: BTreeMap<i64, Slot>,
}

struct Slot {
    kinds: [u64; KINDS.len()],
    from: i64,
    to: i64,
}

impl Changes {
    /// Finds the changes. The first record of a configuration is not a change.
    pub(super) fn find(index: &Index<'_>, period: Period) -> Result<Self, IndexError> {
        let mut changes = Changes::default();
        let Some((first, last)) = index.times() else { return Ok(changes) };
        let (since, until) = period.micros();
        let (from, to) = (since.max(first), until.saturating_sub(1).min(last));
        if from > to {
            return Ok(changes);
        }
        changes.span = Some((from, to));
        let condition = Condition::with_parts(index, period).and("c.what <> 0");
        // There are fewer changes than events.
        let sql = |columns: &str| {
            format!(
                "SELECT {columns} FROM changes c CROSS JOIN events e ON c.id = e.id WHERE {}",
                condition.sql
            )
        };
        let values = || params_from_iter(&condition.values);
        // The changes of a part are those of the event behind it.
        let distinct = sql(&format!(
            "COUNT(DISTINCT (SELECT n.id FROM events n WHERE n.id >= c.id AND n.flags & {PART} = 0 \
             ORDER BY n.id LIMIT 1))"
        ));
        changes.events = index.db().query_row(&distinct, values(), |row| row.get(0))?;
        let mut statement = index.db().prepare(&sql("c.key, c.what, e.time, e.resource"))?;
        let mut rows = statement.query(values())?;
        while let Some(row) = rows.next()? {
            let what = ChangeClass::read(row.get(1)?).ok_or_else(IndexError::other)?;
            let resource: Option<String> = row.get(3)?;
            let at = (row.get(0)?, resource.unwrap_or_default());
            changes.add(at, what, row.get(2)?, (from, to));
        }
        Ok(changes)
    }

    fn add(
        &mut self,
        (key, resource): (String, String),
        what: ChangeClass,
        time: i64,
        span: (i64, i64),
    ) {
        let Some(kind) = KINDS.iter().position(|kind| *kind == what) else { return };
        self.count += 1;
        let (first, last) = self.seen.unwrap_or((time, time));
        self.seen = Some((first.min(time), last.max(time)));
        self.days.entry(time.div_euclid(DAY)).or_default()[kind] += 1;
        let variable = self.variables.entry((resource, key)).or_default();
        variable.last = if variable.count == 0 { time } else { variable.last.max(time) };
        variable.count += 1;
        let [from, to, time_of] = [span.0, span.1, time].map(i128::from);
        let slot = (time_of - from) * i128::from(SLOTS) / (to - from + 1);
        let slot = variable.slots.entry(slot as i64).or_insert_with(|| Slot {
            kinds: Default::default(),
            from: time,
            to: time,
        });
        slot.kinds[kind] += 1;
        slot.from = slot.from.min(time);
        slot.to = slot.to.max(time);
    }

    pub(super) fn days_json(&self) -> Value {
        let day = |(day, counts): (&i64, &[u64; KINDS.len()])| {
            let mut object =
                json!({ "day": days::name(*day), "changes": counts.iter().sum::<u64>() });
            for (kind, count) in KINDS.iter().zip(counts) {
                object[kind.name()] = json!(count);
            }
            object
        };
        self.days.iter().map(day).collect()
    }

    /// The parts of the bars of a picture.
    pub(super) fn day_parts(
        &self,
    ) -> impl Iterator<Item = (i64, Vec<(Mark, &'static str, u64)>)> + Clone {
        let parts = |counts: &[u64; KINDS.len()]| {
            let part = |(kind, count): (&ChangeClass, &u64)| (mark(*kind), kind.name(), *count);
            KINDS.iter().zip(counts).map(part).collect()
        };
        self.days.iter().map(move |(day, counts)| (*day, parts(counts)))
    }
}

fn mark(what: ChangeClass) -> Mark {
    match what {
        ChangeClass::Added => Mark::Good,
        ChangeClass::Removed => Mark::Bad,
        ChangeClass::Rotated => Mark::Secret,
        ChangeClass::Moved => Mark::Plain,
        ChangeClass::First | ChangeClass::Changed => Mark::Note,
    }
}

impl Variable {
    /// The marks on the timeline.
    pub(super) fn marks(&self) -> Vec<Tick> {
        let tick = |(slot, found): (&i64, &Slot)| {
            let kinds = KINDS.iter().zip(found.kinds).filter(|(_, count)| *count > 0);
            let words: Vec<String> = kinds
                .clone()
                .map(|(kind, count)| match count {
                    1 => kind.name().to_owned(),
                    count => format!("{} {count} times", kind.name()),
                })
                .collect();
            let marks = kinds.map(|(kind, _)| mark(*kind));
            Tick {
                at: *slot as f64 / SLOTS as f64,
                mark: marks.max().unwrap_or(Mark::Plain),
                what: words.join(", "),
                from: found.from,
                to: found.to,
            }
        };
        self.slots.iter().map(tick).collect()
    }
}
