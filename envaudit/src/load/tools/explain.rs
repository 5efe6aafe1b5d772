//! The sources that a load asks for one variable, in order, and the answer of each.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::load::inputs::{InputKind, Inputs};
use crate::load::layers::{Layer, LayerKind, Layers};
use crate::load::named_path;
use crate::load::reader::overlooked_in;
use crate::load::settings::LoadSettings;
use crate::schema::KeyRequest;
use crate::schema::table::Table;
use crate::sources::env_file::EnvFile;
use crate::sources::provider::shown_id;
use crate::sources::provider_error::ProviderError;
use crate::sources::{Location, Source};

/// One place that could have the variable.
pub(crate) struct Step {
    pub(crate) source: Source,
    /// What is asked, where it has a name: a file, a folder, a provider.
    pub(crate) place: Option<String>,
    pub(crate) outcome: Outcome,
    /// What is in the place, was most likely meant for the variable, and is not read: with the reason. Only where nothing
    /// but a default supplies the variable.
    pub(crate) overlooked: Option<String>,
}

pub(crate) enum Outcome {
    /// It is not asked, and why.
    NotAsked(&'static str),
    /// It was asked, and could not answer.
    Failed(ProviderError),
    /// It does not have the variable.
    Absent,
    /// It has it.
    Has(Has),
}

/// Where one place has the variable.
pub(crate) struct Has {
    pub(crate) location: Option<Location>,
    /// The alias or the `KEY_FILE` variable under which it is set there.
    pub(crate) found_as: Option<&'static str>,
    pub(crate) role: Role,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// This is the value.
    Wins,
    /// A place asked before has it too, or a later line of the same file.
    Shadowed,
    /// The variable may not come from this source.
    NotAllowed,
}

/// The answers of all places, in the order in which they are asked; the first that is allowed wins.
pub(crate) fn explain(
    settings: &LoadSettings,
    table: &'static Table,
    request: &'static KeyRequest,
) -> Vec<Step> {
    let inputs = Inputs::of(settings);
    let layers = Layers::new(&inputs, table);
    let mut steps: Vec<Step> = inputs
        .list()
        .into_iter()
        .enumerate()
        .flat_map(|(at, input)| {
            let layer = layers.all().iter().find(|layer| usize::from(layer.input) == at);
            let failure = layers.failure_of(at);
            Asking { settings, table, request, source: input.source }.steps(
                &input.kind,
                layer,
                failure,
            )
        })
        .collect();
    let (mut won, mut is_supplied) = (false, false);
    for step in &mut steps {
        if let Outcome::Has(has) = &mut step.outcome {
            has.role = match (request.sources.contains(step.source), won) {
                (false, _) => Role::NotAllowed,
                (true, true) => Role::Shadowed,
                (true, false) => Role::Wins,
            };
            won |= has.role == Role::Wins;
            is_supplied |= has.role == Role::Wins && step.source != Source::SchemaDefault;
        }
    }
    if is_supplied {
        steps.iter_mut().for_each(|step| step.overlooked = None);
    }
    steps
}

/// One input being asked.
struct Asking<'a> {
    settings: &'a LoadSettings,
    table: &'static Table,
    request: &'static KeyRequest,
    source: Source,
}

