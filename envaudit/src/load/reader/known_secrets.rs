//! Takes the secrets that any source of a load has out of what is said of its problems.

use std::ffi::OsStr;
use std::path::Path;

use envaudit_redact::credentials;

use super::FieldReader;
use crate::audit::Warning;
use crate::error::{self, ProblemKind};
use crate::load::layers::LayerKind;
use crate::load::redaction::{Secrets, TELLING};
use crate::schema::KeyRequest;
use crate::sources::{Location, secret_file};

impl FieldReader<'_> {
    /// A value may stand under the wrong name, or in the message of a parser or a provider that has seen it.
    pub(super) fn clear_of_secrets(&mut self) {
        let is_failed = |warning: &Warning| {
            matches!(warning, Warning::ProviderFailed { .. } | Warning::KeyFailed { .. })
        };
        if self.problems.is_empty() && !self.warnings.iter().any(is_failed) {
            return;
        }
        let secrets = self.known_secrets();
        self.clear_paths(&secrets);
        let found = self.problems.iter_mut().filter_map(|problem| problem.found.as_mut());
        secrets.redact_values(found);
        let said = self.withheld.iter_mut().map(|(_, message)| message);
        let problems = self.problems.iter_mut();
        let failures = problems.filter(|problem| problem.kind() == ProblemKind::Provider);
        let failures = failures.filter_map(|problem| problem.reason.as_mut());
        let skipped = self.warnings.iter_mut().filter_map(|warning| match warning {
            Warning::ProviderFailed { reason, .. } | Warning::KeyFailed { reason, .. } => {
                Some(reason)
            }
            _ => None,
        });
        secrets.redact_messages(said.chain(failures).chain(skipped));
        for (at, message) in self.withheld.drain(..) {
            self.problems[at].reason = Some(error::shown_message(&message));
        }
    }

    /// The path of a named file may be made of a value that has a secret in it: the line that names it is shown instead.
    fn clear_paths(&mut self, secrets: &Secrets) {
        let mut paths = Vec::new();
        for (at, problem) in self.problems.iter().enumerate() {
            if let Some(Location::NamedFile { path, .. }) = problem.location() {
                paths.push((at, path.to_string_lossy().into_owned()));
            }
        }
        let mut clean: Vec<String> = paths.iter().map(|(_, path)| path.clone()).collect();
        secrets.redact_values(clean.iter_mut());
        for ((at, path), clean) in paths.into_iter().zip(clean) {
            if path != clean {
                let location = &mut self.problems[at].location;
                *location = location.as_ref().and_then(Location::named_in).cloned();
            }
        }
    }

    /// What each source has for a secret, the sources that lose included, and the credentials within other values.
    fn known_secrets(&mut self) -> Secrets {
        let mut secrets = self.secrets.take().unwrap_or_default();
        for request in self.table.leaves {
            let is_secret = request.is_secret() || request.is_named_like_a_secret();
            let could_hold = request.field.shape.could_hold_secret();
            self.each_text(request, |text, is_in_store| {
                // A short text of a store, such as a port, is too ordinary to be looked for in every message.
                let is_kept = is_in_store && text.len() >= TELLING && could_hold;
                match is_secret || is_kept {
                    true => secrets.note(request, text),
                    false => credentials(text).into_iter().for_each(|part| secrets.note_text(part)),
                }
            });
        }
        secrets
    }

    /// Calls a function with each text that a source has for a key, and whether that is a place of secrets.
    fn each_text(&self, request: &'static KeyRequest, mut note: impl FnMut(&str, bool)) {
        let links = &self.layers.inputs().links;
        let mut scope = self.layers.scope();
        for name in request.names {
            let environment = &self.settings.environment;
            if let Some(text) = environment.get(name.text).as_deref().and_then(OsStr::to_str) {
                note(text, false);
            }
            if name.reads_file
                && let Some(path) = environment.get(name.file)
                && let Ok(content) = secret_file::read(Path::new(&path), links)
                && let Some(text) = content.to_str()
            {
                note(text, true);
            }
            for (at, layer) in self.layers.all().iter().enumerate() {
                layer
                    .kind
                    .contents(name.text, links)
                    .iter()
                    .for_each(|content| note(content, true));
                for definition in layer.kind.definitions(name.text) {
                    if let Ok(text) = scope.resolve(at, definition.line, &definition.value, 0) {
                        note(&text, false);
                    }
                }
                let LayerKind::EnvFile(file) = &layer.kind else { continue };
                for definition in file.definitions(name.file).iter().filter(|_| name.reads_file) {
                    let path = scope.resolve(at, definition.line, &definition.value, 0);
                    let path = path.map(|path| file.folder().join(path));
                    let content = path.ok().and_then(|path| secret_file::read(&path, links).ok());
                    if let Some(text) = content.as_deref().and_then(OsStr::to_str) {
                        note(text, true);
                    }
                }
            }
        }
    }
}
