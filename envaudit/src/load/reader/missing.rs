//! What is said of a variable that is not there, or comes from where it may not.

use super::FieldReader;
use crate::error::{Problem, ProblemKind};
use crate::load::hint::places;
use crate::schema::KeyRequest;
use crate::schema::expected;
use crate::schema::nearest::{is_cut_short, meant, nearest, resembles};
use crate::sources::{Location, Source};

/// A variable that is set and nearly called like one that is missing.
struct NearName {
    name: String,
    place: String,
    /// The name that it resembles: the key, or the variable that names its file.
    meant: &'static str,
}

impl FieldReader<'_> {
    /// Says that a variable is missing, unless what was found of it has been reported.
    pub(super) fn report_missing(&mut self, request: &'static KeyRequest) {
        if !self.problems.iter().any(|problem| problem.key() == Some(request.key())) {
            let problem = self.missing(request);
            self.problems.push(problem);
        }
    }

    pub(super) fn missing(&mut self, request: &'static KeyRequest) -> Problem {
        let key = request.key();
        let near = self.near_miss(request);
        let overlooked = if self.has_folders { self.overlooked(request) } else { None };
        let mut reason = self.reason_of_group();
        let hint = match (overlooked, near) {
            (Some(overlooked), _) => overlooked.to_string(),
            (None, Some(NearName { name, place, meant })) if meant != key => {
                format!("{name} is set in {place}; did you mean {meant}?")
            }
            (None, Some(NearName { name, place, .. })) => {
                format!("{name} is set in {place}; did you mean that?")
            }
            (None, None) => match self.unread_place(request) {
                Some(place) => {
                    // It is probably there, whatever asks for it.
                    reason = None;
                    format!("it may be set in {place}: fix that first")
                }
                None => format!("set {key} {}", places(request.sources, self.layers.inputs())),
            },
        };
        let mut problem = Problem::new(ProblemKind::Missing, format!("{key} is missing"))
            .key_named(key)
            .hint(hint);
        problem.expected = Some(expected(request));
        problem.reason = reason;
        problem
    }

    /// A variable that is set, belongs to no field and is nearly called like this one.
    fn near_miss(&mut self, request: &'static KeyRequest) -> Option<NearName> {
        if self.present.is_none() {
            self.present = Some(self.names_present());
        }
        let unknown = |name: &&str| !self.layers.is_known_variable(name);
        let own = &request.names[0];
        self.present.iter().flatten().find_map(|(names, place)| {
            let candidates = names.iter().map(String::as_str).filter(unknown);
            let near = nearest(request.key(), candidates.clone()).map(|name| (name, own.text));
            let cut_short = || candidates.clone().find_map(|name| self.short_for(name, request));
            let of_file = || {
                let resembling = candidates.clone().filter(|name| resembles(name, own.file));
                nearest(own.file, resembling.filter(|_| own.reads_file))
                    .map(|name| (name, own.file))
            };
            let (name, meant) = near.or_else(of_file).or_else(cut_short)?;
            Some(NearName { name: name.to_owned(), place: place.clone(), meant })
        })
    }

    /// The name and what it is short for, if that is the key of this field, or the variable that names its file, and of no
    /// other.
    fn short_for<'n>(
        &self,
        name: &'n str,
        request: &'static KeyRequest,
    ) -> Option<(&'n str, &'static str)> {
        let own = &request.names[0];
        let file = own.reads_file.then_some(own.file);
        let text = [Some(own.text), file].into_iter().flatten();
        let text = text.into_iter().find(|text| is_cut_short(name, text))?;
        let leaf = usize::from(meant(name, self.table)?.name.leaf);
        (self.table.leaves[leaf].key() == request.key()).then_some((name, text))
    }

    /// A file that could have it and of which not all could be read.
    pub(super) fn unread_place(&self, request: &'static KeyRequest) -> Option<&Location> {
        let unread = |problem: &&Problem| {
            matches!(problem.kind(), ProblemKind::Unreadable | ProblemKind::Syntax)
                && problem.key().is_none()
                && problem.source().is_some_and(|source| request.sources.contains(source))
        };
        self.problems.iter().find(unread)?.location()
    }

    pub(super) fn names_present(&self) -> Vec<(Vec<String>, String)> {
        let mut places = Vec::new();
        if self.settings.asks(Source::System) {
            let names = self.settings.environment.names();
            places.push((names, "the process environment".to_owned()));
        }
        places.extend(self.layers.all().iter().filter_map(|layer| layer.kind.assigned_names()));
        places
    }

    pub(super) fn disallowed(
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
            .hint(format!("set it {} instead", places(request.sources, self.layers.inputs())))
    }
}
