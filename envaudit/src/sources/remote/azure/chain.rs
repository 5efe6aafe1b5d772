//! The credentials that a program has without being given any: a client secret, a workload identity, a managed identity, or those
//! of the tools of developers.
//!
//! The SDK has each of them, and no chain that is meant for production. A credential is made anew for each token, which lasts an
//! hour or longer: one that was made keeps what it was given, and the file of a workload identity is replaced now and then.

use core::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use azure_core::cloud::CloudConfiguration;
use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
use azure_core::error::ErrorKind;
use azure_core::http::{ClientOptions, HttpClient, RetryOptions, Transport};
use azure_identity::{
    AzureCliCredential, AzureCliCredentialOptions, AzureDeveloperCliCredential,
    AzureDeveloperCliCredentialOptions, ClientAssertionCredentialOptions, ClientSecretCredential,
    ClientSecretCredentialOptions, ManagedIdentityCredential, ManagedIdentityCredentialOptions,
    UserAssignedId, WorkloadIdentityCredential, WorkloadIdentityCredentialOptions,
};
use secrecy::{ExposeSecret, SecretString};

use super::address::Address;
use super::fault;
use super::transport::Http;
use crate::sources::provider::Ask;
use crate::sources::provider_error::{ProviderError, ProviderErrorKind};

/// A credential of the SDK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Environment,
    WorkloadIdentity,
    ManagedIdentity,
    AzureCli,
    AzureDeveloperCli,
}

use Way::{AzureCli, AzureDeveloperCli, Environment, ManagedIdentity, WorkloadIdentity};

/// All of them, in the order in which they are looked for, by the names that `AZURE_TOKEN_CREDENTIALS` may have.
const WAYS: [(&str, Way); 5] = [
    ("EnvironmentCredential", Environment),
    ("WorkloadIdentityCredential", WorkloadIdentity),
    ("ManagedIdentityCredential", ManagedIdentity),
    ("AzureCliCredential", AzureCli),
    ("AzureDeveloperCliCredential", AzureDeveloperCli),
];

pub(super) struct Chain {
    tenant: Option<String>,
    client_id: Option<String>,
    client_secret: Option<SecretString>,
    token_file: Option<PathBuf>,
    has_certificate: bool,
    has_identity_endpoint: bool,
    allowed: Vec<Way>,
    cloud: Arc<CloudConfiguration>,
    authority: Arc<dyn HttpClient>,
    metadata: Arc<dyn HttpClient>,
    /// The one that has given a token out.
    found: Mutex<Option<Way>>,
    /// Whether a tool runs: one that hangs is not ended with the load that waited for it.
    runs_tool: Arc<AtomicBool>,
}

impl Chain {
    /// With what the variables of the loader say. `metadata` is the client for the machine's own identity.
    ///
    /// # Errors
    ///
    /// When `AZURE_TOKEN_CREDENTIALS` has a value that is not known.
    pub(super) fn new(
        ask: &Ask<'_>,
        address: &Address,
        authority: reqwest::Client,
        metadata: reqwest::Client,
    ) -> Result<Self, ProviderError> {
        let variable = |name: &str| {
            let text = ask.variable(name)?.into_string().ok()?;
            Some(text.trim().to_owned()).filter(|text| !text.is_empty())
        };
        let allowed = allowed(variable("AZURE_TOKEN_CREDENTIALS").as_deref())?;
        Ok(Chain {
            tenant: variable("AZURE_TENANT_ID"),
            client_id: variable("AZURE_CLIENT_ID"),
            client_secret: variable("AZURE_CLIENT_SECRET").map(SecretString::from),
            token_file: variable("AZURE_FEDERATED_TOKEN_FILE").map(PathBuf::from),
            has_certificate: variable("AZURE_CLIENT_CERTIFICATE_PATH").is_some(),
            has_identity_endpoint: variable("IDENTITY_ENDPOINT").is_some(),
            allowed,
            cloud: Arc::new(address.cloud(variable("AZURE_AUTHORITY_HOST"))),
            authority: Arc::new(Http::to_identity(authority)),
            metadata: Arc::new(Http::to_identity(metadata)),
            found: Mutex::new(None),
            runs_tool: Arc::default(),
        })
    }

