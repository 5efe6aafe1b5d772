//! The settings of a loader: everything that a load depends on.

use std::path::PathBuf;
use std::sync::OnceLock;

use chrono::{DateTime, Utc};

use super::conflicts::Conflicts;
use crate::audit::{Audit, AuditFields, Policy, matches};
use crate::error::{Problem, ProblemKind};
use crate::schema::table::Table;
use crate::sources::environment::Environment;
use crate::sources::provider::AskedProvider;
use crate::sources::source_url::{self, UrlFault};
use crate::sources::{Source, SourceSet};

/// The settings of a [`Loader`](super::Loader).
pub(crate) struct LoadSettings {
    pub(crate) environment: Environment,
    pub(crate) environment_name: Option<String>,
    pub(crate) dir: Option<PathBuf>,
    pub(crate) dotenv: Vec<PathBuf>,
    pub(crate) docker: Vec<PathBuf>,
    pub(crate) k8s: Vec<PathBuf>,
    pub(crate) providers: Vec<AskedProvider>,
    /// The providers that the environment names, if it is to be asked for them.
    pub(crate) named_sources: Option<NamedSources>,
    /// What is wrong with the URLs of sources.
    pub(crate) bad_sources: Vec<Problem>,
    pub(super) without: SourceSet,
    pub(super) ranks: [u8; Source::ALL.len()],
    pub(crate) ci: bool,
    pub(super) empty_as_unset: bool,
    pub(crate) unknown: UnknownKeys,
    /// Names that are not unknown, `*` standing for any text.
    pub(super) known: Vec<String>,
    /// Other configurations, whose names are not unknown.
    pub(super) known_by: Vec<&'static Table>,
    pub(super) conflicts: Conflicts,
    /// Whether the keys were found and not declared, so that there may be others.
    pub(crate) keys_are_found: bool,
    pub(crate) policy: Option<Policy>,
    pub(super) clock: Option<Box<dyn Fn() -> DateTime<Utc> + Send + Sync>>,
}

/// The providers that the variable `ENVAUDIT_SOURCES` names, made when the first load asks for them, and kept.
#[derive(Default)]
pub(crate) struct NamedSources(OnceLock<(Vec<AskedProvider>, Vec<Problem>)>);

impl NamedSources {
    fn of(&self, settings: &LoadSettings) -> &(Vec<AskedProvider>, Vec<Problem>) {
        self.0.get_or_init(|| {
            let urls = settings.environment.get(source_url::VARIABLE).unwrap_or_default();
            let (mut providers, mut problems) = (Vec::new(), Vec::new());
            for url in urls.to_string_lossy().split_whitespace() {
                match source_url::provider(url) {
                    Ok(provider) => providers.push(provider),
                    Err(fault) => problems.push(bad_url(&fault).key_named(source_url::VARIABLE)),
                }
            }
            (providers, problems)
        })
    }
}

/// The problem of a load. The URL itself may have a password in it, and is not shown.
fn bad_url(fault: &UrlFault) -> Problem {
    Problem::new(ProblemKind::Setting, "a URL of a source cannot be used")
        .reason(fault.reason())
        .hint(UrlFault::HINT)
}

/// What a load does about variables that no field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnknownKeys {
    /// Those that resemble the name of a field that nothing else supplies are a warning.
    NearMisses,
    /// Those that look as if they were meant for this configuration are a warning.
    Warn,
    /// They are problems.
    Deny,
}

impl LoadSettings {
    pub(crate) const fn new() -> Self {
        LoadSettings {
            environment: Environment::Process,
            environment_name: None,
            dir: None,
            dotenv: Vec::new(),
            docker: Vec::new(),
            k8s: Vec::new(),
            providers: Vec::new(),
            named_sources: None,
            bad_sources: Vec::new(),
            without: SourceSet::EMPTY,
            ranks: DEFAULT_RANKS,
            ci: false,
            empty_as_unset: false,
            unknown: UnknownKeys::NearMisses,
            known: Vec::new(),
            known_by: Vec::new(),
            conflicts: Conflicts::Warn,
            keys_are_found: false,
            policy: None,
            clock: None,
        }
    }

    /// The place of a source in the order; the least wins.
    pub(super) fn rank(&self, source: Source) -> u8 {
        self.ranks[source as usize]
    }

    /// Every source, the one that wins first.
    pub(super) fn in_order(&self) -> impl Iterator<Item = Source> + use<> {
        let mut order = [Source::SchemaDefault; Source::ALL.len()];
        order.copy_from_slice(Source::ALL);
        order.sort_by_key(|source| self.rank(*source));
        order.into_iter()
    }

    /// The folders that the loader was given for a source.
    pub(super) fn folders(&self, source: Source) -> &[PathBuf] {
        match source {
            Source::Docker => &self.docker,
            Source::K8s => &self.k8s,
            _ => &[],
        }
    }

    pub(super) fn asks(&self, source: Source) -> bool {
        !self.without.contains(source)
    }

    /// Adds the provider that a URL names.
    pub(crate) fn add_source(&mut self, url: &str) {
        match source_url::provider(url) {
            Ok(provider) => self.providers.push(provider),
            Err(fault) => self.bad_sources.push(bad_url(&fault)),
        }
    }

    /// The providers, in the order in which they were given; then those that the environment names.
    pub(super) fn all_providers(&self) -> impl Iterator<Item = &AskedProvider> {
        let named = self.named_sources.iter().flat_map(|named| &named.of(self).0);
        self.providers.iter().chain(named)
    }

    /// What is wrong with the URLs of sources.
    pub(super) fn source_problems(&self) -> impl Iterator<Item = &Problem> {
        let named = self.named_sources.iter().flat_map(|named| &named.of(self).1);
        self.bad_sources.iter().chain(named)
    }

    /// Whether the loader was told that a variable is known, though no field has it.
    pub(super) fn knows(&self, name: &str) -> bool {
        let by = |table: &&Table| {
            let of_file = |key| table.find(str::as_bytes(key)).is_some_and(|name| name.reads_file);
            table.find(name.as_bytes()).is_some() || name.strip_suffix("_FILE").is_some_and(of_file)
        };
        self.known.iter().any(|pattern| matches(pattern, name)) || self.known_by.iter().any(by)
    }

    /// Adds the rules of the policy that are broken.
    pub(super) fn check_policy<A: AuditFields>(
        &self,
        audit: &Audit<A>,
        problems: &mut Vec<Problem>,
    ) {
        let Some(policy) = &self.policy else { return };
        let checked = match self.keys_are_found {
            true => policy.check(audit.entries(), audit.environment()),
            false => audit.check(policy),
        };
        if let Err(violations) = checked {
            // What no source could supply came from nowhere, although its entry is still that of a default.
            let not_supplied = |key: Option<&str>| {
                problems
                    .iter()
                    .any(|other| other.key() == key && other.kind() != ProblemKind::Invalid)
            };
            let counts = |broken: &Problem| {
                broken.key().is_none()
                    || broken.source().is_some_and(|source| source != Source::SchemaDefault)
                    || !not_supplied(broken.key())
            };
            let broken: Vec<Problem> = violations.into_problems().filter(counts).collect();
            problems.extend(broken);
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the default of the injected clock")]
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.as_ref().map_or_else(Utc::now, |clock| clock())
    }
}

const DEFAULT_RANKS: [u8; Source::ALL.len()] = {
    let mut ranks = [0; Source::ALL.len()];
    let mut at = 0;
    while at < ranks.len() {
        ranks[Source::ALL[at] as usize] = at as u8;
        at += 1;
    }
    ranks
};
