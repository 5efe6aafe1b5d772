//! The columns of a line in the index.

use std::borrow::Cow;

use memchr::memmem;

use crate::ledger::__private::{PartPosition, is_carried, part_seqs};
use crate::ledger::__private::{list, member, text};
use crate::ledger::config_state::{ChangeKind, ConfigChange, RecordedValue};
use crate::ledger::format::{Line, LineText};

/// It changed a secret of a configuration.
pub(crate) const SECRET: i64 = 1;
/// Its details have `"privileged":true`.
pub(crate) const MARKED: i64 = 2;
/// A configuration that could not be loaded, with its problems.
pub(crate) const REFUSED: i64 = 4;
/// It has a part of the state of the event behind it, and is no event of its own.
pub(crate) const PART: i64 = 8;
/// One of its parts changed a secret.
pub(crate) const SECRET_IN_PART: i64 = 16;

/// The change of one variable in an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChangeClass {
    /// The first record of a configuration has it.
    First = 0,
    Added = 1,
    Changed = 2,
    Removed = 3,
    /// A secret has another value.
    Rotated = 4,
    /// The same value comes from another place.
    Moved = 5,
}

impl ChangeClass {
    fn of(change: &ConfigChange) -> Self {
        match change.kind {
            ChangeKind::Added => ChangeClass::Added,
            ChangeKind::Removed => ChangeClass::Removed,
            ChangeKind::Changed if change.is_rotation() => ChangeClass::Rotated,
            ChangeKind::Changed if change.has_new_value() => ChangeClass::Changed,
            ChangeKind::Changed => ChangeClass::Moved,
        }
    }

    /// The class with this number in the index.
    pub(crate) fn read(number: i64) -> Option<Self> {
        let all = [
            ChangeClass::First,
            ChangeClass::Added,
            ChangeClass::Changed,
            ChangeClass::Removed,
            ChangeClass::Rotated,
            ChangeClass::Moved,
        ];
        all.into_iter().find(|what| *what as i64 == number)
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            ChangeClass::First => "first",
            ChangeClass::Added => "added",
            ChangeClass::Changed => "changed",
            ChangeClass::Removed => "removed",
            ChangeClass::Rotated => "rotated",
            ChangeClass::Moved => "moved",
        }
    }
}

/// A part of the texts of a batch.
#[derive(Clone, Copy)]
pub(super) struct Span {
    from: u32,
    to: u32,
}

/// Texts of many lines, one after the other.
#[derive(Default)]
pub(super) struct Texts(String);

impl Texts {
    fn keep(&mut self, parts: &[&str]) -> Span {
        let from = self.0.len() as u32;
        for part in parts {
            self.0.push_str(part);
        }
        Span { from, to: self.0.len() as u32 }
    }

    pub(super) fn get(&self, span: Span) -> &str {
        &self.0[span.from as usize..span.to as usize]
    }
}

/// The separator of the texts of a kind; none of them contains it.
pub(super) const BETWEEN: char = '\u{1f}';

/// An event.
pub(super) struct Row {
    pub(super) seq: u64,
    pub(super) at: u64,
    pub(super) time: i64,
    /// Action, type of the actor, type of the resource, outcome and origin.
    pub(super) kind: Span,
    pub(super) actor: Span,
    pub(super) resource: Option<Span>,
    pub(super) network: Option<Span>,
    pub(super) flags: i64,
    pub(super) config: Option<Box<Config>>,
}

/// The configuration in an event.
#[derive(Default)]
pub(super) struct Config {
    pub(super) changes: Vec<(String, ChangeClass)>,
    /// The environment of the state, if there is a state.
    pub(super) state: Option<Option<String>>,
    /// The number of events before it that have parts of the state.
    pub(super) parts: u64,
}

impl Row {
    pub(super) fn of(line: &Line<'_>, at: u64, texts: &mut Texts) -> Self {
        let mut row = Row {
            seq: line.seq,
            at,
            time: line.timestamp.micros(),
            kind: kind(line, texts),
            actor: texts.keep(&[&line.actor_id.get()]),
            resource: line.resource_id.map(|text| texts.keep(&[&text.get()])),
            network: line.ip_address.map(|text| texts.keep(&[&text.get()])),
            flags: 0,
            config: None,
        };
        let Some(details) = line.details else { return row };
        let of_config = line.resource_id.is_some()
            && line.resource_type.is_some_and(|kind| kind.raw() == "config")
            && line.action.raw().starts_with("config.");
        // Few lines have any of this, and a text with an escape can be written in several ways.
        let may_have = |name: &str| memmem::find(details.as_bytes(), name.as_bytes()).is_some();
        let of_interest = may_have("\"privileged\":true")
            || of_config
                && (may_have("\"changes\":")
                    || may_have("\"state\":")
                    || may_have("\"parts\":")
                    || may_have("\"part\":")
                    || may_have("\"problems\":"));
        if !of_interest && !details.contains("\\u") {
            return row;
        }
        if member(details, "privileged") == Some("true") {
            row.flags |= MARKED;
        }
        if of_config {
            row.configure(line, details);
        }
        row
    }

    fn configure(&mut self, line: &Line<'_>, details: &str) {
        let of = |name: &str| member(details, name).and_then(list);
        if line.outcome != "success" {
            if of("problems").is_some() {
                self.flags |= REFUSED;
            }
            return;
        }
        let mut config = Config::default();
        for change in of("changes").into_iter().flatten().filter_map(ConfigChange::read) {
            let secret = [&change.before, &change.after].into_iter().flatten().any(|it| it.masked);
            let what = ChangeClass::of(&change);
            if secret {
                self.flags |= SECRET;
            }
            config.changes.push((change.key, what));
        }
        let part = PartPosition::of(line);
        if part.is_some() {
            self.flags |= PART;
        }
        let part_seqs = part_seqs(line);
        config.parts = part_seqs.end - part_seqs.start;
        let is_load = part
            .as_ref()
            .map_or(line.action == "config.loaded", |part| part.event == "config.loaded");
        let state = of("state");
        if part.is_none() && (state.is_some() || config.parts > 0) {
            let environment = member(details, "environment").and_then(text);
            config.state = Some(environment.map(Cow::into_owned));
        }
        if is_load && !is_carried(details) {
            let values = state.into_iter().flatten().filter_map(RecordedValue::read);
            config.changes.extend(values.map(|it| (it.key, ChangeClass::First)));
        }
        self.config = Some(Box::new(config));
    }
}

fn kind(line: &Line<'_>, texts: &mut Texts) -> Span {
    let text = |text: Option<LineText<'_>>| text.map(|text| text.get().replace(BETWEEN, " "));
    let resource_type = text(line.resource_type).unwrap_or_default();
    let origin = text(line.origin).unwrap_or_default();
    let between = BETWEEN.encode_utf8(&mut [0; 4]).to_owned();
    texts.keep(&[
        &line.action.get(),
        &between,
        &line.actor_type.get(),
        &between,
        &resource_type,
        &between,
        &line.outcome.get(),
        &between,
        &origin,
    ])
}
