//! The files, folders and providers of a load, opened, in order of precedence, and what each has for each key.

mod budget;
mod failed_key;
mod fill;
mod layer;
mod missing_file;
mod scope;
mod unknown;

use std::path::Path;

use self::budget::ReferenceBudget;
pub(in crate::load) use self::layer::{Layer, LayerKind};
pub(in crate::load) use self::scope::Scope;
use crate::audit::Warning;
use crate::error::{self, Problem, ProblemKind};
use crate::load::inputs::{InputKind, InputPath, Inputs};
use crate::load::key_slot::Candidate;
use crate::load::one_or_many::OneOrMany;
use crate::load::settings::LoadSettings;
use crate::schema::table::Table;
use crate::sources::env_file::{EnvFile, EnvFileFault};
use crate::sources::file::FileFault;
use crate::sources::folder::Folder;
use crate::sources::provider::{PendingFetch, Provider, shown_id};
#[cfg(feature = "cli")]
use crate::sources::provider_error::ProviderError;
use crate::sources::{Location, ShownPath, Source, SourceKind};

const MISSING: &str = "check the path that the program was given";
const UNREADABLE: &str = "let the program's user read it";

pub(crate) struct Layers<'s> {
    inputs: &'s Inputs<'s>,
    settings: &'s LoadSettings,
    table: &'static Table,
    /// The layer that wins comes first.
    layers: OneOrMany<Layer>,
    notes: Notes,
    /// Providers that failed, by the positions of their inputs.
    #[cfg(feature = "cli")]
    failed_providers: Vec<(usize, ProviderError)>,
    budget: ReferenceBudget,
}

/// What a load takes note of before the first field is read.
#[derive(Default)]
pub(in crate::load) struct Notes {
    pub(in crate::load) problems: Vec<Problem>,
    pub(in crate::load) warnings: Vec<Warning>,
    /// What a layer has for a key besides the candidate from the same layer, under another name.
    pub(in crate::load) doubles: Vec<Double>,
    /// Unknown names in env files that resemble those of a key.
    pub(in crate::load) near_misses: Vec<NearMiss>,
}

/// A value that a layer has under another name than the one that counts.
pub(in crate::load) struct Double {
    pub(in crate::load) leaf: u16,
    pub(in crate::load) value: Candidate,
}

/// An assignment of a name that no field has.
pub(in crate::load) struct NearMiss {
    pub(in crate::load) leaf: u16,
    pub(in crate::load) name: String,
    /// The variable that was meant, if it is one that names a file and not the key.
    pub(in crate::load) file: Option<&'static str>,
    pub(in crate::load) source: Source,
    pub(in crate::load) location: Option<Location>,
}

impl<'s> Layers<'s> {
    /// Opens every input.
    pub(in crate::load) fn new(inputs: &'s Inputs<'s>, table: &'static Table) -> Self {
        let mut layers = Layers {
            inputs,
            settings: inputs.settings,
            table,
            layers: OneOrMany::default(),
            notes: Notes::default(),
            #[cfg(feature = "cli")]
            failed_providers: Vec::new(),
            budget: ReferenceBudget::default(),
        };
        layers.open();
        layers
    }

    /// What went wrong so far, and what is worth a warning.
    pub(in crate::load) fn take_notes(&mut self) -> Notes {
        std::mem::take(&mut self.notes)
    }

    pub(in crate::load) fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    pub(in crate::load) fn inputs(&self) -> &'s Inputs<'s> {
        self.inputs
    }

    pub(in crate::load) fn all(&self) -> &[Layer] {
        &self.layers
    }

    /// Why the provider that is this input has no layer.
    #[cfg(feature = "cli")]
    pub(in crate::load) fn failure_of(&self, input: usize) -> Option<&ProviderError> {
        let mut failed = self.failed_providers.iter();
        failed.find_map(|(at, error)| (*at == input).then_some(error))
    }

