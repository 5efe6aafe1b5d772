//! The value of a `${NAME}` in an env file: the one that this load would give the name.

use std::borrow::Cow;
use std::path::Path;

use envaudit_redact::{is_address_name, is_description, is_secret_name};

use super::budget::ReferenceBudget;
use super::layer::{Layer, LayerKind};
use crate::load::settings::LoadSettings;
use crate::schema::table::{Name, Table};
use crate::sources::Source;
use crate::sources::env_file::Interpreted;
use crate::sources::env_file::expand::{ExpandFault, Lookup, expand};
use crate::sources::links::Links;
use crate::sources::secret_file;

pub(in crate::load) struct Scope<'a> {
    settings: &'a LoadSettings,
    /// In order of precedence.
    layers: &'a [Layer],
    links: &'a Links,
    table: &'static Table,
    /// The definitions being expanded, as layer and line: what refers to its own name means the one it hides.
    active: Vec<(usize, u32)>,
    budget: &'a ReferenceBudget,
    met_secret: bool,
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        settings: &'a LoadSettings,
        layers: &'a [Layer],
        links: &'a Links,
        table: &'static Table,
        budget: &'a ReferenceBudget,
    ) -> Self {
        Scope { settings, layers, links, table, active: Vec::new(), budget, met_secret: false }
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

    fn in_contents(&self, layer: &'a Layer, name: &str) -> Option<Cow<'a, str>> {
        layer.kind.contents(name, self.links).into_iter().find(|value| self.counts(value))
    }

    /// The content of the file that the `KEY_FILE` of a key names in an env file.
    fn in_named_file(
        &mut self,
        at: usize,
        key: Option<&'static Name>,
        depth: usize,
    ) -> Result<Option<String>, ExpandFault> {
        let layers = self.layers;
        let LayerKind::EnvFile(file) = &layers[at].kind else { return Ok(None) };
        let Some(key) = key.filter(|key| key.reads_file) else { return Ok(None) };
        let mut definitions = file.definitions(key.file).iter().rev();
        let Some(path) = definitions.find(|def| !self.active.contains(&(at, def.line))) else {
            return Ok(None);
        };
        let text = self.resolve(at, path.line, &path.value, depth + 1)?;
        if !self.counts(&text) {
            return Ok(None);
        }
        let content = secret_file::read(&file.folder().join(&text), self.links).ok();
        Ok(content.and_then(|content| content.into_string().ok()))
    }

    /// Whether the variable holds a secret, or may have one in it: by its field, and where it has none, by its name.
    fn could_be_secret(&self, name: &str, known: Option<&Name>) -> bool {
        match known.map(|known| &self.table.leaves[usize::from(known.leaf)]) {
            Some(field) => field.hides_value(),
            None => is_address_name(name) || is_secret_name(name) && !is_description(name),
        }
    }

    fn counts(&self, value: &str) -> bool {
        !(self.settings.empty_as_unset && value.is_empty())
    }
}

impl<'a> Lookup<'a> for Scope<'a> {
    fn lookup(&mut self, name: &str, depth: usize) -> Result<Option<Cow<'a, str>>, ExpandFault> {
        self.budget.follow()?;
        let known = self.table.find(name.as_bytes());
        self.met_secret = self.met_secret || self.could_be_secret(name, known);
        let layers = self.layers;
        let system = self.settings.rank(Source::System);
        let mut ask_environment = self.settings.asks(Source::System);
        for (at, layer) in layers.iter().enumerate() {
            if ask_environment && system < self.settings.rank(layer.source) {
                if let Some(value) = self.in_environment(name) {
                    self.budget.copy(value.len())?;
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
                None => match self.in_contents(layer, name) {
                    Some(value) => Some(value),
                    None => self.in_named_file(at, known, depth)?.map(Cow::Owned),
                },
            };
            if let Some(value) = value.filter(|value| self.counts(value)) {
                self.budget.copy(value.len())?;
                return Ok(Some(value));
            }
        }
        let value = if ask_environment { self.in_environment(name) } else { None };
        self.budget.copy(value.as_ref().map_or(0, String::len))?;
        Ok(value.map(Cow::Owned))
    }

    fn is_circular(&self, name: &str) -> bool {
        self.active.iter().any(|(layer, line)| {
            let definitions = self.layers[*layer].kind.definitions(name);
            definitions.iter().any(|definition| definition.line == *line)
        })
    }
}
