//! AWS Secrets Manager.
//!
//! Source of the protocol: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/Welcome.html>.

use core::fmt;
use core::future::Future;
use core::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueOutput;
use aws_sdk_secretsmanager::primitives::{Blob, DateTime as AwsTime};
use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType, SecretValueEntry};
use chrono::{DateTime, Utc};
use secrecy::zeroize::Zeroizing;
use tokio::task::JoinSet;

use super::fault;
use super::session::{AwsSettings, Session, aws_options};
use crate::sources::Source;
use crate::sources::provider::{Ask, Fetched, OnFailure, Provider};
use crate::sources::provider_error::{ProviderError, ProviderErrorKind};
use crate::sources::remote::mapping::{Mapping, provider_options};
use crate::sources::remote::plan;
use crate::sources::remote::retry::{is_of_the_store, retrying, retrying_each};
use crate::sources::remote::secret_ref::SecretRef;
use crate::sources::remote::store::{Secret, SecretStore};

/// How many secrets one call reads at most.
const BATCH: usize = 20;

/// How many calls for one secret each are made at the same time.
const AT_ONCE: usize = 8;

/// How many names one call lists at most.
const PAGE: i32 = 100;

/// The stage of the version that is read unless another is asked for.
const CURRENT: &str = "AWSCURRENT";

/// The stage of a version that a rotation has not finished.
const PENDING: &str = "AWSPENDING";

/// Secrets of AWS Secrets Manager.
///
/// The SDK finds the region and the credentials: variables, profiles, single sign-on, web identity, the container's or the instance's
/// role. They are those of the process; variables that a loader was given do not count here. Neither proxies nor redirects are
/// followed, and the SDK traces nothing, because its traces have tokens in them.
///
/// What may be read needs `secretsmanager:GetSecretValue`, and `kms:Decrypt` for a key of one's own. With
/// `secretsmanager:BatchGetSecretValue` many secrets are one call; without it, they are one call each.
///
/// ```no_run
/// use envaudit::{AwsSecretsManager, EnvConfig, SecretString};
///
/// #[derive(EnvConfig)]
/// #[env(prefix = "APP_")]
/// struct AppConfig {
///     db_password: SecretString,
/// }
///
/// let cfg = AppConfig::loader().source(AwsSecretsManager::new().document("checkout/prod")).load()?;
/// println!("{}", cfg.audit().db_password.location.as_ref().unwrap()); // checkout/prod#db_password (version 7f3a…, AWSCURRENT)
/// # Ok::<(), envaudit::LoadError>(())
/// ```
pub struct AwsSecretsManager {
    settings: AwsSettings,
    session: Session<Client>,
    mapping: Mapping,
    timeout: Duration,
    on_failure: OnFailure,
}

impl AwsSecretsManager {
    /// Secrets Manager in the region that the SDK finds.
    pub fn new() -> Self {
        AwsSecretsManager::with(AwsSettings::default(), None)
    }

    /// With a configuration of the SDK that the program has already. Its retries do not count: a load tries again by itself, until
    /// its deadline.
    ///
    /// ```no_run
    /// # async fn example() {
    /// use envaudit::AwsSecretsManager;
    ///
    /// let config = aws_config::defaults(aws_config::BehaviorVersion::latest()).load().await;
    /// let store = AwsSecretsManager::from_sdk_config(&config).document("checkout/prod");
    /// # let _ = store;
    /// # }
    /// ```
    pub fn from_sdk_config(config: &SdkConfig) -> Self {
        let settings = AwsSettings { config: Some(config.clone()), ..AwsSettings::default() };
        AwsSecretsManager::with(settings, None)
    }

