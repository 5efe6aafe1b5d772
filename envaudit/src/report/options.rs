//! What a report is asked: its period, its scope, and how much it shows.

use std::collections::BTreeSet;

use rusqlite::ToSql;

use crate::ledger::Timestamp;
use crate::ledger::format::Line;
use crate::ledger::verify::LineCheck;
use crate::report::index::{Index, PART};

/// A period of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// The start; by default, the first event.
    pub since: Option<Timestamp>,
    /// The end, which is not part of the period; by default, after the last event.
    pub until: Option<Timestamp>,
}

impl Period {
    pub(super) fn micros(self) -> (i64, i64) {
        let since = self.since.map_or(i64::MIN, Timestamp::micros);
        (since, self.until.map_or(i64::MAX, Timestamp::micros))
    }
}

/// The options of every report.
#[derive(Clone, Copy, Debug)]
pub struct ReportOptions<'k> {
    pub(super) period: Period,
    pub(super) groups: usize,
    pub(super) events: usize,
    pub(super) in_memory: usize,
    pub(super) check: Option<&'k LineCheck>,
}

impl Default for ReportOptions<'_> {
    fn default() -> Self {
        ReportOptions::new()
    }
}

impl<'k> ReportOptions<'k> {
    /// All of the ledger; at most 1000 groups, the newest 200 events, and 50,000 combinations in memory.
    pub fn new() -> Self {
        ReportOptions {
            period: Period::default(),
            groups: 1000,
            events: 200,
            in_memory: 50_000,
            check: None,
        }
    }

    /// Checks each event that is read in full, and marks those that are not sound: see [`Report::unsound`](super::Report::unsound).
    #[must_use]
    pub fn check(mut self, check: &'k LineCheck) -> Self {
        self.check = Some(check);
        self
    }

    /// Only this period.
    #[must_use]
    pub fn period(mut self, period: Period) -> Self {
        self.period = period;
        self
    }

    /// At most this many groups, those with most events first. The report says how many are left out.
    #[must_use]
    pub fn groups(mut self, groups: usize) -> Self {
        self.groups = groups;
        self
    }

    /// At most this many events in full, the newest.
    #[must_use]
    pub fn events(mut self, events: usize) -> Self {
        self.events = events;
        self
    }

    /// At most this many combinations of actor and resource are counted in memory. If there are more, the events are sorted on
    /// disk first: the answer is the same, and takes several times as long.
    #[must_use]
    pub fn in_memory(mut self, combinations: usize) -> Self {
        self.in_memory = combinations;
        self
    }
}

/// The actors, resources and action of a report. A text that ends with `*` matches every text with that beginning.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    pub(super) actors: Vec<String>,
    pub(super) resources: Vec<String>,
    pub(super) action: Option<String>,
}

impl Scope {
    /// Everything.
    pub fn new() -> Self {
        Scope::default()
    }

    /// Adds an actor.
    #[must_use]
    pub fn actor(mut self, id: impl Into<String>) -> Self {
        self.actors.push(id.into());
        self
    }

    /// Adds a resource.
    #[must_use]
    pub fn resource(mut self, id: impl Into<String>) -> Self {
        self.resources.push(id.into());
        self
    }

    /// Only this action.
    #[must_use]
    pub fn action(mut self, action: impl Into<String>) -> Self {
        self.action = Some(action.into());
        self
    }

    /// The scope in words.
    pub(super) fn describe(&self) -> String {
        let any = |what: &str, texts: &[String]| match texts {
            [] => None,
            texts => Some(format!("{what} {}", texts.join(" or "))),
        };
        let action = self.action.as_ref().map(|action| format!("action {action}"));
        let parts = [any("actor", &self.actors), any("resource", &self.resources), action];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// A condition on events in SQL, and the values of its parameters.
pub(super) struct Condition {
    pub(super) sql: String,
    pub(super) values: Vec<Box<dyn ToSql>>,
}

impl Condition {
    /// All events of the period. What has a part of another event counts with that one.
    pub(super) fn in_period(index: &Index<'_>, period: Period) -> Self {
        Condition::with_parts(index, period).and(&format!("e.flags & {PART} = 0"))
    }

    /// The same, and the parts.
    pub(super) fn with_parts(index: &Index<'_>, period: Period) -> Self {
        let (since, until) = period.micros();
        let (first, last) = index.ids_between(since, until).unwrap_or((1, 0));
        let sql = "e.id BETWEEN ? AND ? AND e.time >= ? AND e.time < ?".to_owned();
        let values: Vec<Box<dyn ToSql>> =
            vec![Box::new(first), Box::new(last), Box::new(since), Box::new(until)];
        Condition { sql, values }
    }

    pub(super) fn and(mut self, sql: &str) -> Self {
        self.sql.push_str(" AND ");
        self.sql.push_str(sql);
        self
    }

    pub(super) fn scope(self, scope: &Scope) -> Self {
        let action: Vec<String> = scope.action.iter().cloned().collect();
        let lists = [("e.actor", &scope.actors), ("e.resource", &scope.resources)];
        let narrowed =
            lists.into_iter().fold(self, |condition, (column, texts)| match texts.len() {
                0 => condition,
                _ => condition.any(&[(column, texts)], None),
            });
        match action.is_empty() {
            true => narrowed,
            false => narrowed.any(&[("k.action", &action)], None),
        }
    }

    /// Adds: one of the columns has one of its texts, or `or` is true.
    pub(super) fn any(mut self, lists: &[(&str, &Vec<String>)], or: Option<&str>) -> Self {
        let mut parts: Vec<String> = or.map(str::to_owned).into_iter().collect();
        for (column, text) in
            lists.iter().flat_map(|(column, texts)| texts.iter().map(move |text| (*column, text)))
        {
            match text.strip_suffix('*') {
                Some(prefix) => {
                    parts.push(format!("substr({column}, 1, length(?)) = ?"));
                    self.values.push(Box::new(prefix.to_owned()));
                    self.values.push(Box::new(prefix.to_owned()));
                }
                None => {
                    parts.push(format!("{column} = ?"));
                    self.values.push(Box::new(text.clone()));
                }
            }
        }
        self.and(&format!("({})", parts.join(" OR ")))
    }
}

/// The events of a report that are not sound.
#[derive(Debug, Default)]
pub(super) struct Unsound {
    /// Whether events are checked.
    pub(super) checked: bool,
    pub(super) seqs: BTreeSet<u64>,
}

impl Unsound {
    pub(super) fn new(options: &ReportOptions<'_>) -> Self {
        Unsound { checked: options.check.is_some(), seqs: BTreeSet::new() }
    }

    /// Whether an event is sound, as far as is known.
    pub(super) fn is_sound(&mut self, options: &ReportOptions<'_>, line: &Line<'_>) -> bool {
        let fault = options.check.and_then(|check| check.fault(line));
        let sound = !fault.is_some_and(|fault| fault.is_certain());
        if !sound {
            self.seqs.insert(line.seq);
        }
        sound
    }
}
