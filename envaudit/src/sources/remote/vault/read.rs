//! Reading secrets of the engine KV, version 2.

use chrono::{DateTime, Utc};
use secrecy::zeroize::Zeroizing;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::http::{Answer, Client, is_not_mounted};
use super::login::Door;
use crate::sources::provider::Ask;
use crate::sources::provider_error::{ProviderError, ProviderErrorKind};
use crate::sources::remote::retry::{is_of_the_store, retrying};
use crate::sources::remote::secret_ref::SecretRef;
use crate::sources::remote::store::{Secret, SecretStore};

/// What an engine answers to a list.
#[derive(Deserialize)]
struct Listed {
    data: ListedNames,
}

#[derive(Deserialize)]
struct ListedNames {
    keys: Vec<String>,
}

/// An engine that is mounted somewhere.
pub(super) struct Kv<'k> {
    pub(super) client: Client<'k>,
    pub(super) door: Door<'k>,
    pub(super) mount: &'k str,
}

#[derive(Deserialize)]
struct Read<'a> {
    #[serde(borrow)]
    data: ReadData<'a>,
}

#[derive(Deserialize)]
struct ReadData<'a> {
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    version: u64,
    #[serde(default)]
    created_time: String,
    #[serde(default)]
    deletion_time: String,
    #[serde(default)]
    destroyed: bool,
}

impl SecretStore for Kv<'_> {
    const HAS_MEMBERS: bool = true;

    fn read(
        &self,
        wanted: &[SecretRef],
        ask: &Ask<'_>,
    ) -> Result<Vec<Result<Secret, ProviderError>>, ProviderError> {
        // Without a token no secret can be read.
        retrying(ask, || self.door.token(&self.client))?;
        let mut answers = Vec::with_capacity(wanted.len());
        for reference in wanted {
            let answer = retrying(ask, || self.read_one(reference));
            // What is down, and stayed so in all attempts, is down for the rest.
            if let Err(error) = &answer
                && is_of_the_store(error)
            {
                return Err(error.clone());
            }
            answers.push(answer);
        }
        Ok(answers)
    }

    fn names(&self, prefix: &str, ask: &Ask<'_>) -> Result<Vec<String>, ProviderError> {
        let (folder, begin) = prefix.rsplit_once('/').unwrap_or(("", prefix));
        let url = self.door.address.url(&[self.mount, "metadata", folder]);
        let url = format!("{}/?list=true", url.trim_end_matches('/'));
        let answer = retrying(ask, || self.answer(&url))
            .map_err(|error| error.secret(SecretRef::new(prefix)))?;
        let status = answer.status.as_u16();
        if is_not_mounted(&answer) {
            return Err(not_mounted());
        }
        if status == 404 {
            return Ok(Vec::new());
        }
        let listed: Listed = serde_json::from_slice(answer.bytes())
            .map_err(|_| ProviderError::of(ProviderErrorKind::Malformed).status(status))?;
        let is_wanted = |name: &String| name.starts_with(begin) && !name.ends_with('/');
        let names = listed.data.keys.into_iter().filter(is_wanted);
        let start = &prefix[..prefix.len() - begin.len()];
        Ok(names.map(|name| format!("{start}{name}")).collect())
    }
}

impl Kv<'_> {
    fn read_one(&self, reference: &SecretRef) -> Result<Secret, ProviderError> {
        let mut url = self.door.address.url(&[self.mount, "data", reference.id()]);
        if let Some(version) = reference.wanted_version() {
            let Ok(version) = version.parse::<u64>() else {
                let what = "a version of Vault is a number";
                return Err(ProviderError::free_text(ProviderErrorKind::Misconfigured, what));
            };
            url.push_str(&format!("?version={version}"));
        }
        let answer = self.answer(&url)?;
        secret(&answer)
    }

    /// The answer to a token that is accepted.
    fn answer(&self, url: &str) -> Result<Answer, ProviderError> {
        let token = self.door.token(&self.client)?;
        let mut answer = self.client.get(url, &token)?;
        if is_refused(&answer) {
            let kind = self.door.refusal(&token, &self.client);
            // A token may have been revoked, or have ended before its time.
            if kind == ProviderErrorKind::Unauthenticated && self.door.forget() {
                let token = self.door.token(&self.client)?;
                answer = self.client.get(url, &token)?;
            }
            if is_refused(&answer) {
                return Err(ProviderError::of(kind).status(answer.status.as_u16()));
            }
        }
        Ok(answer)
    }
}

fn not_mounted() -> ProviderError {
    let what = "no engine is mounted there: is its path the one of `mount`, or the first part of the URL's?";
    ProviderError::free_text(ProviderErrorKind::Misconfigured, what).status(404)
}

fn is_refused(answer: &Answer) -> bool {
    matches!(answer.status.as_u16(), 401 | 403)
}

fn secret(answer: &Answer) -> Result<Secret, ProviderError> {
    let status = answer.status.as_u16();
    let read: Result<Read<'_>, _> = serde_json::from_slice(answer.bytes());
    let Ok(Read { data: ReadData { data, metadata } }) = read else {
        return Err(match status {
            404 if is_not_mounted(answer) => not_mounted(),
            404 => ProviderError::of(ProviderErrorKind::Absent).status(status),
            _ => ProviderError::of(ProviderErrorKind::Malformed).status(status),
        });
    };
    let Some(data) = data.filter(|data| data.get() != "null") else {
        let code = match (metadata.destroyed, metadata.deletion_time.is_empty()) {
            (true, _) => "the version is destroyed",
            (false, false) => "the version is deleted",
            (false, true) => "the version is empty",
        };
        return Err(ProviderError::of(ProviderErrorKind::Absent).status(status).code(code));
    };
    let created = DateTime::parse_from_rfc3339(&metadata.created_time).ok();
    Ok(Secret {
        payload: Zeroizing::new(data.get().as_bytes().to_vec()),
        version: Some(metadata.version.to_string()),
        created: created.map(|time| time.with_timezone(&Utc)),
        ..Secret::default()
    })
}
