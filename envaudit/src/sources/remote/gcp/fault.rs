//! What an error of Google Cloud means, by its code and status alone: the words of it may have anything in them.

use core::error::Error as StdError;
use core::time::Duration;
use std::io;

use google_cloud_auth::build_errors;
use google_cloud_gax::client_builder;
use google_cloud_gax::error::rpc::{Code, Status, StatusDetails};
use google_cloud_gax::error::{CredentialsError, Error};

use crate::sources::provider_error::{ProviderError, ProviderErrorKind};

/// The reasons that Google's documentation lists and that say more than the code does.
/// <https://docs.cloud.google.com/apis/design/errors#error_info>
const REASONS: [&str; 13] = [
    "ACCESS_TOKEN_EXPIRED",
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
    "ACCESS_TOKEN_TYPE_UNSUPPORTED",
    "ACCOUNT_STATE_INVALID",
    "BILLING_DISABLED",
    "CONSUMER_INVALID",
    "CONSUMER_SUSPENDED",
    "CREDENTIALS_MISSING",
    "IAM_PERMISSION_DENIED",
    "RATE_LIMIT_EXCEEDED",
    "SECURITY_POLICY_VIOLATED",
    "SERVICE_DISABLED",
    "USER_PROJECT_DENIED",
];

/// There is no access token, for this reason.
pub(super) fn no_token(kind: ProviderErrorKind) -> ProviderError {
    ProviderError::free_text(
        kind,
        "there is no access token: it would be had by the file of GOOGLE_APPLICATION_CREDENTIALS, else by that of \
         `gcloud auth application-default login`, else from the metadata server",
    )
}

/// The credentials that the SDK looked for.
pub(super) fn of_file(error: &build_errors::Error) -> ProviderError {
    let what = match error {
        error if error.is_loading() => {
            "its file of credentials cannot be read: the one of GOOGLE_APPLICATION_CREDENTIALS, or gcloud's"
        }
        error if error.is_unknown_type() || error.is_not_supported() => {
            "its file of credentials is of a type that is not supported"
        }
        _ => {
            "its file of credentials cannot be used: is it whole, and one that Google Cloud has made?"
        }
    };
    ProviderError::free_text(ProviderErrorKind::Misconfigured, what)
}

/// The credentials gave no token.
pub(super) fn of_token(error: &CredentialsError) -> ProviderError {
    if let Some(error) = of_certificate(error) {
        return error;
    }
    let status = causes(error)
        .filter_map(|cause| cause.downcast_ref::<Error>())
        .find_map(Error::http_status_code);
    let error = no_token(match error.is_transient() {
        true => ProviderErrorKind::Unavailable,
        false => ProviderErrorKind::Unauthenticated,
    });
    match status {
        Some(status) => error.status(status),
        None => error,
    }
}

/// There is no client.
pub(super) fn of_client(error: &client_builder::Error) -> ProviderError {
    let what = match error {
        error if error.is_default_credentials() => {
            return no_token(ProviderErrorKind::Unauthenticated);
        }
        error if error.is_universe_domain_mismatch() => {
            "its credentials are for another cloud than its endpoint"
        }
        _ => "its client cannot be made: are there certificates of authorities on this machine?",
    };
    ProviderError::free_text(ProviderErrorKind::Misconfigured, what)
}

/// A call has failed.
pub(super) fn of(error: &Error) -> ProviderError {
    if error.is_timeout() {
        return ProviderError::of(ProviderErrorKind::TimedOut);
    }
    if error.is_authentication() {
        let of_credentials =
            causes(error).find_map(|cause| cause.downcast_ref::<CredentialsError>());
        return match of_credentials {
            Some(error) => of_token(error),
            None => no_token(ProviderErrorKind::Unauthenticated),
        };
    }
    if let Some(status) = error.status() {
        let http = error.http_status_code();
        let known = of_status(status, retry_after(error, status));
        return http.map_or(known.clone(), |http| known.status(http));
    }
    match error.http_status_code() {
        Some(status) => of_http(status, retry_after_header(error)),
        None if error.is_deserialization() => ProviderError::of(ProviderErrorKind::Malformed),
        None if error.is_binding() || error.is_serialization() => {
            ProviderError::of(ProviderErrorKind::Misconfigured)
        }
        None => of_connection(error),
    }
}