    async fn token(&self, scopes: &[&str]) -> Result<AccessToken, ProviderError> {
        let found = *self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let ways = match found {
            Some(way) => vec![way],
            None => self.ways()?,
        };
        for way in &ways {
            match self.by(*way, scopes).await {
                Ok(token) => {
                    *self.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(*way);
                    return Ok(token);
                }
                Err(error) if ways.len() == 1 || self.is_there(*way, &error) => {
                    return Err(match error.service_code() {
                        Some(_) => error,
                        None => error.code(way.name()),
                    });
                }
                Err(_) => {}
            }
        }
        Err(ProviderError::free_text(
            ProviderErrorKind::Unauthenticated,
            "there are no credentials: neither a client secret (AZURE_CLIENT_SECRET) nor a workload identity \
             (AZURE_FEDERATED_TOKEN_FILE) is set, no managed identity answers, and `az` and `azd` are not logged in",
        ))
    }

    /// Those that may be meant. Where variables say which, it is that one alone.
    fn ways(&self) -> Result<Vec<Way>, ProviderError> {
        let misconfigured =
            |text: String| Err(ProviderError::free_text(ProviderErrorKind::Misconfigured, text));
        let needed = [("AZURE_TENANT_ID", &self.tenant), ("AZURE_CLIENT_ID", &self.client_id)];
        let missing = needed.iter().find(|(_, value)| value.is_none());
        for (way, variable, is_set) in [
            (Environment, "AZURE_CLIENT_SECRET", self.client_secret.is_some()),
            (WorkloadIdentity, "AZURE_FEDERATED_TOKEN_FILE", self.token_file.is_some()),
        ] {
            if is_set && self.allowed.contains(&way) {
                return match missing {
                    None => Ok(vec![way]),
                    Some((name, _)) => misconfigured(format!("{variable} is set, but not {name}")),
                };
            }
        }
        if self.has_certificate && self.allowed.contains(&Environment) {
            return misconfigured(
                "AZURE_CLIENT_CERTIFICATE_PATH is set: the SDK signs with OpenSSL, which is not built in; the program can give a \
                 credential of its own"
                    .to_owned(),
            );
        }
        let of_variables = [Environment, WorkloadIdentity];
        let rest = self.allowed.iter().filter(|way| !of_variables.contains(way));
        let rest: Vec<Way> = rest.copied().collect();
        if rest.is_empty() {
            return Err(ProviderError::free_text(
                ProviderErrorKind::Unauthenticated,
                "there are no credentials: the variables of the one that AZURE_TOKEN_CREDENTIALS allows are not set",
            ));
        }
        Ok(rest)
    }

    /// Whether a failure is one of a credential that is there, so that no other is looked for.
    fn is_there(&self, way: Way, error: &ProviderError) -> bool {
        let is_of_its_server = matches!(error.http_status(), Some(410 | 429 | 500..=599));
        match way {
            Environment | WorkloadIdentity => true,
            ManagedIdentity => self.has_identity_endpoint || is_of_its_server,
            AzureCli | AzureDeveloperCli => error.kind() == ProviderErrorKind::TimedOut,
        }
    }

    async fn by(&self, way: Way, scopes: &[&str]) -> Result<AccessToken, ProviderError> {
        let credential = self.credential(way)?;
        let token = match way {
            AzureCli | AzureDeveloperCli => self.by_tool(credential, scopes).await?,
            _ => credential.get_token(scopes, None).await,
        };
        token.map_err(|error| fault::of(&error))
    }

    /// Runs one tool at a time, and waits for it while the load does.
    async fn by_tool(
        &self,
        credential: Arc<dyn TokenCredential>,
        scopes: &[&str],
    ) -> Result<azure_core::Result<AccessToken>, ProviderError> {
        if self.runs_tool.swap(true, Ordering::SeqCst) {
            let still = "the tool that an earlier load began still runs";
            return Err(ProviderError::of(ProviderErrorKind::TimedOut).code(still));
        }
        let running = Running(Arc::clone(&self.runs_tool));
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let call = tokio::spawn(async move {
            let _running = running;
            let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
            credential.get_token(&scopes, None).await
        });
        call.await.map_err(|_| ProviderError::of(ProviderErrorKind::Unauthenticated))
    }

