//! What is said of a variable that is not there, or comes from where it may not.

use super::FieldReader;
use super::secret_file::Overlooked;
use crate::error::{Problem, ProblemKind};
use crate::load::hint::places;
use crate::schema::KeyRequest;
use crate::schema::expected;
use crate::schema::nearest::nearest;
use crate::sources::{Location, Source};

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
            (Some(Overlooked { path, reason, .. }), _) => {
                format!("{} is there and not read: {reason}", path.display())
            }
            (None, Some((name, place))) => format!("{name} is set in {place}; did you mean that?"),
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
    pub(super) fn near_miss(&mut self, request: &'static KeyRequest) -> Option<(String, String)> {
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
