//! Conditions on events.

use crate::event::Outcome;
use crate::format::json::write_string;
use crate::format::line::{Line, LineText};
use crate::format::timestamp::Timestamp;

/// A filter of events: all conditions must hold. Without any, all events match.
///
/// ```
/// use envaudit_ledger::{Actor, Event, Filter, LedgerOptions, MasterKey, Outcome};
/// use envaudit_ledger::testing::MemoryStore;
///
/// let ledger = LedgerOptions::new().key(MasterKey::from_bytes([7; 32])).init_in(MemoryStore::default())?;
/// for (who, outcome) in [("ada", Outcome::Success), ("eve", Outcome::Denied)] {
///     ledger.append(&Event::new("vault.opened", Actor::user(who)).outcome(outcome))?;
/// }
/// let denied = Filter::new().action("vault.*").outcome(Outcome::Denied);
/// let found: Vec<_> = ledger.reader().events()?.matching(denied).collect::<Result<_, _>>()?;
/// assert_eq!(found.len(), 1);
/// assert_eq!(found[0].line()?.actor_id, "eve");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Filter {
    texts: Vec<(Field, String)>,
    prefixes: Vec<(Field, String)>,
    outcome: Option<Outcome>,
    seqs: Option<(u64, u64)>,
    times: Option<(Timestamp, Timestamp)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    ActorType,
    ActorId,
    Action,
    ResourceType,
    ResourceId,
    Origin,
    TraceId,
    RequestId,
    SessionId,
}

impl Field {
    fn of<'a>(self, line: &Line<'a>) -> Option<LineText<'a>> {
        match self {
            Field::ActorType => Some(line.actor_type),
            Field::ActorId => Some(line.actor_id),
            Field::Action => Some(line.action),
            Field::ResourceType => line.resource_type,
            Field::ResourceId => line.resource_id,
            Field::Origin => line.origin,
            Field::TraceId => line.trace_id,
            Field::RequestId => line.request_id,
            Field::SessionId => line.session_id,
        }
    }
}

impl Filter {
    /// All events.
    pub fn new() -> Self {
        Filter::default()
    }

    fn text(mut self, field: Field, text: impl Into<String>) -> Self {
        self.texts.retain(|(other, _)| *other != field);
        self.texts.push((field, text.into()));
        self
    }

    fn pattern(mut self, field: Field, pattern: &str) -> Self {
        let Some(prefix) = pattern.strip_suffix('*') else { return self.text(field, pattern) };
        self.prefixes.retain(|(other, _)| *other != field);
        self.prefixes.push((field, prefix.to_owned()));
        self
    }

    /// Events of this action; `config.*` means all that begin with `config.`.
    #[must_use]
    pub fn action(self, action: &str) -> Self {
        self.pattern(Field::Action, action)
    }

    /// Events by this kind of actor: `user`, `service`, `system` or `admin`.
    #[must_use]
    pub fn actor_type(self, kind: impl Into<String>) -> Self {
        self.text(Field::ActorType, kind)
    }

    /// Events by this actor.
    #[must_use]
    pub fn actor(self, id: impl Into<String>) -> Self {
        self.text(Field::ActorId, id)
    }

    /// Events by this actor; `*` at the end matches any text.
    #[must_use]
    pub fn actor_like(self, pattern: &str) -> Self {
        self.pattern(Field::ActorId, pattern)
    }

    /// Events on this kind of object.
    #[must_use]
    pub fn resource_type(self, kind: impl Into<String>) -> Self {
        self.text(Field::ResourceType, kind)
    }

    /// Events on this object.
    #[must_use]
    pub fn resource(self, kind: impl Into<String>, id: impl Into<String>) -> Self {
        self.resource_type(kind).resource_id(id)
    }

    /// Events on the object of this id, whatever its kind.
    #[must_use]
    pub fn resource_id(self, id: impl Into<String>) -> Self {
        self.text(Field::ResourceId, id)
    }

    /// Events on the object of this id, whatever its kind; `*` at the end matches any text.
    #[must_use]
    pub fn resource_id_like(self, pattern: &str) -> Self {
        self.pattern(Field::ResourceId, pattern)
    }

    /// Events of this origin: `library`, `cli`, `http`, …
    #[must_use]
    pub fn origin(self, origin: impl Into<String>) -> Self {
        self.text(Field::Origin, origin)
    }

    /// Events of this trace.
    #[must_use]
    pub fn trace_id(self, id: impl Into<String>) -> Self {
        self.text(Field::TraceId, id)
    }

    /// Events of this request.
    #[must_use]
    pub fn request_id(self, id: impl Into<String>) -> Self {
        self.text(Field::RequestId, id)
    }

    /// Events of this session.
    #[must_use]
    pub fn session_id(self, id: impl Into<String>) -> Self {
        self.text(Field::SessionId, id)
    }

    /// Events with this outcome.
    #[must_use]
    pub fn outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = Some(outcome);
        self
    }

    /// Events from the first number to the second, both included.
    #[must_use]
    pub fn seqs(mut self, first: u64, last: u64) -> Self {
        self.seqs = Some((first, last));
        self
    }

    /// Events since the first moment and before the second.
    #[must_use]
    pub fn between(mut self, from: impl Into<Timestamp>, before: impl Into<Timestamp>) -> Self {
        self.times = Some((from.into(), before.into()));
        self
    }

    pub(crate) fn first_seq(&self) -> u64 {
        self.seqs.map_or(0, |(first, _)| first)
    }

    pub(crate) fn last_seq(&self) -> u64 {
        self.seqs.map_or(u64::MAX, |(_, last)| last)
    }

    /// Bytes that are in every matching line, unless a text in it has an escape.
    pub(crate) fn needle(&self) -> Option<Vec<u8>> {
        // The rarer ones first.
        const MEMBERS: [(Field, &str); 6] = [
            (Field::ResourceId, "\"resource_id\":"),
            (Field::RequestId, "\"request_id\":"),
            (Field::TraceId, "\"trace_id\":"),
            (Field::SessionId, "\"session_id\":"),
            (Field::ActorId, "\"actor_id\":"),
            (Field::Action, "\"action\":"),
        ];
        MEMBERS.iter().find_map(|(field, member)| {
            let (_, text) = self.texts.iter().find(|(of, _)| of == field)?;
            let mut needle = member.as_bytes().to_vec();
            write_string(&mut needle, text);
            Some(needle)
        })
    }

    /// Whether this event matches.
    pub fn admits(&self, line: &Line<'_>) -> bool {
        let seq = (self.first_seq()..=self.last_seq()).contains(&line.seq);
        let time = self
            .times
            .is_none_or(|(from, before)| from <= line.timestamp && line.timestamp < before);
        let outcome = self.outcome.is_none_or(|outcome| line.outcome == outcome.name());
        let begins = |(field, prefix): &(Field, String)| {
            field.of(line).is_some_and(|found| found.get().starts_with(prefix.as_str()))
        };
        let is = |(field, text): &(Field, String)| {
            field.of(line).is_some_and(|found| found == text.as_str())
        };
        let texts = self.texts.iter().all(is) && self.prefixes.iter().all(begins);
        seq && time && outcome && texts
    }
}
