//! Takes the secrets that any source of a load has out of what is said of its problems.

use std::ffi::OsStr;
use std::path::Path;

use envaudit_redact::credentials;

use super::FieldReader;
use crate::audit::Warning;
use crate::error::{self, ProblemKind};
use crate::load::layers::LayerKind;
use crate::load::redaction::Secrets;
use crate::schema::KeyRequest;
use crate::sources::{Location, secret_file};

impl FieldReader<'_> {
    /// A value may stand under the wrong name, or in the message of a parser or a provider that has seen it.
    pub(super) fn clear_of_secrets(&mut self) {
        let is_failed = |warning: &Warning| matches!(warning, Warning::ProviderFailed { .. });
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
            Warning::ProviderFailed { reason, .. } => Some(reason),
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
            self.each_text(request, |text| match is_secret {
                true => secrets.note(request, text),
                false => credentials(text).into_iter().for_each(|part| secrets.note_text(part)),
            });
        }
        secrets
    }

    fn each_text(&self, request: &'static KeyRequest, mut note: impl FnMut(&str)) {
        let links = &self.layers.inputs().links;
        let mut scope = self.layers.scope();
        for name in request.names {
            let environment = &self.settings.environment;
            let mut found = Vec::from_iter(environment.get(name.text));
            if name.reads_file
                && let Some(path) = environment.get(name.file)
            {
                found.extend(secret_file::read(Path::new(&path), links).ok());
            }
            found.iter().filter_map(|text| text.to_str()).for_each(&mut note);
            for (at, layer) in self.layers.all().iter().enumerate() {
                layer.kind.contents(name.text, links).iter().for_each(|content| note(content));
                for definition in layer.kind.definitions(name.text) {
                    if let Ok(text) = scope.resolve(at, definition.line, &definition.value, 0) {
                        note(&text);
                    }
                }
                let LayerKind::EnvFile(file) = &layer.kind else { continue };
                for definition in file.definitions(name.file).iter().filter(|_| name.reads_file) {
                    let path = scope.resolve(at, definition.line, &definition.value, 0);
                    let path = path.map(|path| file.folder().join(path));
                    let content = path.ok().and_then(|path| secret_file::read(&path, links).ok());
                    if let Some(text) = content.as_deref().and_then(OsStr::to_str) {
                        note(text);
                    }
                }
            }
        }
    }
}
