//! Gives the generated code the value and the audit entry of each field in turn.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};

use super::layers::{Layer, LayerKind, Layers};
use super::loader::Settings;
use super::scope::Scope;
use super::slot::{HeldValue, Slot};
use crate::audit::{AuditEntry, Location, Warning};
use crate::error::{self, Problem, ProblemKind};
use crate::schema::KeyRequest;
use crate::schema::nearest::nearest;
use crate::schema::table::{Name, Table};
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
    /// The position of the next field.
    cursor: usize,
    /// Within an optional group of which no key is supplied.
    in_absent_group: bool,
    /// The secrets read, kept while a `validate` function may put one into its message.
    secrets: Option<Vec<SecretString>>,
    problems: Vec<Problem>,
    warnings: Vec<Warning>,
}

/// A field that has been read.
#[doc(hidden)]
pub struct Field<T> {
    pub value: Option<T>,
    pub entry: AuditEntry,
}

/// Where a value was found.
struct Found<'a> {
    raw: Raw<'a>,
    source: Source,
    location: Option<Location>,
    provider: Option<Arc<str>>,
    found_as: Option<&'static str>,
}

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
        Reader {
            settings,
            layers,
            table,
            slots,
            scope: Scope::new(settings, layers),
            now,
            cursor: 0,
            in_absent_group: false,
            secrets: table.schema.validates_anywhere().then(Vec::new),
            problems,
            warnings,
        }
    }

    pub(super) fn finish(self) -> (Vec<Problem>, Vec<Warning>) {
        (self.problems, self.warnings)
    }

    /// Reads the next field. `absent` gives the value for when no source has it: a default, `None` for an optional field,
    /// or nothing.
    pub fn field<T>(
        &mut self,
        take: fn(&mut Raw<'_>) -> Result<T, ValueError>,
        absent: fn() -> Result<Option<T>, ValueError>,
    ) -> Field<T> {
        let index = self.cursor;
        self.cursor += 1;
        let request = &self.table.leaves[index];
        let mut entry = AuditEntry::new(request.key(), request.is_secret(), self.now);
        if self.in_absent_group {
            return Field { value: None, entry };
        }
        let found = match self.find(index, request, &mut entry.shadowed) {
            Ok(Some(found)) => found,
            Ok(None) => {
                let value = self.absent_value(request, absent);
                entry.unset = request.field.optional && request.field.default.is_none();
                return Field { value, entry };
            }
            Err(problem) => {
                self.problems.push(*problem);
                return Field { value: None, entry };
            }
        };
        let Found { mut raw, source, location, provider, found_as } = found;
        if let Some(secrets) = &mut self.secrets
            && request.is_secret()
            && let Ok(text) = raw.as_str()
        {
            secrets.push(text.into());
        }
        let value = match take(&mut raw) {
            Ok(value) => Some(value),
            Err(error) => {
                let problem = invalid(request, &raw, error).at(source, location.clone());
                self.problems.push(problem);
                None
            }
        };
        if let Some(instead) = request.field.deprecated {
            self.warnings.push(Warning::Deprecated {
                key: request.key(),
                instead,
                source,
                location: location.clone(),
            });
        }
        entry.source = source;
        entry.location = location;
        entry.provider = provider;
        entry.found_as = found_as.map(Into::into);
        Field { value, entry }
    }

    /// Reads the fields of a nested struct that is there only if any of its `count` keys is supplied.
    pub fn optional_group<T, A>(
        &mut self,
        count: usize,
        read: fn(&mut Reader<'_>) -> (Option<T>, A),
    ) -> (Option<Option<T>>, A) {
        let supplied = !self.in_absent_group
            && (self.cursor..self.cursor + count).any(|index| self.is_supplied(index));
        if supplied {
            let (value, audit) = read(self);
            return (value.map(Some), audit);
        }
        let outer = std::mem::replace(&mut self.in_absent_group, true);
        let (_, audit) = read(self);
        self.in_absent_group = outer;
        (Some(None), audit)
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
                let mut message = error.to_string();
                for secret in self.secrets.iter().flatten() {
                    let secret = secret.expose_secret();
                    if !secret.is_empty() {
                        message = message.replace(secret, "[REDACTED]");
                    }
                }
                let problem = Problem::new(ProblemKind::Validation, format!("{name} is not valid"));
                self.problems.push(problem.reason(message));
                None
            }
        }
    }

    fn absent_value<T>(
        &mut self,
        request: &'static KeyRequest,
        absent: fn() -> Result<Option<T>, ValueError>,
    ) -> Option<T> {
        if request.field.default.is_some()
            && !(self.settings.asks(Source::SchemaDefault)
                && request.sources.contains(Source::SchemaDefault))
        {
            self.problems.push(self.missing(request));
            return None;
        }
        match absent() {
            Ok(Some(value)) => Some(value),
            Ok(None) => {
                self.problems.push(self.missing(request));
                None
            }
            Err(error) => {
                let text = match request.field.default {
                    Some(crate::schema::DefaultText::Value(text)) => text,
                    _ => "",
                };
                let problem = invalid(request, &Raw::borrowed(text), error);
                self.problems.push(problem.at(Source::SchemaDefault, None));
                None
            }
        }
    }

    /// The value that wins, if any source has one.
    fn find(
        &mut self,
        index: usize,
        request: &'static KeyRequest,
        shadowed: &mut Vec<Source>,
    ) -> Result<Option<Found<'a>>, Box<Problem>> {
        let layers = self.layers;
        let slot = &mut self.slots[index];
        let mut denied = slot.denied.take().map(|denied| {
            let layer = layers.layer(denied.layer);
            let name = request.names[denied.rank as usize].text;
            (layer.source, name, layer.location(name, denied.line))
        });
        let mut variable = None;
        if self.settings.asks(Source::System) {
            variable = ask_environment(self.settings, request);
            if !request.sources.contains(Source::System)
                && let Some(variable) = variable.take()
            {
                denied = Some((Source::System, variable.name.text, None));
            }
        }
        let held = slot.held.take();
        let mut sources = slot.sources;
        if variable.is_some() {
            sources = sources.with(Source::System);
        }
        if sources.is_empty() {
            return match denied {
                Some((source, name, location)) => {
                    Err(Box::new(disallowed(request, source, name, location)))
                }
                None => Ok(None),
            };
        }
        if let Some((source, _, location)) = denied {
            self.warnings.push(Warning::Ignored { key: request.key(), source, location });
        }
        let rank = |source| self.settings.rank(source);
        let held_source = held.as_ref().map(|held| layers.layer(held.layer).source);
        let from_environment = match held_source {
            Some(source) => variable.is_some() && rank(Source::System) < rank(source),
            None => true,
        };
        let winner = match held_source {
            Some(source) if !from_environment => source,
            _ => Source::System,
        };
        if request.field.default.is_some()
            && self.settings.asks(Source::SchemaDefault)
            && rank(Source::SchemaDefault) < rank(winner)
        {
            *shadowed = in_order(sources, self.settings);
            return Ok(None);
        }
        let lower = sources.without(winner);
        if !lower.is_empty() {
            *shadowed = in_order(lower, self.settings);
        }
        if from_environment && let Some(variable) = variable {
            return found_in_environment(request, variable).map(Some);
        }
        let Some(held) = held else { return Ok(None) };
        let layer = layers.layer(held.layer);
        let name = request.names[held.rank as usize].text;
        let location = layer.location(name, held.line);
        let raw = match (held.value, &layer.kind) {
            (HeldValue::Span(from, to), LayerKind::EnvFile(file)) => {
                Raw::borrowed(file.slice(from, to))
            }
            (HeldValue::Fetched, LayerKind::Fetched(_, fetched)) => {
                Raw::borrowed(fetched.get(name).map_or("", |value| value.text()))
            }
            (HeldValue::Content(content), _) => Raw::os(content),
            (HeldValue::Interpreted(value), _) if value.marker.is_none() => Raw::owned(value.text),
            (HeldValue::Interpreted(value), _) => {
                match self.scope.resolve(held.layer as usize, held.line, &value, 0) {
                    Ok(text) => Raw::owned(text),
                    Err(fault) => {
                        let problem = bad_reference(request, &fault).at(layer.source, location);
                        return Err(Box::new(problem));
                    }
                }
            }
            (HeldValue::Span(..) | HeldValue::Fetched, _) => {
                unreachable!("a layer holds values of its own kind")
            }
        };
        Ok(Some(Found {
            raw,
            source: layer.source,
            location,
            provider: Layer::provider(layer),
            found_as: (held.rank > 0).then_some(name),
        }))
    }

    fn is_supplied(&self, index: usize) -> bool {
        let slot = &self.slots[index];
        slot.held.is_some()
            || slot.denied.is_some()
            || (self.settings.asks(Source::System)
                && ask_environment(self.settings, &self.table.leaves[index]).is_some())
    }

    fn missing(&self, request: &'static KeyRequest) -> Problem {
        let key = request.key();
        let near = self.near_miss(request);
        let hint = match near {
            Some((name, place)) => format!("{name} is set in {place}; did you mean that?"),
            None => how_to_set(request),
        };
        let mut problem = Problem::new(ProblemKind::Missing, format!("{key} is missing"))
            .key_named(key)
            .hint(hint);
        problem.expected = Some(expected(request));
        problem
    }

    /// A variable that is set, belongs to no field and is nearly called like this one.
    fn near_miss(&self, request: &'static KeyRequest) -> Option<(String, String)> {
        let unknown = |name: &&str| self.table.find(name.as_bytes()).is_none();
        let mut places = Vec::new();
        if self.settings.asks(Source::System) {
            let names = self.settings.environment.names();
            places.push((names, "the process environment".to_owned()));
        }
        for layer in self.layers.iter() {
            if let LayerKind::EnvFile(file) = &layer.kind {
                let names = file.assignments().flatten().map(|found| found.name.to_owned());
                places.push((names.collect(), file.path.display().to_string()));
            }
        }
        places.into_iter().find_map(|(names, place)| {
            let candidates = names.iter().map(String::as_str).filter(unknown);
            nearest(request.key(), candidates).map(|near| (near.to_owned(), place))
        })
    }
}

