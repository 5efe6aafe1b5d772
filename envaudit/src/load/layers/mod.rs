//! The files, folders and providers of a load, opened, in order of precedence, and what each has for each key.

mod fill;
mod layer;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use self::fill::Fill;
pub(in crate::load) use self::layer::{Layer, LayerKind};
use crate::audit::Warning;
use crate::error::{self, Problem, ProblemKind};
use crate::load::few::Few;
use crate::load::settings::LoadSettings;
use crate::load::slot::Slot;
use crate::schema::nearest::nearest;
use crate::schema::table::Table;
use crate::sources::env_file::{EnvFile, EnvFileFault};
use crate::sources::file::FileFault;
use crate::sources::folder::Folder;
use crate::sources::provider::{Asked, OnFailure, Provider};
use crate::sources::{Location, Source};

const MISSING: &str = "check the path that the program was given";
const UNREADABLE: &str = "let the program's user read it";

const ENVIRONMENT_VARIABLE: &str = "ENVAUDIT_ENV";

pub(crate) struct Layers<'s> {
    settings: &'s LoadSettings,
    table: &'static Table,
    /// The layer that wins comes first.
    layers: Few<Layer>,
    pub(in crate::load) environment_name: Option<String>,
    problems: Vec<Problem>,
    warnings: Vec<Warning>,
}

impl<'s> Layers<'s> {
    /// Opens everything that the settings name.
    pub(in crate::load) fn new(settings: &'s LoadSettings, table: &'static Table) -> Self {
        let mut layers = Layers {
            settings,
            table,
            layers: Few::default(),
            environment_name: None,
            problems: Vec::new(),
            warnings: Vec::new(),
        };
        layers.open();
        layers
    }

    /// What went wrong so far, and what is worth a warning.
    pub(in crate::load) fn take_notes(&mut self) -> (Vec<Problem>, Vec<Warning>) {
        (std::mem::take(&mut self.problems), std::mem::take(&mut self.warnings))
    }

    pub(in crate::load) fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    pub(in crate::load) fn all(&self) -> &[Layer] {
        &self.layers
    }

    pub(in crate::load) fn layer(&self, at: u16) -> &Layer {
        &self.layers[at as usize]
    }

    fn open(&mut self) {
        // They work while the files are read.
        let asked: Vec<Asked> = self
            .settings
            .providers
            .iter()
            .filter(|provider| self.settings.asks(provider.source()))
            .filter(|provider| !(self.settings.ci && provider.is_remote()))
            .map(|provider| Asked::ask(provider, self.table.leaves))
            .collect();
        self.environment_name = self.environment();
        self.open_folders(Source::Docker, &self.settings.docker, "/run/secrets");
        self.open_folders(Source::K8s, &self.settings.k8s, "/etc/secrets");
        self.open_env_files();
        // Of one source, providers come before what this crate reads itself.
        let opened = self.layers.len();
        for asked in &asked {
            self.take_answer(asked);
        }
        self.layers.rotate_left(opened);
        self.layers.sort_by_key(|layer| self.settings.rank(layer.source));
    }

    fn environment(&mut self) -> Option<String> {
        match Layers::environment_of(self.settings) {
            Ok(name) => name,
            Err(name) => {
                let mut problem = Problem::new(ProblemKind::Setting, "the environment's name is not a word")
                    .hint("use letters, digits, `-`, `_` and `.`, such as `prod`; it is set by `environment` or ENVAUDIT_ENV");
                problem.found = Some(error::shown(&name));
                self.problems.push(problem);
                None
            }
        }
    }

