//! Reading secrets of Secret Manager, some at a time: it has no call for many.

use core::cell::Cell;
use core::future::Future;
use core::time::Duration;

use chrono::{DateTime, Utc};
use google_cloud_gax::options::RequestOptionsBuilder;
use google_cloud_gax::retry_policy::NeverRetry;
use google_cloud_secretmanager_v1::client::SecretManagerService;
use google_cloud_secretmanager_v1::model::AccessSecretVersionResponse;
use secrecy::zeroize::Zeroizing;
use tokio::task::JoinSet;

use super::fault;
use super::resource::{self, Place};
use super::session::{Dates, GcpSettings, Session};
use crate::sources::provider::Ask;
use crate::sources::provider_error::{ProviderError, ProviderErrorKind};
use crate::sources::remote::retry::{is_of_the_store, retrying, retrying_each};
use crate::sources::remote::secret_ref::SecretRef;
use crate::sources::remote::store::{Secret, SecretStore};

/// How many secrets are asked for at once.
const AT_ONCE: usize = 8;

/// How many names one page of a list has at most.
const PAGE: i32 = 1000;

/// The secrets of a place, for one load.
pub(super) struct Secrets<'s> {
    pub(super) session: &'s Session,
    pub(super) settings: &'s GcpSettings,
    pub(super) place: Place,
    pub(super) has_logged_in_again: Cell<bool>,
}

/// A version by its whole name, and the alias by which the program asks for it.
#[derive(Clone)]
struct Wanted {
    name: String,
    stage: Option<String>,
}

type Answer = Result<Secret, ProviderError>;

impl SecretStore for Secrets<'_> {
    const HAS_MEMBERS: bool = false;

    fn read(&self, wanted: &[SecretRef], ask: &Ask<'_>) -> Result<Vec<Answer>, ProviderError> {
        let names: Vec<Result<Wanted, ProviderError>> = wanted
            .iter()
            .map(|reference| {
                let name = self.place.version(reference)?;
                Ok(Wanted { name, stage: alias(reference) })
            })
            .collect();
        let known: Vec<Wanted> =
            names.iter().filter_map(|name| name.as_ref().ok()).cloned().collect();
        let mut read = retrying_each(ask, &known, |some| {
            let is_refused = |answers: &Vec<Answer>| {
                answers.iter().filter_map(|answer| answer.as_ref().err()).any(is_unauthenticated)
            };
            self.call(ask, is_refused, |client| {
                let dates = self.settings.dates.then(|| self.session.dates());
                access_each(client, some.to_vec(), ask.remaining(), dates)
            })
        })?
        .into_iter();
        let lost = || Err(ProviderError::of(ProviderErrorKind::Malformed));
        let answer = |name: Result<Wanted, _>| name.and_then(|_| read.next().unwrap_or_else(lost));
        Ok(names.into_iter().map(answer).collect())
    }

    fn names(&self, prefix: &str, ask: &Ask<'_>) -> Result<Vec<String>, ProviderError> {
        resource::check_prefix(prefix)?;
        let mut names: Vec<String> = Vec::new();
        let mut next = String::new();
        loop {
            let is_refused =
                |page: &Result<_, ProviderError>| page.as_ref().is_err_and(is_unauthenticated);
            let page = retrying(ask, || {
                self.call(ask, is_refused, |client| {
                    let parent = self.place.parent().to_owned();
                    list(client, parent, prefix.to_owned(), next.clone(), ask.remaining())
                })?
            })?;
            let found = page.names.into_iter().filter(|name| name.starts_with(prefix));
            names.extend(found);
            match page.next {
                None => break,
                // It would never end.
                Some(token) if token == next => {
                    return Err(ProviderError::of(ProviderErrorKind::Malformed));
                }
                Some(token) => next = token,
            }
        }
        // A secret that was made meanwhile may move others to another page.
        names.sort();
        names.dedup();
        Ok(names)
    }
}

/// The alias of a version, which is neither its number nor the newest.
fn alias(reference: &SecretRef) -> Option<String> {
    let version = reference.wanted_version()?;
    let is_number = version.bytes().all(|byte| byte.is_ascii_digit());
    (!is_number && version != "latest").then(|| version.to_owned())
}

fn is_unauthenticated(error: &ProviderError) -> bool {
    error.kind() == ProviderErrorKind::Unauthenticated
}

impl Secrets<'_> {
    /// Makes a call, and makes it again with new credentials, once in a load, if those it was made with are refused.
    fn call<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
        &self,
        ask: &Ask<'_>,
        is_refused: impl Fn(&T) -> bool,
        make: impl Fn(SecretManagerService) -> F,
    ) -> Result<T, ProviderError> {
        let once = || {
            // Without a token no secret can be read.
            let client = retrying(ask, || self.session.client(self.settings, ask))?;
            self.session.run(ask, make(client))
        };
        let answer = once()?;
        match is_refused(&answer)
            && !self.has_logged_in_again.replace(true)
            && self.session.forget(self.settings)
        {
            true => once(),
            false => Ok(answer),
        }
    }
}

