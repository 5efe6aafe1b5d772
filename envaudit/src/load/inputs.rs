//! The inputs of a load, in order of precedence.
//!
//! Which files and folders a load reads, and in which order, is decided here alone: the load opens this list, a watch follows
//! it, an explanation shows it and a hint words it.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::settings::LoadSettings;
use crate::sources::provider::Provider;
use crate::sources::{Source, SourceKind};

/// The variable that names the environment where the loader does not.
pub(super) const ENVIRONMENT_VARIABLE: &str = "ENVAUDIT_ENV";

/// What the settings of a loader come to.
pub(super) struct Inputs<'s> {
    pub(super) settings: &'s LoadSettings,
    /// The name of the environment, or the text that cannot be one.
    environment: Result<Option<String>, String>,
}

/// One thing that a load reads, or the reason why it reads nothing for a source.
pub(super) struct Input<'i> {
    pub(super) source: Source,
    pub(super) kind: InputKind<'i>,
}

pub(super) enum InputKind<'i> {
    /// With its position among all providers of the loader.
    Provider(usize, &'i Arc<dyn Provider>),
    Environment,
    /// A folder of secret files.
    Folder(InputPath<'i>),
    EnvFile(InputPath<'i>),
    Default,
    Nothing(NotAsked),
}

/// A file or folder, whether it exists or not.
pub(super) struct InputPath<'i> {
    pub(super) path: Cow<'i, Path>,
    /// Whether the loader was given the path, so that it must exist.
    pub(super) is_named: bool,
}

/// Why nothing is read for a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotAsked {
    LeftOut,
    Offline,
    NoProvider,
    NoEnvironment,
    NoEnvFiles,
}

impl<'s> Inputs<'s> {
    pub(super) fn of(settings: &'s LoadSettings) -> Self {
        Inputs { settings, environment: environment_of(settings) }
    }

    /// The name of the environment.
    ///
    /// # Errors
    ///
    /// The text that was given as the name and is not a word.
    pub(super) fn environment(&self) -> Result<Option<&str>, &str> {
        match &self.environment {
            Ok(name) => Ok(name.as_deref()),
            Err(text) => Err(text),
        }
    }

    /// All inputs, the one that wins first.
    pub(super) fn iter(&self) -> impl Iterator<Item = Input<'_>> {
        self.settings.in_order().flat_map(|source| self.of_source(source))
    }

    /// The inputs of one source: its providers, then what the load reads itself.
    fn of_source(&self, source: Source) -> impl Iterator<Item = Input<'_>> {
        let asks = self.settings.asks(source);
        let providers = self.settings.providers.iter().enumerate().filter(move |(_, provider)| {
            asks && provider.source() == source && !(self.settings.ci && provider.is_remote())
        });
        let (named, otherwise) = match asks {
            true => self.own(source, providers.clone().next().is_some()),
            false => (&[][..], Some(InputKind::Nothing(NotAsked::LeftOut))),
        };
        // Of several paths the later win.
        let named = named.iter().rev().map(move |path| {
            let path = InputPath { path: Cow::Borrowed(path), is_named: true };
            match source.kind() {
                SourceKind::SecretFolder(_) => InputKind::Folder(path),
                _ => InputKind::EnvFile(path),
            }
        });
        let kinds = providers
            .map(|(at, provider)| InputKind::Provider(at, provider))
            .chain(named)
            .chain(otherwise);
        kinds.map(move |kind| Input { source, kind })
    }

    /// The paths that the loader was given for a source, and what it has besides.
    fn own(
        &self,
        source: Source,
        has_providers: bool,
    ) -> (&'s [PathBuf], Option<InputKind<'static>>) {
        let settings = self.settings;
        let unnamed = |path| InputPath { path, is_named: false };
        let file = |name| match cfg!(feature = "dotenv") {
            true => InputKind::EnvFile(unnamed(self.in_dir(name))),
            false => InputKind::Nothing(NotAsked::NoEnvFiles),
        };
        let otherwise = match source.kind() {
            SourceKind::Store if has_providers => None,
            SourceKind::Store if settings.ci => Some(InputKind::Nothing(NotAsked::Offline)),
            SourceKind::Store => Some(InputKind::Nothing(NotAsked::NoProvider)),
            SourceKind::Environment => Some(InputKind::Environment),
            SourceKind::SecretFolder(default) => {
                let named = settings.folders(source);
                let path = unnamed(Cow::Borrowed(Path::new(default)));
                return (named, named.is_empty().then_some(InputKind::Folder(path)));
            }
            SourceKind::EnvironmentFile => Some(match &self.environment {
                Ok(Some(name)) => file(Cow::Owned(format!(".env.{name}"))),
                _ => InputKind::Nothing(NotAsked::NoEnvironment),
            }),
            SourceKind::EnvFile => {
                let named = &settings.dotenv[..];
                return (named, named.is_empty().then(|| file(Cow::Borrowed(".env"))));
            }
            SourceKind::Default => Some(InputKind::Default),
        };
        (&[], otherwise)
    }

    fn in_dir(&self, name: Cow<'static, str>) -> Cow<'static, Path> {
        match (&self.settings.dir, name) {
            (None, Cow::Borrowed(name)) => Cow::Borrowed(Path::new(name)),
            (None, Cow::Owned(name)) => Cow::Owned(name.into()),
            (Some(dir), name) => {
                // With room for both, which `join` does not make.
                let mut path = PathBuf::with_capacity(dir.as_os_str().len() + 1 + name.len());
                path.push(dir);
                path.push(&*name);
                Cow::Owned(path)
            }
        }
    }
}

