//! The result of a load: the configuration and its audit.

use core::fmt;
use core::ops::Deref;
#[cfg(feature = "live")]
use core::time::Duration;

use crate::audit::Audit;
#[cfg(feature = "live")]
use crate::audit::AuditEntry;
use crate::config::EnvConfig;
#[cfg(feature = "live")]
use crate::load::LoadedText;
#[cfg(any(feature = "ledger", feature = "live"))]
use crate::load::loaded_texts::LoadedTexts;
#[cfg(feature = "live")]
use crate::schema::KeyRequest;

/// A configuration and the record of where each of its values came from.
///
/// It derefs to the configuration:
///
/// ```
/// # use envaudit::{EnvConfig, Source};
/// #[derive(EnvConfig, Debug)]
/// struct Config {
///     #[env(default = 8080)]
///     port: u16,
/// }
///
/// let cfg = Config::loader().vars([("PORT", "443")]).load()?;
/// assert_eq!(cfg.port, 443);
/// assert_eq!(cfg.audit().port.source, Source::System);
///
/// let (config, audit) = cfg.into_parts();
/// assert_eq!(config.port, 443);
/// assert_eq!(audit.summary().total_variables, 1);
/// # Ok::<(), envaudit::LoadError>(())
/// ```
pub struct Loaded<T: EnvConfig> {
    pub(super) config: T,
    pub(super) audit: Audit<T::Audit>,
    #[cfg(any(feature = "ledger", feature = "live"))]
    pub(super) texts: LoadedTexts,
    /// How long all values are good.
    #[cfg(feature = "live")]
    pub(super) valid_for: Option<Duration>,
}

impl<T: EnvConfig> Loaded<T> {
    /// Each key with where its value came from and what its text was; `None` where a field was left empty.
    #[cfg(feature = "live")]
    pub(crate) fn texts(
        &self,
    ) -> impl Iterator<Item = (&'static KeyRequest, &AuditEntry, Option<LoadedText>)> {
        self.texts.by_key(T::TABLE, self.audit.entries())
    }

    /// How long all values are good, as the providers say that they came from.
    #[cfg(feature = "live")]
    pub(crate) fn valid_for(&self) -> Option<Duration> {
        self.valid_for
    }

    /// Where each value came from.
    pub fn audit(&self) -> &Audit<T::Audit> {
        &self.audit
    }

    /// The configuration and its audit, apart.
    pub fn into_parts(self) -> (T, Audit<T::Audit>) {
        (self.config, self.audit)
    }
}

impl<T: EnvConfig> Deref for Loaded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.config
    }
}

/// Shows the configuration as its own `Debug` does, and the audit as a summary.
impl<T: EnvConfig + fmt::Debug> fmt::Debug for Loaded<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loaded")
            .field("config", &self.config)
            .field("audit", &self.audit.summary())
            .finish()
    }
}

impl<T: EnvConfig + Clone> Clone for Loaded<T>
where
    T::Audit: Clone,
{
    fn clone(&self) -> Self {
        Loaded {
            config: self.config.clone(),
            audit: self.audit.clone(),
            #[cfg(any(feature = "ledger", feature = "live"))]
            texts: self.texts.clone(),
            #[cfg(feature = "live")]
            valid_for: self.valid_for,
        }
    }
}
