//! What an error of AWS means, by its code and status alone: the words of it may have anything in them.

use core::error::Error;
use core::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_secretsmanager::config::http::HttpResponse;
use aws_sdk_secretsmanager::error::{ConnectorError, ProvideErrorMetadata, SdkError};

use crate::sources::provider_error::{ProviderError, ProviderErrorKind};

use ProviderErrorKind::{
    Absent, Denied, Malformed, Misconfigured, TimedOut, TooLarge, Unauthenticated, Unavailable,
};

const THROTTLED: ProviderErrorKind = ProviderErrorKind::Throttled { retry_after: None };

/// A longer time to wait is no time to wait.
const LONGEST_WAIT: u64 = 3600;

/// The codes that mean something to a load, as the documentation of the services lists them, some with words that say more than
/// the kind does.
const CODES: [(&str, ProviderErrorKind, Option<&str>); 43] = [
    ("ResourceNotFoundException", Absent, None),
    ("ParameterNotFound", Absent, None),
    ("ParameterVersionNotFound", Absent, None),
    // What a reading call cannot be but by a secret that is marked for deletion.
    ("InvalidRequestException", Absent, Some("it is marked for deletion")),
    ("AccessDeniedException", Denied, None),
    ("AccessDenied", Denied, None),
    ("NotAuthorized", Denied, None),
    ("OptInRequired", Denied, None),
    ("DecryptionFailure", Denied, Some(NO_KEY)),
    ("InvalidKeyId", Denied, Some(NO_KEY)),
    ("UnrecognizedClientException", Unauthenticated, None),
    ("InvalidClientTokenId", Unauthenticated, None),
    ("ExpiredTokenException", Unauthenticated, None),
    ("ExpiredToken", Unauthenticated, None),
    ("InvalidSignatureException", Unauthenticated, Some(NO_SIGNATURE)),
    ("SignatureDoesNotMatch", Unauthenticated, Some(NO_SIGNATURE)),
    ("RequestExpired", Unauthenticated, Some(NO_SIGNATURE)),
    ("RequestTimeTooSkewed", Unauthenticated, Some(NO_SIGNATURE)),
    ("MissingAuthenticationToken", Unauthenticated, None),
    ("MissingAuthenticationTokenException", Unauthenticated, None),
    ("IncompleteSignature", Unauthenticated, None),
    ("IncompleteSignatureException", Unauthenticated, None),
    ("ThrottlingException", THROTTLED, None),
    ("Throttling", THROTTLED, None),
    ("ThrottledException", THROTTLED, None),
    ("RequestThrottled", THROTTLED, None),
    ("RequestThrottledException", THROTTLED, None),
    ("TooManyRequestsException", THROTTLED, None),
    ("TooManyUpdates", THROTTLED, None),
    ("RequestLimitExceeded", THROTTLED, None),
    ("SlowDown", THROTTLED, None),
    ("LimitExceededException", THROTTLED, None),
    ("InternalServiceError", Unavailable, None),
    ("InternalServerError", Unavailable, None),
    ("InternalFailure", Unavailable, None),
    ("ServiceUnavailable", Unavailable, None),
    ("ServiceUnavailableException", Unavailable, None),
    ("RequestTimeout", Unavailable, None),
    ("RequestTimeoutException", Unavailable, None),
    ("InvalidParameterException", Misconfigured, None),
    ("InvalidNextTokenException", Malformed, None),
    ("InvalidNextToken", Malformed, None),
    ("ValidationException", Misconfigured, Some("the service does not take its name")),
];

const NO_KEY: &str = "the key of KMS that it is encrypted with cannot be used";
const NO_SIGNATURE: &str =
    "the credentials are wrong, or the clock of this machine is more than five minutes off";

/// What a code means, and the code as it is known here.
pub(super) fn of_code(code: &str) -> Option<ProviderError> {
    let (known, kind, text) = CODES.iter().find(|(known, ..)| *known == code)?;
    let error = match text {
        Some(text) => ProviderError::free_text(*kind, text),
        None => ProviderError::of(*kind),
    };
    Some(error.code(known))
}