/// The environment's name. It becomes part of a file name, so it has to be a plain word.
fn environment_of(settings: &LoadSettings) -> Result<Option<String>, String> {
    let name = match &settings.environment_name {
        Some(name) => name.clone(),
        None => match settings.environment.get(ENVIRONMENT_VARIABLE) {
            Some(value) => value.to_string_lossy().into_owned(),
            None => return Ok(None),
        },
    };
    if name.is_empty() {
        return Ok(None);
    }
    let plain = |char: char| char.is_ascii_alphanumeric() || "-_.".contains(char);
    let is_word = name.chars().all(plain) && !name.starts_with('.') && name.len() <= 64;
    if is_word { Ok(Some(name)) } else { Err(name) }
}

impl NotAsked {
    /// Whether the source could be asked once somebody put a value there.
    fn is_possible(self) -> bool {
        self == NotAsked::NoEnvironment
    }

    /// The reason in words.
    #[cfg(feature = "cli")]
    pub(super) fn reason(self) -> &'static str {
        match self {
            NotAsked::LeftOut => "the loader leaves it out",
            NotAsked::Offline => "nothing leaves the machine",
            NotAsked::NoProvider => "there is no provider for it here",
            NotAsked::NoEnvironment => "no environment is named",
            NotAsked::NoEnvFiles => "this program was built without the feature `dotenv`",
        }
    }
}

impl InputKind<'_> {
    /// Whether a value could be put there.
    pub(super) fn takes_values(&self) -> bool {
        match self {
            InputKind::Default => false,
            InputKind::Nothing(reason) => reason.is_possible(),
            _ => true,
        }
    }
}

