//! Stores outside of the process, and anything else that supplies values.

mod ask;
mod asked;
mod cached;
mod fetched;
mod pending;
mod shown_id;

use core::time::Duration;

pub use self::ask::Ask;
pub(crate) use self::asked::AskedProvider;
pub use self::cached::Cached;
pub use self::fetched::{Fetched, FetchedValue};
pub(crate) use self::pending::PendingFetch;
pub(crate) use self::shown_id::shown_id;
use super::Source;
use super::provider_error::{ProviderError, ProviderErrorKind};

/// A store that supplies values.
///
/// A load asks it once, for all keys, on a thread of its own, while the other providers are asked on theirs. A provider
/// that can fetch several keys from one document, or in one call, therefore does.
///
/// Its calls never overlap: loads at the same time ask it one after the other, and while a call hangs that has outlived its
/// [`timeout`](Self::timeout), the provider fails at once, without being asked. Where a program makes a new provider for each
/// load, at most four calls of providers of one type and name are left hanging.
///
/// ```
/// use envaudit::{Ask, EnvConfig, Fetched, Provider, ProviderError, SecretString, Source};
///
/// struct Consul;
///
/// impl Provider for Consul {
///     fn name(&self) -> &str {
///         "consul"
///     }
///
///     fn source(&self) -> Source {
///         Source::Custom
///     }
///
///     fn fetch(&self, ask: &Ask<'_>) -> Result<Fetched, ProviderError> {
///         let mut fetched = Fetched::new();
///         for request in ask.requests() {
///             if request.key() == "API_KEY" {
///                 fetched.insert(request.key(), "s3cret").secret_id("kv/api").version("7");
///             }
///         }
///         Ok(fetched)
///     }
/// }
///
/// #[derive(EnvConfig)]
/// struct Config {
///     api_key: SecretString,
/// }
///
/// let cfg = Config::loader().source(Consul).load()?;
/// assert_eq!(cfg.audit().api_key.provider.as_deref(), Some("consul"));
/// assert_eq!(cfg.audit().api_key.location.as_ref().unwrap().to_string(), "kv/api (version 7)");
/// # Ok::<(), envaudit::LoadError>(())
/// ```
pub trait Provider: Send + Sync + 'static {
    /// What the audit calls it.
    fn name(&self) -> &str;

    /// The source that its values are recorded under, which is also its place in the order.
    fn source(&self) -> Source;

    /// The values it has among those asked for. A key it does not have is left out; one that it could not read is
    /// [failed](Fetched::fail).
    ///
    /// # Errors
    ///
    /// When the store cannot be asked. A key that the store does not have is not an error.
    fn fetch(&self, ask: &Ask<'_>) -> Result<Fetched, ProviderError>;

    /// How long a load waits for [`fetch`](Self::fetch): 10 seconds. Afterwards the provider has failed.
    fn timeout(&self) -> Duration {
        Duration::from_secs(10)
    }

    /// What a failure means for the load.
    fn on_failure(&self) -> OnFailure {
        OnFailure::Required
    }

    /// Whether asking it leaves the machine, so that [`Loader::ci`](crate::Loader::ci) leaves it out.
    fn is_remote(&self) -> bool {
        true
    }
}

/// What it means for a load that a provider failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnFailure {
    /// The load fails.
    Required,
    /// The next source is tried, and the audit has a warning.
    Optional,
    /// The same, if the store could not be asked. A store that refuses, or answers what the provider does not understand, and a
    /// provider that is not configured correctly still fail the load.
    OptionalWhenUnavailable,
}

impl OnFailure {
    /// Whether a load goes on in spite of this failure.
    pub(crate) fn admits(self, error: &ProviderError) -> bool {
        match self {
            OnFailure::Required => false,
            OnFailure::Optional => true,
            OnFailure::OptionalWhenUnavailable => !matches!(
                error.kind(),
                ProviderErrorKind::Denied
                    | ProviderErrorKind::Malformed
                    | ProviderErrorKind::Misconfigured
            ),
        }
    }
}
