//! HashiCorp Vault and OpenBao: secrets of the engine KV, version 2.
//!
//! Source of the protocol: <https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2> and
//! <https://openbao.org/api-docs/secret/kv/kv-v2/>.

mod address;
mod http;
mod login;
mod read;

use core::fmt;
use core::time::Duration;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use secrecy::SecretString;
use ureq::Agent;

use self::address::Address;
use self::http::Client;
use self::login::{Door, Login, SERVICE_ACCOUNT, Session};
use super::mapping::{Mapping, provider_options};
use super::plan;
use crate::sources::provider::{Ask, Fetched, OnFailure, Provider};
use crate::sources::provider_error::{ProviderError, ProviderErrorKind};
use crate::sources::{Source, file};

/// The greatest length of a file of certificates.
const MAX_CERTIFICATES: u64 = 1 << 20;

/// Secrets of HashiCorp Vault or OpenBao, from the engine KV, version 2.
///
/// Without another way to log in, the token is that of the variable `VAULT_TOKEN`, or of the file `.vault-token` that `vault login`
/// writes; `VAULT_NAMESPACE` and `VAULT_CACERT` count too where the program says nothing else. A token that was received by a
/// login is renewed, or replaced by a new login, a minute before it expires.
///
/// ```no_run
/// use envaudit::{EnvConfig, SecretString, Vault};
///
/// #[derive(EnvConfig)]
/// #[env(prefix = "APP_")]
/// struct AppConfig {
///     db_password: SecretString,
///     api_key: SecretString,
/// }
///
/// let vault = Vault::new("https://vault.internal:8200")
///     .kubernetes("checkout")
///     .document("checkout/prod")
///     .map("APP_API_KEY", "shared/stripe#live_key");
/// let cfg = AppConfig::loader().source(vault).load()?;
/// println!("{}", cfg.audit().db_password.location.as_ref().unwrap()); // checkout/prod#db_password (version 7)
/// # Ok::<(), envaudit::LoadError>(())
/// ```
pub struct Vault {
    address: String,
    mount: String,
    namespace: Option<String>,
    certificates: Option<PathBuf>,
    login: Login,
    login_mount: Option<String>,
    mapping: Mapping,
    timeout: Duration,
    on_failure: OnFailure,
    session: Session,
    agent: OnceLock<Agent>,
}

impl Vault {
    /// The Vault at this address: `https://vault.internal:8200`. `http:` is for this machine alone.
    pub fn new(address: impl Into<String>) -> Self {
        Vault {
            address: address.into(),
            mount: "secret".to_owned(),
            namespace: None,
            certificates: None,
            login: Login::Usual,
            login_mount: None,
            mapping: Mapping::default(),
            timeout: Duration::from_secs(10),
            on_failure: OnFailure::Required,
            session: Session::default(),
            agent: OnceLock::new(),
        }
    }

    /// The path at which the engine is mounted: `secret`, unless this says otherwise.
    #[must_use]
    pub fn mount(mut self, path: impl Into<String>) -> Self {
        self.mount = path.into();
        self
    }

