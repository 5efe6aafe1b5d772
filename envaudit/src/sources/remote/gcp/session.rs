//! How a provider reaches Google Cloud: the credentials and the client, made with the first load.

use core::future::Future;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use google_cloud_auth::credentials::{Builder, Credentials};
use google_cloud_gax::client_builder::internal::with_follow_redirects;
use google_cloud_gax::retry_policy::NeverRetry;
use google_cloud_secretmanager_v1::client::SecretManagerService;
use rustls::crypto::{CryptoProvider, ring};

use super::{endpoint, fault};
use crate::sources::environment::Environment;
use crate::sources::provider::Ask;
use crate::sources::provider_error::{ProviderError, ProviderErrorKind};
use crate::sources::remote::async_thread::AsyncThread;

/// How many dates of versions are kept.
const MAX_DATES: usize = 10_000;

/// What the program says of the way to Google Cloud.
#[derive(Clone)]
pub(super) struct GcpSettings {
    pub(super) project: String,
    pub(super) region: Option<String>,
    pub(super) endpoint: Option<String>,
    pub(super) credentials: Option<Credentials>,
    pub(super) dates: bool,
}

impl GcpSettings {
    pub(super) fn new(project: String) -> Self {
        GcpSettings { project, region: None, endpoint: None, credentials: None, dates: false }
    }
}

/// The thread of a provider, the client, and what stays the same between loads.
pub(super) struct Session {
    thread: Mutex<Option<Arc<AsyncThread>>>,
    client: Mutex<Option<SecretManagerService>>,
    /// Whether the program has made the client.
    is_given: bool,
    /// When versions were made: that of one never changes.
    dates: Arc<Mutex<HashMap<String, DateTime<Utc>>>>,
}

impl Session {
    pub(super) fn new(client: Option<SecretManagerService>) -> Self {
        Session {
            thread: Mutex::new(None),
            is_given: client.is_some(),
            client: Mutex::new(client),
            dates: Arc::default(),
        }
    }

    /// Whether the SDK traces what it receives, the bytes of secrets included, as far as that can be known.
    pub(super) fn may_be_traced(&self) -> bool {
        self.is_given || Environment::Process.get("GOOGLE_CLOUD_RUST_LOGGING").is_some()
    }

    /// Runs a call on the thread of the provider.
    pub(super) fn run<T: Send + 'static>(
        &self,
        ask: &Ask<'_>,
        call: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, ProviderError> {
        let thread = {
            let mut thread = lock(&self.thread);
            match &*thread {
                Some(thread) => Arc::clone(thread),
                None => Arc::clone(thread.insert(Arc::new(AsyncThread::start("gcp")?))),
            }
        };
        thread.run(ask.deadline(), call)
    }

    pub(super) fn client(
        &self,
        settings: &GcpSettings,
        ask: &Ask<'_>,
    ) -> Result<SecretManagerService, ProviderError> {
        let mut client = lock(&self.client);
        if let Some(client) = &*client {
            return Ok(client.clone());
        }
        if CryptoProvider::get_default().is_none() {
            // Another thread may have been faster, and then there is one as well.
            let _ = ring::default_provider().install_default();
        }
        let endpoint = endpoint::of(settings.endpoint.as_deref(), settings.region.as_deref())?;
        if settings.credentials.is_none() {
            endpoint::check_metadata_server(&Environment::Process)?;
        }
        let connected = self.run(ask, connect(settings.credentials.clone(), endpoint));
        let connected = connected.unwrap_or_else(|error| match error.kind() {
            ProviderErrorKind::TimedOut => Err(fault::no_token(ProviderErrorKind::TimedOut)),
            _ => Err(error),
        })?;
        Ok(client.insert(connected).clone())
    }

    /// Forgets the credentials, so that the next call finds them anew. Whether that is possible.
    pub(super) fn forget(&self, settings: &GcpSettings) -> bool {
        let is_own = !self.is_given && settings.credentials.is_none();
        if is_own {
            *lock(&self.client) = None;
        }
        is_own
    }

    pub(super) fn dates(&self) -> Dates {
        Dates(Arc::clone(&self.dates))
    }
}

/// When versions were made, by their whole names.
#[derive(Clone)]
pub(super) struct Dates(Arc<Mutex<HashMap<String, DateTime<Utc>>>>);

impl Dates {
    pub(super) fn of(&self, version: &str) -> Option<DateTime<Utc>> {
        lock(&self.0).get(version).copied()
    }

    pub(super) fn note(&self, version: String, date: DateTime<Utc>) {
        let mut dates = lock(&self.0);
        if dates.len() >= MAX_DATES {
            dates.clear();
        }
        dates.insert(version, date);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn connect(
    credentials: Option<Credentials>,
    endpoint: Option<String>,
) -> Result<SecretManagerService, ProviderError> {
    let credentials = match credentials {
        Some(credentials) => credentials,
        None => {
            let found = Builder::default().build().map_err(|error| fault::of_file(&error))?;
            // It is kept for the calls that follow: without one, none of them could be made.
            found.headers(Default::default()).await.map_err(|error| fault::of_token(&error))?;
            found
        }
    };
    // A load tries again by itself, until its deadline. A redirect would have another host say what a secret is; `ClientBuilder`
    // itself has no method against them, only this function, which is there for the other libraries of the SDK.
    let builder =
        SecretManagerService::builder().with_credentials(credentials).with_retry_policy(NeverRetry);
    let builder = match endpoint {
        Some(endpoint) => builder.with_endpoint(endpoint),
        None => builder,
    };
    let client = with_follow_redirects(builder, false).build().await;
    client.map_err(|error| fault::of_client(&error))
}
