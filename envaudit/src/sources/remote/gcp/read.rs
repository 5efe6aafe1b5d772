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
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;

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
        let is_traced = self.session.may_be_traced();
        let mut read = retrying_each(ask, &known, |some| {
            self.call(ask, |client| {
                let dates = self.settings.dates.then(|| self.session.dates());
                let caller = Caller { client, time: ask.remaining(), is_traced };
                access_each(caller, some.to_vec(), dates)
            })
        })?
        .into_iter();
        let lost = || Err(ProviderError::of(ProviderErrorKind::Malformed));
        let answer = |name: Result<Wanted, _>| name.and_then(|_| read.next().unwrap_or_else(lost));
        Ok(names.into_iter().map(answer).collect())
    }

    fn names(&self, prefix: &str, ask: &Ask<'_>) -> Result<Vec<String>, ProviderError> {
        resource::check_prefix(prefix)?;
        let is_traced = self.session.may_be_traced();
        let mut names: Vec<String> = Vec::new();
        let mut next = String::new();
        loop {
            let page = retrying_each(ask, &[()], |_| {
                self.call(ask, |client| {
                    let parent = self.place.parent().to_owned();
                    let caller = Caller { client, time: ask.remaining(), is_traced };
                    let page = list(caller, parent, prefix.to_owned(), next.clone());
                    async move { vec![page.await] }
                })
            })?;
            let lost = || Err(ProviderError::of(ProviderErrorKind::Malformed));
            let page = page.into_iter().next().unwrap_or_else(lost)?;
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

impl Secrets<'_> {
    /// Makes calls, and makes them again with new credentials, once in a load, if those they were made with are refused.
    ///
    /// # Errors
    ///
    /// When there is no client. Without a token no secret can be read, so it is not tried again after this.
    fn call<T: Send + 'static, F>(
        &self,
        ask: &Ask<'_>,
        make: impl Fn(SecretManagerService) -> F,
    ) -> Result<Vec<Result<T, ProviderError>>, ProviderError>
    where
        F: Future<Output = Vec<Result<T, ProviderError>>> + Send + 'static,
    {
        let once = || {
            let client = retrying(ask, || self.session.client(self.settings, ask))?;
            self.session.run(ask, make(client))
        };
        let is_refused = |answer: &Result<T, ProviderError>| {
            let error = answer.as_ref().err();
            error.is_some_and(|error| error.kind() == ProviderErrorKind::Unauthenticated)
        };
        let answers = once()?;
        match answers.iter().any(is_refused)
            && !self.has_logged_in_again.replace(true)
            && self.session.forget(self.settings)
        {
            true => once(),
            false => Ok(answers),
        }
    }
}

/// A client, and what holds for each of its calls.
#[derive(Clone)]
struct Caller {
    client: SecretManagerService,
    time: Duration,
    is_traced: bool,
}

impl Caller {
    /// Waits for an answer. Where the SDK would trace it, nobody listens: there is no other way to keep it from doing so.
    async fn answer<T>(
        &self,
        sent: impl Future<Output = google_cloud_gax::Result<T>>,
    ) -> Result<T, ProviderError> {
        let answer = match self.is_traced {
            true => sent.with_subscriber(NoSubscriber::default()).await,
            false => sent.await,
        };
        answer.map_err(|error| fault::of(&error))
    }
}

/// Reads secrets, some at a time. What is down for one is down for those that were not asked for yet.
async fn access_each(caller: Caller, wanted: Vec<Wanted>, dates: Option<Dates>) -> Vec<Answer> {
    let mut answers: Vec<Option<Answer>> = wanted.iter().map(|_| None).collect();
    let mut waiting = wanted.into_iter().enumerate();
    let mut running = JoinSet::new();
    let mut down: Option<ProviderError> = None;
    loop {
        while down.is_none() && running.len() < AT_ONCE {
            let Some((at, wanted)) = waiting.next() else { break };
            let (caller, dates) = (caller.clone(), dates.clone());
            running.spawn(async move { (at, access(&caller, &wanted, dates).await) });
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

async fn access(caller: &Caller, wanted: &Wanted, dates: Option<Dates>) -> Answer {
    let mut read = access_once(caller, wanted).await?;
    if !is_whole(&read) {
        // Google's documentation asks for one more attempt.
        read = access_once(caller, wanted).await?;
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
        Some(dates) => Some(date(caller, &read.name, &dates).await?),
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
    caller: &Caller,
    wanted: &Wanted,
) -> Result<AccessSecretVersionResponse, ProviderError> {
    let call = caller.client.access_secret_version().set_name(&wanted.name);
    let call = call.with_retry_policy(NeverRetry).with_attempt_timeout(caller.time);
    caller.answer(call.send()).await
}

/// Whether the bytes are those that the service has sent. One without a checksum is taken as it is: the protocol lets the service
/// leave it out, it is there against damage and not against an attacker, and TLS sees damage on the way as well.
fn is_whole(read: &AccessSecretVersionResponse) -> bool {
    let Some(payload) = &read.payload else { return true };
    payload.data_crc32c.is_none_or(|sum| sum == i64::from(crc32c::crc32c(&payload.data)))
}

/// When a version was made.
async fn date(
    caller: &Caller,
    version: &str,
    dates: &Dates,
) -> Result<DateTime<Utc>, ProviderError> {
    if let Some(date) = dates.of(version) {
        return Ok(date);
    }
    let call = caller.client.get_secret_version().set_name(version);
    let call = call.with_retry_policy(NeverRetry).with_attempt_timeout(caller.time);
    let read = caller.answer(call.send()).await?;
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
    caller: Caller,
    parent: String,
    prefix: String,
    token: String,
) -> Result<Page, ProviderError> {
    let mut call =
        caller.client.list_secrets().set_parent(parent).set_page_size(PAGE).set_page_token(token);
    if prefix.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        // The service finds names that have a text anywhere in them, and reads a `-` before it as `not`.
        call = call.set_filter(format!("name:{prefix}"));
    }
    let call = call.with_retry_policy(NeverRetry).with_attempt_timeout(caller.time);
    let read = caller.answer(call.send()).await?;
    let names = read.secrets.iter().filter_map(|secret| resource::secret_name(&secret.name));
    let names = names.map(str::to_owned).collect();
    Ok(Page { names, next: Some(read.next_page_token).filter(|token| !token.is_empty()) })
}
