//! Azure Key Vault, by the SDK of Azure.
//!
//! Source of the protocol: <https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups>.

mod address;
mod chain;
mod fault;
mod read;
mod tokens;
mod transport;

use core::fmt;
use core::time::Duration;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use azure_core::credentials::TokenCredential;
use azure_core::http::{ClientOptions, RetryOptions, Transport};
use azure_security_keyvault_secrets::{SecretClient, SecretClientOptions};

use self::address::Address;
use self::chain::Chain;
use self::tokens::Tokens;
use self::transport::Http;
use super::async_thread::AsyncThread;
use super::mapping::{Mapping, provider_options};
use super::plan;
use crate::sources::provider::{Ask, Fetched, OnFailure, Provider};
use crate::sources::provider_error::{ProviderError, ProviderErrorKind};
use crate::sources::{Source, file};

/// The greatest length of a file of certificates.
const MAX_CERTIFICATES: u64 = 1 << 20;

/// Secrets of Azure Key Vault.
///
/// Where the program says nothing of secrets, each variable is looked up as the secret of its name: `APP_DB_PASSWORD` as
/// `app-db-password`, and as what is behind the struct's prefix, `db-password`.
///
/// Without a [`credential`](Self::credential), the token is that of the client secret in `AZURE_TENANT_ID`, `AZURE_CLIENT_ID` and
/// `AZURE_CLIENT_SECRET`, else of the workload identity in `AZURE_FEDERATED_TOKEN_FILE`, else of the managed identity, else of the
/// Azure CLI or the Azure Developer CLI. `AZURE_TOKEN_CREDENTIALS` narrows that down. A token is used until a minute before it
/// expires, or until the vault does not accept it.
///
/// ```no_run
/// use envaudit::{AzureKeyVault, EnvConfig, SecretString};
///
/// #[derive(EnvConfig)]
/// #[env(prefix = "APP_")]
/// struct AppConfig {
///     db_password: SecretString, // the secret app-db-password, or db-password
/// }
///
/// let vault = AzureKeyVault::new("https://myvault.vault.azure.net");
/// let cfg = AppConfig::loader().source(vault).load()?;
/// println!("{}", cfg.audit().db_password.location.as_ref().unwrap()); // db-password (version 7f3a…)
/// # Ok::<(), envaudit::LoadError>(())
/// ```
pub struct AzureKeyVault {
    vault: String,
    certificates: Option<PathBuf>,
    credential: Option<Arc<dyn TokenCredential>>,
    session: Session,
    mapping: Mapping,
    timeout: Duration,
    on_failure: OnFailure,
}

impl AzureKeyVault {
    /// The vault at this address: `https://myvault.vault.azure.net`.
    ///
    /// ```no_run
    /// let china = envaudit::AzureKeyVault::new("https://myvault.vault.azure.cn");
    /// ```
    pub fn new(vault: impl Into<String>) -> Self {
        AzureKeyVault::with(vault.into(), None)
    }

