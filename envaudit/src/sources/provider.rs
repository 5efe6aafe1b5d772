//! Stores outside of the process, and anything else that supplies values.

mod asked;
mod shown_id;

use core::fmt;
use core::time::Duration;
use std::borrow::Cow;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Instant;

use secrecy::{ExposeSecret, SecretString};

pub(crate) use self::asked::AskedProvider;
use self::asked::Turn;
pub(crate) use self::shown_id::shown_id;
use super::provider_error::{ProviderError, ProviderErrorKind};
use super::{Location, Source};
use crate::schema::KeyRequest;

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
/// use envaudit::{EnvConfig, Fetched, KeyRequest, Provider, ProviderError, SecretString, Source};
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
///     fn fetch(&self, requests: &[KeyRequest]) -> Result<Fetched, ProviderError> {
///         let mut fetched = Fetched::new();
///         for request in requests {
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

    /// The values it has among those asked for. A key it does not have is left out.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked. A key that the store does not have is not an error.
    fn fetch(&self, requests: &[KeyRequest]) -> Result<Fetched, ProviderError>;

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

/// The values that a provider has.
///
/// `Debug` shows the keys alone.
#[derive(Default)]
pub struct Fetched {
    values: HashMap<String, FetchedValue>,
}

/// One value of a [`Fetched`], and where it came from.
pub struct FetchedValue {
    text: SecretString,
    id: Option<Arc<str>>,
    version: Option<Arc<str>>,
}

impl Fetched {
    /// No values.
    pub fn new() -> Self {
        Fetched::default()
    }

    /// Adds the value of a key or of one of its aliases.
    pub fn insert(
        &mut self,
        key: impl Into<String>,
        value: impl Into<SecretString>,
    ) -> &mut FetchedValue {
        let value = FetchedValue { text: value.into(), id: None, version: None };
        let slot = self.values.entry(key.into());
        slot.insert_entry(value).into_mut()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&FetchedValue> {
        self.values.get(name)
    }
}

impl fmt::Debug for Fetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

impl FetchedValue {
    /// The store's name for the secret that the value came from. It is shown and recorded: on one line, of bounded length, and
    /// without what looks like a credential, such as the userinfo of a URL.
    pub fn secret_id(&mut self, id: impl Into<Arc<str>>) -> &mut Self {
        self.id = Some(without_credentials(id.into()));
        self
    }

    /// The store's name for the version that was read, which is shown in the same way.
    pub fn version(&mut self, version: impl Into<Arc<str>>) -> &mut Self {
        self.version = Some(without_credentials(version.into()));
        self
    }

    pub(crate) fn text(&self) -> &str {
        self.text.expose_secret()
    }

    pub(crate) fn location(&self) -> Option<Location> {
        let id = self.id.clone()?;
        Some(Location::Secret { id, version: self.version.clone() })
    }
}

fn without_credentials(id: Arc<str>) -> Arc<str> {
    match shown_id(&id) {
        Cow::Borrowed(clean) if clean.len() == id.len() => id,
        clean => clean.into(),
    }
}

impl fmt::Debug for FetchedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FetchedValue")
            .field("id", &self.id)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// An answer, with the time at which it was given.
type Answer = (Instant, Result<Fetched, ProviderError>);

/// A provider that has been asked.
pub(crate) struct PendingFetch {
    provider: AskedProvider,
    requests: &'static [KeyRequest],
    /// `None` when the timeout is longer than any clock runs.
    deadline: Option<Instant>,
    /// `None` while another load is asking it.
    answer: Option<mpsc::Receiver<Answer>>,
}

impl PendingFetch {
    /// Asks on a thread of its own. The thread is left behind when the provider outlives its timeout: nothing can stop it, and
    /// the provider is not asked again before it ends.
    pub(crate) fn ask(provider: &AskedProvider, requests: &'static [KeyRequest]) -> PendingFetch {
        let deadline = Instant::now().checked_add(provider.timeout());
        let answer = provider.try_turn().map(|turn| fetch(provider, requests, turn));
        PendingFetch { provider: provider.clone(), requests, deadline, answer }
    }

    pub(crate) fn provider(&self) -> &dyn Provider {
        &*self.provider
    }

    pub(crate) fn wait(&self) -> Result<Fetched, ProviderError> {
        let own;
        let answer = match &self.answer {
            Some(answer) => answer,
            None => match self.provider.wait_for_turn(self.deadline) {
                Some(turn) => {
                    own = fetch(&self.provider, self.requests, turn);
                    &own
                }
                None => return Err(ProviderError::new("an earlier call has not returned")),
            },
        };
        let answer = match self.deadline {
            Some(deadline) => {
                answer.recv_timeout(deadline.saturating_duration_since(Instant::now()))
            }
            None => answer.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        let no_answer = || {
            let timeout = humantime::format_duration(self.provider.timeout());
            let text = format_args!("no answer within {timeout}");
            Err(ProviderError::free_text(ProviderErrorKind::TimedOut, text))
        };
        match answer {
            // While others were waited for, it may have answered too late.
            Ok((at, _)) if self.deadline.is_some_and(|deadline| at > deadline) => no_answer(),
            Ok((_, answer)) => answer,
            Err(RecvTimeoutError::Timeout) => {
                self.provider.gave_up();
                no_answer()
            }
            Err(RecvTimeoutError::Disconnected) => Err(ProviderError::new("its thread ended")),
        }
    }
}

fn fetch(
    provider: &AskedProvider,
    requests: &'static [KeyRequest],
    turn: Turn,
) -> mpsc::Receiver<Answer> {
    let (answer_to, answer) = mpsc::channel();
    let asked = provider.shared();
    // The name of a thread cannot hold a NUL.
    let name = format!("envaudit-{}", provider.name()).replace('\0', "");
    let answer_on = answer_to.clone();
    let spawned = std::thread::Builder::new().name(name).spawn(move || {
        let fetched = catch_unwind(AssertUnwindSafe(|| asked.fetch(requests)));
        let fetched = fetched.unwrap_or_else(|_| Err(ProviderError::new("it panicked")));
        let answered = Instant::now();
        drop(turn);
        // The load may have stopped waiting.
        let _ = answer_on.send((answered, fetched));
    });
    if let Err(error) = spawned {
        let failed = Err(ProviderError::new(format_args!("no thread for it: {error}")));
        let failed = (Instant::now(), failed);
        answer_to.send(failed).unwrap_or_else(|_| unreachable!("the receiver is held above"));
    }
    answer
}
