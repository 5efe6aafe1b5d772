//! Where a value can come from, and in which order the places are asked.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Source {
    /// Azure Key Vault (`azure`).
    Azure,
    /// AWS Secrets Manager and Parameter Store (`aws`).
    Aws,
    /// Any other store, through a [`Provider`](crate::Provider) of one's own (`custom`).
    Custom,
    /// The process environment, `KEY_FILE` included (`system`).
    System,
    /// Docker secrets: files in `/run/secrets` (`docker`).
    Docker,
    /// Kubernetes secrets: files of a volume at `/etc/secrets` (`k8s`).
    K8s,
    /// `.env.{environment}` (`file.env`).
    FileEnv,
    /// `.env` (`file`).
    File,
    /// The default written in the struct, or nothing at all for an optional field (`schema_default`).
    SchemaDefault,
}

impl Source {
    /// Every source, in the default order of precedence.
    pub const ALL: &'static [Source] = &[
        Source::Azure,
        Source::Aws,
        Source::Custom,
        Source::System,
        Source::Docker,
        Source::K8s,
        Source::FileEnv,
        Source::File,
        Source::SchemaDefault,
    ];

    /// The name used in JSON, tables and policies, such as `file.env`.
    pub const fn name(self) -> &'static str {
        match self {
            Source::Azure => "azure",
            Source::Aws => "aws",
            Source::Custom => "custom",
            Source::System => "system",
            Source::Docker => "docker",
            Source::K8s => "k8s",
            Source::FileEnv => "file.env",
            Source::File => "file",
            Source::SchemaDefault => "schema_default",
        }
    }

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownSource(String);

impl fmt::Display for UnknownSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a source; the sources are ", self.0)?;
        for (at, source) in Source::ALL.iter().enumerate() {
            write!(f, "{}{source}", if at == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownSource {}

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

impl Serialize for Source {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
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