    /// With a client that the program has already. Its retries do not count, and neither do [`region`](Self::region),
    /// [`endpoint`](Self::endpoint) and [`profile`](Self::profile).
    ///
    /// ```no_run
    /// # async fn example(config: &aws_config::SdkConfig) {
    /// use envaudit::AwsSecretsManager;
    ///
    /// let client = aws_sdk_secretsmanager::Client::new(config);
    /// let store = AwsSecretsManager::from_client(client).document("checkout/prod");
    /// # let _ = store;
    /// # }
    /// ```
    pub fn from_client(client: Client) -> Self {
        AwsSecretsManager::with(AwsSettings::default(), Some(client))
    }

    fn with(settings: AwsSettings, client: Option<Client>) -> Self {
        AwsSecretsManager {
            settings,
            session: Session::new(client),
            mapping: Mapping::default(),
            timeout: Duration::from_secs(10),
            on_failure: OnFailure::Required,
        }
    }

    /// Secrets with one variable each: those whose names begin with this, by the rest of their names, which is looked up as a member
    /// of a [document](Self::document) is. Documents win over it.
    ///
    /// The names are listed, which needs `secretsmanager:ListSecrets`, and then those that a variable has are read.
    ///
    /// ```no_run
    /// use envaudit::{AwsSecretsManager, EnvConfig, SecretString};
    ///
    /// #[derive(EnvConfig)]
    /// struct AppConfig {
    ///     db_password: SecretString, // checkout/prod/db_password, or checkout/prod/DB_PASSWORD
    /// }
    ///
    /// let cfg = AppConfig::loader().source(AwsSecretsManager::new().prefix("checkout/prod/")).load()?;
    /// # Ok::<(), envaudit::LoadError>(())
    /// ```
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.mapping.prefixes.push(prefix.into());
        self
    }

    aws_options!();

    provider_options! {
        "A secret that feeds many variables, by its name or its ARN: `checkout/prod`.",
        "The secret of one variable: `stripe#live_key`, or of another stage or version, `stripe#live_key@AWSPREVIOUS`."
    }
}

impl Default for AwsSecretsManager {
    fn default() -> Self {
        AwsSecretsManager::new()
    }
}

impl Provider for AwsSecretsManager {
    fn name(&self) -> &str {
        "AwsSecretsManager"
    }

    fn source(&self) -> Source {
        Source::Aws
    }

    fn fetch(&self, ask: &Ask<'_>) -> Result<Fetched, ProviderError> {
        self.session.fetch(&self.settings, &self.mapping, ask, |client| {
            let store = Secrets { session: &self.session, client };
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
impl fmt::Debug for AwsSecretsManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsSecretsManager").field("mapping", &self.mapping).finish_non_exhaustive()
    }
}

struct Secrets<'s> {
    session: &'s Session<Client>,
    client: Client,
}

type Answer = Result<Secret, ProviderError>;

impl SecretStore for Secrets<'_> {
    const HAS_MEMBERS: bool = false;

    fn read(&self, wanted: &[SecretRef], ask: &Ask<'_>) -> Result<Vec<Answer>, ProviderError> {
        let mut answers: Vec<Option<Answer>> = wanted.iter().map(|_| None).collect();
        // A call for many secrets knows no versions, and one secret needs no call for many.
        let current: Vec<usize> =
            (0..wanted.len()).filter(|at| wanted[*at].wanted_version().is_none()).collect();
        if current.len() > 1 {
            for some in current.chunks(BATCH) {
                if !self.session.batch_is_denied() {
                    self.batch(wanted, some, &mut answers, ask)?;
                }
            }
        }
        let left: Vec<SecretRef> = wanted
            .iter()
            .zip(&answers)
            .filter(|(_, answer)| answer.is_none())
            .map(|(reference, _)| reference.clone())
            .collect();
        let mut alone = self.each(&left, ask)?.into_iter();
        let no_answer = || Err(ProviderError::of(ProviderErrorKind::Malformed));
        let answer =
            |answer: Option<Answer>| answer.or_else(|| alone.next()).unwrap_or_else(no_answer);
        Ok(answers.into_iter().map(answer).collect())
    }

