//! Where a value can come from, and in which order the places are asked.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Declares [`Source`] from the list of all sources. A source is added here and nowhere else: what a load reads, the names in
/// JSON and policies, and the words of hints follow. The derive has a list of the variants, which a test compares with this
/// one.
macro_rules! sources {
    ($(
        $(#[doc = $docs:literal])*
        $variant:ident: $name:literal, $kind:expr, $hint:literal;
    )*) => {
        /// A place that can supply a value.
        ///
        /// The variants are declared in the default order of precedence, first wins, and that is also what `Ord` compares:
        /// `Source::System < Source::File` reads "the process environment is asked before `.env`".
        ///
        /// ```
        /// use envaudit::Source;
        ///
        /// assert_eq!(Source::FileEnv.to_string(), "file.env");
        /// assert_eq!("k8s".parse(), Ok(Source::K8s));
        /// assert!(Source::System < Source::SchemaDefault);
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[non_exhaustive]
        pub enum Source {
            $($(#[doc = $docs])* #[serde(rename = $name)] $variant,)*
        }

        impl Source {
            /// Every source, in the default order of precedence.
            pub const ALL: &'static [Source] = &[$(Source::$variant),*];

            /// The name used in JSON, tables and policies, such as `file.env`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Source::$variant => $name,)*
                }
            }

            /// What a load reads for this source itself.
            pub(crate) const fn kind(self) -> SourceKind {
                match self {
                    $(Source::$variant => $kind,)*
                }
            }

            /// Where a value can be put, as in "set it in the environment".
            pub(crate) const fn hint(self) -> &'static str {
                match self {
                    $(Source::$variant => $hint,)*
                }
            }
        }
    };
}

/// What a load reads for a source itself, besides the providers that declare it as theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SourceKind {
    /// Nothing: it has only providers.
    Store,
    /// The process environment.
    Environment,
    /// Folders of secret files, and the one that is read unless the loader names another.
    SecretFolder(&'static str),
    /// The env file of the environment that is loaded.
    EnvironmentFile,
    /// The env file, or those that the loader names.
    EnvFile,
    /// The defaults written in the struct.
    Default,
}

sources! {
    /// Azure Key Vault (`azure`).
    Azure: "azure", SourceKind::Store, "in Azure Key Vault";
    /// AWS Secrets Manager and Parameter Store (`aws`).
    Aws: "aws", SourceKind::Store, "in AWS";
    /// Google Cloud Secret Manager (`gcp`).
    Gcp: "gcp", SourceKind::Store, "in Google Cloud Secret Manager";
    /// HashiCorp Vault or OpenBao (`vault`).
    Vault: "vault", SourceKind::Store, "in Vault";
    /// Any other store, through a custom [`Provider`](crate::Provider) (`custom`).
    Custom: "custom", SourceKind::Store, "in the program's own store";
    /// The process environment, `KEY_FILE` included (`system`).
    System: "system", SourceKind::Environment, "in the environment";
    /// Docker secrets: files in `/run/secrets` (`docker`).
    Docker: "docker", SourceKind::SecretFolder("/run/secrets"), "as a secret file";
    /// Kubernetes secrets: files of a volume at `/etc/secrets` (`k8s`).
    K8s: "k8s", SourceKind::SecretFolder("/etc/secrets"), "as a secret file";
    /// `.env.{environment}` (`file.env`).
    FileEnv: "file.env", SourceKind::EnvironmentFile, "in `.env.{environment}`";
    /// `.env` (`file`).
    File: "file", SourceKind::EnvFile, "in `.env`";
    /// The default written in the struct, or nothing at all for an optional field (`schema_default`).
    SchemaDefault: "schema_default", SourceKind::Default, "in the program, as a default";
}

impl Source {
    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A text that names no [`Source`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a source; the sources are {all}", all = SourceSet::ALL)]
pub struct UnknownSource(String);

impl FromStr for Source {
    type Err = UnknownSource;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Source::ALL
            .iter()
            .copied()
            .find(|source| source.name() == text)
            .ok_or_else(|| UnknownSource(text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        name.parse().map_err(D::Error::custom)
    }
}

/// A set of [`Source`]s, usable in constants.
///
/// ```
/// use envaudit::{Source, SourceSet};
///
/// const VAULTS: SourceSet = SourceSet::of(&[Source::Aws, Source::Azure]);
/// assert!(VAULTS.contains(Source::Aws));
/// assert_eq!(VAULTS.to_string(), "azure, aws");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SourceSet(u16);

const _: () = assert!(Source::ALL.len() <= u16::BITS as usize, "a set has a bit for each source");

impl SourceSet {
    /// No source.
    pub const EMPTY: SourceSet = SourceSet(0);
    /// Every source, later additions to [`Source`] included.
    pub const ALL: SourceSet = SourceSet(u16::MAX);

    /// The set of the given sources.
    pub const fn of(sources: &[Source]) -> Self {
        let mut set = SourceSet::EMPTY;
        let mut at = 0;
        while at < sources.len() {
            set = set.with(sources[at]);
            at += 1;
        }
        set
    }

    /// This set and one source more.
    #[must_use]
    pub const fn with(self, source: Source) -> Self {
        SourceSet(self.0 | source.bit())
    }

    /// This set without one source.
    #[must_use]
    pub const fn without(self, source: Source) -> Self {
        SourceSet(self.0 & !source.bit())
    }

    /// Whether the source is in the set.
    pub const fn contains(self, source: Source) -> bool {
        self.0 & source.bit() != 0
    }

    /// Whether no source is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) const fn is_single(self) -> bool {
        self.0.is_power_of_two()
    }

    /// The sources of the set, in the default order of precedence.
    pub fn iter(self) -> impl Iterator<Item = Source> {
        Source::ALL.iter().copied().filter(move |source| self.contains(*source))
    }
}

impl FromIterator<Source> for SourceSet {
    fn from_iter<I: IntoIterator<Item = Source>>(sources: I) -> Self {
        sources.into_iter().fold(SourceSet::EMPTY, SourceSet::with)
    }
}

impl fmt::Display for SourceSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, source) in self.iter().enumerate() {
            write!(f, "{}{source}", if at == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl fmt::Debug for SourceSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Serialize for SourceSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}
