//! Calls of Vault's API. Of what it answers, nothing but a status and known members goes any further.

use core::time::Duration;
use std::io;

use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use ureq::Agent;
use ureq::http::{HeaderMap, StatusCode};
use ureq::tls::{Certificate, RootCerts, TlsConfig, parse_pem};

use crate::sources::provider::Ask;
use crate::sources::provider_error::{ProviderError, ProviderErrorKind};

/// The most bytes of an answer.
const MAX_ANSWER: u64 = 4 << 20;

/// A client, and what goes with each call.
pub(super) struct Client<'c> {
    pub(super) agent: &'c Agent,
    pub(super) namespace: Option<&'c str>,
    pub(super) ask: &'c Ask<'c>,
}

/// An answer with a status that the caller knows what to do with.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    body: Zeroizing<Vec<u8>>,
}

impl Answer {
    /// # Errors
    ///
    /// When it is not of this form.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, ProviderError> {
        serde_json::from_slice(&self.body).map_err(|_| {
            ProviderError::of(ProviderErrorKind::Malformed).status(self.status.as_u16())
        })
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.body
    }
}

/// Makes the client. It follows no redirect, so that a token goes to one place alone, and asks the environment for nothing.
pub(super) fn agent(certificates: Option<&[u8]>) -> Result<Agent, ProviderError> {
    let mut tls = TlsConfig::builder();
    if let Some(pem) = certificates {
        let found: Result<Vec<Certificate<'static>>, _> = parse_pem(pem)
            .filter_map(|item| match item {
                Ok(ureq::tls::PemItem::Certificate(certificate)) => Some(Ok(certificate)),
                Ok(_) => None,
                Err(error) => Some(Err(error)),
            })
            .collect();
        match found {
            Ok(found) if !found.is_empty() => {
                tls = tls.root_certs(RootCerts::new_with_certs(&found))
            }
            _ => {
                let what = "the file of certificates has none (PEM is expected)";
                return Err(ProviderError::free_text(ProviderErrorKind::Misconfigured, what));
            }
        }
    }
    let config = Agent::config_builder()
        .tls_config(tls.build())
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .user_agent(concat!("envaudit/", env!("CARGO_PKG_VERSION")))
        .build();
    Ok(config.into())
}

/// Where the client writes what it sends and receives, byte by byte, if a logger takes it.
const BYTES: &str = "ureq_proto::util";

/// # Errors
///
/// While a logger takes what the client sends and receives: the token and the secrets would be in the log.
pub(super) fn refuse_if_logged() -> Result<(), ProviderError> {
    let is_taken = log::log_enabled!(target: BYTES, log::Level::Trace);
    match is_taken {
        false => Ok(()),
        true => Err(ProviderError::free_text(
            ProviderErrorKind::Misconfigured,
            "the program logs at the level `trace`, and its client for HTTP would write tokens and secrets there: let the \
             logger take `ureq_proto` at `debug` at most, as in RUST_LOG=trace,ureq_proto=debug",
        )),
    }
}

impl Client<'_> {
    pub(super) fn get(&self, url: &str, token: &SecretString) -> Result<Answer, ProviderError> {
        let mut request = self.agent.get(url).header("X-Vault-Token", token.expose_secret());
        request = request.header("X-Vault-Request", "true");
        if let Some(namespace) = self.namespace {
            request = request.header("X-Vault-Namespace", namespace);
        }
        let request = request.config().timeout_global(Some(self.time())).build();
        answer(request.call())
    }

    /// Posts a JSON document.
    pub(super) fn post(
        &self,
        url: &str,
        token: Option<&SecretString>,
        body: &Zeroizing<Vec<u8>>,
    ) -> Result<Answer, ProviderError> {
        let mut request = self.agent.post(url).header("Content-Type", "application/json");
        request = request.header("X-Vault-Request", "true");
        if let Some(token) = token {
            request = request.header("X-Vault-Token", token.expose_secret());
        }
        if let Some(namespace) = self.namespace {
            request = request.header("X-Vault-Namespace", namespace);
        }
        let request = request.config().timeout_global(Some(self.time())).build();
        answer(request.send(&body[..]))
    }

    fn time(&self) -> Duration {
        self.ask.remaining().max(Duration::from_millis(1))
    }
}