/// The service has said what is wrong.
fn of_status(status: &Status, retry_after: Option<Duration>) -> ProviderError {
    let kind = match status.code {
        Code::Unauthenticated => ProviderErrorKind::Unauthenticated,
        Code::PermissionDenied => ProviderErrorKind::Denied,
        Code::NotFound => ProviderErrorKind::Absent,
        Code::ResourceExhausted => ProviderErrorKind::Throttled { retry_after },
        Code::DeadlineExceeded => ProviderErrorKind::TimedOut,
        Code::Unavailable | Code::Internal | Code::Aborted | Code::Cancelled | Code::Unknown => {
            ProviderErrorKind::Unavailable
        }
        Code::FailedPrecondition => return of_state(status),
        Code::InvalidArgument | Code::OutOfRange | Code::Unimplemented => {
            ProviderErrorKind::Misconfigured
        }
        _ => ProviderErrorKind::Malformed,
    };
    ProviderError::of(kind).code(reason(status).unwrap_or(status.code.name()))
}

/// A version that is there, and has no value. The service says which state it is in in its words alone, of which two are looked for.
fn of_state(status: &Status) -> ProviderError {
    let has = |word: &str| status.message.contains(word);
    match () {
        () if has("DESTROYED") => {
            ProviderError::of(ProviderErrorKind::Absent).code("the version is destroyed")
        }
        () if has("DISABLED") => {
            ProviderError::of(ProviderErrorKind::Absent).code("the version is disabled")
        }
        () => ProviderError::of(ProviderErrorKind::Misconfigured)
            .code(reason(status).unwrap_or(status.code.name())),
    }
}

fn reason(status: &Status) -> Option<&'static str> {
    status.details.iter().find_map(|detail| match detail {
        StatusDetails::ErrorInfo(info) => REASONS.into_iter().find(|reason| *reason == info.reason),
        _ => None,
    })
}

/// An answer that is not one of the service, but of something before it.
fn of_http(status: u16, retry_after: Option<Duration>) -> ProviderError {
    let kind = match status {
        300..=399 => {
            let what = "it answers with a redirect, which is not followed: give the address that it leads to";
            return ProviderError::free_text(ProviderErrorKind::Misconfigured, what).status(status);
        }
        401 => ProviderErrorKind::Unauthenticated,
        403 => ProviderErrorKind::Denied,
        404 => ProviderErrorKind::Absent,
        429 => ProviderErrorKind::Throttled { retry_after },
        408 | 500..=599 => ProviderErrorKind::Unavailable,
        400 | 405 | 422 => ProviderErrorKind::Misconfigured,
        _ => ProviderErrorKind::Malformed,
    };
    ProviderError::of(kind).status(status)
}

/// The pause that the service asks for, in its words or in a header.
fn retry_after(error: &Error, status: &Status) -> Option<Duration> {
    let said = status.details.iter().find_map(|detail| match detail {
        StatusDetails::RetryInfo(info) => {
            let delay = info.retry_delay.as_ref()?;
            let seconds = u64::try_from(delay.seconds()).ok()?;
            Some(Duration::new(seconds, u32::try_from(delay.nanos()).ok()?))
        }
        _ => None,
    });
    said.max(retry_after_header(error))
}

/// In seconds; a date is not understood.
fn retry_after_header(error: &Error) -> Option<Duration> {
    let text = error.http_headers()?.get("retry-after")?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}

/// There was no answer, or no whole one.
fn of_connection(error: &Error) -> ProviderError {
    if let Some(error) = of_certificate(error) {
        return error;
    }
    let unavailable = || ProviderError::of(ProviderErrorKind::Unavailable);
    let of_system =
        |cause: &(dyn StdError + 'static)| Some(cause.downcast_ref::<io::Error>()?.kind());
    for kind in causes(error).filter_map(of_system) {
        match kind {
            io::ErrorKind::ConnectionRefused => return unavailable().code("connection refused"),
            io::ErrorKind::TimedOut => return ProviderError::of(ProviderErrorKind::TimedOut),
            _ => {}
        }
    }
    match causes(error).any(|cause| cause.to_string() == "dns error") {
        true => unavailable().code("host not found"),
        false => unavailable(),
    }
}

fn of_certificate(error: &(dyn StdError + 'static)) -> Option<ProviderError> {
    let of_tls = causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>());
    matches!(of_tls, Some(rustls::Error::InvalidCertificate(_))).then(|| {
        ProviderError::free_text(
            ProviderErrorKind::Misconfigured,
            "its certificate is not accepted: is the authority that signed it known to this machine?",
        )
    })
}

/// What an error was caused by, from the nearest to the farthest.
fn causes<'e>(
    error: &'e (dyn StdError + 'static),
) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    let next = |cause: &&'e (dyn StdError + 'static)| {
        // What is within an error of the system is passed over by its `source`.
        match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn StdError + 'static)),
            None => (*cause).source(),
        }
    };
    core::iter::successors(error.source(), next)
}
