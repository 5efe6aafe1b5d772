//! The Parameter Store of AWS Systems Manager.
//!
//! Source of the protocol: <https://docs.aws.amazon.com/systems-manager/latest/APIReference/Welcome.html>.

use core::fmt;
use core::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_ssm::Client;
use aws_sdk_ssm::types::{Parameter, ParameterType};
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

/// How many parameters of a path one call reads at most.
const PAGE: i32 = 10;

/// Parameters of AWS Systems Manager: texts, lists of texts, and `SecureString`, which the service decrypts.
///
/// The region and the credentials are found as by [`AwsSecretsManager`](crate::AwsSecretsManager). What may be read needs
/// `ssm:GetParameters`, for a [path](Self::path) `ssm:GetParametersByPath`, and `kms:Decrypt` for a key of one's own.
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

    /// With a configuration of the SDK that the program has already. Its retries do not count: a load tries again by itself, until
    /// its deadline.
    ///
    /// ```no_run
    /// # async fn example() {
    /// use envaudit::AwsParameterStore;
    ///
    /// let config = aws_config::defaults(aws_config::BehaviorVersion::latest()).load().await;
    /// let store = AwsParameterStore::from_sdk_config(&config).path("/checkout/prod/");
    /// # let _ = store;
    /// # }
    /// ```
    pub fn from_sdk_config(config: &SdkConfig) -> Self {
        let settings = AwsSettings { config: Some(config.clone()), ..AwsSettings::default() };
        AwsParameterStore::with(settings, None)
    }

    /// With a client that the program has already. Its retries do not count, and neither do [`region`](Self::region),
    /// [`endpoint`](Self::endpoint) and [`profile`](Self::profile).
    ///
    /// ```no_run
    /// # async fn example(config: &aws_config::SdkConfig) {
    /// use envaudit::AwsParameterStore;
    ///
    /// let client = aws_sdk_ssm::Client::new(config);
    /// let store = AwsParameterStore::from_client(client).path("/checkout/prod/");
    /// # let _ = store;
    /// # }
    /// ```
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
    ///
    /// The service answers with all parameters of the path, ten in one call, whether a variable has their names or not.
    ///
    /// ```no_run
    /// use envaudit::{AwsParameterStore, EnvConfig};
    ///
    /// #[derive(EnvConfig)]
    /// struct AppConfig {
    ///     hosts: Vec<String>, // /checkout/prod/hosts, which may be a StringList
    /// }
    ///
    /// let cfg = AppConfig::loader().source(AwsParameterStore::new().path("/checkout/prod/")).load()?;
    /// # Ok::<(), envaudit::LoadError>(())
    /// ```
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
        self.session.fetch(&self.settings, &self.mapping, ask, |client| {
            let store = Parameters { session: &self.session, client };
            plan::fetch(&store, Source::Aws, &self.mapping, ask)
        })
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

/// What two names of the same parameter share: the name without a version or a label, whether it came as an ARN or not.
fn base(name: &str) -> &str {
    let name = match name.starts_with("arn:") {
        true => name.split_once(":parameter/").map_or(name, |(_, name)| name),
        false => name,
    };
    let name = name.split(':').next().unwrap_or(name);
    name.strip_prefix('/').unwrap_or(name)
}

/// The parameters of each call, by their places: at most ten, and no name twice. Of two versions that came in one answer, some
/// servers do not say which is which.
fn calls(wanted: &[SecretRef]) -> Vec<Vec<usize>> {
    let mut calls: Vec<Vec<usize>> = Vec::new();
    for (at, reference) in wanted.iter().enumerate() {
        let has_it = |call: &Vec<usize>| {
            call.iter().any(|other| base(wanted[*other].id()) == base(reference.id()))
        };
        match calls.iter_mut().find(|call| call.len() < BATCH && !has_it(call)) {
            Some(call) => call.push(at),
            None => calls.push(vec![at]),
        }
    }
    calls
}

type Answer = Result<Secret, ProviderError>;

