//! Why a provider has no answer, without any part of what a store said.

use core::fmt;
use core::time::Duration;

use envaudit_redact::redact;

/// Why a provider could not be asked, or has no usable answer.
///
/// It is made of what cannot have a secret in it: a kind, the status of HTTP, and a code from the service's documented list. There
/// is no place for a response, and a header, a query or an SDK's own error does not fit either.
///
/// ```
/// use envaudit::{ProviderError, ProviderErrorKind};
///
/// let error = ProviderError::of(ProviderErrorKind::Denied).status(403).code("AccessDeniedException");
/// assert_eq!(error.to_string(), "access is denied (HTTP 403, AccessDeniedException)");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ProviderError {
    kind: ProviderErrorKind,
    status: Option<u16>,
    code: Option<&'static str>,
    text: Option<Box<str>>,
    /// The secret that it is about.
    secret: Option<Box<str>>,
}

/// The kind of a [`ProviderError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProviderErrorKind {
    /// The store knows who asks, and does not allow it.
    Denied,
    /// The store does not know who asks: there are no credentials, or they have expired.
    Unauthenticated,
    /// The document, the path or the vault does not exist.
    Absent,
    /// The store was asked too often.
    Throttled {
        /// When it may be asked again, if it said so.
        retry_after: Option<Duration>,
    },
    /// The store cannot be reached, or fails itself.
    Unavailable,
    /// There was no answer in time.
    TimedOut,
    /// The answer is not one that the provider understands.
    Malformed,
    /// The provider was given something impossible, such as an address without a host.
    Misconfigured,
    /// The answer is larger than the provider takes.
    TooLarge,
}

impl ProviderErrorKind {
    /// The kind in a few words.
    const fn described(self) -> &'static str {
        match self {
            ProviderErrorKind::Denied => "access is denied",
            ProviderErrorKind::Unauthenticated => "the credentials are missing, wrong or expired",
            ProviderErrorKind::Absent => "it does not exist",
            ProviderErrorKind::Throttled { .. } => "it was asked too often",
            ProviderErrorKind::Unavailable => "it is unavailable",
            ProviderErrorKind::TimedOut => "it did not answer in time",
            ProviderErrorKind::Malformed => "its answer cannot be understood",
            ProviderErrorKind::Misconfigured => "it is not configured correctly",
            ProviderErrorKind::TooLarge => "its answer is too large",
        }
    }
}

impl ProviderError {
    /// An error of this kind.
    pub const fn of(kind: ProviderErrorKind) -> Self {
        ProviderError { kind, status: None, code: None, text: None, secret: None }
    }

    /// With the status of HTTP.
    #[must_use]
    pub const fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// With a code from the service's documented list: a constant of the program, never a part of an answer.
    #[must_use]
    pub const fn code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    /// A failure in words of the program's own, of the kind [`Unavailable`](ProviderErrorKind::Unavailable).
    ///
    /// This is free text, which reaches logs and terminals: never put a response into it, or the message of an SDK's error, which
    /// may quote one. What looks like a credential is taken out, and so is, where a load shows it, every value that the load knows
    /// to be secret.
    pub fn new(message: impl fmt::Display) -> Self {
        ProviderError::free_text(ProviderErrorKind::Unavailable, message)
    }

    /// Free text, as in [`new`](Self::new), with the kind of the failure.
    pub fn free_text(kind: ProviderErrorKind, message: impl fmt::Display) -> Self {
        const MAX_CHARS: usize = 400;
        let message = message.to_string();
        let text: String = redact(&message).chars().take(MAX_CHARS).collect();
        ProviderError { text: Some(text.into()), ..ProviderError::of(kind) }
    }

    /// With the name of the secret that could not be read: the program's own name for it, never a part of an answer.
    #[must_use]
    pub fn secret(mut self, name: impl fmt::Display) -> Self {
        self.secret.get_or_insert_with(|| redact(&name.to_string()).into());
        self
    }

    /// Without the words of the program that it may have.
    #[cfg(feature = "cli")]
    pub(crate) fn without_text(&self) -> Self {
        ProviderError { text: None, ..self.clone() }
    }

    /// Its kind.
    pub const fn kind(&self) -> ProviderErrorKind {
        self.kind
    }

    /// The status of HTTP, if there was one.
    pub const fn http_status(&self) -> Option<u16> {
        self.status
    }

    /// The service's code, if it has one.
    pub const fn service_code(&self) -> Option<&'static str> {
        self.code
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(secret) = &self.secret {
            write!(f, "the secret {secret}: ")?;
        }
        f.write_str(self.text.as_deref().unwrap_or(self.kind.described()))?;
        if let ProviderErrorKind::Throttled { retry_after: Some(after) } = self.kind {
            write!(f, "; it may be asked again in {}", humantime::format_duration(after))?;
        }
        match (self.status, self.code) {
            (Some(status), Some(code)) => write!(f, " (HTTP {status}, {code})"),
            (Some(status), None) => write!(f, " (HTTP {status})"),
            (None, Some(code)) => write!(f, " ({code})"),
            (None, None) => Ok(()),
        }
    }
}

impl fmt::Debug for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderError")
            .field("kind", &self.kind)
            .field("status", &self.status)
            .field("code", &self.code)
            .field("text", &self.text)
            .field("secret", &self.secret)
            .finish()
    }
}

impl core::error::Error for ProviderError {}
