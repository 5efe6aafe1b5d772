//! Names that an argument gives and the ledger does not have: most likely they are misspelt.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::cli::args::names::{NameKind, WantedName};
use crate::cli::error::CliError;
use crate::cli::invocation::Invocation;
use crate::ledger::__private::{list, member, text};
use crate::ledger::Reader;
use crate::ledger::format::Line;
use crate::ledger::read::ReadError;
use crate::ledger::store::SegmentSource;
use crate::schema::nearest::nearest;

/// More names of one kind are not kept: then the nearest may not be found.
const MOST: usize = 100_000;

/// The names of a kind in an event. If the kind of an actor is asked for, it is part of the name.
fn names_of(wanted: &WantedName, line: &Line<'_>) -> Vec<String> {
    match wanted.kind {
        NameKind::Action => vec![line.action.get().into_owned()],
        NameKind::Actor if wanted.with_kind => {
            vec![format!("{}:{}", line.actor_type.get(), line.actor_id.get())]
        }
        NameKind::Actor => vec![line.actor_id.get().into_owned()],
        NameKind::Resource => {
            line.resource_id.into_iter().map(|id| id.get().into_owned()).collect()
        }
        NameKind::Key => {
            if line.resource_type.is_none_or(|kind| kind != "config") {
                return Vec::new();
            }
            let lists = ["changes", "state"].into_iter();
            let lists = lists.filter_map(|name| list(member(line.details?, name)?));
            let key = |item| Some(text(member(item, "key")?)?.into_owned());
            lists.flatten().filter_map(key).collect()
        }
    }
}

/// The recorded name that was probably meant.
fn nearest_to<'n>(wanted: &WantedName, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let Some(prefix) = wanted.name.strip_suffix('*') else { return nearest(&wanted.name, names) };
    let begins = |name: &'n str| (name.get(..prefix.len()).unwrap_or(name), name);
    let names: Vec<_> = names.map(begins).collect();
    let near = nearest(prefix, names.iter().map(|(beginning, _)| *beginning))?;
    names.iter().find(|(beginning, _)| *beginning == near).map(|(_, name)| *name)
}

/// A name that no event of the ledger has.
#[derive(Debug)]
pub(crate) struct NotRecorded {
    kind: NameKind,
    name: String,
    /// The recorded name that was probably meant.
    nearest: Option<String>,
}

impl NotRecorded {
    /// A name that is not one of these, which are all that are recorded.
    pub(crate) fn of<'n>(
        wanted: &WantedName,
        names: impl Iterator<Item = &'n str>,
    ) -> Option<Self> {
        let nearest = nearest_to(wanted, names).map(str::to_owned);
        let told = nearest.is_some() || !wanted.only_if_near;
        told.then(|| NotRecorded { kind: wanted.kind, name: wanted.name.clone(), nearest })
    }

    fn message(&self) -> String {
        let NotRecorded { kind, name, nearest } = self;
        let what = match name.strip_suffix('*') {
            Some(prefix) => format!("no {} of the ledger begins with `{prefix}`", kind.name()),
            None => format!("the ledger has no {} `{name}`", kind.name()),
        };
        match nearest {
            Some(nearest) => format!("{what}; did you mean `{nearest}`?"),
            None => what,
        }
    }

    fn value(&self) -> Value {
        let kind = match self.kind {
            NameKind::Key => "key",
            kind => kind.name(),
        };
        json!({ "kind": kind, "name": self.name, "nearest": self.nearest })
    }
}

/// The answer of a command that shows nothing because of these names.
pub(crate) fn not_recorded_json(names: &[NotRecorded]) -> Value {
    json!({ "not_recorded": names.iter().map(NotRecorded::value).collect::<Vec<_>>() })
}

/// The end of a command that was given names that are not recorded, beside an end that it had already.
pub(crate) fn end_with(names: &[NotRecorded], other: Result<(), CliError>) -> Result<(), CliError> {
    if names.is_empty() {
        return other;
    }
    let message: Vec<_> = names.iter().map(NotRecorded::message).collect();
    let message = message.join("\n");
    Err(match other {
        Ok(()) => CliError { message: Some(message), ..CliError::finding() },
        Err(error) => {
            let both =
                error.message.into_iter().fold(message, |all, more| format!("{all}\n{more}"));
            CliError { message: Some(both), ..error }
        }
    })
}

/// Which of these names no event of the ledger has. Reads all of it, unless all are found before.
pub(crate) fn not_recorded(
    source: &dyn SegmentSource,
    wanted: &[WantedName],
) -> Result<Vec<NotRecorded>, CliError> {
    let mut open: Vec<(&WantedName, BTreeSet<String>)> =
        wanted.iter().map(|wanted| (wanted, BTreeSet::new())).collect();
    for record in Reader::new(source).events()? {
        if open.is_empty() {
            break;
        }
        let record = match record {
            Err(ReadError::Store(error)) => return Err(error.into()),
            // It is told where events are shown.
            Err(_) => continue,
            Ok(record) => record,
        };
        let Ok(line) = record.line() else { continue };
        open.retain_mut(|(wanted, names)| {
            let found = names_of(wanted, &line);
            if found.iter().any(|name| wanted.matches(name)) {
                return false;
            }
            for name in found {
                if names.len() < MOST {
                    names.insert(name);
                }
            }
            true
        });
    }
    let missing = open.into_iter();
    let told = |(wanted, names): (&WantedName, BTreeSet<String>)| {
        NotRecorded::of(wanted, names.iter().map(String::as_str))
    };
    Ok(missing.filter_map(told).collect())
}

impl Invocation<'_> {
    /// Writes as JSON that these names are not recorded, if JSON is asked for.
    pub(crate) fn answer_not_recorded(&mut self, names: &[NotRecorded]) -> Result<(), CliError> {
        match self.out.is_json() && !names.is_empty() {
            true => self.out.text(&format!("{}\n", not_recorded_json(names))),
            false => Ok(()),
        }
    }
}
