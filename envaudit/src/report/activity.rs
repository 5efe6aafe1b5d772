//! Who did what to what, and who used special rights.

use serde_json::{Value, json};

use super::question::{Condition, Question, Scope};
use super::sheet::{Mark, Sheet};
use super::sums::{Group, Held, columns};
use super::sweep::{Occurrence, Sums, each, kinds};
use super::top::Top;
use super::{Base, Report, counted, days, shown};
use crate::report::index::{Index, IndexError, MARKED, SECRET};

/// Actions of a ledger on itself that only those should cause who run it.
const OF_LEDGER: [&str; 5] =
    ["ledger.created", "ledger.key_rotated", "ledger.pruned", "ledger.recovered", "ledger.gap"];
/// Those of one actor on one thing stand together.
const ORDER: &str = "e.actor, e.resource";

/// Who touched what: for each actor, thing and action how often, when first and last, and how it ended.
///
/// Events that are about no thing are not counted, unless an actor or an action is asked for.
///
/// # Errors
///
/// When the index or the ledger cannot be read.
pub fn access(index: &Index<'_>, question: &Question, scope: &Scope) -> Result<Report, IndexError> {
    let mut condition = Condition::of(index, question.period).scope(scope);
    if scope.actors.is_empty() && scope.action.is_none() {
        condition = condition.and("e.resource IS NOT NULL");
    }
    let found = Activity::find(index, question, &condition, |_| 0)?;
    let whom = match scope.describe() {
        text if text.is_empty() => "everything".to_owned(),
        text => text,
    };
    let lead = format!(
        "{} on {whom}: {} of an actor, an action and a resource.",
        counted(found.sums.all.count, "event"),
        counted(found.groups.len() as u64 + found.omitted, "combination"),
    );
    let title = match scope.resources.as_slice() {
        [] => "Access".to_owned(),
        resources => format!("Access to {}", resources.join(", ")),
    };
    found.report(index, question, "access", title, lead, false)
}

/// What counts as special rights, besides what always does.
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

    /// This actor has special rights as well, whatever kind it is. `*` at the end stands for any text.
    #[must_use]
    pub fn actor(mut self, id: impl Into<String>) -> Self {
        self.actors.push(id.into());
        self
    }

    /// Whatever is done to this thing takes special rights. `*` at the end stands for any text.
    #[must_use]
    pub fn resource(mut self, id: impl Into<String>) -> Self {
        self.resources.push(id.into());
        self
    }

    /// Why an event is one that takes special rights: a bit for each reason.
    fn why(&self, event: &Occurrence<'_>) -> u8 {
        let any = |patterns: &[String], text: &str| {
            patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
                Some(prefix) => text.starts_with(prefix),
                None => pattern == text,
            })
        };
        let because = [
            event.kind.actor_type == "admin",
            event.flags & SECRET != 0,
            event.flags & MARKED != 0,
            OF_LEDGER.contains(&event.kind.action.as_str()),
            any(&self.actors, event.actor),
            event.resource.is_some_and(|resource| any(&self.resources, resource)),
        ];
        because.iter().enumerate().fold(0, |bits, (at, holds)| bits | u8::from(*holds) << at)
    }
}

/// What was done with special rights, and why it counts as that.
///
/// # Errors
///
/// When the index or the ledger cannot be read.
pub fn privileged(
    index: &Index<'_>,
    question: &Question,
    rights: &Rights,
) -> Result<Report, IndexError> {
    let flags = SECRET | MARKED;
    let actions = OF_LEDGER.map(|action| format!("'{action}'")).join(", ");
    let always =
        format!("e.flags & {flags} <> 0 OR k.actor_type = 'admin' OR k.action IN ({actions})");
    let named = [("e.actor", &rights.actors), ("e.resource", &rights.resources)];
    let condition = Condition::of(index, question.period).any(&named, Some(&always));
    let found = Activity::find(index, question, &condition, |event| rights.why(event))?;
    let actors = found.actors;
    let lead = format!(
        "{} with special rights, by {}.",
        counted(found.sums.all.count, "event"),
        counted(actors, "actor")
    );
    found.report(index, question, "privileged", "Privileged activity".to_owned(), lead, true)
}

