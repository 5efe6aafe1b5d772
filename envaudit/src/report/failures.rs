//! The report of repeated failures.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use serde_json::{Value, json};

use super::options::{Condition, ReportOptions, Scope, Unsound};
use super::scan::{Occurrence, scan};
use super::table::{Column, Field, Mark, Table};
use super::top_n::TopN;
use super::totals::{Tally, Totals};
use super::{IndexFacts, Report, counted, days, format_micros, recent_events};
use crate::report::index::{Index, IndexError};

/// Events of one actor on one resource from one network are next to each other, in their order.
const ORDER: &str = "e.actor, e.resource, e.network, e.id";
/// At most this many actions of a group are named.
const NAMED: usize = 5;

/// Repeated failures and denials: at least `min` of the same actor on the same resource from the same origin and network;
/// with `within`, that many in no more than this time.
///
/// # Errors
///
/// When the index or the ledger cannot be read.
pub fn failures(
    index: &Index<'_>,
    options: &ReportOptions<'_>,
    scope: &Scope,
    min: u64,
    within: Option<Duration>,
) -> Result<Report, IndexError> {
    let IndexFacts { unreadable, temporary, last_line } = IndexFacts::read(index)?;
    let min = min.max(1);
    let condition = Condition::in_period(index, options.period).scope(scope);
    let condition = condition.and("k.outcome <> 'success'");
    let within = within.map(|within| i64::try_from(within.as_micros()).unwrap_or(i64::MAX));
    let mut totals = Totals::keeping(options.events);
    let mut groups = TopN::new(options.groups);
    let mut run = CurrentSeries::default();
    scan(index, &condition, ORDER, |event| {
        totals.add(event);
        if !run.is_of(event) {
            run.end(min, within, &mut groups);
            run.begin(event);
        }
        run.add(event, min);
        true
    })?;
    run.end(min, within, &mut groups);
    let (groups, omitted) = groups.finish();
    let found = groups.len() as u64 + omitted;
    let mut unsound = Unsound::new(options);
    let events = recent_events::read(index, totals.newest(), options, &mut unsound)?;
    let all = totals.all;
    let were = if all.count == 1 { "was" } else { "were" };
    let summary = format!(
        "{} failed or {were} denied. Series of at least {min} by the same actor, on the same resource, from the same \
         origin: {}.",
        counted(all.count, "event"),
        super::html::grouped(found),
    );
    let table = Table {
        heading: "Repeated failures".to_owned(),
        note: format!(
            "The most frequent first. “Fastest” is the shortest time that had {min} of them."
        ),
        columns: columns(),
        rows: groups.iter().map(Group::fields).collect(),
        omitted,
    };
    Ok(Report {
        name: "failures",
        title: "Repeated failures".to_owned(),
        summary,
        members: vec![
            ("min", json!(min)),
            ("within_seconds", json!(within.map(|within| within / 1_000_000))),
            ("failure", json!(all.failure)),
            ("denied", json!(all.denied)),
            ("days", days::json(&totals.days)),
            ("groups", groups.iter().map(Group::json).collect()),
            ("groups_omitted", json!(omitted)),
            ("newest", recent_events::json(&events)),
        ],
        tables: vec![table, recent_events::table(&events, all.count)],
        pictures: days::picture(&totals.days, "Failures and denials per day").into_iter().collect(),
        tiles: vec![
            ("series", found, if found > 0 { Mark::Bad } else { Mark::Good }),
            ("failed", all.failure, Mark::Plain),
            ("denied", all.denied, Mark::Plain),
        ],
        period: options.period,
        seen: totals.time_span(),
        counted: all.count,
        findings: found,
        unreadable,
        temporary,
        last_line,
        unsound,
    })
}

/// The series of one actor, resource and network.
#[derive(Default)]
struct CurrentSeries {
    of: Option<(String, Option<String>, Option<String>)>,
    parts: BTreeMap<(String, String, String), Series>,
}

#[derive(Default)]
struct Series {
    tally: Tally,
    actions: BTreeSet<String>,
    /// The times of the last `min` events.
    last: VecDeque<i64>,
    /// The shortest time with `min` events: its length, its start, its end.
    fastest: Option<(i64, i64, i64)>,
}

impl CurrentSeries {
    fn is_of(&self, event: &Occurrence<'_>) -> bool {
        self.of.as_ref().is_some_and(|(actor, resource, network)| {
            actor == event.actor
                && resource.as_deref() == event.resource
                && network.as_deref() == event.network
        })
    }