fn ask_environment(settings: &Settings, request: &'static KeyRequest) -> Option<Variable> {
    let ask = |name: &'static Name, file: bool| {
        let value = settings.environment.get(if file { name.file } else { name.text })?;
        let unset = settings.empty_as_unset && value.is_empty();
        (!unset).then_some(Variable { name, file, value })
    };
    let files = request.names.iter().filter(|name| name.reads_file);
    request
        .names
        .iter()
        .find_map(|name| ask(name, false))
        .or_else(|| files.into_iter().find_map(|name| ask(name, true)))
}

fn found_in_environment<'a>(
    request: &'static KeyRequest,
    variable: Variable,
) -> Result<Found<'a>, Box<Problem>> {
    let Variable { name, file, value } = variable;
    let mut found = Found {
        raw: Raw::borrowed(""),
        source: Source::System,
        location: None,
        provider: None,
        found_as: (name.rank > 0).then_some(name.text),
    };
    if !file {
        found.raw = Raw::os(value);
        return Ok(found);
    }
    let path = Path::new(&value);
    let location = Location::File { path: path.into(), line: None };
    found.raw = Raw::os(folder::read_secret(path).map_err(|fault| {
        let message = format!("the file that {} names cannot be read", name.file);
        let problem = Problem::new(ProblemKind::Unreadable, message)
            .key_named(request.key())
            .reason(fault.to_string())
            .at(Source::System, Some(location.clone()));
        Box::new(problem)
    })?);
    found.location = Some(location);
    found.found_as = Some(name.file);
    Ok(found)
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
    if request.is_secret() {
        if reason == Reason::NotUtf8 {
            problem.reason = Some("it is not valid UTF-8".to_owned());
        }
        return problem;
    }
    problem.found = raw.as_str().ok().map(error::shown);
    problem.reason = match reason {
        Reason::Unexpected => {
            let text = raw.as_str().unwrap_or("");
            (text.trim() != text).then(|| "blanks stand around it".to_owned())
        }
        Reason::NotUtf8 => Some("it is not valid UTF-8".to_owned()),
        Reason::Plain(message) => Some(message),
        Reason::Foreign(message) => Some(error::shown_message(&message)),
    };
    problem
}

