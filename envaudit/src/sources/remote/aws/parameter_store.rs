//! The Parameter Store of AWS Systems Manager.
//!
//! Source of the protocol: <https://docs.aws.amazon.com/systems-manager/latest/APIReference/Welcome.html>.

use core::fmt;
use core::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_ssm::Client;
use aws_sdk_ssm::types::Parameter;
use secrecy::zeroize::Zeroizing;

use super::fault;
use super::secrets_manager::time;
use super::session::{AwsSettings, Session, aws_options};
use crate::sources::Source;
use crate::sources::provider::{Ask, Fetched, OnFailure, Provider};
use crate::sources::provider_error::{ProviderError, ProviderErrorKind};
use crate::sources::remote::mapping::{Mapping, provider_options};
use crate::sources::remote::plan;
use crate::sources::remote::retry::retrying;
use crate::sources::remote::secret_ref::SecretRef;
use crate::sources::remote::store::{Secret, SecretStore};

/// How many parameters one call reads at most.
const BATCH: usize = 10;

/// Parameters of AWS Systems Manager, those of the type `SecureString` decrypted.
///
/// ```no_run
/// use envaudit::{AwsParameterStore, EnvConfig, SecretString};
///
/// #[derive(EnvConfig)]
/// #[env(prefix = "APP_")]
/// struct AppConfig {
///     db_password: SecretString, // /checkout/prod/db_password, or /checkout/prod/DB_PASSWORD
/// }
///
/// let cfg = AppConfig::loader().source(AwsParameterStore::new().path("/checkout/prod/")).load()?;
/// # Ok::<(), envaudit::LoadError>(())
/// ```
pub struct AwsParameterStore {
    settings: AwsSettings,
    session: Session<Client>,
    mapping: Mapping,
    timeout: Duration,
    on_failure: OnFailure,
}

impl AwsParameterStore {
    /// The Parameter Store in the region that the SDK finds.
    pub fn new() -> Self {
        AwsParameterStore::with(AwsSettings::default(), None)
    }

    /// With a configuration of the SDK that the program has already.
    pub fn from_sdk_config(config: &SdkConfig) -> Self {
        let settings = AwsSettings { config: Some(config.clone()), ..AwsSettings::default() };
        AwsParameterStore::with(settings, None)
    }

    /// With a client that the program has already. What it does about failures, it does in each attempt.
    pub fn from_client(client: Client) -> Self {
        AwsParameterStore::with(AwsSettings::default(), Some(client))
    }

    fn with(settings: AwsSettings, client: Option<Client>) -> Self {
        AwsParameterStore {
            settings,
            session: Session::new(client),
            mapping: Mapping::default(),
            timeout: Duration::from_secs(10),
            on_failure: OnFailure::Required,
        }
    }

    /// Parameters with one variable each: those right below this path, by their last part, which is looked up as a member of a
    /// [document](Self::document) is. Documents win over it.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.mapping.paths.push(path.into());
        self
    }

    aws_options!();

    provider_options! {
        "A parameter that feeds many variables, by its name: `/checkout/config`.",
        "The parameter of one variable: `/shared/stripe_key`, or of another version or label, `/shared/stripe_key@3`."
    }
}

impl Default for AwsParameterStore {
    fn default() -> Self {
        AwsParameterStore::new()
    }
}

impl Provider for AwsParameterStore {
    fn name(&self) -> &str {
        "AwsParameterStore"
    }

    fn source(&self) -> Source {
        Source::Aws
    }

    fn fetch(&self, ask: &Ask<'_>) -> Result<Fetched, ProviderError> {
        let client = self.session.client(&self.settings, ask, Client::new)?;
        let store = Parameters { session: &self.session, client };
        plan::fetch(&store, Source::Aws, &self.mapping, ask)
    }

    fn timeout(&self) -> Duration {
        self.timeout
    }

    fn on_failure(&self) -> OnFailure {
        self.on_failure
    }
}

/// Shows what it reads, and nothing of the credentials.
impl fmt::Debug for AwsParameterStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsParameterStore").field("mapping", &self.mapping).finish_non_exhaustive()
    }
}

struct Parameters<'s> {
    session: &'s Session<Client>,
    client: Client,
}

/// The name as the service takes it: a version or a label follows a colon.
fn selected(reference: &SecretRef) -> String {
    match reference.wanted_version() {
        Some(version) => format!("{}:{version}", reference.id()),
        None => reference.id().to_owned(),
    }
}

/// Whether a parameter is the one that was asked for. Of a version, some servers repeat the selector in the name.
fn is_it(parameter: &Parameter, reference: &SecretRef) -> bool {
    let name = parameter.name().unwrap_or_default();
    let has_version = |wanted: &str| {
        parameter.selector().is_some_and(|selector| selector.trim_start_matches(':') == wanted)
            || parameter.version().to_string() == wanted
    };
    name == selected(reference)
        || name == reference.id() && reference.wanted_version().is_none_or(has_version)
}

impl SecretStore for Parameters<'_> {
    const HAS_MEMBERS: bool = false;

    fn read(
        &self,
        wanted: &[SecretRef],
        ask: &Ask<'_>,
    ) -> Result<Vec<Result<Secret, ProviderError>>, ProviderError> {
        let mut found: Vec<Parameter> = Vec::new();
        for some in wanted.chunks(BATCH) {
            let output = retrying(ask, || {
                let names = some.iter().map(selected).collect();
                let call = self.client.get_parameters().set_names(Some(names));
                let call = call.with_decryption(true).send();
                self.session.run(ask, call)?.map_err(|error| fault::of(&error))
            })?;
            found.extend_from_slice(output.parameters());
        }
        let answer = |reference: &SecretRef| {
            let parameter = found.iter().find(|parameter| is_it(parameter, reference));
            parameter.map(secret).ok_or(ProviderError::of(ProviderErrorKind::Absent))
        };
        Ok(wanted.iter().map(answer).collect())
    }

    fn below(&self, path: &str, ask: &Ask<'_>) -> Result<Vec<(String, Secret)>, ProviderError> {
        let mut found = Vec::new();
        let mut next: Option<String> = None;
        loop {
            let output = retrying(ask, || {
                let call = self.client.get_parameters_by_path().path(path).recursive(false);
                let call = call.with_decryption(true).max_results(10);
                let call = call.set_next_token(next.clone()).send();
                self.session.run(ask, call)?.map_err(|error| fault::of(&error))
            })?;
            for parameter in output.parameters() {
                if let Some(name) = parameter.name() {
                    found.push((name.to_owned(), secret(parameter)));
                }
            }
            match output.next_token() {
                Some(token) => next = Some(token.to_owned()),
                None => return Ok(found),
            }
        }
    }
}

fn secret(parameter: &Parameter) -> Secret {
    let label = parameter.selector().map(|selector| selector.trim_start_matches(':'));
    let label = label.filter(|label| label.parse::<i64>().is_err());
    Secret {
        payload: Zeroizing::new(parameter.value().unwrap_or_default().as_bytes().to_vec()),
        version: Some(parameter.version().to_string()),
        stage: label.map(str::to_owned),
        created: parameter.last_modified_date().and_then(time),
    }
}