/// Reads secrets, some at a time. What is down for one is down for those that were not asked for yet.
async fn access_each(
    client: SecretManagerService,
    wanted: Vec<Wanted>,
    time: Duration,
    dates: Option<Dates>,
) -> Vec<Answer> {
    let mut answers: Vec<Option<Answer>> = wanted.iter().map(|_| None).collect();
    let mut waiting = wanted.into_iter().enumerate();
    let mut running = JoinSet::new();
    let mut down: Option<ProviderError> = None;
    loop {
        while down.is_none() && running.len() < AT_ONCE {
            let Some((at, wanted)) = waiting.next() else { break };
            let (client, dates) = (client.clone(), dates.clone());
            running.spawn(async move { (at, access(&client, &wanted, time, dates).await) });
        }
        match running.join_next().await {
            None => break,
            Some(Ok((at, answer))) => {
                let error = answer.as_ref().err().filter(|error| is_of_the_store(error));
                down = down.or_else(|| error.cloned());
                answers[at] = Some(answer);
            }
            Some(Err(_)) => {}
        }
    }
    let down = down.unwrap_or_else(|| ProviderError::new("a call of it panicked"));
    answers.into_iter().map(|answer| answer.unwrap_or_else(|| Err(down.clone()))).collect()
}

async fn access(
    client: &SecretManagerService,
    wanted: &Wanted,
    time: Duration,
    dates: Option<Dates>,
) -> Answer {
    let mut read = access_once(client, wanted, time).await?;
    if !is_whole(&read) {
        // Google's documentation asks for one more attempt.
        read = access_once(client, wanted, time).await?;
    }
    if !is_whole(&read) {
        let what = "its checksum is not that of its bytes: it was damaged on the way";
        return Err(ProviderError::free_text(ProviderErrorKind::Malformed, what));
    }
    let malformed = || ProviderError::of(ProviderErrorKind::Malformed);
    let payload = read.payload.ok_or_else(malformed)?;
    let (secret, version) = resource::secret_and_version(&read.name).ok_or_else(malformed)?;
    let asked = resource::secret_and_version(&wanted.name);
    if asked.is_none_or(|(asked, _)| asked != secret) {
        return Err(malformed());
    }
    let created = match dates {
        Some(dates) => Some(date(client, &read.name, time, &dates).await?),
        None => None,
    };
    Ok(Secret {
        payload: Zeroizing::new(payload.data.to_vec()),
        version: Some(version.to_owned()),
        stage: wanted.stage.clone(),
        created,
        ..Secret::default()
    })
}

async fn access_once(
    client: &SecretManagerService,
    wanted: &Wanted,
    time: Duration,
) -> Result<AccessSecretVersionResponse, ProviderError> {
    let call = client.access_secret_version().set_name(&wanted.name);
    let call = call.with_retry_policy(NeverRetry).with_attempt_timeout(time);
    call.send().await.map_err(|error| fault::of(&error))
}

/// Whether the bytes are those that the service has sent. One without a checksum is taken as it is: the protocol lets the service
/// leave it out, it is there against damage and not against an attacker, and TLS sees damage on the way as well.
fn is_whole(read: &AccessSecretVersionResponse) -> bool {
    let Some(payload) = &read.payload else { return true };
    payload.data_crc32c.is_none_or(|sum| sum == i64::from(crc32c::crc32c(&payload.data)))
}

/// When a version was made.
async fn date(
    client: &SecretManagerService,
    version: &str,
    time: Duration,
    dates: &Dates,
) -> Result<DateTime<Utc>, ProviderError> {
    if let Some(date) = dates.of(version) {
        return Ok(date);
    }
    let call = client.get_secret_version().set_name(version);
    let call = call.with_retry_policy(NeverRetry).with_attempt_timeout(time);
    let read = call.send().await.map_err(|error| fault::of(&error))?;
    let date = read.create_time.and_then(|time| {
        DateTime::from_timestamp(time.seconds(), u32::try_from(time.nanos()).ok()?)
    });
    let date = date.ok_or(ProviderError::of(ProviderErrorKind::Malformed))?;
    dates.note(version.to_owned(), date);
    Ok(date)
}

/// Some names of secrets, and the token of the page that follows.
struct Page {
    names: Vec<String>,
    next: Option<String>,
}

async fn list(
    client: SecretManagerService,
    parent: String,
    prefix: String,
    token: String,
    time: Duration,
) -> Result<Page, ProviderError> {
    let mut call =
        client.list_secrets().set_parent(parent).set_page_size(PAGE).set_page_token(token);
    if !prefix.is_empty() {
        // The service knows names that have a text anywhere in them, not at their beginning.
        call = call.set_filter(format!("name:{prefix}"));
    }
    let call = call.with_retry_policy(NeverRetry).with_attempt_timeout(time);
    let read = call.send().await.map_err(|error| fault::of(&error))?;
    let names = read.secrets.iter().filter_map(|secret| resource::secret_name(&secret.name));
    let names = names.map(str::to_owned).collect();
    Ok(Page { names, next: Some(read.next_page_token).filter(|token| !token.is_empty()) })
}
