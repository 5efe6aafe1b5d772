//! Gives the generated code the value and the audit entry of each field in turn.

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::expected::expected;
use super::layers::{LayerKind, Layers};
use super::loader::Settings;
use super::places::places;
use super::redaction::Secrets;
use super::scope::Scope;
use super::slot::{Held, HeldValue, Slot};
#[cfg(any(feature = "ledger", feature = "live"))]
use super::texts::Texts;
use crate::audit::{AuditEntry, Location, Warning};
use crate::error::{self, Problem, ProblemKind};
use crate::schema::nearest::nearest;
use crate::schema::table::{Name, Table};
use crate::schema::{DefaultText, KeyRequest};
use crate::source::{Source, SourceSet};
use crate::sources::env_file::expand::ExpandFault;
use crate::sources::folder;
use crate::value::{Raw, Reason, ValueError};

/// What the generated code reads fields from, in the order of declaration.
#[doc(hidden)]
pub struct Reader<'a> {
    settings: &'a Settings,
    layers: &'a Layers<'a>,
    table: &'static Table,
    slots: &'a mut [Slot],
    scope: Scope<'a>,
    now: DateTime<Utc>,
    asks_environment: bool,
    /// Whether it is the only one that could have a value, and nothing the settings say of values matters.
    environment_alone: bool,
    /// Whether any source wins over a default.
    default_is_last: bool,
    /// The position of the next field.
    cursor: usize,
    /// Within an optional group of which no key is supplied.
    in_absent_group: bool,
    /// The secrets read, kept while a `validate` function may put one into its message.
    secrets: Option<Secrets>,
    #[cfg(any(feature = "ledger", feature = "live"))]
    texts: Texts,
    problems: Vec<Problem>,
    /// What `validate` functions said, with the position of their problem: not to be shown before every secret is known.
    withheld: Vec<(usize, String)>,
    /// The names in the environment and in each env file, once a variable was missing.
    present: Option<Vec<(Vec<String>, String)>>,
    warnings: Vec<Warning>,
}

/// What is said in the place of a parser or check that may have quoted the value.
const WITHHELD: &str = "what refused it is not quoted, because the value is secret";