fn disallowed(
    request: &'static KeyRequest,
    source: Source,
    name: &str,
    location: Option<Location>,
) -> Problem {
    let message = format!("{name} may not come from the source `{source}`");
    Problem::new(ProblemKind::DisallowedSource, message)
        .key_named(request.key())
        .at(source, location)
        .hint(format!("it may come from: {}", request.sources))
}

fn bad_reference(request: &'static KeyRequest, fault: &ExpandFault) -> Problem {
    let key = request.key();
    let reason =
        if request.is_secret() { fault.without_names().to_owned() } else { fault.to_string() };
    Problem::new(ProblemKind::Invalid, format!("{key} is invalid"))
        .key_named(key)
        .reason(reason)
        .hint(fault.hint())
}

fn how_to_set(request: &'static KeyRequest) -> String {
    if request.sources == SourceSet::ALL {
        let key = request.key();
        format!("set {key} in the environment, in `.env` or as a secret file")
    } else {
        format!("it may come from: {}", request.sources)
    }
}

/// What a value of the field looks like, with the limits the field sets.
pub(crate) fn expected(request: &KeyRequest) -> String {
    let field = request.field;
    let mut text = match (field.range, field.one_of, field.shape) {
        (_, [first, rest @ ..], _) => {
            let words =
                rest.iter().fold(format!("`{first}`"), |all, word| format!("{all}, `{word}`"));
            if rest.is_empty() { words } else { format!("one of {words}") }
        }
        (Some(range), [], shape) => {
            let noun = if shape.json_type() == "number" { "a number" } else { "an integer" };
            match shape.element() {
                Some(_) => format!("a list, each element {noun} {range}"),
                None => format!("{noun} {range}"),
            }
        }
        (None, [], shape) => shape.to_string(),
    };
    if let Some(len) = field.len {
        text.push_str(&format!(", with a length {len}"));
    } else if field.non_empty {
        text.push_str(", not empty");
    }
    if field.secret {
        text.push_str(" (a secret)");
    }
    text
}
