//! Google Cloud Secret Manager, by Google's own SDK.
//!
//! Source of the protocol: <https://docs.cloud.google.com/secret-manager/docs/reference/rest>.

mod endpoint;
mod fault;
mod proxy;
mod read;
mod resource;
mod session;

use core::cell::Cell;
use core::fmt;
use core::time::Duration;
use std::borrow::Cow;

use google_cloud_auth::credentials::Credentials;
use google_cloud_secretmanager_v1::client::SecretManagerService;

use self::resource::Place;
use self::session::{GcpSettings, Session};
use super::mapping::{Mapping, provider_options};
use super::plan;
use crate::sources::Source;
use crate::sources::provider::{Ask, Fetched, OnFailure, Provider};
use crate::sources::provider_error::ProviderError;

/// Secrets of Google Cloud Secret Manager.
///
/// The SDK finds the credentials: the file that the variable `GOOGLE_APPLICATION_CREDENTIALS` names (a key of a service account,
/// workload identity federation, impersonation), else the file that `gcloud auth application-default login` writes, else the
/// metadata server of the machine. Variables are those of the process; those that a loader was given do not count here.
///
/// ```no_run
/// use envaudit::{EnvConfig, GcpSecretManager, SecretString};
///
/// #[derive(EnvConfig)]
/// #[env(prefix = "APP_")]
/// struct AppConfig {
///     db_password: SecretString,
///     api_key: SecretString,
/// }
///
/// let secrets = GcpSecretManager::new("my-project").document("checkout-prod").map("APP_API_KEY", "api-key");
/// let cfg = AppConfig::loader().source(secrets).load()?;
/// println!("{}", cfg.audit().api_key.location.as_ref().unwrap()); // api-key (version 7)
/// # Ok::<(), envaudit::LoadError>(())
/// ```
///
/// Where the program says nothing of secrets, each variable is the secret of its own name, as with an empty
/// [`prefix`](Self::prefix).
///
/// TLS of the SDK needs a provider of cryptography for the process. Where the program has installed none, the first load installs
/// that of *ring*; with [`from_client`](Self::from_client) it does not.
pub struct GcpSecretManager {
    settings: GcpSettings,
    session: Session,
    mapping: Mapping,
    timeout: Duration,
    on_failure: OnFailure,
}

impl GcpSecretManager {
    /// The secrets of a project, by its id or its number.
    ///
    /// ```no_run
    /// # use envaudit::GcpSecretManager;
    /// let secrets = GcpSecretManager::new("my-project").prefix("checkout-prod-");
    /// ```
    pub fn new(project: impl Into<String>) -> Self {
        GcpSecretManager::with(project.into(), None)
    }

    /// The secrets of a project, with a client that the program has already.
    ///
    /// Its calls are made on a thread of the provider. What the client itself does in the background, such as fetching a new
    /// token, is done by the runtime in which it was made: that has to go on while a load waits. The client of a runtime
    /// with one thread is for loads on another.
    ///
    /// ```no_run
    /// # use envaudit::GcpSecretManager;
    /// use google_cloud_secretmanager_v1::client::SecretManagerService;
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let client = SecretManagerService::builder().build().await?;
    /// let secrets = GcpSecretManager::from_client("my-project", client).document("checkout-prod");
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_client(project: impl Into<String>, client: SecretManagerService) -> Self {
        GcpSecretManager::with(project.into(), Some(client))
    }

    fn with(project: String, client: Option<SecretManagerService>) -> Self {
        GcpSecretManager {
            settings: GcpSettings::new(project),
            session: Session::new(client),
            mapping: Mapping::default(),
            timeout: Duration::from_secs(10),
            on_failure: OnFailure::Required,
        }
    }

