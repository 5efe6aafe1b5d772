//! The inputs of a load, in order of precedence.
//!
//! Which files and folders a load reads, and in which order, is decided here alone: the load opens this list, a watch follows
//! it, an explanation shows it and a hint words it.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::settings::LoadSettings;
use crate::sources::links::Links;
use crate::sources::provider::AskedProvider;
use crate::sources::{Source, SourceKind};

/// The variable that names the environment where the loader does not.
pub(super) const ENVIRONMENT_VARIABLE: &str = "ENVAUDIT_ENV";

/// The settings of a loader, and the name of the environment that they come to.
pub(super) struct Inputs<'s> {
    pub(super) settings: &'s LoadSettings,
    /// The name of the environment, or the text that cannot be one.
    environment: Result<Option<String>, String>,
    /// The links on the way to its files, each resolved once.
    pub(super) links: Links,
}

/// One thing that a load reads, or the reason why it reads nothing for a source.
pub(super) struct Input<'i> {
    pub(super) source: Source,
    pub(super) kind: InputKind<'i>,
}

pub(super) enum InputKind<'i> {
    /// With its position among all providers of the loader.
    Provider(usize, &'i AskedProvider),
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
        Inputs { settings, environment: environment_of(settings), links: Links::default() }
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
    pub(super) fn list(&self) -> Vec<Input<'_>> {
        let mut list = Vec::new();
        self.each(|input| list.push(input));
        list
    }

    /// Visits the inputs in order: [`list`](Self::list) without the list, for a load that has to be quick.
    pub(super) fn each<'i>(&'i self, mut visit: impl FnMut(Input<'i>)) {
        for source in self.settings.in_order() {
            self.each_of(source, &mut |kind| visit(Input { source, kind }));
        }
    }

    /// Visits the inputs of one source: its providers, then what the load reads itself.
    #[inline]
    fn each_of<'i>(&'i self, source: Source, visit: &mut impl FnMut(InputKind<'i>)) {
        let settings = self.settings;
        if !settings.asks(source) {
            return visit(InputKind::Nothing(NotAsked::LeftOut));
        }
        let mut has_provider = false;
        for (given, provider) in settings.all_providers().enumerate() {
            if provider.source() == source && !(settings.ci && provider.is_remote()) {
                has_provider = true;
                visit(InputKind::Provider(given, provider));
            }
        }
        match source.kind() {
            SourceKind::Store if has_provider => {}
            SourceKind::Store if settings.ci => visit(InputKind::Nothing(NotAsked::Offline)),
            SourceKind::Store => visit(InputKind::Nothing(NotAsked::NoProvider)),
            SourceKind::Environment => visit(InputKind::Environment),
            SourceKind::SecretFolder(default) => match settings.folders(source) {
                [] => visit(InputKind::Folder(InputPath::unnamed(Path::new(default).into()))),
                named => {
                    InputPath::all_named(named).for_each(|path| visit(InputKind::Folder(path)));
                }
            },
            SourceKind::EnvironmentFile => match &self.environment {
                Ok(Some(name)) => visit(self.file(Cow::Owned(format!(".env.{name}")))),
                _ => visit(InputKind::Nothing(NotAsked::NoEnvironment)),
            },
            SourceKind::EnvFile => match &settings.dotenv[..] {
                [] => visit(self.file(Cow::Borrowed(".env"))),
                named => {
                    InputPath::all_named(named).for_each(|path| visit(InputKind::EnvFile(path)));
                }
            },
            SourceKind::Default => visit(InputKind::Default),
        }
    }

    /// An env file that the loader was not given, in the folder for it.
    fn file(&self, name: Cow<'static, str>) -> InputKind<'static> {
        match cfg!(feature = "dotenv") {
            true => InputKind::EnvFile(InputPath::unnamed(self.in_dir(name))),
            false => InputKind::Nothing(NotAsked::NoEnvFiles),
        }
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

impl<'i> InputPath<'i> {
    fn unnamed(path: Cow<'i, Path>) -> Self {
        InputPath { path, is_named: false }
    }

    /// Paths that the loader was given, the later first: it wins.
    fn all_named(paths: &'i [PathBuf]) -> impl Iterator<Item = Self> {
        let named = |path: &'i PathBuf| InputPath { path: Cow::Borrowed(path), is_named: true };
        paths.iter().rev().map(named)
    }
}

impl NotAsked {
    /// Whether the source would be asked if there were a value in it.
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
