//! Totals of events by actor, resource and action.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::format_micros;
use super::scan::{Kind, Occurrence};
use super::table::{Column, Field};
use super::top_n::TopN;
use super::totals::Tally;

/// The totals of each kind of events, by its number.
type Kinds = HashMap<i64, (Tally, u8)>;

/// Those totals by actor and resource.
#[derive(Default)]
pub(super) struct GroupTotals {
    of: HashMap<String, HashMap<Option<String>, Kinds>>,
    /// The number of combinations of an actor and a resource.
    pub(super) combinations: usize,
}

impl GroupTotals {
    pub(super) fn actors(&self) -> u64 {
        self.of.len() as u64
    }

    pub(super) fn has_actor(&self, actor: &str) -> bool {
        self.of.contains_key(actor)
    }

    pub(super) fn has(&self, actor: &str, resource: Option<&str>) -> bool {
        let things = self.of.get(actor);
        things.is_some_and(|things| things.keys().any(|thing| thing.as_deref() == resource))
    }

    pub(super) fn add(&mut self, event: &Occurrence<'_>, why: u8) {
        let things = match self.of.get_mut(event.actor) {
            Some(things) => things,
            None => self.of.entry(event.actor.to_owned()).or_default(),
        };
        let resource = event.resource.map(str::to_owned);
        let kinds = things.entry(resource).or_insert_with(|| {
            self.combinations += 1;
            Kinds::new()
        });
        let (tally, bits) = kinds.entry(event.kind_id).or_default();
        tally.add(event);
        *bits |= why;
    }

    /// Moves all totals to `groups`.
    pub(super) fn end(&mut self, kinds: &HashMap<i64, Kind>, groups: &mut TopN<Group>) {
        self.combinations = 0;
        for (actor, things) in self.of.drain() {
            for (resource, totals) in things {
                let mut parts: BTreeMap<(&str, &str, &str), (Tally, u8)> = BTreeMap::new();
                for (id, (sum, bits)) in totals {
                    let Some(kind) = kinds.get(&id) else { continue };
                    let part = (&*kind.actor_type, &*kind.resource_type, &*kind.action);
                    let (tally, why) = parts.entry(part).or_default();
                    tally.join(&sum);
                    *why |= bits;
                }
                for ((actor_type, resource_type, action), (tally, why)) in parts {
                    let group = Group {
                        actor_type: actor_type.to_owned(),
                        actor: actor.clone(),
                        resource_type: resource_type.to_owned(),
                        resource: resource.clone(),
                        action: action.to_owned(),
                        tally,
                        why,
                    };
                    groups.push(tally.count, group);
                }
            }
        }
    }
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group {
    actor: String,
    resource: Option<String>,
    action: String,
    actor_type: String,
    resource_type: String,
    tally: Tally,
    why: u8,
}

/// The names of the reasons why an event is privileged, by the bits of `why`.
const WHY: [&str; 6] =
    ["admin", "secret-changed", "marked", "ledger", "named-actor", "named-resource"];

fn reasons(bits: u8) -> Vec<&'static str> {
    WHY.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, why)| *why).collect()
}

pub(super) fn columns(with_why: bool) -> Vec<Column> {
    let mut columns = vec![
        Column::text("actor"),
        Column::kind("actor_type"),
        Column::text("action"),
        Column::text("resource"),
        Column::kind("resource_type"),
        Column::number("events"),
        Column::number("success"),
        Column::number("failure"),
        Column::number("denied"),
        Column::text("first"),
        Column::text("last"),
    ];
    if with_why {
        columns.push(Column::text("why"));
    }
    columns
}

impl Group {
    pub(super) fn fields(&self, with_why: bool) -> Vec<Field> {
        let Tally { count, success, failure, denied, first, last } = self.tally;
        let mut fields = vec![
            Field::actor(&self.actor_type, &self.actor),
            Field::text(&self.actor_type),
            Field::Name(self.action.clone()),
            Field::text(self.resource.as_deref().unwrap_or_default()),
            Field::text(&self.resource_type),
            Field::Count(count),
            Field::Count(success),
            Field::Count(failure),
            Field::Count(denied),
            Field::Time(first),
            Field::Time(last),
        ];
        if with_why {
            fields.push(Field::Text(reasons(self.why).join(", ")));
        }
        fields
    }

    pub(super) fn json(&self, with_why: bool) -> Value {
        let Tally { count, success, failure, denied, first, last } = self.tally;
        let mut object = json!({
            "actor_type": self.actor_type,
            "actor_id": self.actor,
            "action": self.action,
            "resource_type": self.resource.as_ref().map(|_| &self.resource_type),
            "resource_id": self.resource,
            "events": count,
            "success": success,
            "failure": failure,
            "denied": denied,
            "first": format_micros(first),
            "last": format_micros(last),
        });
        if with_why {
            object["why"] = json!(reasons(self.why));
        }
        object
    }
}
