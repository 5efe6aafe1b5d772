//! What a layer has for each key, noted in the slots.

use std::path::Path;
use std::sync::Arc;

use super::{Double, Layer, LayerKind, Layers};
use crate::audit::Warning;
use crate::error::{Problem, ProblemKind};
use crate::load::key_slot::{Candidate, CandidateValue, Denied, KeySlot};
use crate::schema::KeyRequest;
use crate::schema::table::Name;
use crate::sources::env_file::{self, Assignment, BadLine, EnvFile, Fault, Written};
use crate::sources::file::FileFault;
use crate::sources::folder::Folder;
use crate::sources::provider::Fetched;
use crate::sources::{Location, Source};

impl Layers<'_> {
    /// Notes in each slot what the layers have for its key.
    pub(in crate::load) fn fill(&mut self, slots: &mut [KeySlot]) {
        let layers = std::mem::take(&mut self.layers);
        for (at, layer) in layers.iter().enumerate() {
            let (at, source) = (at as u16, layer.source);
            Fill { layers: self, all: &layers, slots, layer: at, source }.note(&layer.kind);
        }
        self.layers = layers;
        self.note_unknown_variables();
    }
}

/// One layer being noted in the slots.
pub(super) struct Fill<'f, 's> {
    pub(super) layers: &'f mut Layers<'s>,
    all: &'f [Layer],
    pub(super) slots: &'f mut [KeySlot],
    layer: u16,
    pub(super) source: Source,
}

impl Fill<'_, '_> {
    /// Notes everything that the layer has.
    fn note(&mut self, layer: &LayerKind) {
        match layer {
            LayerKind::EnvFile(file) => self.env_file(file),
            LayerKind::Folder(folder) => self.folder(folder),
            LayerKind::Fetched(provider, fetched) => self.fetched(provider, fetched),
        }
    }

    fn env_file(&mut self, file: &EnvFile) {
        let table = self.layers.table;
        // Lines are often in the order of the fields.
        let mut next = 0;
        for assignment in file.assignments() {
            let assignment = match assignment {
                Ok(assignment) => assignment,
                Err(BadLine { line, fault, name }) => {
                    let name = name.and_then(|name| table.find(name.as_bytes()));
                    self.syntax(file, line, fault, name);
                    continue;
                }
            };
            let name = match table.names.get(next) {
                Some(name) if name.text == assignment.name => Some(name),
                _ => table.find(assignment.name.as_bytes()),
            };
            let Some(name) = name else {
                self.other(file, &assignment);
                continue;
            };
            next = table.position(name) + 1;
            let value = match assignment.value {
                Written::Plain(from, to) => {
                    if from == to && file.is_comment_for_value(from, to) {
                        self.warn_of_comment(name, file, assignment.line);
                    }
                    CandidateValue::Span(from, to)
                }
                Written::Special(_) => match file.interpret(&assignment.value) {
                    Ok(value) => CandidateValue::Interpreted(value),
                    Err(fault) => {
                        self.syntax(file, assignment.line, fault, Some(name));
                        continue;
                    }
                },
            };
            self.offer(name, assignment.line, value);
        }
    }

    /// A variable of an env file that is not a key: the path of a key's file, or nothing that a field reads.
    fn other(&mut self, file: &EnvFile, assignment: &Assignment<'_>) {
        let line = assignment.line;
        if file.is_rest(assignment) {
            return self.syntax(file, line, Fault::BrokenValue, None);
        }
        let named_file = self.layers.table.find_file(assignment.name);
        if named_file.is_none() && matches!(assignment.value, Written::Plain(..)) {
            return self.unknown(file, assignment);
        }
        match (file.interpret(&assignment.value), named_file) {
            (Ok(path), Some(name)) => {
                self.offer(name, line, CandidateValue::NamedFile(Box::new(path)));
            }
            // As it is with references: nobody's problem where no field reads the value.
            (Err(Fault::DoubleDollar | Fault::EscapedBackslash) | Ok(_), None) => {
                self.unknown(file, assignment);
            }
            (Err(fault), name) => self.syntax(file, line, fault, name),
        }
    }

    fn unknown(&mut self, file: &EnvFile, assignment: &Assignment<'_>) {
        let name = assignment.name;
        if self.is_referred(name) {
            return;
        }
        let line = Some(assignment.line);
        let location = || Location::File { path: Arc::clone(&file.path), line };
        let could_be_secret = || {
            let value = match assignment.value {
                Written::Plain(from, to) => Some(file.slice(from, to)),
                Written::Special(_) => None,
            };
            env_file::could_be_secret(name, value)
        };
        self.layers.note_unknown_assignment(name, self.source, could_be_secret, location);
    }

    #[cold]
    fn warn_of_comment(&mut self, name: &'static Name, file: &EnvFile, line: u32) {
        let location = Location::File { path: Arc::clone(&file.path), line: Some(line) };
        let key = self.layers.table.leaves[name.leaf as usize].key();
        let source = self.source;
        self.layers.notes.warnings.push(Warning::CommentAfterEquals { key, source, location });
    }

    /// Whether a value of any env file refers to the name.
    fn is_referred(&self, name: &str) -> bool {
        self.all.iter().any(|layer| layer.kind.refers_to(name))
    }

