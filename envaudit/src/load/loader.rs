//! Says what a load reads, and loads.

use core::marker::PhantomData;
use std::ffi::OsString;
use std::path::Path;

use chrono::{DateTime, Utc};

use super::Loaded;
use super::attempts::Attempts;
use super::conflicts::Conflicts;
use super::inputs::Inputs;
use super::layers::Layers;
use super::reader::FieldReader;
use super::settings::{LoadSettings, UnknownKeys};
use crate::audit::{Audit, Policy};
use crate::config::EnvConfig;
use crate::error::LoadError;
use crate::sources::Source;
use crate::sources::environment::Environment;
use crate::sources::provider::{AskedProvider, Provider};

/// Says what a load reads. Made by [`EnvConfig::loader`].
///
/// Without any further call it reads the process environment, `/run/secrets`, `/etc/secrets`, `.env.{ENVAUDIT_ENV}` and
/// `.env` in the current directory, as far as they exist.
///
/// ```
/// # use envaudit::{EnvConfig, Source};
/// # #[derive(EnvConfig)]
/// # struct Config { #[env(default = 8080)] port: u16 }
/// let cfg = Config::loader()
///     .environment("prod")
///     .without(Source::File)
///     .vars([("PORT", "443")])
///     .load()?;
/// assert_eq!(cfg.port, 443);
/// # Ok::<(), envaudit::LoadError>(())
/// ```
#[must_use = "a loader reads nothing until `load` is called"]
pub struct Loader<T> {
    settings: LoadSettings,
    config: PhantomData<fn() -> T>,
}

impl<T: EnvConfig> Loader<T> {
    pub(crate) fn new() -> Self {
        Loader { settings: LoadSettings::new(), config: PhantomData }
    }

    #[cfg(feature = "cli")]
    pub(crate) fn with(settings: LoadSettings) -> Self {
        Loader { settings, config: PhantomData }
    }

    /// The environment's name, such as `prod`: `.env.prod` is read besides `.env`, and a policy can ask for it.
    ///
    /// Default: the variable `ENVAUDIT_ENV`, if it is set. An empty name counts as none.
    pub fn environment(mut self, name: impl Into<String>) -> Self {
        self.settings.environment_name = Some(name.into());
        self
    }

    /// The folder in which `.env` and `.env.{environment}` are looked for. Default: the current directory.
    pub fn dir(mut self, path: impl AsRef<Path>) -> Self {
        self.settings.dir = Some(path.as_ref().to_owned());
        self
    }

    /// An env file to read instead of `.env`; it must exist. When called several times, later files win over earlier ones.
    pub fn dotenv(mut self, path: impl AsRef<Path>) -> Self {
        self.settings.dotenv.push(path.as_ref().to_owned());
        self
    }

    /// The folder of Docker secrets instead of `/run/secrets`; it must exist. When called several times, later folders win
    /// over earlier ones. Folders below it are not looked into.
    pub fn docker_secrets(mut self, path: impl AsRef<Path>) -> Self {
        self.settings.docker.push(path.as_ref().to_owned());
        self
    }

    /// The folder of Kubernetes secrets instead of `/etc/secrets`; it must exist. When called several times, later folders
    /// win over earlier ones. Folders below it are not looked into: where each Secret is mounted in a folder of its own, name
    /// each of them. A load reads the files of one generation of the volume.
    pub fn k8s_secrets(mut self, path: impl AsRef<Path>) -> Self {
        self.settings.k8s.push(path.as_ref().to_owned());
        self
    }