impl SecretStore for Parameters<'_> {
    const HAS_MEMBERS: bool = false;

    fn read(&self, wanted: &[SecretRef], ask: &Ask<'_>) -> Result<Vec<Answer>, ProviderError> {
        let mut answers: Vec<(usize, Answer)> = Vec::new();
        for call in calls(wanted) {
            let some: Vec<SecretRef> = call.iter().map(|at| wanted[*at].clone()).collect();
            match self.some(&some, ask) {
                Ok(found) => answers.extend(call.into_iter().zip(found)),
                // One that may not be read, or has an impossible name, is a failure of all ten.
                Err(error) if some.len() > 1 && is_of_one(&error) => {
                    for (at, reference) in call.into_iter().zip(&some) {
                        answers.push((at, self.alone(reference, ask)?));
                    }
                }
                Err(error) if is_of_one(&error) => answers.push((call[0], Err(error))),
                Err(error) => return Err(error),
            }
        }
        answers.sort_by_key(|(at, _)| *at);
        Ok(answers.into_iter().map(|(_, answer)| answer).collect())
    }

    fn below(&self, path: &str, ask: &Ask<'_>) -> Result<Vec<(String, Secret)>, ProviderError> {
        if !path.starts_with('/') {
            return Err(ProviderError::free_text(
                ProviderErrorKind::Misconfigured,
                "a path of parameters begins with `/`, as in `/checkout/prod/` or `aws-ssm:///checkout/prod/`",
            ));
        }
        let path = match path.trim_end_matches('/') {
            "" => "/",
            path => path,
        };
        let mut found: Vec<(String, Secret)> = Vec::new();
        let mut next: Option<String> = None;
        loop {
            let output = retrying(ask, || {
                let call = self.client.get_parameters_by_path().path(path).recursive(false);
                let call = call.with_decryption(true).max_results(PAGE);
                let call = call.set_next_token(next.clone()).send();
                self.session.run(ask, call)?.map_err(|error| fault::of(&error))
            })?;
            next = output.next_token;
            for parameter in output.parameters.unwrap_or_default() {
                let Some(name) = parameter.name.clone() else { continue };
                // What changed between two pages may be on both, the newer on the later.
                found.retain(|(known, _)| *known != name);
                found.push((name, secret(parameter)?));
            }
            if next.is_none() {
                return Ok(found);
            }
        }
    }
}

/// Whether a failure may be that of one parameter, so that others can be read.
fn is_of_one(error: &ProviderError) -> bool {
    matches!(
        error.kind(),
        ProviderErrorKind::Denied | ProviderErrorKind::Misconfigured | ProviderErrorKind::Absent
    )
}

impl Parameters<'_> {
    /// Reads one parameter by a call of its own. An error is that of the store.
    fn alone(&self, reference: &SecretRef, ask: &Ask<'_>) -> Result<Answer, ProviderError> {
        let absent = || Err(ProviderError::of(ProviderErrorKind::Absent));
        match self.some(core::slice::from_ref(reference), ask) {
            Ok(found) => Ok(found.into_iter().next().unwrap_or_else(absent)),
            Err(error) if is_of_one(&error) => Ok(Err(error)),
            Err(error) => Err(error),
        }
    }

    /// Reads parameters by one call, none of them twice.
    fn some(&self, wanted: &[SecretRef], ask: &Ask<'_>) -> Result<Vec<Answer>, ProviderError> {
        let output = retrying(ask, || {
            let names = wanted.iter().map(selected).collect();
            let call = self.client.get_parameters().set_names(Some(names));
            let call = call.with_decryption(true).send();
            self.session.run(ask, call)?.map_err(|error| fault::of(&error))
        })?;
        let found = output.parameters.unwrap_or_default();
        let answer = |reference: &SecretRef| {
            let is_it =
                |name: Option<&str>| name.is_some_and(|name| base(name) == base(reference.id()));
            let parameter = found.iter().find(|it| is_it(it.name()) || is_it(it.arn()));
            let parameter = parameter.ok_or(ProviderError::of(ProviderErrorKind::Absent))?;
            let mut secret = secret(parameter.clone())?;
            // Not all servers say the label.
            let label = reference.wanted_version().filter(|it| it.parse::<i64>().is_err());
            secret.stage = secret.stage.or(label.map(str::to_owned));
            Ok(secret)
        };
        Ok(wanted.iter().map(answer).collect())
    }
}

fn secret(parameter: Parameter) -> Answer {
    let label = parameter.selector().map(|selector| selector.trim_start_matches(':'));
    let label = label.filter(|label| label.parse::<i64>().is_err()).map(str::to_owned);
    let created = parameter.last_modified_date().and_then(time);
    let is_list = parameter.r#type() == Some(&ParameterType::StringList);
    let version = Some(parameter.version().to_string());
    let payload = parameter.value.ok_or(ProviderError::of(ProviderErrorKind::Malformed))?;
    let payload = Zeroizing::new(payload.into_bytes());
    Ok(Secret { payload, version, stage: label, created, is_list })
}