    fn begin(&mut self, event: &Occurrence<'_>) {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        self.of = Some((event.actor.to_owned(), owned(event.resource), owned(event.network)));
    }

    fn add(&mut self, event: &Occurrence<'_>, min: u64) {
        let kind = event.kind;
        let part = (kind.actor_type.clone(), kind.resource_type.clone(), kind.origin.clone());
        let series = self.parts.entry(part).or_default();
        series.tally.add(event);
        if series.actions.len() <= NAMED {
            series.actions.insert(kind.action.clone());
        }
        series.last.push_back(event.place.time);
        if series.last.len() as u64 > min {
            series.last.pop_front();
        }
        if series.last.len() as u64 == min {
            // Clocks may be set back: the first is not always the earliest.
            let from = series.last.iter().copied().min().unwrap_or_default();
            let to = series.last.iter().copied().max().unwrap_or_default();
            let time = to.saturating_sub(from);
            if series.fastest.is_none_or(|(shortest, ..)| time < shortest) {
                series.fastest = Some((time, from, to));
            }
        }
    }

    fn end(&mut self, min: u64, within: Option<i64>, groups: &mut TopN<Group>) {
        let Some((actor, resource, network)) = self.of.take() else { return };
        for ((actor_type, resource_type, origin), series) in std::mem::take(&mut self.parts) {
            let Some(fastest) = series.fastest.filter(|_| series.tally.count >= min) else {
                continue;
            };
            if within.is_some_and(|within| fastest.0 > within) {
                continue;
            }
            let group = Group {
                actor_type,
                actor: actor.clone(),
                resource_type,
                resource: resource.clone(),
                origin,
                network: network.clone(),
                tally: series.tally,
                actions: series.actions.into_iter().collect(),
                fastest,
            };
            groups.push(group.tally.count, group);
        }
    }
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    actor: String,
    resource: Option<String>,
    actor_type: String,
    resource_type: String,
    origin: String,
    network: Option<String>,
    tally: Tally,
    actions: Vec<String>,
    fastest: (i64, i64, i64),
}

fn columns() -> Vec<Column> {
    vec![
        Column::text("actor"),
        Column::kind("actor_type"),
        Column::text("resource"),
        Column::kind("resource_type"),
        Column::text("origin"),
        Column::text("network"),
        Column::text("actions"),
        Column::number("events"),
        Column::number("failure"),
        Column::number("denied"),
        Column::text("first"),
        Column::text("last"),
        Column::text("fastest"),
        Column::kind("fastest_from"),
    ]
}

impl Group {
    fn fields(&self) -> Vec<Field> {
        let Tally { count, failure, denied, first, last, .. } = self.tally;
        let optional = |text: &Option<String>| Field::text(text.as_deref().unwrap_or_default());
        vec![
            Field::actor(&self.actor_type, &self.actor),
            Field::text(&self.actor_type),
            optional(&self.resource),
            Field::text(&self.resource_type),
            Field::text(&self.origin),
            optional(&self.network),
            Field::Name(self.actions()),
            Field::Count(count),
            Field::Count(failure),
            Field::Count(denied),
            Field::Time(first),
            Field::Time(last),
            Field::Text(length(self.fastest.0)),
            Field::Time(self.fastest.1),
        ]
    }

    fn actions(&self) -> String {
        match self.actions.len() > NAMED {
            true => format!("{}, …", self.actions[..NAMED].join(", ")),
            false => self.actions.join(", "),
        }
    }

    fn json(&self) -> Value {
        let Tally { count, failure, denied, first, last, .. } = self.tally;
        let (micros, from, to) = self.fastest;
        json!({
            "actor_type": self.actor_type,
            "actor_id": self.actor,
            "resource_type": self.resource.as_ref().map(|_| &self.resource_type),
            "resource_id": self.resource,
            "origin": self.origin,
            "ip_address": self.network,
            "actions": self.actions,
            "events": count,
            "failure": failure,
            "denied": denied,
            "first": format_micros(first),
            "last": format_micros(last),
            "fastest": {
                "micros": micros,
                "from": format_micros(from),
                "to": format_micros(to),
            },
        })
    }
}

/// `1h 5m 3s`, without parts of less than a thousandth.
fn length(micros: i64) -> String {
    let micros = micros.unsigned_abs();
    let rounded = match micros {
        0..1_000 => Duration::from_micros(micros),
        1_000..10_000_000 => Duration::from_millis(micros / 1_000),
        _ => Duration::from_secs(micros / 1_000_000),
    };
    humantime::format_duration(rounded).to_string()
}
