//! A store behind the trait `Provider`, as a test wants it.

use core::time::Duration;

use envaudit::{Ask, Fetched, KeyRequest, OnFailure, Provider, ProviderError, Source};

type Fetch = dyn Fn(&[KeyRequest]) -> Result<Fetched, ProviderError> + Send + Sync;

/// A provider whose answer is a closure.
pub struct Store {
    name: String,
    source: Source,
    fetch: Box<Fetch>,
    timeout: Duration,
    on_failure: OnFailure,
    remote: bool,
}

impl Store {
    /// A required, remote provider.
    pub fn new(
        name: &str,
        source: Source,
        fetch: impl Fn(&[KeyRequest]) -> Result<Fetched, ProviderError> + Send + Sync + 'static,
    ) -> Self {
        Store {
            name: name.to_owned(),
            source,
            fetch: Box::new(fetch),
            timeout: Duration::from_secs(60),
            on_failure: OnFailure::Required,
            remote: true,
        }
    }

    /// A provider that has these values.
    pub fn holding(name: &str, source: Source, values: &[(&str, &str)]) -> Self {
        let values: Vec<(String, String)> =
            values.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
        Store::new(name, source, move |_| {
            let mut fetched = Fetched::new();
            for (key, value) in &values {
                fetched.insert(key, value.as_str());
            }
            Ok(fetched)
        })
    }

    /// A provider that has nothing but an error.
    pub fn failing(name: &str, source: Source, message: &'static str) -> Self {
        Store::new(name, source, move |_| Err(ProviderError::new(message)))
    }

    /// With another timeout.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// One whose failure is not the load's.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.on_failure = OnFailure::Optional;
        self
    }

    /// One that does not leave the machine.
    #[must_use]
    pub fn local(mut self) -> Self {
        self.remote = false;
        self
    }
}

impl Provider for Store {
    fn name(&self) -> &str {
        &self.name
    }

    fn source(&self) -> Source {
        self.source
    }

    fn fetch(&self, ask: &Ask<'_>) -> Result<Fetched, ProviderError> {
        (self.fetch)(ask.requests())
    }

    fn timeout(&self) -> Duration {
        self.timeout
    }

    fn on_failure(&self) -> OnFailure {
        self.on_failure
    }

    fn is_remote(&self) -> bool {
        self.remote
    }
}