/// A variable of the process environment.
struct Variable {
    name: &'static Name,
    /// Whether the value is the path of a file that holds it.
    file: bool,
    value: OsString,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        settings: &'a Settings,
        layers: &'a Layers<'a>,
        table: &'static Table,
        slots: &'a mut [Slot],
        now: DateTime<Utc>,
        (problems, warnings): (Vec<Problem>, Vec<Warning>),
    ) -> Self {
        let asks_environment = settings.asks(Source::System);
        let default_rank = settings.rank(Source::SchemaDefault);
        let default_is_last = settings.ranks.iter().all(|rank| *rank <= default_rank);
        let environment_alone = asks_environment
            && slots.is_empty()
            && !settings.empty_as_unset
            && !table.validates
            && settings.rank(Source::System) < default_rank;
        Reader {
            default_is_last,
            asks_environment,
            environment_alone,
            settings,
            layers,
            table,
            slots,
            scope: Scope::new(settings, layers.all(), table),
            now,
            cursor: 0,
            in_absent_group: false,
            secrets: table.validates.then(Secrets::default),
            #[cfg(any(feature = "ledger", feature = "live"))]
            texts: Texts::new(&settings.environment),
            problems,
            withheld: Vec::new(),
            present: None,
            warnings,
        }
    }

    #[cfg(any(feature = "ledger", feature = "live"))]
    pub(super) fn take_texts(&mut self) -> Texts {
        std::mem::replace(&mut self.texts, Texts::new(&self.settings.environment))
    }

    pub(super) fn finish(mut self) -> (Vec<Problem>, Vec<Warning>) {
        for (at, message) in self.withheld {
            let message = match &self.secrets {
                Some(secrets) => secrets.redact(&message),
                None => message,
            };
            self.problems[at].reason = Some(error::shown_message(&message));
        }
        (self.problems, self.warnings)
    }

    /// Reads the next field and fills in its audit entry, which is still blank. `absent` gives the value for when no source
    /// has it: a default, `None` for an optional field, or nothing.
    pub fn field<T>(
        &mut self,
        entry: &mut AuditEntry,
        take: impl FnOnce(&mut Raw<'_>) -> Result<T, ValueError>,
        absent: fn() -> Result<Option<T>, ValueError>,
    ) -> Option<T> {
        let request = &self.table.leaves[self.cursor];
        match self.next(request, entry)? {
            Some(mut raw) => match take(&mut raw) {
                Ok(value) => Some(value),
                Err(error) => {
                    self.refuse(request, entry, &raw, error);
                    None
                }
            },
            None => self.supply(request, absent()),
        }
    }

    /// What the sources have for the next field: nothing is `Some(None)`, nothing that could be used `None`.
    #[inline(always)]
    fn next(
        &mut self,
        request: &'static KeyRequest,
        entry: &mut AuditEntry,
    ) -> Option<Option<Raw<'a>>> {
        entry.key = Cow::Borrowed(request.key);
        entry.masked = request.field.secret;
        entry.timestamp = self.now;
        self.cursor += 1;
        // Most values of most programs: only the process environment could have it.
        let mut variable = None;
        if self.environment_alone {
            variable = self.settings.environment.get(request.key);
            if variable.is_some() && request.is_plain {
                entry.source = Source::System;
                return Some(variable.map(Raw::os));
            }
        } else if self.asks_environment && !self.in_absent_group {
            variable = self.settings.environment.get(request.key);
        }
        self.next_of_many(request, variable, entry)
    }

    fn next_of_many(
        &mut self,
        request: &'static KeyRequest,
        variable: Option<OsString>,
        entry: &mut AuditEntry,
    ) -> Option<Option<Raw<'a>>> {
        if self.in_absent_group {
            entry.unset = true;
            return None;
        }
        let index = self.cursor - 1;
        let raw = match self.find(index, request, variable, entry) {
            Ok(Some(raw)) => raw,
            Ok(None) => return self.default_counts(request, entry).then_some(None),
            Err(problem) => {
                self.problems.push(*problem);
                return None;
            }
        };
        #[cfg(any(feature = "ledger", feature = "live"))]
        self.texts.note(index, entry, &raw);
        if let Some(secrets) = &mut self.secrets
            && (request.is_secret() || raw.is_secret())
            && let Ok(text) = raw.as_str()
        {
            secrets.note(request, text);
        }
        if let Some(instead) = request.field.deprecated {
            self.warnings.push(Warning::Deprecated {
                key: request.key(),
                instead,
                source: entry.source,
                location: entry.location.clone(),
            });
        }
        Some(Some(raw))
    }

    /// Whether what the field says about its absence may be used.
    fn default_counts(&mut self, request: &'static KeyRequest, entry: &mut AuditEntry) -> bool {
        let has_default = request.field.default.is_some();
        entry.unset = request.field.optional && !has_default;
        let allowed = self.settings.asks(Source::SchemaDefault)
            && request.sources.contains(Source::SchemaDefault);
        if has_default && !allowed {
            self.report_missing(request);
            return false;
        }
        true
    }

    fn supply<T>(
        &mut self,
        request: &'static KeyRequest,
        absent: Result<Option<T>, ValueError>,
    ) -> Option<T> {
        match absent {
            Ok(Some(value)) => return Some(value),
            Ok(None) => self.report_missing(request),
            Err(error) => {
                let text = match request.field.default {
                    Some(DefaultText::Value(text)) => text,
                    _ => "",
                };
                let problem = invalid(request, &Raw::borrowed(text), error);
                self.problems.push(problem.at(Source::SchemaDefault, None));
            }
        }
        None
    }

    fn refuse(
        &mut self,
        request: &'static KeyRequest,
        entry: &AuditEntry,
        raw: &Raw<'_>,
        error: ValueError,
    ) {
        let problem = invalid(request, raw, error).at(entry.source, entry.location.clone());
        self.problems.push(problem);
    }

    /// Reads the fields of a nested struct that is there only if any of its `count` keys is supplied.
    pub fn optional_group<T, A>(
        &mut self,
        count: usize,
        audit: &mut A,
        read: fn(&mut Reader<'_>, &mut A) -> Option<T>,
    ) -> Option<Option<T>> {
        let supplied = !self.in_absent_group
            && (self.cursor..self.cursor + count).any(|index| self.is_supplied(index));
        if supplied {
            return read(self, audit).map(Some);
        }
        let outer = (self.in_absent_group, self.environment_alone);
        (self.in_absent_group, self.environment_alone) = (true, false);
        read(self, audit);
        (self.in_absent_group, self.environment_alone) = outer;
        Some(None)
    }

    /// Calls the `validate` function of a struct whose fields are all there.
    pub fn validate<T, E: core::fmt::Display>(
        &mut self,
        name: &'static str,
        value: T,
        check: impl FnOnce(&T) -> Result<(), E>,
    ) -> Option<T> {
        match check(&value) {
            Ok(()) => Some(value),
            Err(error) => {
                let problem = Problem::new(ProblemKind::Validation, format!("{name} is not valid"));
                self.withheld.push((self.problems.len(), error.to_string()));
                self.problems.push(problem);
                None
            }
        }
    }

    /// The value that wins, if any source has one. The entry is told where it was found.
    fn find(
        &mut self,
        index: usize,
        request: &'static KeyRequest,
        variable: Option<OsString>,
        entry: &mut AuditEntry,
    ) -> Result<Option<Raw<'a>>, Box<Problem>> {
        let mut variable = match self.asks_environment {
            true => in_environment(self.settings, request, variable),
            false => None,
        };
        let layers = self.layers;
        // Most values of a file: nothing else has them.
        if variable.is_none()
            && let Some(Slot { held: found @ Some(_), sources, denied: None }) =
                self.slots.get_mut(index)
            && sources.is_single()
            && self.default_is_last
            && let Some(held) = found.take()
        {
            return self.found_in_layer(request, held, entry).map(Some);
        }
        let (held, mut sources, denied) = match self.slots.get_mut(index) {
            Some(slot) => (slot.held.take(), slot.sources, slot.denied.take()),
            None => (None, SourceSet::EMPTY, None),
        };
        let mut denied = denied.map(|denied| {
            let layer = layers.layer(denied.layer);
            let name = request.names[denied.rank as usize].text;
            (layer.source, name, layer.location(name, denied.line))
        });
        if variable.is_some() && !request.sources.contains(Source::System) {
            denied = variable.take().map(|variable| (Source::System, variable.name.text, None));
        }
        if variable.is_some() {
            sources = sources.with(Source::System);
        }
        if sources.is_empty() {
            return match denied {
                Some((source, name, location)) => {
                    Err(Box::new(self.disallowed(request, source, name, location)))
                }
                None => Ok(None),
            };
        }
        if let Some((source, _, location)) = denied {
            self.warnings.push(Warning::Ignored { key: request.key(), source, location });
        }
        let rank = |source| self.settings.rank(source);
        let held_source = held.as_ref().map(|held| layers.layer(held.layer).source);
        // A provider of the source System comes before the environment itself.
        let before = |source: &Source| rank(*source) <= rank(Source::System);
        let in_layer = held_source.filter(|source| variable.is_none() || before(source));
        let winner = in_layer.unwrap_or(Source::System);
        if self.default_wins(request, winner) {
            entry.shadowed = in_order(sources, self.settings);
            return Ok(None);
        }
        let lower = sources.without(winner);
        if !lower.is_empty() {
            entry.shadowed = in_order(lower, self.settings);
        }
        match (variable, held) {
            (Some(variable), _) if in_layer.is_none() => {
                found_in_environment(request, variable, entry).map(Some)
            }
            (_, Some(held)) => self.found_in_layer(request, held, entry).map(Some),
            (_, None) => Ok(None),
        }
    }

    fn default_wins(&self, request: &'static KeyRequest, winner: Source) -> bool {
        self.settings.rank(Source::SchemaDefault) < self.settings.rank(winner)
            && request.field.default.is_some()
            && self.settings.asks(Source::SchemaDefault)
    }

    fn found_in_layer(
        &mut self,
        request: &'static KeyRequest,
        held: Held,
        entry: &mut AuditEntry,
    ) -> Result<Raw<'a>, Box<Problem>> {
        let layer = self.layers.layer(held.layer);
        let name = request.names[held.rank as usize].text;
        entry.source = layer.source;
        entry.location = layer.location(name, held.line);
        if let LayerKind::Fetched(provider, _) = &layer.kind {
            entry.provider = Some(Arc::clone(provider));
        }
        if held.rank > 0 {
            entry.found_as = Some(Cow::Borrowed(name));
        }
        Ok(match (held.value, &layer.kind) {
            (HeldValue::Span(from, to), LayerKind::EnvFile(file)) => {
                Raw::borrowed(file.slice(from, to))
            }
            (HeldValue::Fetched, LayerKind::Fetched(_, fetched)) => {
                Raw::borrowed(fetched.get(name).map_or("", |value| value.text()))
            }
            (HeldValue::Content(content), _) => Raw::os(content),
            (HeldValue::Interpreted(value), _) if value.marker.is_none() => Raw::owned(value.text),
            (HeldValue::Interpreted(value), _) => {
                let resolved = self.scope.resolve(held.layer as usize, held.line, &value, 0);
                let secret = self.scope.take_met_secret();
                match resolved {
                    Ok(text) if secret => Raw::secret(text),
                    Ok(text) => Raw::owned(text),
                    Err(fault) => {
                        let problem = bad_reference(request, &fault, secret);
                        let problem = problem.at(layer.source, entry.location.clone());
                        return Err(Box::new(problem));
                    }
                }
            }
            (HeldValue::Span(..) | HeldValue::Fetched, _) => {
                unreachable!("a layer holds values of its own kind")
            }
        })
    }

    fn is_supplied(&self, index: usize) -> bool {
        let held = |slot: &Slot| slot.held.is_some() || slot.denied.is_some();
        self.slots.get(index).is_some_and(held)
            || (self.asks_environment && self.is_in_environment(&self.table.leaves[index]))
    }

    fn is_in_environment(&self, request: &'static KeyRequest) -> bool {
        let under_key = self.settings.environment.get(request.key);
        in_environment(self.settings, request, under_key).is_some()
    }

    /// Says that a variable is missing, unless what was found of it has been reported.
    fn report_missing(&mut self, request: &'static KeyRequest) {
        if !self.problems.iter().any(|problem| problem.key() == Some(request.key())) {
            let problem = self.missing(request);
            self.problems.push(problem);
        }
    }

    fn missing(&mut self, request: &'static KeyRequest) -> Problem {
        let key = request.key();
        let near = self.near_miss(request);
        let hint = match near {
            Some((name, place)) => format!("{name} is set in {place}; did you mean that?"),
            None => match self.unread_place(request) {
                Some(place) => format!("it may be set in {place}: mend that first"),
                None => format!("set {key} {}", places(request.sources, self.settings)),
            },
        };
        let mut problem = Problem::new(ProblemKind::Missing, format!("{key} is missing"))
            .key_named(key)
            .hint(hint);
        problem.expected = Some(expected(request));
        problem
    }

    /// A variable that is set, belongs to no field and is nearly called like this one.
    fn near_miss(&mut self, request: &'static KeyRequest) -> Option<(String, String)> {
        if self.present.is_none() {
            self.present = Some(self.names_present());
        }
        let unknown = |name: &&str| self.table.find(name.as_bytes()).is_none();
        self.present.iter().flatten().find_map(|(names, place)| {
            let candidates = names.iter().map(String::as_str).filter(unknown);
            nearest(request.key(), candidates).map(|near| (near.to_owned(), place.clone()))
        })
    }

    /// A file that could have it and of which not all could be read.
    fn unread_place(&self, request: &'static KeyRequest) -> Option<&Location> {
        let unread = |problem: &&Problem| {
            matches!(problem.kind(), ProblemKind::Unreadable | ProblemKind::Syntax)
                && problem.key().is_none()
                && problem.source().is_some_and(|source| request.sources.contains(source))
        };
        self.problems.iter().find(unread)?.location()
    }

    fn names_present(&self) -> Vec<(Vec<String>, String)> {
        let mut places = Vec::new();
        if self.settings.asks(Source::System) {
            let names = self.settings.environment.names();
            places.push((names, "the process environment".to_owned()));
        }
        for layer in self.layers.all() {
            if let LayerKind::EnvFile(file) = &layer.kind {
                let names = file.assignments().flatten().map(|found| found.name.to_owned());
                places.push((names.collect(), file.path.display().to_string()));
            }
        }
        places
    }

    fn disallowed(
        &self,
        request: &'static KeyRequest,
        source: Source,
        name: &str,
        location: Option<Location>,
    ) -> Problem {
        let message = format!("{name} may not come from the source `{source}`");
        Problem::new(ProblemKind::DisallowedSource, message)
            .key_named(request.key())
            .at(source, location)
            .hint(format!("set it {} instead", places(request.sources, self.settings)))
    }
}