    /// With a client that the program has already. What it does about failures, it does in each attempt.
    ///
    /// It is used from the provider's own thread. One that has open connections in a runtime with a single thread cannot be used
    /// while that thread waits for a load: a client of its own can.
    ///
    /// ```no_run
    /// use azure_identity::ManagedIdentityCredential;
    /// use azure_security_keyvault_secrets::SecretClient;
    /// use envaudit::AzureKeyVault;
    ///
    /// let credential = ManagedIdentityCredential::new(None)?;
    /// let client = SecretClient::new("https://myvault.vault.azure.net", credential, None)?;
    /// let vault = AzureKeyVault::from_client(client).document("checkout-prod");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_client(client: SecretClient) -> Self {
        AzureKeyVault::with(client.endpoint().to_string(), Some(client))
    }

    fn with(vault: String, client: Option<SecretClient>) -> Self {
        AzureKeyVault {
            vault,
            certificates: None,
            credential: None,
            session: Session::new(client),
            mapping: Mapping::default(),
            timeout: Duration::from_secs(10),
            on_failure: OnFailure::Required,
        }
    }

    /// What gives out tokens, in place of the credentials that are looked for.
    ///
    /// ```no_run
    /// use azure_identity::{ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId};
    /// use envaudit::AzureKeyVault;
    ///
    /// let id = UserAssignedId::ClientId("6f1c0b52-7c1e-4b6b-9a51-0d8f1f2a3b4c".to_owned());
    /// let options = ManagedIdentityCredentialOptions { user_assigned_id: Some(id), ..Default::default() };
    /// let credential = ManagedIdentityCredential::new(Some(options))?;
    /// let vault = AzureKeyVault::new("https://myvault.vault.azure.net").credential(credential);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn credential(mut self, credential: Arc<dyn TokenCredential>) -> Self {
        self.credential = Some(credential);
        self
    }

    /// A file with the certificates (PEM) of the authorities that may have signed those of the vault and of what gives out tokens,
    /// in place of those that the system trusts.
    ///
    /// ```no_run
    /// use envaudit::AzureKeyVault;
    ///
    /// let vault = AzureKeyVault::new("https://myvault.vault.local.azurestack.external");
    /// let vault = vault.certificates("/etc/ssl/private-cloud.pem");
    /// ```
    #[must_use]
    pub fn certificates(mut self, path: impl AsRef<Path>) -> Self {
        self.certificates = Some(path.as_ref().to_owned());
        self
    }

    /// Secrets with one variable each: those whose names begin with this, by the rest of the name, in which `-` stands for `_`.
    /// Upper and lower case are the same. Documents win over it.
    ///
    /// The names of the vault's secrets are listed for that, and the secrets read that a variable needs.
    ///
    /// ```no_run
    /// use envaudit::AzureKeyVault;
    ///
    /// // DB_PASSWORD is the secret checkout-prod-db-password.
    /// let vault = AzureKeyVault::new("https://myvault.vault.azure.net").prefix("checkout-prod-");
    /// ```
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.mapping.prefixes.push(prefix.into());
        self
    }

    provider_options! {
        "A secret that feeds many variables, by its name: `checkout-prod`.",
        "The secret of one variable: `stripe-live-key`, or of another version, `stripe-live-key@7f3a…`."
    }

    fn client(&self, ask: &Ask<'_>) -> Result<Arc<SecretClient>, ProviderError> {
        let mut client = self.session.client.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = &*client {
            return Ok(Arc::clone(client));
        }
        Ok(Arc::clone(client.insert(Arc::new(self.make_client(ask)?))))
    }

    fn make_client(&self, ask: &Ask<'_>) -> Result<SecretClient, ProviderError> {
        let address = Address::read(&self.vault)?;
        let certificates = match &self.certificates {
            None => None,
            Some(path) => Some(file::read(path, MAX_CERTIFICATES).map_err(|fault| {
                let text = format!("the certificates {} cannot be read: {fault}", path.display());
                ProviderError::free_text(ProviderErrorKind::Misconfigured, text)
            })?),
        };
        let tls = transport::tls(certificates.as_deref())?;
        let proxy = transport::proxy(ask)?;
        let client = transport::client(tls.clone(), proxy)?;
        let origin = match &self.credential {
            Some(credential) => Arc::clone(credential),
            None => {
                let metadata = transport::metadata_client(tls)?;
                Arc::new(Chain::new(ask, &address, client.clone(), metadata)?)
            }
        };
        let tokens = Arc::new(Tokens::new(origin));
        let http = Http::to_vault(client, &address, Arc::clone(&tokens));
        let client_options = ClientOptions {
            transport: Some(Transport::new(Arc::new(http))),
            // A load tries again by itself, until its deadline.
            retry: RetryOptions::none(),
            ..ClientOptions::default()
        };
        let options = SecretClientOptions { client_options, ..SecretClientOptions::default() };
        SecretClient::new(address.as_str(), tokens, Some(options))
            .map_err(|error| fault::of(&error))
    }
}

impl Provider for AzureKeyVault {
    fn name(&self) -> &str {
        "AzureKeyVault"
    }

    fn source(&self) -> Source {
        Source::Azure
    }

    fn fetch(&self, ask: &Ask<'_>) -> Result<Fetched, ProviderError> {
        let client = self.client(ask)?;
        let secrets = read::Secrets { session: &self.session, client };
        if self.mapping.is_empty() {
            let all = Mapping { prefixes: vec![String::new()], ..Mapping::default() };
            return plan::fetch(&secrets, Source::Azure, &all, ask);
        }
        plan::fetch(&secrets, Source::Azure, &self.mapping, ask)
    }

    fn timeout(&self) -> Duration {
        self.timeout
    }

    fn on_failure(&self) -> OnFailure {
        self.on_failure
    }
}

/// Shows where it is and what it reads, and nothing of the credentials.
impl fmt::Debug for AzureKeyVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = Address::read(&self.vault).ok();
        f.debug_struct("AzureKeyVault")
            .field("vault", &address.as_ref().map_or("not an address", Address::as_str))
            .field("mapping", &self.mapping)
            .finish_non_exhaustive()
    }
}

/// The thread of a provider, and the client, made with the first load.
struct Session {
    client: Mutex<Option<Arc<SecretClient>>>,
    thread: Mutex<Option<AsyncThread>>,
    /// Whether the client has a token that was accepted.
    is_open: AtomicBool,
}

impl Session {
    fn new(client: Option<SecretClient>) -> Self {
        Session {
            client: Mutex::new(client.map(Arc::new)),
            thread: Mutex::new(None),
            is_open: AtomicBool::new(false),
        }
    }

    /// Runs a call on the thread of the provider.
    fn run<T: Send + 'static>(
        &self,
        ask: &Ask<'_>,
        call: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, ProviderError> {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        let thread = match &mut *thread {
            Some(thread) => thread,
            none => none.insert(AsyncThread::start("azure")?),
        };
        thread.run(ask.deadline(), call)
    }
}
