//! A provider that is asked again only after some time.

use core::fmt;
use core::marker::PhantomData;
use core::time::Duration;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};

use super::ask::Ask;
use super::asked::AskedProvider;
use super::fetched::Fetched;
use super::pending::PendingFetch;
use super::{OnFailure, Provider};
use crate::schema::table::Table;
use crate::sources::Source;
use crate::sources::location::Held;
use crate::sources::provider_error::{ProviderError, ProviderErrorKind};

/// How long stale values are good: then the store may be there again.
const RETRY: Duration = Duration::from_secs(60);

/// A provider whose values are kept for a time: five minutes, unless [`ttl`](Self::ttl) says otherwise.
///
/// Within that time the store is not asked, and the audit says `cached since`. Afterwards one load asks it, while others that
/// share the cache wait for the answer. Times are those of the loader's clock.
///
/// ```
/// use core::time::Duration;
/// use envaudit::{Ask, Cached, EnvConfig, Fetched, Provider, ProviderError, Source};
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
///     fn fetch(&self, _: &Ask<'_>) -> Result<Fetched, ProviderError> {
///         let mut fetched = Fetched::new();
///         fetched.insert("PORT", "80").secret_id("kv/port");
///         Ok(fetched)
///     }
/// }
///
/// #[derive(EnvConfig)]
/// struct Config {
///     port: u16,
/// }
///
/// let cached = Cached::new(Consul).ttl(Duration::from_secs(60));
/// let loader = Config::loader().source(cached);
/// assert_eq!(loader.load()?.audit().port.location.as_ref().unwrap().to_string(), "kv/port");
/// let again = loader.load()?;
/// let place = again.audit().port.location.as_ref().unwrap().to_string();
/// assert!(place.starts_with("kv/port (cached since "), "{place}");
/// # Ok::<(), envaudit::LoadError>(())
/// ```
pub struct Cached<P> {
    provider: AskedProvider,
    ttl: Duration,
    stale: Duration,
    state: Mutex<State>,
    refreshed: Condvar,
    of: PhantomData<fn() -> P>,
}

#[derive(Default)]
struct State {
    kept: Vec<Kept>,
    is_refreshing: bool,
}

/// What was fetched for one configuration.
struct Kept {
    table: &'static Table,
    fetched: Fetched,
    since: DateTime<Utc>,
}

impl<P: Provider> Cached<P> {
    /// Keeps the values of a provider.
    pub fn new(provider: P) -> Self {
        Cached {
            provider: AskedProvider::new(provider),
            ttl: Duration::from_secs(300),
            stale: Duration::ZERO,
            state: Mutex::default(),
            refreshed: Condvar::new(),
            of: PhantomData,
        }
    }

    /// How long values are kept, from when they were fetched. A value that the provider says is good for less is kept for less.
    #[must_use]
    pub fn ttl(mut self, time: Duration) -> Self {
        self.ttl = time;
        self
    }