    fn credential(&self, way: Way) -> Result<Arc<dyn TokenCredential>, ProviderError> {
        let client_id = || self.client_id.clone().unwrap_or_default();
        let made: azure_core::Result<Arc<dyn TokenCredential>> = match way {
            Environment => {
                let secret = self.client_secret.as_ref().map_or("", ExposeSecret::expose_secret);
                let options =
                    ClientSecretCredentialOptions { client_options: self.options(&self.authority) };
                let tenant = self.tenant.as_deref().unwrap_or_default();
                let secret = Secret::new(secret.to_owned());
                ClientSecretCredential::new(tenant, client_id(), secret, Some(options))
                    .map(|credential| credential as _)
            }
            WorkloadIdentity => {
                let client_options = self.options(&self.authority);
                let options = WorkloadIdentityCredentialOptions {
                    credential_options: ClientAssertionCredentialOptions { client_options },
                    client_id: Some(client_id()),
                    tenant_id: self.tenant.clone(),
                    token_file_path: self.token_file.clone(),
                };
                WorkloadIdentityCredential::new(Some(options)).map(|credential| credential as _)
            }
            ManagedIdentity => {
                let options = ManagedIdentityCredentialOptions {
                    user_assigned_id: self.client_id.clone().map(UserAssignedId::ClientId),
                    client_options: self.options(&self.metadata),
                };
                ManagedIdentityCredential::new(Some(options)).map(|credential| credential as _)
            }
            AzureCli => {
                let tenant_id = self.tenant.clone();
                let options = AzureCliCredentialOptions { tenant_id, ..Default::default() };
                AzureCliCredential::new(Some(options)).map(|credential| credential as _)
            }
            AzureDeveloperCli => {
                let tenant_id = self.tenant.clone();
                let options =
                    AzureDeveloperCliCredentialOptions { tenant_id, ..Default::default() };
                AzureDeveloperCliCredential::new(Some(options)).map(|credential| credential as _)
            }
        };
        made.map_err(|_| self.not_made(way))
    }

    /// Why a credential cannot be made: of what the SDK says, nothing is shown.
    fn not_made(&self, way: Way) -> ProviderError {
        let text = match (way, &self.token_file) {
            (WorkloadIdentity, Some(path)) => format!(
                "the file {} of AZURE_FEDERATED_TOKEN_FILE cannot be read, or AZURE_TENANT_ID or AZURE_AUTHORITY_HOST is not one",
                path.display()
            ),
            (ManagedIdentity, _) => {
                "the managed identity of this kind of machine is not supported by the SDK"
                    .to_owned()
            }
            _ => "AZURE_TENANT_ID, AZURE_CLIENT_ID or AZURE_AUTHORITY_HOST is not one".to_owned(),
        };
        ProviderError::free_text(ProviderErrorKind::Unauthenticated, text)
    }

    fn options(&self, client: &Arc<dyn HttpClient>) -> ClientOptions {
        ClientOptions {
            transport: Some(Transport::new(Arc::clone(client))),
            retry: RetryOptions::none(),
            cloud: Some(Arc::clone(&self.cloud)),
            ..ClientOptions::default()
        }
    }
}

#[async_trait]
impl TokenCredential for Chain {
    async fn get_token(
        &self,
        scopes: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let failed = |error| azure_core::Error::new(ErrorKind::Credential, error);
        self.token(scopes).await.map_err(failed)
    }
}

/// Says that no tool runs any more, when it is dropped.
struct Running(Arc<AtomicBool>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

impl Way {
    fn name(self) -> &'static str {
        WAYS.iter().find(|(_, way)| *way == self).map_or("", |(name, _)| name)
    }
}

/// Those that the variable `AZURE_TOKEN_CREDENTIALS` allows.
fn allowed(selection: Option<&str>) -> Result<Vec<Way>, ProviderError> {
    let all = WAYS.map(|(_, way)| way);
    let is = |name: &str| selection.is_some_and(|text| text.eq_ignore_ascii_case(name));
    if selection.is_none() {
        return Ok(all.to_vec());
    }
    if is("prod") {
        return Ok(all[..3].to_vec());
    }
    if is("dev") {
        return Ok(all[3..].to_vec());
    }
    match WAYS.iter().find(|(name, _)| is(name)) {
        Some((_, way)) => Ok(vec![*way]),
        None => {
            let names = WAYS.map(|(name, _)| name).join(", ");
            let text = format!("AZURE_TOKEN_CREDENTIALS is none of prod, dev, {names}");
            Err(ProviderError::free_text(ProviderErrorKind::Misconfigured, text))
        }
    }
}

/// Shows nothing of the credentials.
impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain").field("allowed", &self.allowed).finish_non_exhaustive()
    }
}
