//! AWS Secrets Manager.
//!
//! Source of the protocol: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/Welcome.html>.

use core::fmt;
use core::time::Duration;
use std::collections::HashMap;

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueOutput;
use aws_sdk_secretsmanager::primitives::{Blob, DateTime as AwsTime};
use aws_sdk_secretsmanager::types::SecretValueEntry;
use chrono::{DateTime, Utc};
use secrecy::zeroize::Zeroizing;

use super::fault;
use super::session::{AwsSettings, Session, aws_options};
use crate::sources::Source;
use crate::sources::provider::{Ask, Fetched, OnFailure, Provider};
use crate::sources::provider_error::{ProviderError, ProviderErrorKind};
use crate::sources::remote::mapping::{Mapping, provider_options};
use crate::sources::remote::plan;
use crate::sources::remote::retry::retrying;
use crate::sources::remote::secret_ref::SecretRef;
use crate::sources::remote::store::{Secret, SecretStore};

/// How many secrets one call reads at most.
const BATCH: usize = 20;

/// Secrets of AWS Secrets Manager.
///
/// The SDK finds the region and the credentials: variables, profiles, single sign-on, web identity, the container's or the instance's
/// role. They are those of the process; variables that a loader was given do not count here.
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

    /// With a configuration of the SDK that the program has already.
    pub fn from_sdk_config(config: &SdkConfig) -> Self {
        let settings = AwsSettings { config: Some(config.clone()), ..AwsSettings::default() };
        AwsSecretsManager::with(settings, None)
    }

    /// With a client that the program has already. What it does about failures, it does in each attempt.
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

    aws_options!();

    provider_options! {
        "A secret that feeds many variables, by its name or its ARN: `checkout/prod`.",
        "The secret of one variable: `stripe#live_key`, or of another version, `stripe#live_key@AWSPREVIOUS`."
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
        let client = self.session.client(&self.settings, ask, Client::new)?;
        let store = Secrets { session: &self.session, client };
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
        // A call for many secrets knows no versions, and one secret needs no call for many.
        let (current, pinned): (Vec<_>, Vec<_>) =
            wanted.iter().partition(|reference| reference.wanted_version().is_none());
        let (batched, alone) = match current.len() {
            0 | 1 => (Vec::new(), [current, pinned].concat()),
            _ => (current, pinned),
        };
        let mut answers: HashMap<&SecretRef, Answer> = HashMap::new();
        for some in batched.chunks(BATCH) {
            answers.extend(self.batch(some, ask)?);
        }
        for reference in alone {
            let answer = retrying(ask, || self.one(reference, ask));
            if let Err(error) = &answer
                && is_of_the_store(error)
            {
                return Err(error.clone());
            }
            answers.insert(reference, answer);
        }
        let absent = || Err(ProviderError::of(ProviderErrorKind::Malformed));
        Ok(wanted
            .iter()
            .map(|reference| answers.remove(reference).unwrap_or_else(absent))
            .collect())
    }
}

/// Whether any other call would fail in the same way.
fn is_of_the_store(error: &ProviderError) -> bool {
    matches!(
        error.kind(),
        ProviderErrorKind::Unavailable
            | ProviderErrorKind::TimedOut
            | ProviderErrorKind::Throttled { .. }
            | ProviderErrorKind::Unauthenticated
    )
}

impl Secrets<'_> {
    fn one(&self, reference: &SecretRef, ask: &Ask<'_>) -> Answer {
        let mut call = self.client.get_secret_value().secret_id(reference.id());
        if let Some(version) = reference.wanted_version() {
            // A stage is a word such as AWSPREVIOUS; the id of a version has 32 to 64 characters.
            call = match version.len() < 32 {
                true => call.version_stage(version),
                false => call.version_id(version),
            };
        }
        let wanted = reference.wanted_version();
        let output = self.session.run(ask, call.send())?.map_err(|error| fault::of(&error))?;
        let GetSecretValueOutput {
            secret_string,
            secret_binary,
            version_id,
            version_stages,
            created_date,
            ..
        } = output;
        let payload = payload(secret_string.as_deref(), secret_binary.as_ref())?;
        Ok(secret(
            payload,
            version_id,
            version_stages.as_deref().unwrap_or_default(),
            created_date.as_ref(),
            wanted,
        ))
    }

    /// Reads many at once. What the call as a whole is refused for is the answer for each of them.
    fn batch<'r>(
        &self,
        wanted: &[&'r SecretRef],
        ask: &Ask<'_>,
    ) -> Result<Vec<(&'r SecretRef, Answer)>, ProviderError> {
        let ids: Vec<String> = wanted.iter().map(|reference| reference.id().to_owned()).collect();
        let mut found: HashMap<&'r SecretRef, Answer> = HashMap::new();
        let mut next: Option<String> = None;
        loop {
            let output = retrying(ask, || {
                let call = self.client.batch_get_secret_value();
                let call = match &next {
                    // The page that follows has the same secrets.
                    Some(token) => call.next_token(token),
                    None => call,
                };
                let call = call.set_secret_id_list(Some(ids.clone()));
                self.session.run(ask, call.send())?.map_err(|error| fault::of(&error))
            })?;
            for entry in output.secret_values() {
                let is_it = |reference: &&&SecretRef| {
                    [entry.name(), entry.arn()].contains(&Some(reference.id()))
                };
                let Some(reference) = wanted.iter().find(is_it) else { continue };
                found.insert(reference, of_entry(entry));
            }
            for failure in output.errors() {
                let is_it = |reference: &&&SecretRef| failure.secret_id() == Some(reference.id());
                let Some(reference) = wanted.iter().find(is_it) else { continue };
                let known = failure.error_code().and_then(fault::of_code);
                let error = known.unwrap_or(ProviderError::of(ProviderErrorKind::Malformed));
                found.insert(reference, Err(error));
            }
            match output.next_token() {
                Some(token) => next = Some(token.to_owned()),
                None => break,
            }
        }
        // A name in part, or a part of an ARN, is found by a call for one secret alone.
        let rest = wanted.iter().filter(|reference| !found.contains_key(**reference));
        let rest: Vec<_> = rest.copied().collect();
        for reference in rest {
            found.insert(reference, retrying(ask, || self.one(reference, ask)));
        }
        Ok(found.into_iter().collect())
    }
}

fn of_entry(entry: &SecretValueEntry) -> Answer {
    let payload = payload(entry.secret_string(), entry.secret_binary())?;
    let version = entry.version_id().map(str::to_owned);
    Ok(secret(payload, version, entry.version_stages(), entry.created_date(), None))
}

fn payload(text: Option<&str>, binary: Option<&Blob>) -> Result<Zeroizing<Vec<u8>>, ProviderError> {
    let bytes = text.map(str::as_bytes).or_else(|| binary.map(AsRef::as_ref));
    let bytes = bytes.ok_or(ProviderError::of(ProviderErrorKind::Malformed))?;
    Ok(Zeroizing::new(bytes.to_vec()))
}

fn secret(
    payload: Zeroizing<Vec<u8>>,
    version: Option<String>,
    stages: &[String],
    created: Option<&AwsTime>,
    wanted: Option<&str>,
) -> Secret {
    let is = |name: &str| stages.iter().find(|stage| *stage == name);
    let stage = wanted.and_then(is).or_else(|| is("AWSCURRENT")).or(stages.first()).cloned();
    Secret { payload, version, stage, created: created.and_then(time) }
}

pub(super) fn time(time: &AwsTime) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(time.secs(), time.subsec_nanos())
}
