//! How a provider reaches AWS: the configuration that the SDK finds, or the one that it was given.

use core::future::Future;
use core::time::Duration;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_config::identity::IdentityCache;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_secretsmanager::config::retry::RetryConfig;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};

use crate::sources::provider::{Ask, Fetched};
use crate::sources::provider_error::{ProviderError, ProviderErrorKind};
use crate::sources::remote::async_thread::AsyncThread;
use crate::sources::remote::endpoint;
use crate::sources::remote::mapping::Mapping;

/// How long before their end credentials are replaced: the SDK takes up to half of it off, and a minute is left.
const BEFORE_EXPIRY: Duration = Duration::from_secs(120);

/// What the program says of the way to AWS.
#[derive(Clone, Default)]
pub(super) struct AwsSettings {
    pub(super) region: Option<String>,
    pub(super) endpoint: Option<String>,
    pub(super) profile: Option<String>,
    pub(super) config: Option<SdkConfig>,
}

/// A client of one of the services. A load tries again by itself, until its deadline: the client does not.
pub(super) trait ServiceClient: Clone {
    fn new(config: &SdkConfig) -> Self;
    fn without_retries(self) -> Self;
}

impl ServiceClient for aws_sdk_secretsmanager::Client {
    fn new(config: &SdkConfig) -> Self {
        Self::new(config)
    }

    fn without_retries(self) -> Self {
        let config = self.config().to_builder().retry_config(RetryConfig::disabled());
        Self::from_conf(config.build())
    }
}

impl ServiceClient for aws_sdk_ssm::Client {
    fn new(config: &SdkConfig) -> Self {
        Self::new(config)
    }

    fn without_retries(self) -> Self {
        let config = self.config().to_builder().retry_config(RetryConfig::disabled());
        Self::from_conf(config.build())
    }
}

/// The thread of a provider, and the client, made with the first load.
pub(super) struct Session<C> {
    thread: Mutex<Option<AsyncThread>>,
    client: Mutex<Option<C>>,
    /// Whether the program has made the client.
    is_given: bool,
    /// Whether many secrets may not be asked for at once.
    batch_is_denied: AtomicBool,
}

impl<C: ServiceClient> Session<C> {
    pub(super) fn new(client: Option<C>) -> Self {
        Session {
            thread: Mutex::new(None),
            is_given: client.is_some(),
            client: Mutex::new(client.map(C::without_retries)),
            batch_is_denied: AtomicBool::new(false),
        }
    }

    /// Reads with a client, and once more with credentials that are looked for anew if those of the client are not known.
    pub(super) fn fetch(
        &self,
        settings: &AwsSettings,
        mapping: &Mapping,
        ask: &Ask<'_>,
        read: impl Fn(C) -> Result<Fetched, ProviderError>,
    ) -> Result<Fetched, ProviderError> {
        if mapping.is_empty() {
            return Err(ProviderError::free_text(
                ProviderErrorKind::Misconfigured,
                "it was told of no secret: name a document, a path or prefix, or the secret of a variable",
            ));
        }
        let fetched = read(self.client(settings, ask)?);
        match &fetched {
            // Without a status the credentials were looked for, and not found.
            Err(error)
                if error.kind() == ProviderErrorKind::Unauthenticated
                    && error.http_status().is_some()
                    && !self.is_given
                    && settings.config.is_none() =>
            {
                *self.locked() = None;
                read(self.client(settings, ask)?)
            }
            _ => fetched,
        }
    }

    /// Runs a call on the thread of the provider.
    pub(super) fn run<T: Send + 'static>(
        &self,
        ask: &Ask<'_>,
        call: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, ProviderError> {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        let thread = match &mut *thread {
            Some(thread) => thread,
            none => none.insert(AsyncThread::start("aws")?),
        };
        thread.run(ask.deadline(), call)
    }

    pub(super) fn batch_is_denied(&self) -> bool {
        self.batch_is_denied.load(Ordering::Relaxed)
    }

