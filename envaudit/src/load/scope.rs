//! What a `${NAME}` in an env file stands for: the value that this very load would give the name.

use super::layers::{LayerKind, Layers};
use super::loader::Settings;
use crate::source::Source;
use crate::sources::env_file::Interpreted;
use crate::sources::env_file::expand::{ExpandFault, Lookup, expand};
use crate::sources::folder;

/// How many references one load follows.
const MAX_REFERENCES: usize = 10_000;

pub(super) struct Scope<'a> {
    settings: &'a Settings,
    layers: &'a Layers<'a>,
    /// The definitions being expanded, as layer and line: what refers to its own name means the one it hides.
    active: Vec<(usize, u32)>,
    references: usize,
}

impl<'a> Scope<'a> {
    pub(super) fn new(settings: &'a Settings, layers: &'a Layers<'a>) -> Self {
        Scope { settings, layers, active: Vec::new(), references: 0 }
    }

    /// The value of a definition, with its references resolved.
    pub(super) fn resolve(
        &mut self,
        layer: usize,
        line: u32,
        value: &Interpreted,
        depth: usize,
    ) -> Result<String, ExpandFault> {
        let Some(marker) = value.marker else { return Ok(value.text.clone()) };
        self.active.push((layer, line));
        let expanded = expand(&value.text, marker, depth, self);
        self.active.pop();
        expanded
    }

    fn in_environment(&self, name: &str) -> Option<String> {
        self.settings.environment.get(name)?.into_string().ok().filter(|value| self.counts(value))
    }

    fn counts(&self, value: &str) -> bool {
        !(self.settings.empty_as_unset && value.is_empty())
    }
}

impl Lookup for Scope<'_> {
    fn lookup(&mut self, name: &str, depth: usize) -> Result<Option<String>, ExpandFault> {
        self.references += 1;
        if self.references > MAX_REFERENCES {
            return Err(ExpandFault::TooMany);
        }
        let layers = self.layers;
        let system = self.settings.rank(Source::System);
        let mut ask_environment = self.settings.asks(Source::System);
        for (at, layer) in layers.iter().enumerate() {
            if ask_environment && system < self.settings.rank(layer.source) {
                if let Some(value) = self.in_environment(name) {
                    return Ok(Some(value));
                }
                ask_environment = false;
            }
            let value = match &layer.kind {
                LayerKind::EnvFile(file) => {
                    let definitions = file.definitions(name).iter().rev();
                    let active = &self.active;
                    match definitions.into_iter().find(|def| !active.contains(&(at, def.line))) {
                        Some(def) => Some(self.resolve(at, def.line, &def.value, depth + 1)?),
                        None => None,
                    }
                }
                LayerKind::Folder(folder) => folder
                    .file_for(name)
                    .and_then(|path| folder::read_secret(&path).ok())
                    .and_then(|content| content.into_string().ok()),
                LayerKind::Fetched(_, fetched) => {
                    fetched.get(name).map(|value| value.text().to_owned())
                }
            };
            if let Some(value) = value.filter(|value| self.counts(value)) {
                return Ok(Some(value));
            }
        }
        Ok(if ask_environment { self.in_environment(name) } else { None })
    }
}