    fn syntax(&mut self, file: &EnvFile, line: u32, fault: Fault, name: Option<&Name>) {
        let location = Location::File { path: Arc::clone(&file.path), line: Some(line) };
        let mut problem =
            Problem::new(ProblemKind::Syntax, format!("{location} cannot be understood"))
                .reason(fault.to_string())
                .hint(fault.hint())
                .at(self.source, Some(location));
        if let Some(name) = name {
            problem = problem.key_named(self.layers.table.leaves[name.leaf as usize].key());
        }
        self.layers.notes.problems.push(problem);
    }

    fn folder(&mut self, folder: &Folder) {
        for (request, leaf) in self.layers.table.leaves.iter().zip(0..) {
            let counts_empty = !self.layers.settings.empty_as_unset;
            let is_used = request.sources.contains(self.source)
                && self.slots[leaf as usize].candidate.is_none();
            let mut is_found = false;
            let names = request.names.iter();
            let files =
                names.flat_map(|name| folder.files_for(name.text).map(move |at| (name, at)));
            for (name, spelling) in files {
                if !is_used && counts_empty {
                    // Not read: it would not be used.
                    self.offer(name, spelling, CandidateValue::Content("not read".into()));
                    break;
                }
                match folder.read_spelled(name.text, spelling, &self.layers.inputs.links) {
                    Ok(content) => {
                        is_found |= counts_empty || !content.is_empty();
                        self.offer(name, spelling, CandidateValue::Content(content));
                    }
                    Err(fault) if is_used && !is_found => {
                        let path = folder.path_of(name.text, spelling).unwrap_or_default();
                        self.unreadable(request, &path, &fault);
                        break;
                    }
                    Err(_) => self.offer(name, spelling, CandidateValue::Unreadable),
                }
            }
        }
    }

    fn unreadable(&mut self, request: &'static KeyRequest, path: &Path, fault: &FileFault) {
        let location = Location::File { path: path.into(), line: None };
        let message = format!("{} cannot be read", request.key());
        let mut problem = Problem::new(ProblemKind::Unreadable, message)
            .key_named(request.key())
            .reason(fault.to_string())
            .at(self.source, Some(location));
        problem.hint = fault.hint_for_secret().map(str::to_owned);
        self.layers.notes.problems.push(problem);
    }

    fn fetched(&mut self, provider: &str, fetched: &Fetched) {
        if !fetched.failures().is_empty() {
            self.failed_keys(provider, fetched);
        }
        for name in self.layers.table.names {
            if let Some(value) = fetched.get(name.text)
                && !(self.layers.settings.empty_as_unset && value.text().is_empty())
            {
                self.offer(name, 0, CandidateValue::Fetched);
                let slot = &mut self.slots[usize::from(name.leaf)];
                let is_used = slot.candidate.as_ref().is_some_and(|used| used.layer == self.layer);
                slot.again |= is_used && value.is_overriding();
            }
        }
    }

    /// The value, unless it is to count as not set. Its references have to be resolved to find out.
    fn unless_empty(&self, line: u32, value: CandidateValue) -> Option<CandidateValue> {
        if value.is_empty() {
            return None;
        }
        let interpreted = match &value {
            CandidateValue::Interpreted(value) if value.marker.is_some() => value,
            CandidateValue::NamedFile(path) if path.marker.is_some() => path,
            _ => return Some(value),
        };
        let mut scope = self.layers.scope_of(self.all);
        match scope.resolve(self.layer as usize, line, interpreted, 0) {
            Ok(text) if text.is_empty() => None,
            Ok(_) if value.is_named_file() => Some(value),
            Ok(text) => Some(CandidateValue::Resolved(Box::new((text, scope.take_met_secret())))),
            // It is reported if it is this value that wins.
            Err(_) => Some(value),
        }
    }

    /// Notes a value, unless it may not be used or another one wins.
    fn offer(&mut self, name: &'static Name, line: u32, value: CandidateValue) {
        let request = &self.layers.table.leaves[name.leaf as usize];
        let value = match self.layers.settings.empty_as_unset {
            true => match self.unless_empty(line, value) {
                Some(value) => value,
                None => return,
            },
            false => value,
        };
        let slot = &mut self.slots[name.leaf as usize];
        if !request.sources.contains(self.source) {
            let is_named_file = value.is_named_file();
            let denied = Denied { layer: self.layer, rank: name.rank, line, is_named_file };
            slot.denied.get_or_insert(denied);
            return;
        }
        slot.sources = slot.sources.with(self.source);
        let found = Candidate { layer: self.layer, rank: name.rank, line, value };
        match slot.candidate.take() {
            None => slot.candidate = Some(found),
            Some(candidate) => self.choose(name, candidate, found),
        }
    }

    /// Keeps the better one of two values of a key; the other one is remembered if it is of the same layer.
    #[cold]
    fn choose(&mut self, name: &'static Name, candidate: Candidate, found: Candidate) {
        let request = &self.layers.table.leaves[name.leaf as usize];
        let (used, passed_over) = if candidate.layer != self.layer {
            let is_same_source = self.all[usize::from(candidate.layer)].source == self.source;
            self.slots[name.leaf as usize].again |= is_same_source;
            (candidate, None)
        } else if candidate.order() < found.order() {
            (candidate, Some(found))
        } else if candidate.order() > found.order() {
            (found, Some(candidate))
        } else {
            self.layers.notes.warnings.push(Warning::Duplicate {
                key: request.key(),
                name: found.set_name(request),
                source: self.source,
                lines: (candidate.line, found.line),
            });
            (found, None)
        };
        self.slots[name.leaf as usize].candidate = Some(used);
        if let Some(value) = passed_over {
            self.layers.notes.doubles.push(Double { leaf: name.leaf, value });
        }
    }
}
