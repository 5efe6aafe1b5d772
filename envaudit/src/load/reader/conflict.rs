//! One source that has a variable under several names, with different values.

use std::path::{Path, PathBuf};

use super::FieldReader;
use crate::audit::{AuditEntry, Warning};
use crate::error::{Problem, ProblemKind, listed, paths_listed};
use crate::load::Conflicts;
use crate::load::key_slot::CandidateOrder;
use crate::load::layers::LayerKind;
use crate::schema::KeyRequest;
use crate::value::Raw;

/// What one file, folder or provider, or the process environment, has for a key besides the value that counts.
#[derive(Default)]
pub(super) struct OtherValues {
    /// The names under which it has another value.
    pub(super) names: Vec<&'static str>,
    /// Files in a folder that have another value under the same name, spelled otherwise.
    pub(super) files: Vec<PathBuf>,
}

impl FieldReader<'_> {
    /// What the layer has besides the value of this order for the key at this position. What cannot be resolved or read is
    /// another value.
    pub(super) fn others_in_layer(
        &mut self,
        index: usize,
        request: &'static KeyRequest,
        (layer, counting): (u16, CandidateOrder),
        used: &Raw<'_>,
        entry: &AuditEntry,
    ) -> OtherValues {
        let is_of_key = |at: usize, reader: &Self| {
            let double = &reader.doubles[at];
            usize::from(double.leaf) == index && double.value.layer == layer
        };
        let mut others: Vec<(CandidateOrder, &'static str, bool)> = Vec::new();
        let mut scratch = entry.clone();
        let mut at = 0;
        while at < self.doubles.len() {
            if !is_of_key(at, self) {
                at += 1;
                continue;
            }
            let value = self.doubles.remove(at).value;
            let (order, name) = (value.order(), value.set_name(request));
            let raw = self.found_in_layer(request, value, &mut scratch);
            self.scope.take_met_secret();
            let differs = raw.map_or(true, |raw| raw.as_bytes() != used.as_bytes());
            // Of several lines with one name, the last counts.
            match others.iter_mut().find(|(other, ..)| *other == order) {
                Some(other) => other.2 = differs,
                None => others.push((order, name, differs)),
            }
        }
        others.sort_unstable();
        let mut found = OtherValues::default();
        for ((is_file, rank, spelling), name, _) in others.into_iter().filter(|other| other.2) {
            let is_spelled_otherwise = (is_file, rank) == (counting.0, counting.1);
            match &self.layers.layer(layer).kind {
                LayerKind::Folder(folder) if is_spelled_otherwise => {
                    found.files.extend(folder.path_of(name, spelling));
                }
                _ if found.names.contains(&name) => {}
                _ => found.names.push(name),
            }
        }
        found
    }

    /// Takes note that a source has other values under other names, or refuses it.
    pub(super) fn note_conflict(
        &mut self,
        request: &'static KeyRequest,
        used: &'static str,
        others: OtherValues,
        entry: &mut AuditEntry,
    ) -> Result<(), Box<Problem>> {
        let (key, source) = (request.key(), entry.source);
        let mut conflicts = Vec::new();
        if !others.names.is_empty() {
            let names = [used].into_iter().chain(others.names).collect();
            let location = entry.location.clone();
            conflicts.push(Warning::Conflict { key, names, source, location });
        }
        if !others.files.is_empty() {
            let counting = entry.location.as_ref().and_then(|location| location.file());
            let files = counting.map(Path::to_owned).into_iter().chain(others.files).collect();
            conflicts.push(Warning::ConflictingFiles { key, files, source });
        }
        if conflicts.is_empty() {
            return Ok(());
        }
        if self.settings.conflicts == Conflicts::Deny {
            return Err(Box::new(denied(key, &conflicts, entry)));
        }
        // A later file or provider of the source may have it as well.
        if entry.shadowed.first() != Some(&source) {
            entry.shadowed.insert(0, source);
        }
        self.warnings.append(&mut conflicts);
        Ok(())
    }
}

/// The problem that a load has with these warnings.
fn denied(key: &str, conflicts: &[Warning], entry: &AuditEntry) -> Problem {
    let mut texts = conflicts.iter().filter_map(|conflict| match conflict {
        Warning::Conflict { names, .. } => {
            Some(format!("{} are set to different values", listed(names)))
        }
        Warning::ConflictingFiles { files, .. } => {
            Some(format!("{key} has different values in the files {}", paths_listed(files)))
        }
        _ => None,
    });
    let message = texts.next().unwrap_or_default();
    let problem = Problem::new(ProblemKind::Conflict, message)
        .key_named(key)
        .at(entry.source, entry.location.clone())
        .hint("remove all of them but one");
    match texts.next() {
        Some(reason) => problem.reason(reason),
        None => problem,
    }
}