    /// These variables instead of the process environment, `ENVAUDIT_ENV` included. Of two with one name the later wins.
    ///
    /// The files and folders are read as before: a test that must not see them says
    /// [`without`](Self::without) or [`dir`](Self::dir).
    pub fn vars<K, V>(mut self, vars: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: Into<OsString>,
        V: Into<OsString>,
    {
        self.settings.environment = Environment::given(vars);
        self
    }

    /// A further place to ask. Among providers of one [`Source`] the earlier wins, and all of them win over what this
    /// crate reads for that source itself.
    pub fn source(mut self, provider: impl Provider) -> Self {
        self.settings.providers.push(AskedProvider::new(provider));
        self
    }

    /// A further store, by URL: `vault://vault.internal:8200/secret/checkout/prod`, so that the program need not know which one it
    /// is. What is wrong with a URL is a problem of the load. A URL never has a credential; one that does is refused, and not
    /// shown.
    ///
    /// The options of all are `optional`, `timeout=5s`, `cache=5m` and `map.KEY=reference`.
    ///
    /// ```
    /// # use envaudit::EnvConfig;
    /// # #[derive(EnvConfig, Debug)]
    /// # struct Config { port: Option<u16> }
    /// let error = Config::loader().source_url("vault://me:s3cret@vault/secret/app").load().unwrap_err();
    /// assert!(error.to_string().contains("a URL never has a credential"));
    /// assert!(!error.to_string().contains("s3cret"));
    /// ```
    pub fn source_url(mut self, url: impl AsRef<str>) -> Self {
        self.settings.add_source(url.as_ref());
        self
    }

    /// The stores that the variable `ENVAUDIT_SOURCES` names, by [URLs](Self::source_url) with blanks between them. Nothing else
    /// reads that variable but the command `envaudit`.
    pub fn sources_from_env(mut self) -> Self {
        self.settings.named_sources.get_or_insert_default();
        self
    }

    /// Does not ask a source. Without [`Source::SchemaDefault`], a field that only its default would fill is missing.
    pub fn without(mut self, source: Source) -> Self {
        self.settings.without = self.settings.without.with(source);
        self
    }

    /// The order of precedence, first wins. Sources that are not named follow in their default order.
    pub fn order(mut self, order: impl IntoIterator<Item = Source>) -> Self {
        let named: Vec<Source> = order.into_iter().collect();
        let rest = Source::ALL.iter().filter(|source| !named.contains(source));
        // From the back, so that of a source named twice the first place counts.
        let all: Vec<Source> = named.iter().chain(rest).copied().collect();
        for (at, source) in all.iter().enumerate().rev() {
            self.settings.ranks[*source as usize] = at as u8;
        }
        self
    }

    /// Asks no provider that leaves the machine: for builds and checks that have no access to secrets.
    pub fn ci(mut self, ci: bool) -> Self {
        self.settings.ci = ci;
        self
    }

    /// Takes a variable with an empty value for one that is not set, in every source.
    pub fn empty_as_unset(mut self, yes: bool) -> Self {
        self.settings.empty_as_unset = yes;
        self
    }

    /// Refuses variables that no field has: those in the process environment that begin with the struct's prefix, in upper or
    /// lower case, and all those in an env file.
    ///
    /// For a struct without a prefix, all of the process environment is somebody else's: what resembles the key of a field that
    /// nothing supplies is a warning. Without this setting, that is so for env files too.
    ///
    /// The variables that Kubernetes sets for each Service are passed over, and so are those of [`known`](Self::known) and
    /// [`known_by`](Self::known_by).
    pub fn deny_unknown(mut self, yes: bool) -> Self {
        self.settings.unknown = if yes { UnknownKeys::Deny } else { UnknownKeys::NearMisses };
        self
    }

    /// Variables that no field has and that are not unknown: a library or another program reads them. `*` stands for any
    /// text.
    ///
    /// ```
    /// # use envaudit::EnvConfig;
    /// # #[derive(EnvConfig)]
    /// # #[env(prefix = "APP_")]
    /// # struct Config { port: u16 }
    /// let vars = [("APP_PORT", "80"), ("APP_LOG_STYLE", "never")];
    /// let loader = || Config::loader().vars(vars).deny_unknown(true);
    /// assert!(loader().load().is_err());
    /// assert!(loader().known(["APP_LOG_*"]).load().is_ok());
    /// ```
    pub fn known<K: Into<String>>(mut self, names: impl IntoIterator<Item = K>) -> Self {
        self.settings.known.extend(names.into_iter().map(Into::into));
        self
    }

    /// The variables of another configuration are not unknown: programs that share a prefix see each other's.
    pub fn known_by<Other: EnvConfig>(mut self) -> Self {
        self.settings.known_by.push(Other::TABLE);
        self
    }

    /// What it means that one source has a variable under two names, as `KEY` and as `KEY_FILE`, or in two files for one name,
    /// with different values.
    pub fn conflicts(mut self, conflicts: Conflicts) -> Self {
        self.settings.conflicts = conflicts;
        self
    }

    /// Rules that the loaded configuration has to keep; each one broken is a problem of the load.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.settings.policy = Some(policy);
        self
    }

