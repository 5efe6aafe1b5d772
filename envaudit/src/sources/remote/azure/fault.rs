//! What a failure of a vault, or of what gives tokens out, means: by its status and by known codes alone. What a response or an
//! error of the SDK says beyond that may have anything in it.

use core::error::Error;
use core::time::Duration;
use std::io;

use azure_core::error::ErrorKind;
use azure_core::http::headers::{Headers, RETRY_AFTER, RETRY_AFTER_MS, X_MS_RETRY_AFTER_MS};
use azure_core::time::{OffsetDateTime, parse_rfc7231};
use serde::Deserialize;

use crate::sources::provider_error::{ProviderError, ProviderErrorKind};

/// The code of a secret that is disabled.
const DISABLED: &str = "SecretDisabled";

/// Refusals that are the same for each secret of a vault.
const OF_THE_NETWORK: [&str; 2] = ["ForbiddenByFirewall", "ForbiddenByConnection"];

/// The codes of Key Vault that are shown, as its documentation and its answers have them.
const CODES: [&str; 13] = [
    "AccessDenied",
    "BadParameter",
    "ForbiddenByPolicy",
    "ForbiddenByRbac",
    OF_THE_NETWORK[0],
    OF_THE_NETWORK[1],
    DISABLED,
    "SecretNotFound",
    "ObjectIsBeingDeleted",
    "ObjectIsBeingRecovered",
    "ObjectIsDeletedButRecoverable",
    "Throttled",
    "VaultNotFound",
];

/// The codes of Microsoft Entra ID that are shown, by their numbers.
const ENTRA_CODES: [(u32, &str); 17] = [
    (50034, "AADSTS50034"),
    (53003, "AADSTS53003"),
    (70011, "AADSTS70011"),
    (70021, "AADSTS70021"),
    (90002, "AADSTS90002"),
    (500_011, "AADSTS500011"),
    (700_016, "AADSTS700016"),
    (700_024, "AADSTS700024"),
    (700_027, "AADSTS700027"),
    (700_211, "AADSTS700211"),
    (700_212, "AADSTS700212"),
    (700_213, "AADSTS700213"),
    (900_023, "AADSTS900023"),
    (7_000_112, "AADSTS7000112"),
    (7_000_215, "AADSTS7000215"),
    (7_000_222, "AADSTS7000222"),
    (7_000_229, "AADSTS7000229"),
];

/// Whether each other secret would be refused in the same way.
pub(super) fn is_of_the_network(error: &ProviderError) -> bool {
    error.service_code().is_some_and(|code| OF_THE_NETWORK.contains(&code))
}

pub(super) fn of(error: &azure_core::Error) -> ProviderError {
    let mut is_of_credential = false;
    for error in causes(error) {
        if let Some(own) = error.downcast_ref::<ProviderError>() {
            return own.clone();
        }
        let Some(error) = error.downcast_ref::<azure_core::Error>() else { continue };
        match error.kind() {
            ErrorKind::Credential => is_of_credential = true,
            ErrorKind::HttpResponse { status, raw_response, .. } => {
                let none = Headers::new();
                let headers = raw_response.as_ref().map_or(&none, |response| response.headers());
                let body = raw_response.as_ref().map_or(&b""[..], |response| response.body());
                return match is_of_credential {
                    true => of_identity(**status, headers, body),
                    false => of_vault(**status, headers, body),
                };
            }
            _ => {}
        }
    }
    let innermost = causes(error).filter_map(|error| error.downcast_ref::<azure_core::Error>());
    match innermost.last().map(azure_core::Error::kind) {
        Some(ErrorKind::Connection | ErrorKind::Io) if !is_of_credential => {
            ProviderError::of(ProviderErrorKind::Unavailable)
        }
        Some(ErrorKind::Connection) => ProviderError::of(ProviderErrorKind::Unavailable),
        _ if is_of_credential => ProviderError::of(ProviderErrorKind::Unauthenticated),
        Some(ErrorKind::DataConversion) => ProviderError::of(ProviderErrorKind::Malformed),
        _ => ProviderError::free_text(
            ProviderErrorKind::Misconfigured,
            "the SDK sends it no token: is its address that of a vault, and does its challenge name the same domain?",
        ),
    }
}

/// What an answer of a vault means.
fn of_vault(status: u16, headers: &Headers, body: &[u8]) -> ProviderError {
    let error = match of_status(status, headers) {
        ProviderErrorKind::Misconfigured if is_redirect(status) => redirect(),
        kind => ProviderError::of(kind),
    };
    let answer: VaultAnswer = serde_json::from_slice(body).unwrap_or_default();
    let codes = [answer.error.inner.code, answer.error.code];
    let known = |code: &String| CODES.iter().find(|known| *known == code);
    match codes.iter().flatten().find_map(known) {
        Some(&DISABLED) => {
            ProviderError::free_text(ProviderErrorKind::Denied, "it is disabled").code(DISABLED)
        }
        Some(code) => error.code(code),
        None => error,
    }
    .status(status)
}