    /// The environment's name. It becomes part of a file name, so it has to be a plain word: what is none is the error.
    pub(in crate::load) fn environment_of(
        settings: &LoadSettings,
    ) -> Result<Option<String>, String> {
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

    fn open_folders(&mut self, source: Source, named: &[PathBuf], default: &str) {
        if !self.settings.asks(source) {
            return;
        }
        if named.is_empty() {
            self.open_folder(source, Path::new(default), false);
        }
        for path in named.iter().rev() {
            self.open_folder(source, path, true);
        }
    }

    fn open_folder(&mut self, source: Source, path: &Path, named: bool) {
        match Folder::open(path) {
            Ok(Some(folder)) => {
                self.layers.push(Layer { source, kind: LayerKind::Folder(folder) });
            }
            Ok(None) if named => self.unreadable(source, path, "it does not exist", MISSING),
            Ok(None) => {}
            Err(error) if named => self.unreadable(source, path, &error.to_string(), UNREADABLE),
            // It is there on many hosts, for somebody else.
            Err(error) => self.warnings.push(Warning::FolderUnreadable {
                source,
                path: path.to_owned(),
                reason: error.to_string(),
            }),
        }
    }

    fn open_env_files(&mut self) {
        if cfg!(not(feature = "dotenv")) {
            for path in &self.settings.dotenv {
                let reason = "this program was built without the feature `dotenv` of envaudit";
                self.unreadable(Source::File, path, reason, "build it with the feature");
            }
            return;
        }
        let dir = self.settings.dir.as_deref();
        let asks_any = self.settings.asks(Source::FileEnv) || self.settings.asks(Source::File);
        let mut has_dir = true;
        if let Some(dir) = dir
            && asks_any
            && !dir.is_dir()
        {
            match dir.exists() {
                true => self.unreadable(
                    Source::File,
                    dir,
                    "it is not a folder",
                    "`dir` takes the folder that the env files are in",
                ),
                false => self.unreadable(Source::File, dir, "it does not exist", MISSING),
            }
            has_dir = false;
        }
        let in_dir = |name: &str| {
            // With room for both, which `join` does not make.
            let length = dir.map_or(0, |dir| dir.as_os_str().len() + 1) + name.len();
            let mut path = PathBuf::with_capacity(length);
            path.extend(dir);
            path.push(name);
            path
        };
        if has_dir
            && self.settings.asks(Source::FileEnv)
            && let Some(name) = &self.environment_name
        {
            let path = in_dir(&format!(".env.{name}"));
            self.open_env_file(Source::FileEnv, &path, false);
        }
        if !self.settings.asks(Source::File) {
            return;
        }
        if has_dir && self.settings.dotenv.is_empty() {
            let path = match dir {
                Some(_) => Cow::Owned(in_dir(".env")),
                None => Cow::Borrowed(Path::new(".env")),
            };
            self.open_env_file(Source::File, &path, false);
        }
        for path in self.settings.dotenv.iter().rev() {
            self.open_env_file(Source::File, path, true);
        }
    }

    fn open_env_file(&mut self, source: Source, path: &Path, named: bool) {
        let (reason, hint) = match EnvFile::read(path) {
            Ok(file) => {
                self.layers.push(Layer { source, kind: LayerKind::EnvFile(file) });
                return;
            }
            Err(EnvFileFault::File(FileFault::Missing)) if !named => return,
            Err(EnvFileFault::File(fault)) => {
                let hint = match fault {
                    FileFault::Missing => MISSING,
                    FileFault::Io(_) => UNREADABLE,
                    FileFault::Directory | FileFault::NotRegular | FileFault::TooLarge(_) => {
                        "an env file is a regular file of `KEY=value` lines"
                    }
                };
                (fault.to_string(), hint)
            }
            Err(EnvFileFault::NotUtf8(line)) => {
                (format!("line {line} is not valid UTF-8"), "save it as UTF-8")
            }
            Err(EnvFileFault::Utf16) => ("it is UTF-16".to_owned(), "save it as UTF-8"),
        };
        self.unreadable(source, path, &reason, hint);
    }

    fn unreadable(&mut self, source: Source, path: &Path, reason: &str, hint: &str) {
        let location = Location::File { path: path.into(), line: None };
        self.problems.push(
            Problem::new(ProblemKind::Unreadable, format!("{} cannot be read", path.display()))
                .reason(reason)
                .hint(hint)
                .at(source, Some(location)),
        );
    }

    fn take_answer(&mut self, asked: &Asked) {
        let provider: &dyn Provider = asked.provider();
        let (source, name) = (provider.source(), provider.name());
        match asked.wait() {
            Ok(fetched) => {
                self.layers.push(Layer { source, kind: LayerKind::Fetched(name.into(), fetched) });
            }
            Err(error) if provider.on_failure() == OnFailure::Optional => {
                self.warnings.push(Warning::ProviderFailed {
                    provider: name.to_owned(),
                    source,
                    reason: error.to_string(),
                });
            }
            Err(error) => self.problems.push(
                Problem::new(ProblemKind::Provider, format!("the provider {name} failed"))
                    .reason(error.to_string())
                    .at(source, None),
            ),
        }
    }

    /// Notes in each slot what the layers have for its key.
    pub(in crate::load) fn fill(&mut self, slots: &mut [Slot]) {
        let layers = std::mem::take(&mut self.layers);
        for (at, layer) in layers.iter().enumerate() {
            let (at, source) = (at as u16, layer.source);
            let mut fill = Fill { layers: self, all: &layers, slots, layer: at, source };
            match &layer.kind {
                LayerKind::EnvFile(file) => fill.env_file(file),
                LayerKind::Folder(folder) => fill.folder(folder),
                LayerKind::Fetched(_, fetched) => fill.fetched(fetched),
            }
        }
        self.layers = layers;
        if self.settings.deny_unknown {
            self.deny_unknown_variables();
        }
    }

    fn deny_unknown_variables(&mut self) {
        let prefix = self.table.prefix();
        if prefix.is_empty() || !self.settings.asks(Source::System) {
            return;
        }
        for name in self.settings.environment.names() {
            let known = name == ENVIRONMENT_VARIABLE
                || self.table.find(name.as_bytes()).is_some()
                || name.strip_suffix("_FILE").is_some_and(|key| {
                    self.table.find(key.as_bytes()).is_some_and(|name| name.reads_file)
                });
            if name.starts_with(prefix) && !known {
                self.unknown(&name, Source::System, None);
            }
        }
    }

    fn unknown(&mut self, name: &str, source: Source, location: Option<Location>) {
        let near = nearest(name, self.table.texts());
        let is_name = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        let problem = match &location {
            // A line of a key that was pasted over many lines may look like an assignment.
            Some(place) if near.is_none() && !name.bytes().all(is_name) => {
                Problem::new(ProblemKind::UnknownKey, format!("the name in {place} is unknown"))
            }
            _ => {
                Problem::new(ProblemKind::UnknownKey, format!("{name} is unknown")).key_named(name)
            }
        };
        let hint = match near {
            Some(near) => format!("did you mean {near}?"),
            None => format!("no field of {} reads it; remove it", self.table.schema.name),
        };
        self.problems.push(problem.at(source, location).hint(hint));
    }
}