    /// The namespace of the secrets and of the login.
    #[must_use]
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = Some(namespace.into());
        self
    }

    /// A file with the certificates (PEM) of the authorities that may have signed the server's, in place of those of the web.
    #[must_use]
    pub fn certificates(mut self, path: impl AsRef<Path>) -> Self {
        self.certificates = Some(path.as_ref().to_owned());
        self
    }

    /// The token itself.
    #[must_use]
    pub fn token(self, token: impl Into<SecretString>) -> Self {
        self.logging_in(Login::Token(token.into()))
    }

    /// A file that has a token, and is read again when that is not accepted any more: an agent may have replaced it.
    #[must_use]
    pub fn token_file(self, path: impl AsRef<Path>) -> Self {
        self.logging_in(Login::TokenFile(path.as_ref().to_owned()))
    }

    /// The method AppRole.
    #[must_use]
    pub fn app_role(self, role_id: impl Into<String>, secret_id: impl Into<SecretString>) -> Self {
        let (role_id, secret_id) = (role_id.into(), secret_id.into());
        self.logging_in(Login::AppRole { role_id, secret_id })
    }

    /// The method Kubernetes, with the token of the pod's service account, which is read anew at each login.
    #[must_use]
    pub fn kubernetes(mut self, role: impl Into<String>) -> Self {
        self.login_mount.get_or_insert_with(|| "kubernetes".to_owned());
        self.logging_in(Login::Jwt { role: role.into(), file: SERVICE_ACCOUNT.into() })
    }

    /// The method JWT, with a token from a file, which is read anew at each login.
    #[must_use]
    pub fn jwt(self, role: impl Into<String>, file: impl AsRef<Path>) -> Self {
        self.logging_in(Login::Jwt { role: role.into(), file: file.as_ref().to_owned() })
    }

    /// The path at which the method to log in is mounted: its own name, unless this says otherwise.
    #[must_use]
    pub fn login_mount(mut self, path: impl Into<String>) -> Self {
        self.login_mount = Some(path.into());
        self
    }

    /// Secrets with one member for one variable each: the one called as the variable is below or behind this, such as
    /// `checkout/prod/db-password` for `APP_DB_PASSWORD` below `checkout/prod/`.
    ///
    /// Their names are listed, which needs a right of its own, and those that are wanted are read. Variables that a document has
    /// are not looked for. Called again, it adds a prefix; where two have a key, the later wins.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.mapping.prefixes.push(prefix.into());
        self
    }

    provider_options! {
        "A secret that feeds many variables, by its path below the mount: `checkout/prod`.",
        "The secret of one variable: `app/db#password`, or of an older version, `app/db#password@3`."
    }

    fn logging_in(mut self, login: Login) -> Self {
        self.login = login;
        self
    }

    fn agent(&self, ask: &Ask<'_>) -> Result<&Agent, ProviderError> {
        if let Some(agent) = self.agent.get() {
            return Ok(agent);
        }
        let variable = || ask.variable("VAULT_CACERT").filter(|path| !path.is_empty());
        let path = self.certificates.clone().or_else(|| variable().map(PathBuf::from));
        let pem = match &path {
            None => None,
            Some(path) => Some(file::read(path, MAX_CERTIFICATES).map_err(|fault| {
                let text = format!("the certificates {} cannot be read: {fault}", path.display());
                ProviderError::free_text(ProviderErrorKind::Misconfigured, text)
            })?),
        };
        let agent = http::agent(pem.as_deref())?;
        Ok(self.agent.get_or_init(|| agent))
    }
}

impl Provider for Vault {
    fn name(&self) -> &str {
        "Vault"
    }

    fn source(&self) -> Source {
        Source::Vault
    }

    fn fetch(&self, ask: &Ask<'_>) -> Result<Fetched, ProviderError> {
        http::refuse_if_logged()?;
        let address = Address::read(&self.address)?;
        let variable = ask.variable("VAULT_NAMESPACE").and_then(|text| text.into_string().ok());
        let namespace = self.namespace.clone().or(variable).filter(|text| !text.is_empty());
        let store = read::Kv {
            client: Client { agent: self.agent(ask)?, namespace: namespace.as_deref(), ask },
            door: Door {
                login: &self.login,
                mount: self.login_mount.as_deref(),
                session: &self.session,
                address: &address,
            },
            mount: &self.mount,
        };
        plan::fetch(&store, Source::Vault, &self.mapping, ask)
    }

    fn timeout(&self) -> Duration {
        self.timeout
    }

    fn on_failure(&self) -> OnFailure {
        self.on_failure
    }
}

/// Shows where it is and what it reads, and no token.
impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is no address may have anything in it.
        let address = Address::read(&self.address).is_ok().then_some(&self.address);
        f.debug_struct("Vault")
            .field("address", &address)
            .field("mount", &self.mount)
            .field("namespace", &self.namespace)
            .field("mapping", &self.mapping)
            .finish_non_exhaustive()
    }
}