    /// Secrets with one variable each: those whose names begin with this, by the rest of the name, which is looked up as a member
    /// of a [document](Self::document) is. Documents win over it. Called again, it adds a prefix; where two have a key, the later
    /// wins.
    ///
    /// The names of secrets are listed for it, which takes a right for the whole project; values are read of those alone that a
    /// variable is called as.
    ///
    /// ```no_run
    /// # use envaudit::GcpSecretManager;
    /// // APP_DB_PASSWORD is `checkout-prod-db-password`, `checkout-prod-DB_PASSWORD`, or the like.
    /// let secrets = GcpSecretManager::new("my-project").prefix("checkout-prod-");
    /// ```
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.mapping.prefixes.push(prefix.into());
        self
    }

    /// Regional secrets of this region, which are asked for at its own address.
    ///
    /// ```no_run
    /// # use envaudit::GcpSecretManager;
    /// let secrets = GcpSecretManager::new("my-project").region("europe-west3").document("checkout-prod");
    /// ```
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.settings.region = Some(region.into());
        self
    }

    /// The address of the service, in place of Google's: of an endpoint of Private Service Connect, say. `http:` is for this machine
    /// alone.
    ///
    /// ```no_run
    /// # use envaudit::GcpSecretManager;
    /// let secrets = GcpSecretManager::new("my-project").endpoint("https://secretmanager-internal.p.googleapis.com");
    /// ```
    #[must_use]
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.settings.endpoint = Some(url.into());
        self
    }

    /// The credentials, in place of those that the SDK finds.
    ///
    /// What they do in the background is done by the runtime in which they were made, as with [`from_client`](Self::from_client).
    ///
    /// ```no_run
    /// # use envaudit::GcpSecretManager;
    /// use google_cloud_auth::credentials::mds;
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let credentials = mds::Builder::default().with_quota_project_id("billing").build()?;
    /// let secrets = GcpSecretManager::new("my-project").credentials(credentials).document("checkout-prod");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn credentials(mut self, credentials: impl Into<Credentials>) -> Self {
        self.settings.credentials = Some(credentials.into());
        self
    }

    /// Reads when each version was made as well, which [`Policy::max_age`](crate::Policy::max_age) needs: one more request for a version,
    /// once, and the right `secretmanager.versions.get`. A date that cannot be read is a failure of its variables.
    ///
    /// ```no_run
    /// # use envaudit::GcpSecretManager;
    /// let secrets = GcpSecretManager::new("my-project").document("checkout-prod").dates();
    /// ```
    #[must_use]
    pub fn dates(mut self) -> Self {
        self.settings.dates = true;
        self
    }

    provider_options! {
        "A secret that feeds many variables, by its name: `checkout-prod`.",
        "The secret of one variable: `api-key`, or of another version or alias, `api-key@3`; of another project, \
         `projects/shared/secrets/api-key`."
    }
}

impl Provider for GcpSecretManager {
    fn name(&self) -> &str {
        "GcpSecretManager"
    }

    fn source(&self) -> Source {
        Source::Gcp
    }

    fn fetch(&self, ask: &Ask<'_>) -> Result<Fetched, ProviderError> {
        let place = Place::new(&self.settings.project, self.settings.region.as_deref())?;
        let mapping = match self.mapping.is_empty() {
            true => Cow::Owned(Mapping { prefixes: vec![String::new()], ..Mapping::default() }),
            false => Cow::Borrowed(&self.mapping),
        };
        let store = read::Secrets {
            session: &self.session,
            settings: &self.settings,
            place,
            has_logged_in_again: Cell::new(false),
        };
        plan::fetch(&store, Source::Gcp, &mapping, ask)
    }

    fn timeout(&self) -> Duration {
        self.timeout
    }

    fn on_failure(&self) -> OnFailure {
        self.on_failure
    }
}

/// Shows what it reads, and nothing of the credentials.
impl fmt::Debug for GcpSecretManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is no project may have anything in it.
        let GcpSettings { project, region, .. } = &self.settings;
        let is_place = Place::new(project, region.as_deref()).is_ok();
        f.debug_struct("GcpSecretManager")
            .field("project", &is_place.then_some(project))
            .field("region", &region.as_ref().filter(|_| is_place))
            .field("mapping", &self.mapping)
            .finish_non_exhaustive()
    }
}