/// What an answer of an authority, or of the machine's own identity, means.
pub(super) fn of_identity(status: u16, headers: &Headers, body: &[u8]) -> ProviderError {
    let error = match of_status(status, headers) {
        ProviderErrorKind::Misconfigured if is_redirect(status) => redirect(),
        kind @ (ProviderErrorKind::Throttled { .. } | ProviderErrorKind::Unavailable) => {
            ProviderError::of(kind)
        }
        _ if status == 410 => ProviderError::of(ProviderErrorKind::Unavailable),
        _ => ProviderError::of(ProviderErrorKind::Unauthenticated),
    };
    let answer: IdentityAnswer = serde_json::from_slice(body).unwrap_or_default();
    let known = |code: &u32| ENTRA_CODES.iter().find(|(known, _)| known == code);
    match answer.error_codes.iter().find_map(known) {
        Some((_, code)) => error.code(code),
        None => error,
    }
    .status(status)
}

/// What a failure to send a request, or to receive the answer, means.
pub(super) fn of_network(error: &reqwest::Error) -> ProviderError {
    let of = ProviderError::of;
    if let Some(tls) = causes(error).find_map(|error| error.downcast_ref::<rustls::Error>()) {
        return match tls {
            rustls::Error::InvalidCertificate(_) => ProviderError::free_text(
                ProviderErrorKind::Misconfigured,
                "its certificate is not accepted: is the authority that signed it one that the system trusts, or in the file of \
                 certificates?",
            ),
            _ => of(ProviderErrorKind::Unavailable).code("no TLS"),
        };
    }
    if error.is_timeout() {
        return of(ProviderErrorKind::TimedOut);
    }
    let of_system = causes(error).find_map(|error| Some(error.downcast_ref::<io::Error>()?.kind()));
    match of_system {
        Some(io::ErrorKind::ConnectionRefused) => {
            of(ProviderErrorKind::Unavailable).code("connection refused")
        }
        Some(io::ErrorKind::TimedOut) => of(ProviderErrorKind::TimedOut),
        _ if error.is_builder() => of(ProviderErrorKind::Misconfigured),
        _ if causes(error).any(|error| error.to_string() == "dns error") => {
            of(ProviderErrorKind::Unavailable).code("host not found")
        }
        _ => of(ProviderErrorKind::Unavailable),
    }
}

/// Where a vault sends its client to another address.
pub(super) fn elsewhere() -> ProviderError {
    ProviderError::free_text(
        ProviderErrorKind::Malformed,
        "its list goes on at another address, which is not asked",
    )
}

fn redirect() -> ProviderError {
    ProviderError::free_text(
        ProviderErrorKind::Misconfigured,
        "it answers with a redirect, which is not followed: give the address that it leads to",
    )
}

fn is_redirect(status: u16) -> bool {
    matches!(status, 300..=399)
}

fn of_status(status: u16, headers: &Headers) -> ProviderErrorKind {
    match status {
        401 => ProviderErrorKind::Unauthenticated,
        403 => ProviderErrorKind::Denied,
        404 => ProviderErrorKind::Absent,
        429 => ProviderErrorKind::Throttled { retry_after: retry_after(headers) },
        408 | 409 | 500..=599 => ProviderErrorKind::Unavailable,
        300..=499 => ProviderErrorKind::Misconfigured,
        _ => ProviderErrorKind::Malformed,
    }
}

/// The pause that the service asks for, in milliseconds, in seconds, or until a time.
fn retry_after(headers: &Headers) -> Option<Duration> {
    for name in [&X_MS_RETRY_AFTER_MS, &RETRY_AFTER_MS] {
        if let Some(milliseconds) = headers.get_optional_str(name) {
            return milliseconds.trim().parse().ok().map(Duration::from_millis);
        }
    }
    let text = headers.get_optional_str(&RETRY_AFTER)?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let left = parse_rfc7231(text).ok()? - OffsetDateTime::now_utc();
    Some(Duration::try_from(left).unwrap_or_default())
}

/// An error, and those that it was made of.
fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'e (dyn Error + 'static)| {
        let error: &'e (dyn Error + 'static) = *error;
        // What is within an error of the system is passed over by its `source`.
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}

#[derive(Default, Deserialize)]
struct VaultAnswer {
    #[serde(default)]
    error: VaultError,
}

#[derive(Default, Deserialize)]
struct VaultError {
    code: Option<String>,
    #[serde(default, rename = "innererror", alias = "innerError")]
    inner: InnerError,
}

#[derive(Default, Deserialize)]
struct InnerError {
    code: Option<String>,
}

#[derive(Default, Deserialize)]
struct IdentityAnswer {
    #[serde(default)]
    error_codes: Vec<u32>,
}
