//! How a provider reaches AWS: the configuration that the SDK finds, or the one that it was given.

use std::sync::{Mutex, PoisonError};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_secretsmanager::config::retry::RetryConfig;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};

use crate::sources::provider::Ask;
use crate::sources::provider_error::ProviderError;
use crate::sources::remote::async_thread::AsyncThread;

/// What the program says of the way to AWS.
#[derive(Clone, Default)]
pub(super) struct AwsSettings {
    pub(super) region: Option<String>,
    pub(super) endpoint: Option<String>,
    pub(super) profile: Option<String>,
    pub(super) config: Option<SdkConfig>,
}

/// The thread of a provider, and the client, made with the first load.
pub(super) struct Session<C> {
    thread: Mutex<Option<AsyncThread>>,
    client: Mutex<Option<C>>,
}

impl<C: Clone> Session<C> {
    pub(super) fn new(client: Option<C>) -> Self {
        Session { thread: Mutex::new(None), client: Mutex::new(client) }
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

    pub(super) fn client(
        &self,
        settings: &AwsSettings,
        ask: &Ask<'_>,
        make: impl FnOnce(&SdkConfig) -> C,
    ) -> Result<C, ProviderError> {
        let mut client = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = &*client {
            return Ok(client.clone());
        }
        let config = match &settings.config {
            Some(config) => config.clone(),
            None => self.run(ask, load(settings.clone()))?,
        };
        Ok(client.insert(make(&config)).clone())
    }
}

async fn load(settings: AwsSettings) -> SdkConfig {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        // A load tries again by itself, until its deadline.
        .retry_config(RetryConfig::disabled());
    if let Some(region) = settings.region {
        loader = loader.region(Region::new(region));
    }
    if let Some(endpoint) = settings.endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    if let Some(profile) = settings.profile {
        loader = loader.profile_name(profile);
    }
    loader.load().await
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

        /// The address of the service, in place of that of the region.
        #[must_use]
        pub fn endpoint(mut self, url: impl Into<String>) -> Self {
            self.settings.endpoint = Some(url.into());
            self
        }

        /// The profile of `~/.aws`, in place of the one that the SDK finds.
        #[must_use]
        pub fn profile(mut self, name: impl Into<String>) -> Self {
            self.settings.profile = Some(name.into());
            self
        }
    };
}

pub(super) use aws_options;
