//! Variables that no field has: refused, or a warning where they look misspelt.

use super::{Layers, NearMiss};
use crate::audit::Warning;
use crate::error::{self, Problem, ProblemKind};
use crate::load::inputs::ENVIRONMENT_VARIABLE;
use crate::load::settings::UnknownKeys;
use crate::schema::nearest::meant;
use crate::schema::table::Name;
use crate::sources::{Location, Source, service_links};

impl Layers<'_> {
    /// Looks for variables of the process environment that begin with the prefix and that no field has.
    pub(super) fn note_unknown_variables(&mut self) {
        let (settings, prefix) = (self.settings, self.table.prefix());
        if settings.unknown == UnknownKeys::NearMisses
            || prefix.is_empty()
            || !settings.asks(Source::System)
        {
            return;
        }
        let names = settings.environment.names();
        for name in &names {
            // In another case it is ours only if it resembles a key.
            let has_prefix = name.starts_with(prefix)
                || starts_with(name, prefix) && meant(name, self.table).is_some();
            if has_prefix && !self.is_known_variable(name) && !self.is_service_link(name, &names) {
                self.unknown(name, Source::System, None, false);
            }
        }
    }

    /// Takes note of an assignment in an env file that no field has.
    pub(super) fn note_unknown_assignment(
        &mut self,
        name: &str,
        source: Source,
        could_be_secret: impl FnOnce() -> bool,
        location: impl FnOnce() -> Location,
    ) {
        match self.settings.unknown {
            UnknownKeys::NearMisses => {
                if let Some(near) = meant(name, self.table)
                    && !self.is_known(name)
                {
                    let (leaf, name) = (near.name.leaf, name.to_owned());
                    let file = near.is_file().then_some(near.text);
                    let location = Some(location());
                    self.notes.near_misses.push(NearMiss { leaf, name, file, source, location });
                }
            }
            UnknownKeys::Warn | UnknownKeys::Deny => {
                if !self.is_known(name) {
                    self.unknown(name, source, Some(location()), could_be_secret());
                }
            }
        }
    }

    /// Whether a field, the loader or this crate knows the name.
    pub(in crate::load) fn is_known(&self, name: &str) -> bool {
        let reads = |name: &str| {
            let of_file =
                |key| self.table.find(str::as_bytes(key)).is_some_and(|name| name.reads_file);
            self.table.find(name.as_bytes()).is_some()
                || name.strip_suffix("_FILE").is_some_and(of_file)
        };
        name == ENVIRONMENT_VARIABLE || reads(name) || self.settings.knows(name)
    }

    /// The same of a variable of the process environment.
    pub(in crate::load) fn is_known_variable(&self, name: &str) -> bool {
        let ignores_case = self.settings.environment.ignores_case();
        let is_read = |read: &Name| {
            read.text.eq_ignore_ascii_case(name)
                || read.reads_file && read.file.eq_ignore_ascii_case(name)
        };
        self.is_known(name) || ignores_case && self.table.names.iter().any(is_read)
    }

    /// Whether Kubernetes has set the variable, for a Service whose name begins as the prefix does.
    pub(in crate::load) fn is_service_link(&self, name: &str, names: &[String]) -> bool {
        let value = self.settings.environment.get(name).unwrap_or_default();
        let is_set = |name: &str| names.binary_search_by(|other| other.as_str().cmp(name)).is_ok();
        service_links::is_service_link(name, &value.to_string_lossy(), is_set)
    }

    fn unknown(
        &mut self,
        name: &str,
        source: Source,
        location: Option<Location>,
        could_be_secret: bool,
    ) {
        const MAX_SHOWN: usize = 100;
        let near = meant(name, self.table).map(|near| near.text);
        if self.settings.unknown == UnknownKeys::Warn {
            // An env file has variables for others, too, and lines of a key that was pasted over many lines.
            let is_ours = source == Source::System
                || !self.table.prefix().is_empty() && name.starts_with(self.table.prefix());
            if near.is_some() || is_ours && !could_be_secret {
                let (key, config) = (near, self.table.schema.name);
                self.notes.warnings.push(Warning::unknown(name, key, config, source, location));
            }
            return;
        }
        let problem = match &location {
            // A line of a key that was pasted over many lines may look like an assignment.
            Some(place) if near.is_none() && could_be_secret => {
                Problem::new(ProblemKind::UnknownKey, format!("the name in {place} is unknown"))
            }
            _ => {
                let shown = error::shortened(name, MAX_SHOWN);
                Problem::new(ProblemKind::UnknownKey, format!("{shown} is unknown")).key_named(name)
            }
        };
        let hint = match near {
            Some(near) => format!("did you mean {near}?"),
            None => format!("no field of {} reads it; remove it", self.table.schema.name),
        };
        self.notes.problems.push(problem.at(source, location).hint(hint));
    }
}

/// Whether the name begins with the prefix, in upper or lower case.
fn starts_with(name: &str, prefix: &str) -> bool {
    name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}
