//! Which sources a load asks for one variable, in order, and what each of them says: the load told step by step.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::layers::{Layer, LayerKind, Layers};
use super::settings::LoadSettings;
use crate::schema::KeyRequest;
use crate::schema::table::Table;
use crate::sources::{Location, Source, folder};

/// One place that could have the variable.
pub(crate) struct Step {
    pub(crate) source: Source,
    /// What is asked, where it has a name: a file, a folder, a provider.
    pub(crate) place: Option<String>,
    pub(crate) outcome: Outcome,
}

pub(crate) enum Outcome {
    /// It is not asked, and why.
    NotAsked(Cow<'static, str>),
    /// It does not have the variable.
    Absent,
    /// It has it.
    Has(Has),
}

/// Where one place has the variable.
pub(crate) struct Has {
    pub(crate) location: Option<Location>,
    /// The alias or the `KEY_FILE` variable under which it stands there.
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

/// What the places say, in the order in which they are asked; what stands first and is allowed wins.
pub(crate) fn explain(
    settings: &LoadSettings,
    table: &'static Table,
    request: &'static KeyRequest,
) -> Vec<Step> {
    let layers = Layers::new(settings, table);
    let mut sources = Source::ALL.to_vec();
    sources.sort_by_key(|source| settings.rank(*source));
    let mut steps: Vec<Step> = sources
        .into_iter()
        .flat_map(|source| Asking { settings, layers: &layers, request, source }.steps())
        .collect();
    let mut won = false;
    for step in &mut steps {
        if let Outcome::Has(has) = &mut step.outcome {
            has.role = match (request.sources.contains(step.source), won) {
                (false, _) => Role::NotAllowed,
                (true, true) => Role::Shadowed,
                (true, false) => Role::Wins,
            };
            won |= has.role == Role::Wins;
        }
    }
    steps
}

/// One source being asked.
struct Asking<'a> {
    settings: &'a LoadSettings,
    layers: &'a Layers<'a>,
    request: &'static KeyRequest,
    source: Source,
}

impl Asking<'_> {
    fn steps(&self) -> Vec<Step> {
        if !self.settings.asks(self.source) {
            return vec![self.not_asked(None, "the loader leaves it out")];
        }
        let layers = self.layers.all().iter().filter(|layer| layer.source == self.source);
        let mut steps: Vec<Step> = layers.flat_map(|layer| self.layer(layer)).collect();
        match self.source {
            Source::System => steps.extend(self.environment()),
            Source::SchemaDefault => steps.push(self.default()),
            _ if !steps.is_empty() => {}
            Source::Docker => {
                steps.extend(self.absent_folders(&self.settings.docker, "/run/secrets"))
            }
            Source::K8s => steps.extend(self.absent_folders(&self.settings.k8s, "/etc/secrets")),
            Source::FileEnv | Source::File => steps.push(self.absent_file()),
            _ if self.settings.ci => steps.push(self.not_asked(None, "nothing leaves the machine")),
            _ => steps.push(self.not_asked(None, "there is no provider for it here")),
        }
        steps
    }

    fn step(&self, place: Option<String>, outcome: Outcome) -> Step {
        Step { source: self.source, place, outcome }
    }

    fn not_asked(&self, place: Option<String>, why: impl Into<Cow<'static, str>>) -> Step {
        self.step(place, Outcome::NotAsked(why.into()))
    }

    fn has(&self, location: Option<Location>, found_as: Option<&'static str>) -> Outcome {
        Outcome::Has(Has { location, found_as, role: Role::Shadowed })
    }

    /// Everything a layer has of the variable, what counts first.
    fn layer(&self, layer: &Layer) -> Vec<Step> {
        let names = self.request.names;
        let alias = |rank: usize| (rank > 0).then(|| names[rank].text);
        let (place, mut found) = match &layer.kind {
            LayerKind::EnvFile(file) => {
                let mut found: Vec<(usize, u32)> = Vec::new();
                for assignment in file.assignments().flatten() {
                    let rank = names.iter().position(|name| name.text == assignment.name);
                    found.extend(rank.map(|rank| (rank, assignment.line)));
                }
                // The key before its aliases, the last of its lines.
                found.sort_by_key(|(rank, line)| (*rank, u32::MAX - line));
                (file.path.display().to_string(), found)
            }
            LayerKind::Folder(folder) => {
                let rank = names.iter().position(|name| folder.file_for(name.text).is_some());
                (
                    folder.path().display().to_string(),
                    rank.map(|rank| (rank, 0)).into_iter().collect(),
                )
            }
            LayerKind::Fetched(provider, fetched) => {
                let rank = names.iter().position(|name| fetched.get(name.text).is_some());
                (provider.to_string(), rank.map(|rank| (rank, 0)).into_iter().collect())
            }
        };
        if found.is_empty() {
            return vec![self.step(Some(place), Outcome::Absent)];
        }
        let steps = found.drain(..).map(|(rank, line)| {
            let location = layer.location(names[rank].text, line);
            self.step(Some(place.clone()), self.has(location, alias(rank)))
        });
        steps.collect()
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
                // What is no path to anything could be the secret itself.
                let path = PathBuf::from(path);
                let is_shown = !self.request.is_secret() || folder::could_be_a_path(&path);
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

    fn absent_folders(&self, named: &[PathBuf], default: &str) -> Vec<Step> {
        let default = [PathBuf::from(default)];
        let folders = if named.is_empty() { &default } else { named };
        folders.iter().map(|folder| self.unreadable(folder)).collect()
    }

    fn absent_file(&self) -> Step {
        let dir = self.settings.dir.as_deref().unwrap_or(Path::new(""));
        let name = match self.source {
            Source::File if self.settings.dotenv.is_empty() => ".env".to_owned(),
            Source::File => return self.unreadable(&self.settings.dotenv[0]),
            _ => match &self.layers.environment_name {
                Some(name) => format!(".env.{name}"),
                None => return self.not_asked(None, "no environment is named"),
            },
        };
        self.unreadable(&dir.join(name))
    }

    fn unreadable(&self, path: &Path) -> Step {
        let why = match path.try_exists() {
            Ok(false) => "it does not exist",
            _ => "it cannot be read",
        };
        self.not_asked(Some(path.display().to_string()), why)
    }
}