    /// Says that a call for many secrets may not be made, so that the next load does without.
    pub(super) fn note_denied_batch(&self) {
        self.batch_is_denied.store(true, Ordering::Relaxed);
    }

    fn locked(&self) -> MutexGuard<'_, Option<C>> {
        self.client.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn client(&self, settings: &AwsSettings, ask: &Ask<'_>) -> Result<C, ProviderError> {
        if let Some(client) = &*self.locked() {
            return Ok(client.clone());
        }
        if let Some(url) = &settings.endpoint {
            endpoint::check(url)?;
        }
        if let Some(region) = &settings.region {
            check_region(region)?;
        }
        let mut config = match &settings.config {
            Some(config) => config.clone(),
            // Sooner than the load stops waiting, so that there is time to say what it was waiting for.
            None => self.run(ask, load(settings.clone(), ask.remaining() / 4 * 3))?,
        };
        if settings.config.is_some() {
            config = overridden(&config, settings);
        }
        match config.region() {
            Some(region) => check_region(region.as_ref())?,
            None => {
                return Err(ProviderError::free_text(
                    ProviderErrorKind::Misconfigured,
                    "there is no region: give one with `region`, in AWS_REGION, or in the profile",
                ));
            }
        }
        Ok(self.locked().insert(C::new(&config).without_retries()).clone())
    }
}

/// A configuration of the program, with what the provider was told beside it.
fn overridden(config: &SdkConfig, settings: &AwsSettings) -> SdkConfig {
    let mut builder = config.to_builder();
    if let Some(region) = &settings.region {
        builder.set_region(Region::new(region.clone()));
    }
    if let Some(url) = &settings.endpoint {
        builder.set_endpoint_url(Some(url.clone()));
    }
    builder.build()
}

/// The region is a part of the name of the host.
fn check_region(region: &str) -> Result<(), ProviderError> {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !region.is_empty() && region.len() <= 63 && region.bytes().all(is_part) {
        return Ok(());
    }
    let text = "its region is not a word such as eu-west-1";
    Err(ProviderError::free_text(ProviderErrorKind::Misconfigured, text))
}

async fn load(settings: AwsSettings, patience: Duration) -> SdkConfig {
    // It asks no proxy: the address of an instance's credentials would go there as well.
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let kept = IdentityCache::lazy().buffer_time(BEFORE_EXPIRY).load_timeout(patience);
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http.clone())
        .identity_cache(kept.build())
        .retry_config(RetryConfig::disabled());
    if let Some(region) = settings.region {
        loader = loader.region(Region::new(region));
    }
    if let Some(endpoint) = settings.endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    let Some(profile) = settings.profile else { return loader.load().await };
    let config = loader.profile_name(&profile).load().await;
    // A profile that is named counts by itself: else credentials of the environment would win over it.
    let of_profile = ProviderConfig::without_region()
        .with_http_client(http)
        .with_region(config.region().cloned());
    let credentials = ProfileFileCredentialsProvider::builder()
        .configure(&of_profile)
        .profile_name(profile)
        .build();
    let credentials = SharedCredentialsProvider::new(credentials);
    config.into_builder().credentials_provider(credentials).build()
}

/// The methods of a provider that say how it reaches AWS.
macro_rules! aws_options {
    () => {
        /// The region, in place of the one that the SDK finds.
        #[must_use]
        pub fn region(mut self, region: impl Into<String>) -> Self {
            self.settings.region = Some(region.into());
            self
        }

        /// The address of the service, in place of that of the region: of an endpoint in a private network, or of a server for
        /// tests. It begins with `https:`, on this machine also with `http:`.
        #[must_use]
        pub fn endpoint(mut self, url: impl Into<String>) -> Self {
            self.settings.endpoint = Some(url.into());
            self
        }

        /// The profile of `~/.aws` whose region and credentials count: no others are looked for.
        #[must_use]
        pub fn profile(mut self, name: impl Into<String>) -> Self {
            self.settings.profile = Some(name.into());
            self
        }
    };
}

pub(super) use aws_options;
