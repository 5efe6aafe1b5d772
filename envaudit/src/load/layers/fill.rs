//! What a layer has for each key, noted in the slots.

use std::sync::Arc;

use super::scope::Scope;
use super::{Layer, LayerKind, Layers};
use crate::audit::Warning;
use crate::error::{Problem, ProblemKind};
use crate::load::inputs::ENVIRONMENT_VARIABLE;
use crate::load::key_slot::{Candidate, CandidateValue, Denied, KeySlot};
use crate::schema::nearest::nearest;
use crate::schema::table::Name;
use crate::sources::env_file::{self, EnvFile, Written};
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
        if self.settings.deny_unknown {
            self.deny_unknown_variables();
        }
    }

    fn deny_unknown_variables(&mut self) {
        let prefix = self.table.prefix();
        if prefix.is_empty() || !self.settings.asks(Source::System) {
            return;
        }
        for name in self.settings.environment.names() {
            let known = name == ENVIRONMENT_VARIABLE
                || self.table.find(name.as_bytes()).is_some()
                || name.strip_suffix("_FILE").is_some_and(|key| {
                    self.table.find(key.as_bytes()).is_some_and(|name| name.reads_file)
                });
            if name.starts_with(prefix) && !known {
                self.unknown(&name, Source::System, None);
            }
        }
    }

    fn unknown(&mut self, name: &str, source: Source, location: Option<Location>) {
        let near = nearest(name, self.table.texts());
        let is_name = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        let problem = match &location {
            // A line of a key that was pasted over many lines may look like an assignment.
            Some(place) if near.is_none() && !name.bytes().all(is_name) => {
                Problem::new(ProblemKind::UnknownKey, format!("the name in {place} is unknown"))
            }
            _ => {
                Problem::new(ProblemKind::UnknownKey, format!("{name} is unknown")).key_named(name)
            }
        };
        let hint = match near {
            Some(near) => format!("did you mean {near}?"),
            None => format!("no field of {} reads it; remove it", self.table.schema.name),
        };
        self.problems.push(problem.at(source, location).hint(hint));
    }
}

/// One layer being noted in the slots.
struct Fill<'f, 's> {
    layers: &'f mut Layers<'s>,
    all: &'f [Layer],
    slots: &'f mut [KeySlot],
    layer: u16,
    source: Source,
}

impl Fill<'_, '_> {
    /// Notes everything that the layer has.
    fn note(&mut self, layer: &LayerKind) {
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
            let links = &self.layers.inputs.links;
            let slot: &mut KeySlot = &mut self.slots[leaf];
            if !request.sources.contains(self.source) || slot.candidate.is_some() {
                // Not read: it would not be used.
                self.offer(name, 0, CandidateValue::Content("not read".into()));
                continue;
            }
            match folder.read(name.text, links).unwrap_or(Err(FileFault::Missing)) {
                Ok(content) => self.offer(name, 0, CandidateValue::Content(content)),
                Err(fault) => {
                    let location = Location::File { path: path.as_path().into(), line: None };
                    let message = format!("{} cannot be read", request.key());
                    let mut problem = Problem::new(ProblemKind::Unreadable, message)
                        .key_named(request.key())
                        .reason(fault.to_string())
                        .at(self.source, Some(location));
                    problem.hint = fault.hint_for_secret().map(str::to_owned);
                    self.layers.problems.push(problem);
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
        let mut scope = Scope::new(settings, self.all, &self.layers.inputs.links, table);
        let resolved = scope.resolve(self.layer as usize, line, value, 0);
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
