//! Reading the secrets of a vault, and their names.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use azure_core::http::Url;
use azure_core::http::pager::{PagerContinuation, PagerOptions};
use azure_core::time::OffsetDateTime;
use azure_security_keyvault_secrets::models::{
    ListSecretPropertiesResult, SecretAttributes, SecretClientGetSecretOptions,
    SecretClientListSecretPropertiesOptions,
};
use azure_security_keyvault_secrets::{ResourceExt, ResourceId, SecretClient};
use chrono::{DateTime, SecondsFormat, Utc};
use futures_core::Stream;
use secrecy::zeroize::Zeroizing;
use tokio::task::JoinSet;

use super::Session;
use super::fault;
use crate::sources::provider::Ask;
use crate::sources::provider_error::{ProviderError, ProviderErrorKind};
use crate::sources::remote::retry::{is_of_the_store, retrying, retrying_each};
use crate::sources::remote::secret_ref::SecretRef;
use crate::sources::remote::store::{Secret, SecretStore};

/// How many secrets are asked for at once: a call reads one.
const AT_ONCE: usize = 8;

/// The greatest length of the name of a secret.
const MAX_NAME: usize = 127;

/// A vault that is read by a client.
pub(super) struct Secrets<'s> {
    pub(super) session: &'s Session,
    pub(super) client: Arc<SecretClient>,
}

type Answer = Result<Secret, ProviderError>;

impl SecretStore for Secrets<'_> {
    const HAS_MEMBERS: bool = false;

    fn read(&self, wanted: &[SecretRef], ask: &Ask<'_>) -> Result<Vec<Answer>, ProviderError> {
        retrying_each(ask, wanted, |some| self.each(some, ask))
    }

    fn names(&self, prefix: &str, ask: &Ask<'_>) -> Result<Vec<String>, ProviderError> {
        if !prefix.bytes().all(is_of_names) {
            let what = "a prefix of Key Vault has letters, digits and `-` alone";
            return Err(ProviderError::free_text(ProviderErrorKind::Misconfigured, what));
        }
        let prefix = prefix.to_ascii_lowercase();
        let mut names = Vec::new();
        let mut next: Option<Url> = None;
        loop {
            let page = retrying(ask, || {
                let call = page(Arc::clone(&self.client), next.clone());
                self.session.run(ask, call)?
            })?;
            for secret in &page.value {
                let Ok(ResourceId { name, .. }) = secret.resource_id() else {
                    return Err(ProviderError::of(ProviderErrorKind::Malformed));
                };
                // Key Vault does not tell upper from lower case.
                let name = name.to_ascii_lowercase();
                if name.starts_with(&prefix) {
                    names.push(name);
                }
            }
            match page.next_link.filter(|link| !link.is_empty()) {
                None => return Ok(names),
                Some(link) => {
                    let link = Some(self.own(&link)?);
                    if link == next {
                        return Err(ProviderError::of(ProviderErrorKind::Malformed));
                    }
                    next = link;
                }
            }
        }
    }
}

impl Secrets<'_> {
    /// The address of a further page. It is sent the token, so it has to be one of the vault's.
    fn own(&self, link: &str) -> Result<Url, ProviderError> {
        let vault = self.client.endpoint();
        let link = vault.join(link);
        let link = link.map_err(|_| ProviderError::of(ProviderErrorKind::Malformed))?;
        match link.origin() == vault.origin() {
            true => Ok(link),
            false => Err(fault::elsewhere()),
        }
    }

    /// Asks for each of these once.
    fn each(&self, some: &[SecretRef], ask: &Ask<'_>) -> Result<Vec<Answer>, ProviderError> {
        // The first call of a client learns where tokens come from, and has one made. Others at the same time would as well.
        let alone = match self.session.is_open.load(Ordering::Relaxed) {
            true => 0,
            false => some.len().min(1),
        };
        let (first, rest) = some.split_at(alone);
        let mut answers = self.at_once(first, ask)?;
        for some in rest.chunks(AT_ONCE) {
            let of_all = answers.iter().filter_map(|answer| answer.as_ref().err());
            match of_all.clone().find(|error| concerns_all(error)).cloned() {
                Some(error) => answers.extend(some.iter().map(|_| Err(error.clone()))),
                None => answers.extend(self.at_once(some, ask)?),
            }
        }
        let is_open = answers.iter().any(Result::is_ok);
        self.session.is_open.store(is_open, Ordering::Relaxed);
        Ok(answers)
    }

    fn at_once(&self, some: &[SecretRef], ask: &Ask<'_>) -> Result<Vec<Answer>, ProviderError> {
        if some.is_empty() {
            return Ok(Vec::new());
        }
        let (client, some, now) = (Arc::clone(&self.client), some.to_vec(), ask.now());
        let none = || Err(ProviderError::of(ProviderErrorKind::Malformed));
        self.session.run(ask, async move {
            let mut answers: Vec<Answer> = some.iter().map(|_| none()).collect();
            let mut calls = JoinSet::new();
            for (at, reference) in some.into_iter().enumerate() {
                let client = Arc::clone(&client);
                calls.spawn(async move { (at, one(&client, &reference, now).await) });
            }
            while let Some(done) = calls.join_next().await {
                if let Ok((at, answer)) = done {
                    answers[at] = answer;
                }
            }
            answers
        })
    }
}

