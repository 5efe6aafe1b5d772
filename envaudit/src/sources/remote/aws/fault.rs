//! What an error of AWS means, by its code and status alone: the words of it may have anything in them.

use aws_sdk_secretsmanager::config::http::HttpResponse;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};

use crate::sources::provider_error::{ProviderError, ProviderErrorKind};

/// The codes that mean something to a load, as the documentation of the services lists them.
const CODES: [(&str, ProviderErrorKind); 24] = [
    ("ResourceNotFoundException", ProviderErrorKind::Absent),
    ("ParameterNotFound", ProviderErrorKind::Absent),
    ("ParameterVersionNotFound", ProviderErrorKind::Absent),
    // A secret that is about to be deleted.
    ("InvalidRequestException", ProviderErrorKind::Absent),
    ("AccessDeniedException", ProviderErrorKind::Denied),
    ("AccessDenied", ProviderErrorKind::Denied),
    ("DecryptionFailure", ProviderErrorKind::Denied),
    ("UnrecognizedClientException", ProviderErrorKind::Unauthenticated),
    ("InvalidClientTokenId", ProviderErrorKind::Unauthenticated),
    ("ExpiredTokenException", ProviderErrorKind::Unauthenticated),
    ("ExpiredToken", ProviderErrorKind::Unauthenticated),
    ("InvalidSignatureException", ProviderErrorKind::Unauthenticated),
    ("SignatureDoesNotMatch", ProviderErrorKind::Unauthenticated),
    ("MissingAuthenticationToken", ProviderErrorKind::Unauthenticated),
    ("MissingAuthenticationTokenException", ProviderErrorKind::Unauthenticated),
    ("IncompleteSignature", ProviderErrorKind::Unauthenticated),
    ("ThrottlingException", ProviderErrorKind::Throttled { retry_after: None }),
    ("Throttling", ProviderErrorKind::Throttled { retry_after: None }),
    ("TooManyUpdates", ProviderErrorKind::Throttled { retry_after: None }),
    ("RequestLimitExceeded", ProviderErrorKind::Throttled { retry_after: None }),
    ("InternalServiceError", ProviderErrorKind::Unavailable),
    ("InternalServerError", ProviderErrorKind::Unavailable),
    ("ServiceUnavailable", ProviderErrorKind::Unavailable),
    ("InvalidParameterException", ProviderErrorKind::Misconfigured),
];

/// What a code means, and the code as it is known here.
pub(super) fn of_code(code: &str) -> Option<ProviderError> {
    let (known, kind) = CODES.iter().find(|(known, _)| *known == code)?;
    Some(ProviderError::of(*kind).code(known))
}

pub(super) fn of<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> ProviderError {
    let no_credentials = || {
        ProviderError::free_text(
            ProviderErrorKind::Unauthenticated,
            "there are no credentials, or they could not be had: what the SDK looks for is in its documentation",
        )
    };
    match error {
        SdkError::TimeoutError(_) => ProviderError::of(ProviderErrorKind::TimedOut),
        SdkError::ConstructionFailure(_) => no_credentials(),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => {
            ProviderError::of(ProviderErrorKind::TimedOut)
        }
        SdkError::DispatchFailure(failure) if failure.is_io() => {
            ProviderError::of(ProviderErrorKind::Unavailable)
        }
        SdkError::DispatchFailure(failure) if failure.is_user() => {
            ProviderError::of(ProviderErrorKind::Misconfigured)
        }
        SdkError::DispatchFailure(_) => no_credentials(),
        SdkError::ServiceError(service) => {
            let status = service.raw().status().as_u16();
            let known = service.err().code().and_then(of_code);
            known.unwrap_or_else(|| ProviderError::of(of_status(status))).status(status)
        }
        SdkError::ResponseError(response) => {
            let status = response.raw().status().as_u16();
            ProviderError::of(of_status(status)).status(status)
        }
        _ => ProviderError::of(ProviderErrorKind::Unavailable),
    }
}

fn of_status(status: u16) -> ProviderErrorKind {
    match status {
        401 => ProviderErrorKind::Unauthenticated,
        403 => ProviderErrorKind::Denied,
        404 => ProviderErrorKind::Absent,
        429 => ProviderErrorKind::Throttled { retry_after: None },
        500..=599 => ProviderErrorKind::Unavailable,
        400..=499 => ProviderErrorKind::Misconfigured,
        _ => ProviderErrorKind::Malformed,
    }
}