/// The variable under any of its names. What the environment has under the key itself is already known.
fn in_environment(
    settings: &Settings,
    request: &'static KeyRequest,
    under_key: Option<OsString>,
) -> Option<Variable> {
    let counts = |value: &OsString| !(settings.empty_as_unset && value.is_empty());
    let found = |name: &'static Name, file, value| Variable { name, file, value };
    if let Some(value) = under_key.filter(counts) {
        return Some(found(&request.names[0], false, value));
    }
    for alias in &request.names[1..] {
        if let Some(value) = settings.environment.get(alias.text).filter(counts) {
            return Some(found(alias, false, value));
        }
    }
    let mut files = request.names.iter().filter(|name| name.reads_file);
    files.find_map(|name| {
        let value = settings.environment.get(name.file).filter(counts)?;
        Some(found(name, true, value))
    })
}

fn found_in_environment<'a>(
    request: &'static KeyRequest,
    variable: Variable,
    entry: &mut AuditEntry,
) -> Result<Raw<'a>, Box<Problem>> {
    entry.source = Source::System;
    let Variable { name, file, value } = variable;
    if !file {
        if name.rank > 0 {
            entry.found_as = Some(Cow::Borrowed(name.text));
        }
        return Ok(Raw::os(value));
    }
    let path = Path::new(&value);
    let location = Location::File { path: path.into(), line: None };
    let content = folder::read_secret(path).map_err(|fault| {
        let message = format!("the file that {} names cannot be read", name.file);
        let problem = Problem::new(ProblemKind::Unreadable, message)
            .key_named(request.key())
            .reason(fault.to_string());
        Box::new(match request.is_secret() && !folder::could_be_a_path(path) {
            true => problem.at(Source::System, None).hint(format!(
                "set {} to a path; what it is set to is not shown, because it could be the secret",
                name.file
            )),
            false => problem.at(Source::System, Some(location.clone())),
        })
    })?;
    entry.location = Some(location);
    entry.found_as = Some(Cow::Borrowed(name.file));
    Ok(Raw::os(content))
}