    /// The values of references in this load.
    pub(in crate::load) fn scope(&self) -> Scope<'_> {
        self.scope_of(&self.layers)
    }

    fn scope_of<'l>(&'l self, layers: &'l [Layer]) -> Scope<'l> {
        Scope::new(self.settings, layers, &self.inputs.links, self.table, &self.budget)
    }

    pub(in crate::load) fn layer(&self, at: u16) -> &Layer {
        &self.layers[at as usize]
    }

    /// How long all values of providers are good.
    #[cfg(feature = "live")]
    pub(in crate::load) fn valid_for(&self) -> Option<core::time::Duration> {
        let fetched = self.layers.iter().filter_map(|layer| match &layer.kind {
            LayerKind::Fetched(_, fetched) => fetched.valid_for(),
            LayerKind::EnvFile(_) | LayerKind::Folder(_) => None,
        });
        fetched.min()
    }

    /// Whether what was read may be of two generations of files, because a link that leads to them was replaced meanwhile.
    pub(in crate::load) fn is_torn(&self) -> bool {
        let links = &self.inputs.links;
        let env_files = || {
            self.layers.iter().filter_map(|layer| match &layer.kind {
                LayerKind::EnvFile(file) => Some(file),
                LayerKind::Folder(_) | LayerKind::Fetched(..) => None,
            })
        };
        if links.have_missed() {
            return true;
        }
        // Env files are read without a look at links, for most loads have one and nothing else.
        let has_others = !links.is_empty() || (self.layers.len() > 1 && env_files().count() > 1);
        has_others && env_files().any(|file| links.lead_elsewhere(&file.path, file.identity))
    }

    fn open(&mut self) {
        let inputs = self.inputs;
        let pending = self.ask_providers();
        self.check_environment();
        let mut has_dir = None;
        let mut next = 0;
        inputs.each(|input| {
            let at = next;
            next += 1;
            if matches!(input.source.kind(), SourceKind::EnvironmentFile | SourceKind::EnvFile) {
                has_dir = has_dir.or_else(|| Some(self.check_dir()));
            }
            let opened = match &input.kind {
                InputKind::Folder(folder) => self.open_folder(input.source, folder),
                InputKind::EnvFile(file) if has_dir == Some(true) || file.is_named => {
                    self.open_env_file(input.source, file)
                }
                InputKind::Provider(..)
                | InputKind::EnvFile(_)
                | InputKind::Environment
                | InputKind::Default
                | InputKind::Nothing(_) => None,
            };
            self.add(at, input.source, opened);
        });
        for (at, pending) in &pending {
            let answer = self.take_answer(*at, pending);
            self.add(*at, pending.provider().source(), answer);
        }
        self.layers.sort_by_key(|layer| layer.input);
    }

    /// The providers and the positions of their inputs. They work while the files are read, and are asked and heard in the
    /// order in which the loader was given them.
    fn ask_providers(&self) -> Vec<(usize, PendingFetch)> {
        if self.settings.all_providers().next().is_none() {
            return Vec::new();
        }
        let (environment, now) = (&self.settings.environment, self.settings.now());
        let list = self.inputs.list();
        let mut providers: Vec<_> = list
            .iter()
            .enumerate()
            .filter_map(|(at, input)| match input.kind {
                InputKind::Provider(given, provider) => Some((given, at, provider)),
                _ => None,
            })
            .collect();
        providers.sort_by_key(|(given, ..)| *given);
        let ask =
            |(_, at, provider)| (at, PendingFetch::ask(provider, self.table, environment, now));
        providers.into_iter().map(ask).collect()
    }

    fn add(&mut self, at: usize, source: Source, opened: Option<LayerKind>) {
        if let Some(kind) = opened {
            self.layers.push(Layer { source, input: at as u16, kind });
        }
    }

    fn check_environment(&mut self) {
        self.notes.problems.extend(self.settings.source_problems().cloned());
        if let Err(name) = self.inputs.environment() {
            let mut problem = Problem::new(ProblemKind::Setting, "the environment's name is not a word")
                .hint("use letters, digits, `-`, `_` and `.`, such as `prod`; it is set by `environment` or ENVAUDIT_ENV");
            problem.found = Some(error::shown(name));
            self.notes.problems.push(problem);
        }
    }

    /// Whether the folder of the env files is one, where the loader names it.
    fn check_dir(&mut self) -> bool {
        let asks_any = self.settings.asks(Source::FileEnv) || self.settings.asks(Source::File);
        let Some(dir) = self.settings.dir.as_deref() else { return true };
        if cfg!(not(feature = "dotenv")) || !asks_any || dir.is_dir() {
            return true;
        }
        match dir.exists() {
            true => self.unreadable(
                Source::File,
                dir,
                "it is not a folder",
                "`dir` takes the folder that the env files are in",
            ),
            false => self.unreadable(Source::File, dir, "it does not exist", MISSING),
        }
        false
    }

    fn open_folder(&mut self, source: Source, input: &InputPath<'_>) -> Option<LayerKind> {
        let path = &*input.path;
        let fault = match Folder::open(path, input.is_named, &self.inputs.links) {
            Ok(Some(folder)) => return Some(LayerKind::Folder(folder)),
            Ok(None) if input.is_named => FileFault::Missing,
            Ok(None) => return None,
            Err(FileFault::NotInFolder) if path.exists() => {
                let (reason, hint) =
                    ("it is not a folder", "name the folder that the secret files are in");
                match input.is_named {
                    true => self.unreadable(source, path, reason, hint),
                    false => self.skip_folder(source, path, reason.to_owned()),
                }
                return None;
            }
            Err(fault) => fault,
        };
        match (input.is_named, &fault) {
            (true, FileFault::Missing) => {
                self.unreadable(source, path, "it does not exist", MISSING);
            }
            (true, fault) => {
                let hint = fault.hint_for_secret().unwrap_or(MISSING);
                self.unreadable(source, path, &fault.to_string(), hint);
            }
            (false, fault) => self.skip_folder(source, path, fault.to_string()),
        }
        None
    }

    /// Many hosts have such a folder for another program.
    fn skip_folder(&mut self, source: Source, path: &Path, reason: String) {
        let path = path.to_owned();
        self.notes.warnings.push(Warning::FolderUnreadable { source, path, reason });
    }

    fn open_env_file(&mut self, source: Source, input: &InputPath<'_>) -> Option<LayerKind> {
        let path = &*input.path;
        if cfg!(not(feature = "dotenv")) {
            let reason = "this program was built without the feature `dotenv` of envaudit";
            self.unreadable(source, path, reason, "build it with the feature");
            return None;
        }
        let (reason, hint) = match EnvFile::read(path, &self.inputs.links) {
            Ok(file) => return Some(LayerKind::EnvFile(file)),
            Err(EnvFileFault::File(FileFault::Missing)) if !input.is_named => {
                if source == Source::FileEnv {
                    self.warn_of_missing_file(path);
                }
                return None;
            }
            Err(EnvFileFault::File(fault)) => {
                let hint = match fault {
                    FileFault::Missing | FileFault::NotInFolder => MISSING,
                    FileFault::Io(_) => UNREADABLE,
                    FileFault::Loop => fault.hint_for_secret().unwrap_or(MISSING),
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
        None
    }

    fn unreadable(&mut self, source: Source, path: &Path, reason: &str, hint: &str) {
        let location = Location::File { path: path.into(), line: None };
        self.notes.problems.push(
            Problem::new(ProblemKind::Unreadable, format!("{} cannot be read", ShownPath(path)))
                .reason(reason)
                .hint(hint)
                .at(source, Some(location)),
        );
    }

    fn take_answer(&mut self, at: usize, pending: &PendingFetch) -> Option<LayerKind> {
        let provider: &dyn Provider = pending.provider();
        let (source, name) = (provider.source(), shown_id(provider.name()));
        let answer = pending.wait();
        #[cfg(feature = "cli")]
        self.failed_providers.extend(answer.as_ref().err().map(|error| (at, error.clone())));
        #[cfg(not(feature = "cli"))]
        let _ = at;
        match answer {
            Ok(mut fetched) => {
                fetched.admit(|error| provider.on_failure().admits(error));
                return Some(LayerKind::Fetched((&*name).into(), fetched));
            }
            Err(error) if provider.on_failure().admits(&error) => {
                self.notes.warnings.push(Warning::ProviderFailed {
                    provider: name.into_owned(),
                    source,
                    reason: error.to_string(),
                });
            }
            Err(error) => self.notes.problems.push(
                Problem::new(ProblemKind::Provider, format!("the provider {name} failed"))
                    .reason(error.to_string())
                    .at(source, None),
            ),
        }
        None
    }
}