pub(super) fn of<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> ProviderError {
    match error {
        SdkError::TimeoutError(_) => ProviderError::of(TimedOut),
        SdkError::ConstructionFailure(_) => ProviderError::of(Misconfigured),
        SdkError::DispatchFailure(failure) => {
            failure.as_connector_error().map_or(ProviderError::of(Unavailable), of_connector)
        }
        SdkError::ServiceError(service) => {
            let known = service.err().code().and_then(of_code);
            known.map_or_else(
                || of_response(service.raw()),
                |known| with_response(known, service.raw()),
            )
        }
        // The body did not come as a whole, or is not what it should be.
        SdkError::ResponseError(response) => match response.raw().body().bytes() {
            None => ProviderError::of(Unavailable),
            Some(_) => of_response(response.raw()),
        },
        _ => ProviderError::of(Unavailable),
    }
}

fn of_connector(error: &ConnectorError) -> ProviderError {
    match credentials_error(error) {
        Some(error) => of_credentials(error),
        None if is_of_identity_cache(error) => {
            of_credentials(&CredentialsError::provider_timed_out(Duration::ZERO))
        }
        None if error.is_timeout() => ProviderError::of(TimedOut),
        None if error.is_user() => ProviderError::of(Misconfigured),
        None => ProviderError::of(Unavailable),
    }
}

/// Whether the credentials did not come in time: the cache of the client says so by an error that has no public type.
fn is_of_identity_cache(error: &ConnectorError) -> bool {
    let cause = error.source().map(ToString::to_string);
    cause.is_some_and(|text| text.starts_with("identity resolver timed out"))
}

/// The error of credentials that is the cause of another.
fn credentials_error(error: &ConnectorError) -> Option<&CredentialsError> {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        cause = error.source();
    }
    None
}

fn of_credentials(error: &CredentialsError) -> ProviderError {
    let (kind, text) = match error {
        CredentialsError::CredentialsNotLoaded(_) => (
            Unauthenticated,
            "no credentials were found: AWS_ACCESS_KEY_ID, a profile, a web identity, a container and an instance have none",
        ),
        CredentialsError::ProviderTimedOut(_) => (TimedOut, "the credentials did not come in time"),
        CredentialsError::InvalidConfiguration(_) => (
            Misconfigured,
            "what says where the credentials are is wrong: look at the profile in ~/.aws and the variables AWS_*",
        ),
        _ => (
            Unauthenticated,
            "the place that is to have the credentials does not give them; for a single sign-on that has ended, run `aws sso login`",
        ),
    };
    ProviderError::free_text(kind, text)
}

/// What a response means that has no code that is known.
fn of_response(response: &HttpResponse) -> ProviderError {
    let error = match response.status().as_u16() {
        300..=399 => ProviderError::free_text(
            Malformed,
            "it answers with a redirect, which is not followed: give the address that it leads to",
        ),
        401 => ProviderError::of(Unauthenticated),
        403 => ProviderError::of(Denied),
        404 => ProviderError::of(Absent),
        408 => ProviderError::of(Unavailable),
        413 => ProviderError::of(TooLarge),
        429 => ProviderError::of(THROTTLED),
        500..=599 => ProviderError::of(Unavailable),
        400..=499 => ProviderError::of(Misconfigured),
        _ => ProviderError::of(Malformed),
    };
    with_response(error, response)
}

/// With the status, and with the time to wait if the service says one.
fn with_response(error: ProviderError, response: &HttpResponse) -> ProviderError {
    let status = response.status().as_u16();
    let after = response.headers().get("retry-after").and_then(|after| after.trim().parse().ok());
    match (error.kind(), after.filter(|after| *after <= LONGEST_WAIT)) {
        (ProviderErrorKind::Throttled { .. }, Some(after)) => {
            let retry_after = Some(Duration::from_secs(after));
            let throttled = ProviderError::of(ProviderErrorKind::Throttled { retry_after });
            match error.service_code() {
                Some(code) => throttled.status(status).code(code),
                None => throttled.status(status),
            }
        }
        _ => error.status(status),
    }
}

#[cfg(test)]
mod tests {
    use super::{CODES, CredentialsError, of_code, of_credentials};

    #[test]
    fn what_is_said_of_a_failure_is_not_taken_for_a_credential() {
        let mut said: Vec<String> = CODES
            .iter()
            .map(|(code, ..)| of_code(code).expect("it is known").to_string())
            .collect();
        for error in [
            CredentialsError::not_loaded("hunter2"),
            CredentialsError::provider_timed_out(core::time::Duration::ZERO),
            CredentialsError::invalid_configuration("hunter2"),
            CredentialsError::provider_error("hunter2"),
            CredentialsError::unhandled("hunter2"),
        ] {
            said.push(of_credentials(&error).to_string());
        }
        for text in said {
            assert!(!text.contains("[REDACTED]") && !text.contains("hunter2"), "{text}");
        }
    }
}
