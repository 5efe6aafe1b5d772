//! The reports of access and of privileged activity.

use serde_json::{Value, json};

use super::groups::{Group, GroupTotals, columns};
use super::options::{Condition, ReportOptions, Scope, Unsound};
use super::scan::{Occurrence, kinds, scan};
use super::table::{Mark, Table};
use super::top_n::TopN;
use super::totals::Totals;
use super::{IndexFacts, Report, counted, days, recent_events};
use crate::report::index::{Index, IndexError, MARKED, SECRET, SECRET_IN_PART};

/// Actions of a ledger on itself, which only its operators should cause.
const OF_LEDGER: [&str; 5] =
    ["ledger.created", "ledger.key_rotated", "ledger.pruned", "ledger.recovered", "ledger.gap"];
/// Events of one actor on one resource are next to each other.
const ORDER: &str = "e.actor, e.resource";

/// Access: for each actor, resource and action the number of events, the first and the last time, and the outcomes.
///
/// Events without a resource are not counted, unless the scope has an actor or an action.
///
/// # Errors
///
/// When the index or the ledger cannot be read.
pub fn access(
    index: &Index<'_>,
    options: &ReportOptions<'_>,
    scope: &Scope,
) -> Result<Report, IndexError> {
    let mut condition = Condition::in_period(index, options.period).scope(scope);
    if scope.actors.is_empty() && scope.action.is_none() {
        condition = condition.and("e.resource IS NOT NULL");
    }
    let found = Activity::find(index, options, &condition, |_| 0)?;
    let scope_text = match scope.describe() {
        text if text.is_empty() => "everything".to_owned(),
        text => text,
    };
    let summary = format!(
        "{} on {scope_text}: {} of an actor, an action and a resource.",
        counted(found.totals.all.count, "event"),
        counted(found.groups.len() as u64 + found.omitted, "combination"),
    );
    let title = match scope.resources.as_slice() {
        [] => "Access".to_owned(),
        resources => format!("Access to {}", resources.join(", ")),
    };
    found.report(index, options, "access", title, summary, false)
}

/// Privileged actors and resources, besides what is always privileged.
#[derive(Clone, Debug, Default)]
pub struct Rights {
    actors: Vec<String>,
    resources: Vec<String>,
}

impl Rights {
    /// Administrators, changes of secrets, events marked with `"privileged":true`, and what a ledger says of itself.
    pub fn new() -> Self {
        Rights::default()
    }

    /// Adds a privileged actor of any kind. `*` at the end matches any text.
    #[must_use]
    pub fn actor(mut self, id: impl Into<String>) -> Self {
        self.actors.push(id.into());
        self
    }

    /// Adds a resource on which every action is privileged. `*` at the end matches any text.
    #[must_use]
    pub fn resource(mut self, id: impl Into<String>) -> Self {
        self.resources.push(id.into());
        self
    }

    /// The reasons why an event is privileged, a bit for each.
    fn why(&self, event: &Occurrence<'_>) -> u8 {
        let any = |patterns: &[String], text: &str| {
            patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
                Some(prefix) => text.starts_with(prefix),
                None => pattern == text,
            })
        };
        let because = [
            event.kind.actor_type == "admin",
            event.flags & (SECRET | SECRET_IN_PART) != 0,
            event.flags & MARKED != 0,
            OF_LEDGER.contains(&event.kind.action.as_str()),
            any(&self.actors, event.actor),
            event.resource.is_some_and(|resource| any(&self.resources, resource)),
        ];
        because.iter().enumerate().fold(0, |bits, (at, holds)| bits | u8::from(*holds) << at)
    }
}

/// Privileged activity, with the reasons why it is privileged.
///
/// # Errors
///
/// When the index or the ledger cannot be read.
pub fn privileged(
    index: &Index<'_>,
    options: &ReportOptions<'_>,
    rights: &Rights,
) -> Result<Report, IndexError> {
    let flags = SECRET | SECRET_IN_PART | MARKED;
    let actions = OF_LEDGER.map(|action| format!("'{action}'")).join(", ");
    let always =
        format!("e.flags & {flags} <> 0 OR k.actor_type = 'admin' OR k.action IN ({actions})");
    let named = [("e.actor", &rights.actors), ("e.resource", &rights.resources)];
    let condition = Condition::in_period(index, options.period).any(&named, Some(&always));
    let found = Activity::find(index, options, &condition, |event| rights.why(event))?;
    let actors = found.actors;
    let summary = format!(
        "{} with special rights, by {}.",
        counted(found.totals.all.count, "event"),
        counted(actors, "actor")
    );
    found.report(index, options, "privileged", "Privileged activity".to_owned(), summary, true)
}

