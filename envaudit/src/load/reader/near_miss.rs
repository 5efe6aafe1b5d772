//! Variables that resemble the name of a field that nothing supplies.

use super::FieldReader;
use crate::audit::Warning;
use crate::load::layers::NearMiss;
use crate::schema::KeyRequest;
use crate::schema::nearest::{Letters, resembles};
use crate::sources::{Location, Source};

/// Variables that systems and shells set, which are not misspelt names of ours.
const USUAL: [&str; 26] = [
    "COLORTERM",
    "COLUMNS",
    "DISPLAY",
    "EDITOR",
    "HOME",
    "HOST",
    "HOSTNAME",
    "HOSTTYPE",
    "LANG",
    "LANGUAGE",
    "LINES",
    "LOGNAME",
    "MAIL",
    "OLDPWD",
    "OSTYPE",
    "PAGER",
    "PATH",
    "PWD",
    "SHELL",
    "SHLVL",
    "TEMP",
    "TERM",
    "TMP",
    "TMPDIR",
    "TZ",
    "USER",
];

impl FieldReader<'_> {
    /// Takes note of variables that no field has and that resemble the name of this one, which has no value.
    pub(super) fn note_near_miss(&mut self, index: usize, request: &'static KeyRequest) {
        if !self.near_misses.is_empty() {
            self.note_near_assignments(index, request);
        }
        // With a prefix, what begins with it is looked at as a whole.
        if !self.asks_environment
            || self.in_absent_group
            || !self.table.prefix().is_empty()
            || !request.sources.contains(Source::System)
        {
            return;
        }
        let letters = Letters::of(request.key());
        let mut found: Vec<&str> = Vec::new();
        self.settings.environment.each_name(|name| {
            if letters.may_resemble(name) && resembles(name, request.key()) {
                found.push(name);
            }
        });
        found.retain(|name| !USUAL.contains(name) && !self.layers.is_known(name));
        found.sort_unstable();
        for name in found {
            self.note_misspelt(request, name, Source::System, None);
        }
    }

    fn note_near_assignments(&mut self, index: usize, request: &'static KeyRequest) {
        let own = |miss: &NearMiss| usize::from(miss.leaf) == index;
        let (found, rest) = std::mem::take(&mut self.near_misses).into_iter().partition(own);
        self.near_misses = rest;
        let found: Vec<NearMiss> = found;
        for miss in found {
            self.note_misspelt(request, &miss.name, miss.source, miss.location);
        }
    }

    fn note_misspelt(
        &mut self,
        request: &'static KeyRequest,
        name: &str,
        source: Source,
        location: Option<Location>,
    ) {
        let key = request.key();
        // A field that is missing names it in its own hint.
        if request.field.required() {
            return;
        }
        let config = self.table.schema.name;
        self.warnings.push(Warning::unknown(name, Some(key), config, source, location));
    }
}
