//! What a layer has for each key, noted in the slots.

use std::sync::Arc;

use super::{Layer, LayerKind, Layers};
use crate::audit::Warning;
use crate::error::{Problem, ProblemKind};
use crate::load::key_slot::{Candidate, CandidateValue, Denied, KeySlot};
use crate::load::scope::Scope;
use crate::schema::table::Name;
use crate::sources::env_file::{self, EnvFile, Written};
use crate::sources::folder::{self, Folder};
use crate::sources::provider::Fetched;
use crate::sources::{Location, Source};

/// One layer being noted in the slots.
pub(super) struct Fill<'f, 's> {
    pub(super) layers: &'f mut Layers<'s>,
    pub(super) all: &'f [Layer],
    pub(super) slots: &'f mut [KeySlot],
    pub(super) layer: u16,
    pub(super) source: Source,
}

impl Fill<'_, '_> {
    /// Notes everything that the layer has.
    pub(super) fn note(&mut self, layer: &LayerKind) {
        match layer {
            LayerKind::EnvFile(file) => self.env_file(file),
            LayerKind::Folder(folder) => self.folder(folder),
            LayerKind::Fetched(_, fetched) => self.fetched(fetched),
        }
    }

    fn env_file(&mut self, file: &EnvFile) {
        let table = self.layers.table;
        // Lines are often in the order of the fields.
        let mut next = 0;
        for assignment in file.assignments() {
            let assignment = match assignment {
                Ok(assignment) => assignment,
                Err((line, fault)) => {
                    self.syntax(file, line, fault, None);
                    continue;
                }
            };
            let value = match assignment.value {
                Written::Plain(from, to) => CandidateValue::Span(from, to),
                Written::Quoted(text) => match env_file::interpret(text) {
                    Ok(value) => CandidateValue::Interpreted(value),
                    Err(fault) => {
                        let name = table.find(assignment.name.as_bytes());
                        self.syntax(file, assignment.line, fault, name);
                        continue;
                    }
                },
            };
            let name = match table.names.get(next) {
                Some(name) if name.text == assignment.name => Some(name),
                _ => table.find(assignment.name.as_bytes()),
            };
            match name {
                Some(name) => {
                    next = table.position(name) + 1;
                    self.offer(name, assignment.line, value);
                }
                None if self.layers.settings.deny_unknown && !self.is_referred(assignment.name) => {
                    let line = Some(assignment.line);
                    let location = Location::File { path: Arc::clone(&file.path), line };
                    self.layers.unknown(assignment.name, self.source, Some(location));
                }
                None => {}
            }
        }
    }

    /// Whether a value of any env file refers to the name.
    fn is_referred(&self, name: &str) -> bool {
        self.all.iter().any(|layer| layer.kind.refers_to(name))
    }

    fn syntax(&mut self, file: &EnvFile, line: u32, fault: env_file::Fault, name: Option<&Name>) {
        let location = Location::File { path: Arc::clone(&file.path), line: Some(line) };
        let mut problem =
            Problem::new(ProblemKind::Syntax, format!("{location} cannot be understood"))
                .reason(fault.to_string())
                .hint(fault.hint())
                .at(self.source, Some(location));
        if let Some(name) = name {
            problem = problem.key_named(self.layers.table.leaves[name.leaf as usize].key());
        }
        self.layers.problems.push(problem);
    }

    fn folder(&mut self, folder: &Folder) {
        for (request, leaf) in self.layers.table.leaves.iter().zip(0..) {
            let found = request
                .names
                .iter()
                .find_map(|name| folder.file_for(name.text).map(|path| (name, path)));
            let Some((name, path)) = found else { continue };
            let slot: &mut KeySlot = &mut self.slots[leaf];
            if !request.sources.contains(self.source) || slot.candidate.is_some() {
                // Not read: it would not be used.
                self.offer(name, 0, CandidateValue::Content("not read".into()));
                continue;
            }
            match folder::read_secret(&path) {
                Ok(content) => self.offer(name, 0, CandidateValue::Content(content)),
                Err(fault) => {
                    let location = Location::File { path: path.as_path().into(), line: None };
                    self.layers.problems.push(
                        Problem::new(
                            ProblemKind::Unreadable,
                            format!("{} cannot be read", request.key()),
                        )
                        .key_named(request.key())
                        .reason(fault.to_string())
                        .at(self.source, Some(location)),
                    );
                }
            }
        }
    }

    fn fetched(&mut self, fetched: &Fetched) {
        for name in self.layers.table.names {
            if let Some(value) = fetched.get(name.text)
                && !(self.layers.settings.empty_as_unset && value.text().is_empty())
            {
                self.offer(name, 0, CandidateValue::Fetched);
            }
        }
    }

    /// Whether the value is made of references alone, and all of them are empty.
    fn resolves_to_nothing(&self, line: u32, value: &CandidateValue) -> bool {
        let CandidateValue::Interpreted(value) = value else { return false };
        if value.marker.is_none() {
            return false;
        }
        let (settings, table) = (self.layers.settings, self.layers.table);
        let resolved =
            Scope::new(settings, self.all, table).resolve(self.layer as usize, line, value, 0);
        resolved.is_ok_and(|text| text.is_empty())
    }

    /// Notes a value, unless it may not be used or another one wins.
    fn offer(&mut self, name: &'static Name, line: u32, value: CandidateValue) {
        let request = &self.layers.table.leaves[name.leaf as usize];
        if self.layers.settings.empty_as_unset
            && (value.is_empty() || self.resolves_to_nothing(line, &value))
        {
            return;
        }
        let slot = &mut self.slots[name.leaf as usize];
        if !request.sources.contains(self.source) {
            let denied = Denied { layer: self.layer, rank: name.rank, line };
            slot.denied.get_or_insert(denied);
            return;
        }
        slot.sources = slot.sources.with(self.source);
        match &slot.candidate {
            Some(candidate) if candidate.layer != self.layer || candidate.rank < name.rank => {
                return;
            }
            Some(candidate) if candidate.rank == name.rank => {
                self.layers.warnings.push(Warning::Duplicate {
                    key: request.key(),
                    source: self.source,
                    lines: (candidate.line, line),
                });
            }
            _ => {}
        }
        slot.candidate = Some(Candidate { layer: self.layer, rank: name.rank, line, value });
    }
}

impl CandidateValue {
    fn is_empty(&self) -> bool {
        match self {
            CandidateValue::Span(from, to) => from == to,
            CandidateValue::Interpreted(value) => value.text.is_empty(),
            CandidateValue::Content(content) => content.is_empty(),
            CandidateValue::Fetched => false,
        }
    }
}