    fn names(&self, prefix: &str, ask: &Ask<'_>) -> Result<Vec<String>, ProviderError> {
        let mut found: Vec<String> = Vec::new();
        let filter = Filter::builder().key(FilterNameStringType::Name).values(prefix).build();
        let filters = (!prefix.is_empty()).then(|| vec![filter]);
        let mut next: Option<String> = None;
        loop {
            let output = retrying(ask, || {
                let call = self.client.list_secrets().set_filters(filters.clone());
                let call = call.max_results(PAGE).set_next_token(next.clone());
                self.session.run(ask, call.send())?.map_err(|error| fault::of(&error))
            })?;
            for name in output.secret_list().iter().filter_map(|entry| entry.name()) {
                // A page may have what another has, if there are changes between them.
                if name.starts_with(prefix) && found.iter().all(|known| known != name) {
                    found.push(name.to_owned());
                }
            }
            match output.next_token() {
                Some(token) => next = Some(token.to_owned()),
                None => return Ok(found),
            }
        }
    }
}

fn may_work_later(error: &ProviderError) -> bool {
    matches!(
        error.kind(),
        ProviderErrorKind::Unavailable
            | ProviderErrorKind::TimedOut
            | ProviderErrorKind::Throttled { .. }
    )
}

/// What a version is asked for by. The id of a version has 32 to 64 characters, and is mostly a UUID; a stage is a word of any
/// length, such as AWSPREVIOUS.
#[derive(Clone, Copy)]
enum Selector<'s> {
    Current,
    Stage(&'s str),
    Version(&'s str),
}

impl Secrets<'_> {
    /// Reads secrets by a call for each of them, some at a time.
    fn each(&self, wanted: &[SecretRef], ask: &Ask<'_>) -> Result<Vec<Answer>, ProviderError> {
        retrying_each(ask, wanted, |wanted| {
            let mut answers = Vec::new();
            for some in wanted.chunks(AT_ONCE) {
                let calls =
                    some.iter().map(|reference| one(self.client.clone(), reference.clone()));
                answers.extend(self.session.run(ask, all(calls.collect()))?);
            }
            Ok(answers)
        })
    }

    /// Reads many at once, as far as they can be. What has no answer afterwards is asked for alone: where such a call is not
    /// allowed or not taken, a name in part, and a failure that may pass.
    fn batch(
        &self,
        wanted: &[SecretRef],
        some: &[usize],
        answers: &mut [Option<Answer>],
        ask: &Ask<'_>,
    ) -> Result<(), ProviderError> {
        let ids: Vec<String> = some.iter().map(|at| wanted[*at].id().to_owned()).collect();
        let mut next: Option<String> = None;
        loop {
            let output = retrying(ask, || {
                let call = self.client.batch_get_secret_value();
                // The page that follows has the same secrets.
                let call = call.set_secret_id_list(Some(ids.clone())).set_next_token(next.clone());
                self.session.run(ask, call.send())?.map_err(|error| fault::of(&error))
            });
            let output = match output {
                Ok(output) => output,
                Err(error) if is_of_the_store(&error) => return Err(error),
                Err(error) => {
                    if error.service_code() == Some("AccessDeniedException") {
                        self.session.note_denied_batch();
                    }
                    return Ok(());
                }
            };
            for entry in output.secret_values() {
                let is_it = |id: &str| [entry.name(), entry.arn()].contains(&Some(id));
                for at in some.iter().filter(|at| is_it(wanted[**at].id())) {
                    answers[*at] = Some(of_entry(entry));
                }
            }
            for failure in output.errors() {
                let error = failure.error_code().and_then(fault::of_code);
                let error = error.unwrap_or(ProviderError::of(ProviderErrorKind::Malformed));
                let is_it = |id: &str| failure.secret_id() == Some(id);
                if !may_work_later(&error) {
                    for at in some.iter().filter(|at| is_it(wanted[**at].id())) {
                        answers[*at] = Some(Err(error.clone()));
                    }
                }
            }
            match output.next_token() {
                Some(token) => next = Some(token.to_owned()),
                None => return Ok(()),
            }
        }
    }
}