#[cfg(all(test, feature = "cli", feature = "live"))]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};
    use std::sync::Arc;

    use super::{InputKind, Inputs};
    use crate::load::WatchedPaths;
    use crate::load::explain;
    use crate::load::layers::Layers;
    use crate::load::settings::LoadSettings;
    use crate::schema::table::Table;
    use crate::sources::{Source, SourceSet};
    use crate::{EnvConfig, Fetched, KeyRequest, Provider, ProviderError};

    #[derive(EnvConfig)]
    #[env(crate = "crate")]
    #[expect(dead_code, reason = "it is there for its key")]
    struct Config {
        port: Option<u16>,
    }

    const TABLE: &Table = Config::TABLE;

    struct Store(Source);

    impl Provider for Store {
        fn name(&self) -> &str {
            "a store"
        }

        fn source(&self) -> Source {
            self.0
        }

        fn fetch(&self, _: &[KeyRequest]) -> Result<Fetched, ProviderError> {
            Ok(Fetched::new())
        }
    }

    /// A folder with everything that the settings below name, in it `PORT` where a file has it.
    fn folder() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for name in ["docker", "docker-too", "k8s"] {
            std::fs::create_dir(dir.path().join(name)).unwrap();
        }
        for name in [".env", ".env.prod", "one.env", "two.env", "docker/port", "k8s/PORT"] {
            std::fs::write(dir.path().join(name), "PORT=1\n").unwrap();
        }
        dir
    }

    /// Settings of every shape: with and without names for each of the paths, each source left out, orders turned round.
    fn all_settings(dir: &Path) -> Vec<LoadSettings> {
        let mut all = Vec::new();
        for shape in 0..1_u32 << 5 {
            let is = |bit: u32| shape & (1 << bit) != 0;
            for source in Source::ALL {
                let mut settings = LoadSettings::new();
                settings.environment = crate::sources::environment::Environment::given([("A", "")]);
                settings.dir = Some(dir.to_owned());
                settings.environment_name = is(0).then(|| "prod".to_owned());
                if is(1) {
                    settings.dotenv = vec![dir.join("one.env"), dir.join("two.env")];
                }
                // Never the folders of the machine itself.
                settings.docker = vec![dir.join("docker"), dir.join("docker-too")];
                settings.k8s = vec![dir.join("k8s")];
                settings.ci = is(2);
                if is(3) {
                    settings.without = SourceSet::of(&[*source]);
                }
                settings.providers = vec![Arc::new(Store(*source)), Arc::new(Store(Source::Aws))];
                if is(4) {
                    for (rank, source) in Source::ALL.iter().rev().enumerate() {
                        settings.ranks[*source as usize] = rank as u8;
                    }
                }
                all.push(settings);
            }
        }
        all
    }

    fn paths<'i>(inputs: &'i Inputs<'_>) -> impl Iterator<Item = (Source, PathBuf)> + 'i {
        inputs.iter().filter_map(|input| match input.kind {
            InputKind::Folder(path) | InputKind::EnvFile(path) => {
                Some((input.source, path.path.into_owned()))
            }
            _ => None,
        })
    }

    #[test]
    fn a_load_opens_a_watch_follows_and_an_explanation_lists_the_same_files_in_the_same_order() {
        let dir = folder();
        for settings in all_settings(dir.path()) {
            let inputs = Inputs::of(&settings);
            let listed: Vec<(Source, PathBuf)> = paths(&inputs).collect();

            let layers = Layers::new(&inputs, TABLE);
            let opened = layers.all().iter().filter(|layer| layer.kind.provider().is_none());
            let opened: Vec<(Source, PathBuf)> =
                opened.map(|layer| (layer.source, layer.kind.place().into())).collect();
            assert_eq!(opened, listed);

            let watched = WatchedPaths::of(&inputs);
            let watched: BTreeSet<PathBuf> =
                watched.files.into_iter().chain(watched.folders).collect();
            let all: BTreeSet<PathBuf> = listed.iter().map(|(_, path)| path.clone()).collect();
            assert_eq!(watched, all);

            let steps = explain(&settings, TABLE, &TABLE.leaves[0]);
            let told = steps.iter().filter_map(|step| Some((step.source, step.place.as_deref()?)));
            let told: Vec<(Source, PathBuf)> = told
                .filter(|(_, place)| *place != "a store")
                .map(|(source, place)| (source, place.into()))
                .collect();
            assert_eq!(told, listed);
        }
    }

    #[test]
    fn every_source_is_listed_in_the_order_of_precedence() {
        let dir = folder();
        for settings in all_settings(dir.path()) {
            let inputs = Inputs::of(&settings);
            let mut sources: Vec<Source> = inputs.iter().map(|input| input.source).collect();
            assert!(sources.is_sorted_by_key(|source| settings.rank(*source)));
            sources.dedup();
            assert_eq!(sources.len(), Source::ALL.len());
        }
    }

    #[test]
    fn the_default_folders_and_files_are_read_where_none_is_named() {
        let mut settings = LoadSettings::new();
        settings.environment_name = Some("prod".to_owned());
        let inputs = Inputs::of(&settings);
        let listed: Vec<(Source, PathBuf)> = paths(&inputs).collect();
        let expected = [
            (Source::Docker, "/run/secrets"),
            (Source::K8s, "/etc/secrets"),
            (Source::FileEnv, ".env.prod"),
            (Source::File, ".env"),
        ];
        assert_eq!(listed, expected.map(|(source, path)| (source, path.into())));
    }
}