    /// The clock that gives the audit's timestamps instead of the system's.
    pub fn clock(mut self, clock: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        self.settings.clock = Some(Box::new(clock));
        self
    }

    /// Reads all sources, parses and checks every field.
    ///
    /// # Errors
    ///
    /// [`LoadError`] with every problem there is, not only the first.
    pub fn load(&self) -> Result<Loaded<T>, LoadError> {
        let result = self.load_unreported();
        crate::telemetry::report::<T>(&result);
        result
    }

    /// Loads anew where files were replaced while they were read, so that all of them are of one generation.
    pub(crate) fn load_unreported(&self) -> Result<Loaded<T>, LoadError> {
        let mut attempts = Attempts::default();
        loop {
            if let Some(result) = self.attempt(&mut attempts) {
                return result;
            }
        }
    }

    /// `None` where it has to be tried again.
    fn attempt(&self, attempts: &mut Attempts) -> Option<Result<Loaded<T>, LoadError>> {
        let table = T::TABLE;
        let inputs = Inputs::of(&self.settings);
        let mut layers = Layers::new(&inputs, table);
        let mut slots = None;
        let slots = match layers.is_empty() {
            true => &mut [],
            false => slots.insert(T::SLOTS).as_mut(),
        };
        layers.fill(slots);
        let noted = layers.take_notes();
        let environment = inputs.environment().unwrap_or_default().map(str::to_owned);
        let mut audit = Audit::<T::Audit>::blank(table, environment);
        let now = self.settings.now();
        let mut reader = FieldReader::new(&self.settings, &layers, table, slots, now, noted);
        let config = T::__read(&mut reader, audit.fields_mut());
        #[cfg(any(feature = "ledger", feature = "live"))]
        let texts = reader.take_texts();
        let (mut problems, warnings) = reader.finish();
        if layers.is_torn() {
            problems.push(attempts.give_up()?);
        }
        self.settings.check_policy(&audit, &mut problems);
        Some(match config {
            Some(config) if problems.is_empty() => {
                audit.set_warnings(warnings);
                Ok(Loaded {
                    config,
                    audit,
                    #[cfg(feature = "live")]
                    valid_for: layers.valid_for(),
                    #[cfg(any(feature = "ledger", feature = "live"))]
                    texts,
                })
            }
            _ => Err(LoadError::new(table.schema.name, problems)
                .with_warnings(warnings.iter().map(ToString::to_string).collect())),
        })
    }
}

/// For recording and watching what a loader loads.
#[cfg(any(feature = "ledger", feature = "live"))]
impl<T: EnvConfig> Loader<T> {
    /// What it takes for the process environment.
    #[cfg(feature = "ledger")]
    pub(crate) fn process_environment(&self) -> &Environment {
        &self.settings.environment
    }

    #[cfg(feature = "live")]
    pub(crate) fn watched(&self) -> super::WatchedPaths {
        super::WatchedPaths::with_named_files(&Inputs::of(&self.settings), T::TABLE)
    }

    /// The place of a source in the order; the least wins.
    #[cfg(feature = "live")]
    pub(crate) fn rank(&self, source: Source) -> u8 {
        self.settings.rank(source)
    }

    /// The time by the clock of its audits.
    #[cfg(feature = "live")]
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.settings.now()
    }

    /// The environment's name, as far as it is one.
    #[cfg(feature = "ledger")]
    pub(crate) fn environment_name(&self) -> Option<String> {
        Inputs::of(&self.settings).environment().unwrap_or_default().map(str::to_owned)
    }
}

impl<T> core::fmt::Debug for Loader<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // What `vars` was given may hold secrets.
        f.debug_struct("Loader")
            .field("environment", &self.settings.environment_name)
            .field("dir", &self.settings.dir)
            .field("dotenv", &self.settings.dotenv)
            .finish_non_exhaustive()
    }
}
