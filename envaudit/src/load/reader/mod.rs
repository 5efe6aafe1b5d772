//! Gives the generated code the value and the audit entry of each field in turn.

mod conflict;
mod deprecation;
mod group;
mod invalid;
mod known_secrets;
mod missing;
mod named_file;
mod near_miss;
mod secret_file;
mod validation;
mod variable;

use std::borrow::Cow;
use std::ffi::OsString;

use chrono::{DateTime, Utc};
use envaudit_redact::credentials;

use self::conflict::OtherValues;
use self::group::GroupOpener;
use self::invalid::{FoundIn, bad_reference, invalid};
#[cfg(feature = "cli")]
pub(in crate::load) use self::secret_file::overlooked_in;
use self::variable::{found_in_environment, in_environment, others_in_environment};
use crate::audit::{AuditEntry, Warning};
use crate::error::{Problem, ProblemKind};
use crate::load::key_slot::{Candidate, CandidateValue, KeySlot};
use crate::load::layers::Scope;
use crate::load::layers::{Double, Layer, LayerKind, Layers, NearMiss, Notes};
#[cfg(any(feature = "ledger", feature = "live"))]
use crate::load::loaded_texts::LoadedTexts;
use crate::load::redaction::Secrets;
use crate::load::settings::LoadSettings;
use crate::schema::table::{Name, Table};
use crate::schema::{DefaultText, KeyRequest};
use crate::sources::{Source, SourceSet, service_links};
use crate::value::{Raw, ValueError};

/// What the generated code reads fields from, in the order of declaration.
#[doc(hidden)]
pub struct FieldReader<'a> {
    settings: &'a LoadSettings,
    layers: &'a Layers<'a>,
    table: &'static Table,
    slots: &'a mut [KeySlot],
    scope: Scope<'a>,
    now: DateTime<Utc>,
    asks_environment: bool,
    /// Whether it is the only one that could have a value, and nothing the settings say of values matters.
    environment_alone: bool,
    /// Whether there are folders of secrets.
    has_folders: bool,
    /// Whether any source wins over a default.
    default_is_last: bool,
    /// The variables of the environment that name files of this configuration.
    named_files: Vec<&'static str>,
    /// What layers have for a key under a second name.
    doubles: Vec<Double>,
    /// Unknown names in env files that resemble those of a key.
    near_misses: Vec<NearMiss>,
    /// The position of the next field.
    cursor: usize,
    /// Within an optional group of which no key is supplied.
    in_absent_group: bool,
    /// What opened the innermost optional group that is being read.
    opener: Option<GroupOpener>,
    /// The secrets read, kept while a `validate` function may put one into its message.
    secrets: Option<Secrets>,
    #[cfg(any(feature = "ledger", feature = "live"))]
    texts: LoadedTexts,
    problems: Vec<Problem>,
    /// What `validate` functions and parsers said, with the position of their problem: not to be shown before every secret is known.
    withheld: Vec<(usize, String)>,
    /// The names in the environment and in each env file, once a variable was missing.
    present: Option<Vec<(Vec<String>, String)>>,
    warnings: Vec<Warning>,
}

impl<'a> FieldReader<'a> {
    pub(super) fn new(
        settings: &'a LoadSettings,
        layers: &'a Layers<'a>,
        table: &'static Table,
        slots: &'a mut [KeySlot],
        now: DateTime<Utc>,
        notes: Notes,
    ) -> Self {
        let Notes { problems, warnings, doubles, near_misses } = notes;
        let asks_environment = settings.asks(Source::System);
        let default_rank = settings.rank(Source::SchemaDefault);
        let default_is_last = settings.ranks.iter().all(|rank| *rank <= default_rank);
        let environment_alone = asks_environment
            && slots.is_empty()
            && !settings.empty_as_unset
            && !table.validates
            && settings.rank(Source::System) < default_rank;
        let is_folder = |layer: &Layer| matches!(layer.kind, LayerKind::Folder(_));
        let mut named_files = Vec::new();
        if asks_environment {
            let ignores_case = settings.environment.ignores_case();
            settings.environment.each_file_name(|name| {
                let known = match ignores_case {
                    true => table.find_file_ignoring_case(name),
                    false => table.find_file(name),
                };
                named_files.extend(known.map(|known| known.file));
            });
        }
        FieldReader {
            has_folders: layers.all().iter().any(is_folder),
            named_files,
            doubles,
            near_misses,
            default_is_last,
            asks_environment,
            environment_alone,
            settings,
            layers,
            table,
            slots,
            scope: layers.scope(),
            now,
            cursor: 0,
            in_absent_group: false,
            opener: None,
            secrets: table.validates.then(Secrets::default),
            #[cfg(any(feature = "ledger", feature = "live"))]
            texts: LoadedTexts::new(&settings.environment),
            problems,
            withheld: Vec::new(),
            present: None,
            warnings,
        }
    }

    #[cfg(any(feature = "ledger", feature = "live"))]
    pub(super) fn take_texts(&mut self) -> LoadedTexts {
        std::mem::replace(&mut self.texts, LoadedTexts::new(&self.settings.environment))
    }