fn concerns_all(error: &ProviderError) -> bool {
    is_of_the_store(error) || fault::is_of_the_network(error)
}

async fn one(client: &SecretClient, reference: &SecretRef, now: DateTime<Utc>) -> Answer {
    let misconfigured =
        |what: &str| Err(ProviderError::free_text(ProviderErrorKind::Misconfigured, what));
    let name = reference.id();
    if !(1..=MAX_NAME).contains(&name.len()) || !name.bytes().all(is_of_names) {
        return misconfigured("a name of Key Vault has 1 to 127 letters, digits and `-` alone");
    }
    let version = reference.wanted_version().map(str::to_owned);
    if version.as_ref().is_some_and(|text| !text.bytes().all(|byte| byte.is_ascii_alphanumeric())) {
        return misconfigured("a version of Key Vault has letters and digits alone");
    }
    let options = SecretClientGetSecretOptions { secret_version: version, ..Default::default() };
    let answer = client.get_secret(name, Some(options)).await;
    let answer = match answer.map_err(|error| fault::of(&error)) {
        Ok(answer) => answer,
        Err(error) if error.kind() == ProviderErrorKind::Absent => {
            // A secret that was deleted is kept for a while, and is answered for in the same way.
            return Err(match client.get_deleted_secret(name, None).await {
                Ok(_) => error.code("the secret is deleted, and may be recovered"),
                Err(_) => error,
            });
        }
        Err(error) => return Err(error),
    };
    let malformed = || ProviderError::of(ProviderErrorKind::Malformed);
    let secret = answer.into_model().map_err(|_| malformed())?;
    let version = secret.resource_id().ok().and_then(|id| id.version);
    let attributes = secret.attributes.unwrap_or_default();
    may_be_used(&attributes, now)?;
    let value = secret.value.ok_or_else(malformed)?;
    Ok(Secret {
        payload: Zeroizing::new(value.into_bytes()),
        version,
        stage: None,
        created: attributes.created.and_then(time),
        is_list: false,
    })
}

/// The service gives a secret out before its time and after it, and leaves it to the program not to use it.
fn may_be_used(attributes: &SecretAttributes, now: DateTime<Utc>) -> Result<(), ProviderError> {
    let refused = |text: String| Err(ProviderError::free_text(ProviderErrorKind::Denied, text));
    if attributes.enabled == Some(false) {
        return refused("it is disabled".to_owned());
    }
    let shown = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    if let Some(begins) = attributes.not_before.and_then(time)
        && now < begins
    {
        return refused(format!("it is not to be used before {}", shown(begins)));
    }
    match attributes.expires.and_then(time) {
        Some(ends) if now >= ends => refused(format!("it expired at {}", shown(ends))),
        _ => Ok(()),
    }
}

/// One page of the list of secrets: the first, or that of a link.
async fn page(
    client: Arc<SecretClient>,
    link: Option<Url>,
) -> Result<ListSecretPropertiesResult, ProviderError> {
    let continuation = link.map(PagerContinuation::Link);
    let method_options = PagerOptions { continuation, ..Default::default() };
    let options = SecretClientListSecretPropertiesOptions { method_options, ..Default::default() };
    let failed = |error: azure_core::Error| fault::of(&error);
    let mut pages =
        Box::pin(client.list_secret_properties(Some(options)).map_err(failed)?.into_pages());
    let malformed = || ProviderError::of(ProviderErrorKind::Malformed);
    let page = poll_fn(|context| pages.as_mut().poll_next(context)).await;
    let page = page.ok_or_else(malformed)?.map_err(failed)?;
    page.into_model().map_err(|_| malformed())
}

fn is_of_names(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

fn time(time: OffsetDateTime) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(time.unix_timestamp(), 0)
}
