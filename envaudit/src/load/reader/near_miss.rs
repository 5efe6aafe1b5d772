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
        let own = &request.names[0];
        let texts = [own.text].into_iter().chain(own.reads_file.then_some(own.file));
        let meant: Vec<(&'static str, Letters)> =
            texts.map(|text| (text, Letters::of(text))).collect();
        let mut found: Vec<(&str, &'static str)> = Vec::new();
        self.settings.environment.each_name(|name| {
            let resembled = meant
                .iter()
                .find(|(text, letters)| letters.may_resemble(name) && resembles(name, text));
            found.extend(resembled.map(|(text, _)| (name, *text)));
        });
        found.retain(|(name, _)| !USUAL.contains(name) && !self.layers.is_known_variable(name));
        found.sort_unstable();
        for (name, meant) in found {
            self.note_misspelt(request, (name, meant), Source::System, None);
        }
    }

    fn note_near_assignments(&mut self, index: usize, request: &'static KeyRequest) {
        let own = |miss: &NearMiss| usize::from(miss.leaf) == index;
        let (found, rest) = std::mem::take(&mut self.near_misses).into_iter().partition(own);
        self.near_misses = rest;
        let found: Vec<NearMiss> = found;
        for miss in found {
            let meant = miss.file.unwrap_or(request.key());
            self.note_misspelt(request, (&miss.name, meant), miss.source, miss.location);
        }
    }

    fn note_misspelt(
        &mut self,
        request: &'static KeyRequest,
        (name, meant): (&str, &'static str),
        source: Source,
        location: Option<Location>,
    ) {
        // A field that is missing names it in its own hint.
        if request.field.required() {
            return;
        }
        let config = self.table.schema.name;
        self.warnings.push(Warning::unknown(name, Some(meant), config, source, location));
    }
}