/// Runs calls at the same time, and returns their answers in the order of the calls.
async fn all<C>(calls: Vec<C>) -> Vec<Answer>
where
    C: Future<Output = Answer> + Send + 'static,
{
    let mut running = JoinSet::new();
    for (at, call) in calls.into_iter().enumerate() {
        running.spawn(async move { (at, call.await) });
    }
    let mut answers = running.join_all().await;
    answers.sort_by_key(|(at, _)| *at);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// Reads one secret by a call of its own.
async fn one(client: Client, reference: SecretRef) -> Answer {
    let selectors = match reference.wanted_version() {
        None => vec![Selector::Current],
        Some(version) if !(32..=64).contains(&version.len()) => vec![Selector::Stage(version)],
        Some(version) if version.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-') => {
            vec![Selector::Version(version)]
        }
        Some(version) => vec![Selector::Version(version), Selector::Stage(version)],
    };
    let mut answer = Err(ProviderError::of(ProviderErrorKind::Absent));
    for selector in selectors {
        let call = client.get_secret_value().secret_id(reference.id());
        let call = match selector {
            Selector::Current => call,
            Selector::Stage(stage) => call.version_stage(stage),
            Selector::Version(version) => call.version_id(version),
        };
        let output = call.send().await.map_err(|error| fault::of(&error));
        answer = output.and_then(|output| of_output(output, selector));
        if !answer.as_ref().is_err_and(|error| error.kind() == ProviderErrorKind::Absent) {
            break;
        }
    }
    answer
}

fn of_output(output: GetSecretValueOutput, selector: Selector<'_>) -> Answer {
    let GetSecretValueOutput {
        secret_string,
        secret_binary,
        version_id,
        version_stages,
        created_date,
        ..
    } = output;
    let stages = version_stages.unwrap_or_default();
    secret(payload(secret_string, secret_binary)?, version_id, &stages, created_date, selector)
}

fn of_entry(entry: &SecretValueEntry) -> Answer {
    let SecretValueEntry { secret_string, secret_binary, version_id, version_stages, .. } =
        entry.clone();
    let stages = version_stages.unwrap_or_default();
    let payload = payload(secret_string, secret_binary)?;
    secret(payload, version_id, &stages, entry.created_date().copied(), Selector::Current)
}

fn payload(
    text: Option<String>,
    binary: Option<Blob>,
) -> Result<Zeroizing<Vec<u8>>, ProviderError> {
    let bytes = text.map(String::into_bytes).or_else(|| binary.map(Blob::into_inner));
    bytes.map(Zeroizing::new).ok_or(ProviderError::of(ProviderErrorKind::Malformed))
}

fn secret(
    payload: Zeroizing<Vec<u8>>,
    version: Option<String>,
    stages: &[String],
    created: Option<AwsTime>,
    selector: Selector<'_>,
) -> Answer {
    let wanted = match selector {
        Selector::Stage(stage) => stage,
        Selector::Current | Selector::Version(_) => CURRENT,
    };
    let is = |name: &str| stages.iter().find(|stage| *stage == name);
    if wanted != PENDING && is(PENDING).is_some() && stages.len() == 1 {
        return Err(ProviderError::free_text(
            ProviderErrorKind::Misconfigured,
            "the version is AWSPENDING, which a rotation has not finished: name the stage to read it",
        ));
    }
    let stage = is(wanted).or(stages.first()).cloned();
    let created = created.as_ref().and_then(time);
    Ok(Secret { payload, version, stage, created, ..Secret::default() })
}

pub(super) fn time(time: &AwsTime) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(time.secs(), time.subsec_nanos())
}
