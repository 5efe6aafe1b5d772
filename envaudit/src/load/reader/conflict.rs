//! One source that has a variable under several names, with different values.

use super::FieldReader;
use crate::audit::{AuditEntry, Warning};
use crate::error::{Problem, ProblemKind, listed};
use crate::load::Conflicts;
use crate::schema::KeyRequest;
use crate::value::Raw;

impl FieldReader<'_> {
    /// The other names under which the layer has another value for the key at this position. What cannot be resolved is
    /// another value.
    pub(super) fn others_in_layer(
        &mut self,
        index: usize,
        request: &'static KeyRequest,
        layer: u16,
        used: &Raw<'_>,
        entry: &AuditEntry,
    ) -> Vec<&'static str> {
        let is_of_key = |at: usize, reader: &Self| {
            let double = &reader.doubles[at];
            usize::from(double.leaf) == index && double.value.layer == layer
        };
        let mut others: Vec<((bool, u16), &'static str, bool)> = Vec::new();
        let mut scratch = entry.clone();
        let mut at = 0;
        while at < self.doubles.len() {
            if !is_of_key(at, self) {
                at += 1;
                continue;
            }
            let value = self.doubles.remove(at).value;
            let (order, name) = (value.order(), value.set_name(request));
            let raw = self.raw(request, value, &mut scratch);
            self.scope.take_met_secret();
            let differs = raw.map_or(true, |raw| raw.as_bytes() != used.as_bytes());
            // Of several lines with one name, the last counts.
            match others.iter_mut().find(|(other, ..)| *other == order) {
                Some(other) => other.2 = differs,
                None => others.push((order, name, differs)),
            }
        }
        others.sort_unstable();
        let differing = others.into_iter().filter(|(.., differs)| *differs);
        differing.map(|(_, name, _)| name).collect()
    }

    /// Takes note that a source has other values under other names, or refuses it.
    pub(super) fn note_conflict(
        &mut self,
        request: &'static KeyRequest,
        used: &'static str,
        others: &[&'static str],
        entry: &mut AuditEntry,
    ) -> Result<(), Box<Problem>> {
        if others.is_empty() {
            return Ok(());
        }
        let names: Vec<&'static str> = [used].into_iter().chain(others.iter().copied()).collect();
        if self.settings.conflicts == Conflicts::Deny {
            let message = format!("{} are set to different values", listed(&names));
            let problem = Problem::new(ProblemKind::Conflict, message)
                .key_named(request.key())
                .at(entry.source, entry.location.clone())
                .hint("remove all of them but one");
            return Err(Box::new(problem));
        }
        entry.shadowed.insert(0, entry.source);
        self.warnings.push(Warning::Conflict {
            key: request.key(),
            names,
            source: entry.source,
            location: entry.location.clone(),
        });
        Ok(())
    }
}