fn answer(
    result: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<Answer, ProviderError> {
    let mut response = result.map_err(|error| failed(&error))?;
    let status = response.status();
    let retry_after = retry_after(response.headers());
    let body = response.body_mut().with_config().limit(MAX_ANSWER).read_to_vec();
    let body = Zeroizing::new(body.map_err(|error| failed(&error))?);
    let of = |kind| Err(ProviderError::of(kind).status(status.as_u16()));
    match status.as_u16() {
        200..=299 | 401 | 403 | 404 => Ok(Answer { status, body }),
        300..=399 => Err(ProviderError::free_text(
            ProviderErrorKind::Misconfigured,
            "it answers with a redirect, which is not followed: give the address that it leads to",
        )
        .status(status.as_u16())),
        400 | 405 | 422 => of(ProviderErrorKind::Misconfigured),
        429 => of(ProviderErrorKind::Throttled { retry_after }),
        503 if is_sealed(&body) => {
            Err(ProviderError::of(ProviderErrorKind::Unavailable).status(503).code("sealed"))
        }
        412 | 500..=599 => of(ProviderErrorKind::Unavailable),
        _ => of(ProviderErrorKind::Malformed),
    }
}

/// Whether it says that nothing is mounted at the path, in the words that are the same in all versions.
pub(super) fn is_not_mounted(answer: &Answer) -> bool {
    answer.status.as_u16() == 404 && memchr_in(answer.bytes(), b"no handler for route")
}

/// Whether it says that it is sealed, in the words that are the same in all versions.
fn is_sealed(body: &[u8]) -> bool {
    let has = |word: &str| memchr_in(body, word.as_bytes());
    has("Vault is sealed") || has("is sealed")
}

fn memchr_in(body: &[u8], word: &[u8]) -> bool {
    body.windows(word.len()).any(|part| part == word)
}

/// The pause that the server asks for, in seconds; a date is not understood.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("Retry-After")?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}

/// The kind of a failure; the words of it may have anything in them.
fn failed(error: &ureq::Error) -> ProviderError {
    let kind = |kind| ProviderError::of(kind);
    match error {
        ureq::Error::Timeout(_) => kind(ProviderErrorKind::TimedOut),
        ureq::Error::HostNotFound => kind(ProviderErrorKind::Unavailable).code("host not found"),
        ureq::Error::ConnectionFailed => kind(ProviderErrorKind::Unavailable),
        ureq::Error::BodyExceedsLimit(_) => kind(ProviderErrorKind::TooLarge),
        ureq::Error::Tls(_) => not_tls(),
        ureq::Error::Rustls(error) => of_tls(Some(error)),
        ureq::Error::Io(error) => match error.kind() {
            io::ErrorKind::InvalidData => {
                of_tls(error.get_ref().and_then(|inner| inner.downcast_ref()))
            }
            io::ErrorKind::TimedOut => kind(ProviderErrorKind::TimedOut),
            io::ErrorKind::ConnectionRefused => {
                kind(ProviderErrorKind::Unavailable).code("connection refused")
            }
            _ => kind(ProviderErrorKind::Unavailable),
        },
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => kind(ProviderErrorKind::Misconfigured),
        _ => kind(ProviderErrorKind::Malformed),
    }
}

fn of_tls(error: Option<&rustls::Error>) -> ProviderError {
    match error {
        Some(rustls::Error::InvalidCertificate(_)) => ProviderError::free_text(
            ProviderErrorKind::Misconfigured,
            "its certificate is not accepted: is the authority that signed it in the file of certificates?",
        ),
        _ => not_tls(),
    }
}

fn not_tls() -> ProviderError {
    ProviderError::free_text(
        ProviderErrorKind::Misconfigured,
        "it does not answer in a TLS that is understood (1.2 or 1.3): is the port that of TLS?",
    )
}
