//! What is said of a value that was refused: nothing of it where it is secret.

use envaudit_redact::credentials;

use crate::audit::AuditEntry;
use crate::error::{self, Problem, ProblemKind};
use crate::load::redaction::Secrets;
use crate::schema::KeyRequest;
use crate::schema::expected;
use crate::sources::env_file::expand::ExpandFault;
use crate::value::{Raw, Reason, ValueError};

use super::secret_file;

/// What is said in the place of a parser or check that may have quoted the value.
pub(super) const WITHHELD: &str = "the reason is not shown, because the value is secret";

const WITHHELD_BY_NAME: &str = "the reason is not shown, because the name is that of a secret";
const WITHHELD_BY_FORM: &str =
    "the reason is not shown, because the value could have a secret in it";
const WITHHELD_BY_STORE: &str =
    "the reason is not shown, because the value is from a place of secrets";

/// Where a value was found, as far as it decides what may be shown of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum FoundIn {
    /// A provider, a folder of secrets, or a file that holds one value: what lies there is taken to be a secret.
    SecretStore,
    EnvFile,
    Elsewhere,
}

impl FoundIn {
    pub(super) fn of(entry: &AuditEntry) -> Self {
        if entry.provider.is_some() || secret_file::is_whole_file(entry) {
            FoundIn::SecretStore
        } else if entry.location.as_ref().is_some_and(|location| location.line().is_some()) {
            FoundIn::EnvFile
        } else {
            FoundIn::Elsewhere
        }
    }
}

/// The most characters of a name or of the message of a reference that are shown.
const MAX_SHOWN: usize = 100;

/// Why a text is not one, and what to do, as far as it can be known without showing it.
fn not_utf8(raw: &Raw<'_>) -> (&'static str, Option<&'static str>) {
    match raw.begins_as_utf16() {
        true => ("it is UTF-16", Some("save the file as UTF-8")),
        false => ("it is not valid UTF-8", None),
    }
}

/// The problem of a value that was refused, and the message of a foreign parser, which is not to be shown before every secret is
/// known. Nothing is shown of one from a place of secrets, whatever its field, nor of one that spans several lines of an env file:
/// a quote that was not closed puts the next lines into it, whatever they are.
pub(super) fn invalid(
    request: &'static KeyRequest,
    raw: &Raw<'_>,
    error: ValueError,
    found_in: FoundIn,
) -> (Problem, Option<String>) {
    let key = request.key();
    let mut problem =
        Problem::new(ProblemKind::Invalid, format!("{key} is invalid")).key_named(key);
    problem.expected = Some(expected(request));
    let reason = error.into_reason();
    if let Reason::NotUtf8 = reason {
        let (reason, hint) = not_utf8(raw);
        problem.reason = Some(reason.to_owned());
        problem.hint = hint.map(str::to_owned);
        return (problem, None);
    }
    if request.is_secret() || raw.is_secret() || request.is_named_like_a_secret() {
        problem.reason = match reason {
            Reason::Unexpected | Reason::Plain(_) | Reason::NotUtf8 => None,
            Reason::Json(_) | Reason::Foreign(_) => {
                Some(match request.is_secret() || raw.is_secret() {
                    true => WITHHELD.to_owned(),
                    false => WITHHELD_BY_NAME.to_owned(),
                })
            }
        };
        return (problem, None);
    }
    let text = raw.as_str().unwrap_or("");
    let withheld = match found_in {
        FoundIn::SecretStore => true,
        FoundIn::EnvFile => request.hides_form() || text.contains(['\n', '\r']),
        FoundIn::Elsewhere => request.hides_form(),
    };
    if !withheld {
        problem.found = raw.as_str().ok().map(error::shown);
    }
    problem.reason = match reason {
        Reason::Unexpected => {
            let is_padded = text.trim() != text;
            let reason = is_padded.then_some("there are blanks around it");
            text.is_empty().then_some("it is empty").or(reason).map(str::to_owned)
        }
        Reason::NotUtf8 => None,
        Reason::Plain(message) | Reason::Json(message) => Some(message),
        Reason::Foreign(_) if found_in == FoundIn::SecretStore => {
            Some(WITHHELD_BY_STORE.to_owned())
        }
        Reason::Foreign(_) if withheld => Some(WITHHELD_BY_FORM.to_owned()),
        Reason::Foreign(message) => {
            return (problem, Some(told(message, text)));
        }
    };
    (problem, None)
}

/// The message of a foreign parser, without the credentials that the value has.
fn told(message: String, value: &str) -> String {
    let mut secrets = Secrets::default();
    for credential in credentials(value) {
        secrets.note_text(credential);
    }
    let mut messages = [message];
    secrets.redact_messages(messages.iter_mut());
    messages.concat()
}

pub(super) fn bad_reference(
    request: &'static KeyRequest,
    fault: &ExpandFault,
    met_secret: bool,
) -> Problem {
    let key = request.key();
    let reason = match request.hides_value() || met_secret {
        true => fault.without_names().to_owned(),
        false => {
            fault.with_texts(|text| error::shortened(text, MAX_SHOWN).into_owned()).to_string()
        }
    };
    Problem::new(ProblemKind::Invalid, format!("{key} is invalid"))
        .key_named(key)
        .reason(reason)
        .hint(fault.hint())
}