struct Activity {
    totals: Totals,
    groups: Vec<Group>,
    omitted: u64,
    actors: u64,
}

impl Activity {
    fn find(
        index: &Index<'_>,
        options: &ReportOptions<'_>,
        condition: &Condition,
        why: impl Fn(&Occurrence<'_>) -> u8,
    ) -> Result<Self, IndexError> {
        match Activity::find_in_memory(index, options, condition, &why)? {
            Some(found) => Ok(found),
            None => Activity::find_sorted(index, options, condition, &why),
        }
    }

    /// Counts groups in memory, in the order of the ledger; `None` if there are too many combinations.
    fn find_in_memory(
        index: &Index<'_>,
        options: &ReportOptions<'_>,
        condition: &Condition,
        why: impl Fn(&Occurrence<'_>) -> u8,
    ) -> Result<Option<Self>, IndexError> {
        let mut totals = Totals::keeping(options.events);
        let mut held = GroupTotals::default();
        scan(index, condition, "e.id", |event| {
            totals.add(event);
            held.add(event, why(event));
            held.combinations <= options.in_memory
        })?;
        if held.combinations > options.in_memory {
            return Ok(None);
        }
        let actors = held.actors();
        let mut groups = TopN::new(options.groups);
        held.end(&kinds(index)?, &mut groups);
        Ok(Some(Activity::new(totals, groups, actors)))
    }

    /// Counts groups one after another, in the order of actors and resources.
    fn find_sorted(
        index: &Index<'_>,
        options: &ReportOptions<'_>,
        condition: &Condition,
        why: impl Fn(&Occurrence<'_>) -> u8,
    ) -> Result<Self, IndexError> {
        let kinds = kinds(index)?;
        let mut totals = Totals::keeping(options.events);
        let mut groups = TopN::new(options.groups);
        let (mut held, mut actors) = (GroupTotals::default(), 0);
        scan(index, condition, ORDER, |event| {
            totals.add(event);
            actors += u64::from(!held.has_actor(event.actor));
            if !held.has(event.actor, event.resource) {
                held.end(&kinds, &mut groups);
            }
            held.add(event, why(event));
            true
        })?;
        held.end(&kinds, &mut groups);
        Ok(Activity::new(totals, groups, actors))
    }

    fn new(totals: Totals, groups: TopN<Group>, actors: u64) -> Self {
        let (groups, omitted) = groups.finish();
        Activity { totals, groups, omitted, actors }
    }

    fn report(
        self,
        index: &Index<'_>,
        options: &ReportOptions<'_>,
        name: &'static str,
        title: String,
        summary: String,
        with_why: bool,
    ) -> Result<Report, IndexError> {
        let IndexFacts { unreadable, temporary, last_line } = IndexFacts::read(index)?;
        let Activity { totals, groups, omitted, actors } = self;
        let mut unsound = Unsound::new(options);
        let events = recent_events::read(index, totals.newest(), options, &mut unsound)?;
        let json: Value = groups.iter().map(|group| group.json(with_why)).collect();
        let all = totals.all;
        let table = Table {
            heading: "Activity".to_owned(),
            note: "The most frequent first.".to_owned(),
            columns: columns(with_why),
            rows: groups.iter().map(|group| group.fields(with_why)).collect(),
            omitted,
        };
        Ok(Report {
            name,
            title,
            summary,
            members: vec![
                ("actors", json!(actors)),
                ("success", json!(all.success)),
                ("failure", json!(all.failure)),
                ("denied", json!(all.denied)),
                ("days", days::json(&totals.days)),
                ("groups", json),
                ("groups_omitted", json!(omitted)),
                ("newest", recent_events::json(&events)),
            ],
            tables: vec![table, recent_events::table(&events, all.count)],
            pictures: days::picture(&totals.days, "Events per day").into_iter().collect(),
            tiles: vec![
                ("events", all.count, Mark::Plain),
                ("actors", actors, Mark::Plain),
                ("failed", all.failure, if all.failure > 0 { Mark::Bad } else { Mark::Plain }),
                ("denied", all.denied, if all.denied > 0 { Mark::Warning } else { Mark::Plain }),
            ],
            period: options.period,
            seen: totals.time_span(),
            counted: all.count,
            findings: 0,
            unreadable,
            temporary,
            last_line,
            unsound,
        })
    }
}