fn in_order(sources: SourceSet, settings: &Settings) -> Vec<Source> {
    let mut sources: Vec<Source> = sources.iter().collect();
    sources.sort_by_key(|source| settings.rank(*source));
    sources
}

fn invalid(request: &'static KeyRequest, raw: &Raw<'_>, error: ValueError) -> Problem {
    let key = request.key();
    let mut problem =
        Problem::new(ProblemKind::Invalid, format!("{key} is invalid")).key_named(key);
    problem.expected = Some(expected(request));
    let reason = error.into_reason();
    if request.is_secret() || raw.is_secret() {
        problem.reason = match reason {
            Reason::Unexpected | Reason::Plain(_) => None,
            Reason::NotUtf8 => Some("it is not valid UTF-8".to_owned()),
            Reason::Foreign(_) => Some(WITHHELD.to_owned()),
        };
        return problem;
    }
    problem.found = raw.as_str().ok().map(error::shown);
    problem.reason = match reason {
        Reason::Unexpected => {
            let text = raw.as_str().unwrap_or("");
            let is_padded = text.trim() != text;
            let reason = is_padded.then_some("blanks stand around it");
            text.is_empty().then_some("it is empty").or(reason).map(str::to_owned)
        }
        Reason::NotUtf8 => Some("it is not valid UTF-8".to_owned()),
        Reason::Plain(message) => Some(message),
        Reason::Foreign(message) => Some(error::shown_message(&message)),
    };
    problem
}

fn bad_reference(request: &'static KeyRequest, fault: &ExpandFault, met_secret: bool) -> Problem {
    let key = request.key();
    let reason = match request.is_secret() || met_secret {
        true => fault.without_names().to_owned(),
        false => fault.to_string(),
    };
    Problem::new(ProblemKind::Invalid, format!("{key} is invalid"))
        .key_named(key)
        .reason(reason)
        .hint(fault.hint())
}