    /// How much longer they are used while the store is unavailable, does not answer in time, or says that it was asked too
    /// often. The audit says `stale since`. Any other failure is a failure.
    #[must_use]
    pub fn stale_if_unavailable(mut self, time: Duration) -> Self {
        self.stale = time;
        self
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The right to ask the store, or what another load has fetched meanwhile.
    fn turn(&self, ask: &Ask<'_>) -> Result<Refresh<'_, P>, Result<Fetched, ProviderError>> {
        let mut state = self.state();
        loop {
            if let Some(fresh) = self.fresh(&state, ask) {
                return Err(Ok(fresh));
            }
            if !state.is_refreshing {
                state.is_refreshing = true;
                return Ok(Refresh(self));
            }
            let left = ask.remaining();
            if left.is_zero() {
                let error = ProviderError::of(ProviderErrorKind::TimedOut);
                return Err(self.stale(&state, ask).ok_or(error));
            }
            state =
                self.refreshed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn fresh(&self, state: &State, ask: &Ask<'_>) -> Option<Fetched> {
        let kept = state.of(ask)?;
        let age = kept.age(ask)?;
        let good = kept.fetched.valid_for().map_or(self.ttl, |time| time.min(self.ttl));
        let left = good.checked_sub(age).filter(|left| !left.is_zero())?;
        Some(kept.held(Held::Cached(kept.since), left))
    }

    fn stale(&self, state: &State, ask: &Ask<'_>) -> Option<Fetched> {
        let kept = state.of(ask)?;
        let age = kept.age(ask)?;
        let over = age.saturating_sub(self.ttl);
        if self.stale.is_zero() || over > self.stale {
            return None;
        }
        let ttl = TimeDelta::from_std(self.ttl).ok()?;
        let since = kept.since.checked_add_signed(ttl)?;
        Some(kept.held(Held::Stale(since), RETRY.min(self.ttl)))
    }
}

impl State {
    fn of(&self, ask: &Ask<'_>) -> Option<&Kept> {
        self.kept.iter().find(|kept| core::ptr::eq(kept.table, ask.table()))
    }
}

impl Kept {
    /// `None` if the clock was set back.
    fn age(&self, ask: &Ask<'_>) -> Option<Duration> {
        (ask.now() - self.since).to_std().ok()
    }

    fn held(&self, held: Held, valid_for: Duration) -> Fetched {
        let mut fetched = self.fetched.clone();
        for value in fetched.values_mut() {
            value.held(held).valid_for(valid_for);
        }
        fetched
    }
}

/// The only load that asks the store now.
struct Refresh<'c, P: Provider>(&'c Cached<P>);

impl<P: Provider> Refresh<'_, P> {
    fn fetch(&self, ask: &Ask<'_>) -> Result<Fetched, ProviderError> {
        let cached = self.0;
        // Sooner than the load stops waiting, so that there is time for what is kept.
        let deadline = Instant::now() + ask.remaining() / 10 * 9;
        match PendingFetch::until(
            &cached.provider,
            ask.table(),
            ask.environment(),
            ask.now(),
            deadline,
        )
        .wait()
        {
            Ok(mut fetched) => {
                let mut state = cached.state();
                if let Some(stale) = cached.stale(&state, ask) {
                    fetched.fill_unavailable(&stale, is_unavailable);
                }
                state.kept.retain(|kept| !core::ptr::eq(kept.table, ask.table()));
                // What is only in part there is not kept.
                if fetched.failures().is_empty() && !fetched.has_held() {
                    let (table, since) = (ask.table(), ask.now());
                    state.kept.push(Kept { table, fetched: fetched.clone(), since });
                }
                for value in fetched.values_mut() {
                    value.valid_for_at_most(cached.ttl);
                }
                Ok(fetched)
            }
            Err(error) if is_unavailable(&error) => cached.stale(&cached.state(), ask).ok_or(error),
            Err(error) => Err(error),
        }
    }
}

impl<P: Provider> Drop for Refresh<'_, P> {
    fn drop(&mut self) {
        self.0.state().is_refreshing = false;
        self.0.refreshed.notify_all();
    }
}

fn is_unavailable(error: &ProviderError) -> bool {
    matches!(
        error.kind(),
        ProviderErrorKind::Unavailable
            | ProviderErrorKind::TimedOut
            | ProviderErrorKind::Throttled { .. }
    )
}

impl<P: Provider> Provider for Cached<P> {
    fn name(&self) -> &str {
        self.provider.name()
    }

    fn source(&self) -> Source {
        self.provider.source()
    }

    fn fetch(&self, ask: &Ask<'_>) -> Result<Fetched, ProviderError> {
        match self.turn(ask) {
            Ok(refresh) => refresh.fetch(ask),
            Err(known) => known,
        }
    }

    fn timeout(&self) -> Duration {
        self.provider.timeout()
    }

    fn on_failure(&self) -> OnFailure {
        self.provider.on_failure()
    }

    fn is_remote(&self) -> bool {
        self.provider.is_remote()
    }
}

impl<P> fmt::Debug for Cached<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cached")
            .field("provider", &self.provider.name())
            .field("ttl", &self.ttl)
            .field("stale_if_unavailable", &self.stale)
            .finish_non_exhaustive()
    }
}