struct Activity {
    sums: Sums,
    groups: Vec<Group>,
    omitted: u64,
    actors: u64,
}

impl Activity {
    fn find(
        index: &Index<'_>,
        question: &Question,
        condition: &Condition,
        why: impl Fn(&Occurrence<'_>) -> u8,
    ) -> Result<Self, IndexError> {
        match Activity::held(index, question, condition, &why)? {
            Some(found) => Ok(found),
            None => Activity::sorted(index, question, condition, &why),
        }
    }

    /// In the order of the ledger; nothing where there are too many combinations.
    fn held(
        index: &Index<'_>,
        question: &Question,
        condition: &Condition,
        why: impl Fn(&Occurrence<'_>) -> u8,
    ) -> Result<Option<Self>, IndexError> {
        let mut sums = Sums::keeping(question.events);
        let mut held = Held::default();
        each(index, condition, "e.id", |event| {
            sums.add(event);
            held.add(event, why(event));
            held.combinations <= question.in_memory
        })?;
        if held.combinations > question.in_memory {
            return Ok(None);
        }
        let actors = held.actors();
        let mut groups = Top::new(question.groups);
        held.end(&kinds(index)?, &mut groups);
        Ok(Some(Activity::of(sums, groups, actors)))
    }

    /// Those of one actor and thing one behind the other.
    fn sorted(
        index: &Index<'_>,
        question: &Question,
        condition: &Condition,
        why: impl Fn(&Occurrence<'_>) -> u8,
    ) -> Result<Self, IndexError> {
        let kinds = kinds(index)?;
        let mut sums = Sums::keeping(question.events);
        let mut groups = Top::new(question.groups);
        let (mut held, mut actors) = (Held::default(), 0);
        each(index, condition, ORDER, |event| {
            sums.add(event);
            actors += u64::from(!held.has_actor(event.actor));
            if !held.has(event.actor, event.resource) {
                held.end(&kinds, &mut groups);
            }
            held.add(event, why(event));
            true
        })?;
        held.end(&kinds, &mut groups);
        Ok(Activity::of(sums, groups, actors))
    }

    fn of(sums: Sums, groups: Top<Group>, actors: u64) -> Self {
        let (groups, omitted) = groups.finish();
        Activity { sums, groups, omitted, actors }
    }

    fn report(
        self,
        index: &Index<'_>,
        question: &Question,
        name: &'static str,
        title: String,
        lead: String,
        with_why: bool,
    ) -> Result<Report, IndexError> {
        let Base { unreadable, temporary, last_line } = Base::of(index)?;
        let Activity { sums, groups, omitted, actors } = self;
        let events = shown::read(index, sums.newest())?;
        let json: Value = groups.iter().map(|group| group.json(with_why)).collect();
        let all = sums.all;
        let sheet = Sheet {
            heading: "Who did what".to_owned(),
            note: "The most frequent first.".to_owned(),
            columns: columns(with_why),
            rows: groups.iter().map(|group| group.fields(with_why)).collect(),
            omitted,
        };
        Ok(Report {
            name,
            title,
            lead,
            members: vec![
                ("actors", json!(actors)),
                ("success", json!(all.success)),
                ("failure", json!(all.failure)),
                ("denied", json!(all.denied)),
                ("days", days::json(&sums.days)),
                ("groups", json),
                ("groups_omitted", json!(omitted)),
                ("newest", shown::json(&events)),
            ],
            sheets: vec![sheet, shown::sheet(&events, all.count)],
            pictures: days::picture(&sums.days, "Events per day").into_iter().collect(),
            tiles: vec![
                ("events", all.count, Mark::Plain),
                ("actors", actors, Mark::Plain),
                ("failed", all.failure, if all.failure > 0 { Mark::Bad } else { Mark::Plain }),
                ("denied", all.denied, if all.denied > 0 { Mark::Warning } else { Mark::Plain }),
            ],
            period: question.period,
            seen: sums.seen(),
            counted: all.count,
            findings: 0,
            unreadable,
            temporary,
            last_line,
        })
    }
}