    pub(super) fn finish(mut self) -> (Vec<Problem>, Vec<Warning>) {
        self.clear_of_secrets();
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
            if let Some(value) = &variable
                && request.is_plain
                && self.named_files.is_empty()
                && !(entry.masked && value.is_empty())
            {
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
            if self.has_folders {
                self.warn_of_overlooked(request);
            }
            return None;
        }
        let index = self.cursor - 1;
        let raw = match self.find(index, request, variable, entry) {
            Ok(Some(raw)) => raw,
            Ok(None) => {
                self.note_near_miss(index, request);
                return self.default_counts(request, entry).then_some(None);
            }
            Err(problem) => {
                self.problems.push(*problem);
                return None;
            }
        };
        #[cfg(any(feature = "ledger", feature = "live"))]
        self.texts.note(index, entry, &raw);
        self.check_file_content(request, entry, &raw);
        if let Some(secrets) = &mut self.secrets
            && (request.is_secret() || raw.is_secret())
            && let Ok(text) = raw.as_str()
        {
            secrets.note(request, text);
        }
        if entry.masked && raw.as_bytes().is_empty() {
            entry.empty = true;
            // Of the content of a file this is said already.
            if !secret_file::is_whole_file(entry) {
                self.warnings.push(Warning::EmptySecret {
                    key: request.key(),
                    source: entry.source,
                    location: entry.location.clone(),
                });
            }
        }
        if request.field.deprecated.is_some() || entry.found_as.is_some() {
            self.warn_of_deprecation(request, entry);
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
            Ok(Some(value)) => {
                if self.has_folders {
                    self.warn_of_overlooked(request);
                }
                return Some(value);
            }
            Ok(None) => self.report_missing(request),
            Err(error) => {
                let text = match request.field.default {
                    Some(DefaultText::Value(text)) => text,
                    _ => "",
                };
                let raw = Raw::borrowed(text);
                let (problem, message) = invalid(request, &raw, error, FoundIn::Elsewhere);
                self.push(problem.at(Source::SchemaDefault, None), message);
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
        let (mut problem, message) = invalid(request, raw, error, FoundIn::of(entry));
        let name = entry.found_as.as_deref().unwrap_or(request.key());
        if entry.source == Source::System
            && let Some(service) = name.strip_suffix("_PORT")
            && raw.as_str().is_ok_and(service_links::is_address)
        {
            let service = service.to_ascii_lowercase().replace('_', "-");
            problem = problem.hint(format!(
                "Kubernetes sets {name} for a Service called `{service}`: say `enableServiceLinks: false` in the \
                 specification of the pod, or give the Service another name"
            ));
        }
        self.push(problem.at(entry.source, entry.location.clone()), message);
    }

    /// Adds a problem, and keeps a message that could have a secret in it until all are known.
    fn push(&mut self, problem: Problem, message: Option<String>) {
        self.withheld.extend(message.map(|message| (self.problems.len(), message)));
        self.problems.push(problem);
    }

    /// Returns the value that wins, if any source has one, and notes in the entry where it was found.
    fn find(
        &mut self,
        index: usize,
        request: &'static KeyRequest,
        variable: Option<OsString>,
        entry: &mut AuditEntry,
    ) -> Result<Option<Raw<'a>>, Box<Problem>> {
        // To ask for one variable is to look through all of them. Where a file or provider has a value, which variables name
        // files is known well enough from the list.
        let in_layer = self.slots.get(index).is_some_and(|slot| slot.candidate.is_some());
        let files = if in_layer { Some(&self.named_files[..]) } else { None };
        let mut variable = match self.asks_environment {
            true => in_environment(self.settings, request, variable, files),
            false => None,
        };
        let layers = self.layers;
        // Most values of a file: nothing else has them.
        if variable.is_none()
            && let Some(KeySlot { candidate: found @ Some(_), sources, again: false, denied: None }) =
                self.slots.get_mut(index)
            && sources.is_single()
            && self.default_is_last
            && self.doubles.is_empty()
            && let Some(candidate) = found.take()
        {
            return self.found_in_layer(request, candidate, entry).map(Some);
        }
        let slot = match self.slots.get_mut(index) {
            Some(slot) => std::mem::replace(slot, KeySlot::EMPTY),
            None => KeySlot::EMPTY,
        };
        let KeySlot { candidate, mut sources, again, denied } = slot;
        let mut denied = denied.map(|denied| {
            let layer = layers.layer(denied.layer);
            let name = denied.set_name(request);
            (layer.source, name, layer.kind.location(name, denied.line))
        });
        if variable.is_some() && !request.sources.contains(Source::System) {
            denied = variable.take().map(|variable| (Source::System, variable.set_name(), None));
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
        let candidate_source =
            candidate.as_ref().map(|candidate| layers.layer(candidate.layer).source);
        // A provider of the source System comes before the environment itself.
        let before = |source: &Source| rank(*source) <= rank(Source::System);
        let in_layer = candidate_source.filter(|source| variable.is_none() || before(source));
        let winner = in_layer.unwrap_or(Source::System);
        if self.default_wins(request, winner) {
            entry.shadowed = in_order(sources, self.settings);
            return Ok(None);
        }
        // The variable itself is one more place of a provider's source.
        let again = in_layer.is_some() && (again || winner == Source::System && variable.is_some());
        let lower = if again { sources } else { sources.without(winner) };
        if !lower.is_empty() {
            entry.shadowed = in_order(lower, self.settings);
        }
        match (variable, candidate) {
            (Some(variable), _) if in_layer.is_none() => {
                let used = variable.set_name();
                let links = &layers.inputs().links;
                let others = match request.names.len() == 1 && self.named_files.is_empty() {
                    true => OtherValues::default(),
                    false => others_in_environment(
                        self.settings,
                        request,
                        &self.named_files,
                        &variable,
                        links,
                    ),
                };
                let raw = found_in_environment(request, variable, links, entry)?;
                self.note_conflict(request, used, others, entry)?;
                Ok(Some(raw))
            }
            (_, Some(candidate)) => {
                let counting = (candidate.layer, candidate.order());
                let used = candidate.set_name(request);
                let raw = self.found_in_layer(request, candidate, entry)?;
                if !self.doubles.is_empty() {
                    let others = self.others_in_layer(index, request, counting, &raw, entry);
                    self.note_conflict(request, used, others, entry)?;
                }
                Ok(Some(raw))
            }
            (_, None) => Ok(None),
        }
    }

    fn default_wins(&self, request: &'static KeyRequest, winner: Source) -> bool {
        self.settings.rank(Source::SchemaDefault) < self.settings.rank(winner)
            && request.field.default.is_some()
            && self.settings.asks(Source::SchemaDefault)
    }

    /// The value that a layer has; the entry learns where.
    fn found_in_layer(
        &mut self,
        request: &'static KeyRequest,
        candidate: Candidate,
        entry: &mut AuditEntry,
    ) -> Result<Raw<'a>, Box<Problem>> {
        let layer = self.layers.layer(candidate.layer);
        let name = &request.names[candidate.rank as usize];
        entry.source = layer.source;
        entry.location = layer.kind.location(name.text, candidate.line);
        entry.provider = layer.kind.provider().cloned();
        if candidate.rank > 0 {
            entry.found_as = Some(Cow::Borrowed(name.text));
        }
        self.raw(request, name, layer, candidate, entry)
            .map_err(|problem| Box::new((*problem).at(layer.source, entry.location.clone())))
    }

    /// The value that a layer has under a name. The entry learns of the file that a variable names.
    #[inline(always)]
    fn raw(
        &mut self,
        request: &'static KeyRequest,
        name: &'static Name,
        layer: &'a Layer,
        candidate: Candidate,
        entry: &mut AuditEntry,
    ) -> Result<Raw<'a>, Box<Problem>> {
        Ok(match (candidate.value, &layer.kind) {
            (CandidateValue::Span(from, to), LayerKind::EnvFile(file)) => {
                Raw::borrowed(file.slice(from, to))
            }
            (CandidateValue::Fetched, LayerKind::Fetched(_, fetched)) => {
                Raw::borrowed(fetched.get(name.text).map_or("", |value| value.text()))
            }
            (CandidateValue::Content(content), _) => Raw::os(content),
            (CandidateValue::Resolved(resolved), _) => match *resolved {
                (text, true) => Raw::secret(text),
                (text, false) => Raw::owned(text),
            },
            (CandidateValue::NamedFile(path), LayerKind::EnvFile(file)) => {
                let line = (candidate.layer, candidate.line);
                return self.found_in_named_file(request, name, line, &path, file, entry);
            }
            (CandidateValue::Interpreted(value), _) if value.marker.is_none() => {
                Raw::owned(value.text)
            }
            (CandidateValue::Interpreted(value), _) => {
                let resolved =
                    self.scope.resolve(candidate.layer as usize, candidate.line, &value, 0);
                let secret = self.scope.take_met_secret();
                match resolved {
                    Ok(text) if secret => Raw::secret(text),
                    Ok(text) => Raw::owned(text),
                    Err(fault) => {
                        // The names could be a part of the credential that they stand in.
                        let secret = secret || !credentials(&value.text).is_empty();
                        return Err(Box::new(bad_reference(request, &fault, secret)));
                    }
                }
            }
            (CandidateValue::Unreadable, _) => {
                let message = format!("{} cannot be read", request.key());
                return Err(Box::new(Problem::new(ProblemKind::Unreadable, message)));
            }
            (
                CandidateValue::Span(..) | CandidateValue::Fetched | CandidateValue::NamedFile(_),
                _,
            ) => {
                unreachable!("a layer holds values of its own kind")
            }
        })
    }
}

fn in_order(sources: SourceSet, settings: &LoadSettings) -> Vec<Source> {
    let mut sources: Vec<Source> = sources.iter().collect();
    sources.sort_by_key(|source| settings.rank(*source));
    sources
}
