//! Values that a provider could not fetch, while it could fetch others.

use super::fill::Fill;
use crate::audit::Warning;
use crate::error::{Problem, ProblemKind};
use crate::schema::KeyRequest;
use crate::sources::Source;
use crate::sources::provider::Fetched;

impl Fill<'_, '_> {
    /// Takes note of what could not be fetched and is needed: no source of higher precedence has it.
    #[cold]
    pub(super) fn failed_keys(&mut self, provider: &str, fetched: &Fetched) {
        let table = self.layers.table;
        for failure in fetched.failures() {
            let Some(name) = table.find(failure.key.as_bytes()) else { continue };
            let request = &table.leaves[usize::from(name.leaf)];
            if !request.sources.contains(self.source) || self.has_better(request, name.leaf) {
                continue;
            }
            let key = request.key();
            if failure.is_admitted {
                self.layers.notes.warnings.push(Warning::KeyFailed {
                    key,
                    provider: provider.to_owned(),
                    source: self.source,
                    reason: failure.error.to_string(),
                });
                continue;
            }
            let message = format!("{key} could not be fetched by the provider {provider}");
            self.layers.notes.problems.push(
                Problem::new(ProblemKind::Provider, message)
                    .key_named(key)
                    .reason(failure.error.to_string())
                    .at(self.source, None),
            );
        }
    }

    fn has_better(&self, request: &'static KeyRequest, leaf: u16) -> bool {
        let settings = self.layers.settings;
        let in_environment = || {
            let has = |name: &str| settings.environment.get(name).is_some();
            request.names.iter().any(|name| has(name.text) || name.reads_file && has(name.file))
        };
        self.slots[usize::from(leaf)].candidate.is_some()
            || settings.asks(Source::System)
                && request.sources.contains(Source::System)
                && settings.rank(Source::System) < settings.rank(self.source)
                && in_environment()
    }
}