impl Asking<'_> {
    fn steps(
        &self,
        input: &InputKind<'_>,
        layer: Option<&Layer>,
        failure: Option<&ProviderError>,
    ) -> Vec<Step> {
        match (input, layer) {
            (_, Some(layer)) => self.layer(&layer.kind),
            (InputKind::Environment, None) => self.environment(),
            (InputKind::Default, None) => vec![self.default()],
            (InputKind::Provider(_, provider), None) => {
                let place = Some(shown_id(provider.name()).into_owned());
                vec![match failure {
                    // Words may have a value in them that only a load knows to be secret.
                    Some(error) => self.step(place, Outcome::Failed(error.without_text())),
                    None => self.not_asked(place, "it failed"),
                }]
            }
            (InputKind::Folder(path) | InputKind::EnvFile(path), None) => {
                let why = match path.path.try_exists() {
                    Ok(false) => "it does not exist",
                    _ => "it cannot be read",
                };
                vec![self.not_asked(Some(path.path.display().to_string()), why)]
            }
            (InputKind::Nothing(reason), None) => vec![self.not_asked(None, reason.reason())],
        }
    }

    fn step(&self, place: Option<String>, outcome: Outcome) -> Step {
        Step { source: self.source, place, outcome, overlooked: None }
    }

    fn not_asked(&self, place: Option<String>, why: &'static str) -> Step {
        self.step(place, Outcome::NotAsked(why))
    }

    fn has(&self, location: Option<Location>, found_as: Option<&'static str>) -> Outcome {
        Outcome::Has(Has { location, found_as, role: Role::Shadowed })
    }

    /// Everything a layer has of the variable, what counts first.
    fn layer(&self, layer: &LayerKind) -> Vec<Step> {
        let names: Vec<&'static str> = self.request.names.iter().map(|name| name.text).collect();
        let alias = |rank: usize| (rank > 0).then(|| names[rank]);
        let place = layer.place();
        let found = layer.occurrences(&names);
        let steps = found.into_iter().map(|(rank, line)| {
            let location = layer.location(names[rank], line);
            self.step(Some(place.clone()), self.has(location, alias(rank)))
        });
        let mut steps: Vec<Step> = steps.collect();
        if let LayerKind::EnvFile(file) = layer {
            self.named_files(file, &place, &mut steps);
        }
        if steps.is_empty() {
            let overlooked = self.overlooked(layer);
            let outcome = match layer.failure(&names) {
                Some(error) => Outcome::Failed(error.without_text()),
                None => Outcome::Absent,
            };
            steps.push(Step { overlooked, ..self.step(Some(place), outcome) });
        }
        steps
    }

    fn overlooked(&self, layer: &LayerKind) -> Option<String> {
        let LayerKind::Folder(folder) = layer else { return None };
        if !self.request.sources.contains(self.source) {
            return None;
        }
        overlooked_in(folder, self.source, self.request, self.table).map(|found| found.to_string())
    }

    /// The variables of an env file that name a file.
    fn named_files(&self, file: &EnvFile, place: &str, steps: &mut Vec<Step>) {
        for name in self.request.names.iter().filter(|name| name.reads_file) {
            for definition in file.definitions(name.file).iter().rev() {
                let line = Some(definition.line);
                let line = Location::File { path: Arc::clone(&file.path), line };
                let path = Path::new(&definition.value.text);
                // A path with references is not known here, and what is not a path could be the secret itself.
                let is_shown = definition.value.marker.is_none()
                    && named_path::is_shown(self.request, file.folder(), path);
                let location = match is_shown {
                    true => Location::NamedFile {
                        path: file.folder().join(path).into(),
                        named_in: Box::new(line),
                    },
                    false => line,
                };
                let has = self.has(Some(location), Some(name.file));
                steps.push(self.step(Some(place.to_owned()), has));
            }
        }
    }

    /// The variables of the process: the key, its aliases, then those that name a file.
    fn environment(&self) -> Vec<Step> {
        let environment = &self.settings.environment;
        let mut steps = Vec::new();
        for name in self.request.names {
            if environment.get(name.text).is_some() {
                let found_as = (name.rank > 0).then_some(name.text);
                steps.push(self.step(None, self.has(None, found_as)));
            }
        }
        for name in self.request.names.iter().filter(|name| name.reads_file) {
            if let Some(path) = environment.get(name.file) {
                // A value that is not a path could be the secret itself.
                let path = PathBuf::from(path);
                let is_shown = named_path::is_shown(self.request, Path::new(""), &path);
                let location = Location::File { path: path.as_path().into(), line: None };
                let location = is_shown.then_some(location);
                steps.push(self.step(None, self.has(location, Some(name.file))));
            }
        }
        if steps.is_empty() {
            steps.push(self.step(None, Outcome::Absent));
        }
        steps
    }

    fn default(&self) -> Step {
        let has_default = self.request.field.default.is_some();
        self.step(None, if has_default { self.has(None, None) } else { Outcome::Absent })
    }
}
