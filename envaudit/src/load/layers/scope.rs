//! The value of a `${NAME}` in an env file: the one that this load would give the name.

use std::borrow::Cow;
use std::path::Path;

use super::layer::Layer;
use crate::load::settings::LoadSettings;
use crate::schema::table::Table;
use crate::sources::Source;
use crate::sources::env_file::Interpreted;
use crate::sources::env_file::expand::{ExpandFault, Lookup, expand};
use crate::sources::links::Links;
use crate::sources::secret_file;

/// How many references one load follows.
const MAX_REFERENCES: usize = 10_000;

pub(in crate::load) struct Scope<'a> {
    settings: &'a LoadSettings,
    /// In order of precedence.
    layers: &'a [Layer],
    links: &'a Links,
    table: &'static Table,
    /// The definitions being expanded, as layer and line: what refers to its own name means the one it hides.
    active: Vec<(usize, u32)>,
    references: usize,
    met_secret: bool,
}

impl<'a> Scope<'a> {
    pub(in crate::load) fn new(
        settings: &'a LoadSettings,
        layers: &'a [Layer],
        links: &'a Links,
        table: &'static Table,
    ) -> Self {
        Scope {
            settings,
            layers,
            links,
            table,
            active: Vec::new(),
            references: 0,
            met_secret: false,
        }
    }

    /// Whether anything resolved since the last call referred to a secret field.
    pub(in crate::load) fn take_met_secret(&mut self) -> bool {
        std::mem::take(&mut self.met_secret)
    }

    /// The value of a definition, with its references resolved.
    pub(in crate::load) fn resolve(
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
        let get = |name| {
            let value = self.settings.environment.get(name);
            value.filter(|value| !(self.settings.empty_as_unset && value.is_empty()))
        };
        let value = get(name).or_else(|| {
            let known = self.table.find(name.as_bytes()).filter(|known| known.reads_file)?;
            secret_file::read(Path::new(&get(known.file)?), self.links).ok()
        });
        value?.into_string().ok().filter(|value| self.counts(value))
    }

    fn counts(&self, value: &str) -> bool {
        !(self.settings.empty_as_unset && value.is_empty())
    }
}

impl<'a> Lookup<'a> for Scope<'a> {
    fn lookup(&mut self, name: &str, depth: usize) -> Result<Option<Cow<'a, str>>, ExpandFault> {
        self.references += 1;
        if self.references > MAX_REFERENCES {
            return Err(ExpandFault::TooMany);
        }
        let known = self.table.find(name.as_bytes());
        self.met_secret |=
            known.is_some_and(|known| self.table.leaves[known.leaf as usize].is_secret());
        let layers = self.layers;
        let system = self.settings.rank(Source::System);
        let mut ask_environment = self.settings.asks(Source::System);
        for (at, layer) in layers.iter().enumerate() {
            if ask_environment && system < self.settings.rank(layer.source) {
                if let Some(value) = self.in_environment(name) {
                    return Ok(Some(value.into()));
                }
                ask_environment = false;
            }
            let definitions = layer.kind.definitions(name).iter().rev();
            let active = &self.active;
            let mut usable = definitions.filter(|def| !active.contains(&(at, def.line)));
            let value = match usable.next() {
                Some(def) if def.value.marker.is_none() => Some(Cow::Borrowed(&*def.value.text)),
                Some(def) => Some(self.resolve(at, def.line, &def.value, depth + 1)?.into()),
                None => layer.kind.content(name, self.links),
            };
            if let Some(value) = value.filter(|value| self.counts(value)) {
                return Ok(Some(value));
            }
        }
        Ok(if ask_environment { self.in_environment(name).map(Cow::Owned) } else { None })
    }

    fn is_circular(&self, name: &str) -> bool {
        self.active.iter().any(|(layer, line)| {
            let definitions = self.layers[*layer].kind.definitions(name);
            definitions.iter().any(|definition| definition.line == *line)
        })
    }
}
