//! What is said of a value that was refused: nothing of it where it is secret.

use crate::error::{self, Problem, ProblemKind};
use crate::schema::KeyRequest;
use crate::schema::expected;
use crate::sources::env_file::expand::ExpandFault;
use crate::value::{Raw, Reason, ValueError};

/// What is said in the place of a parser or check that may have quoted the value.
pub(super) const WITHHELD: &str = "the reason is not shown, because the value is secret";

/// The most characters of a name or of the message of a reference that are shown.
const MAX_SHOWN: usize = 100;

pub(super) fn invalid(request: &'static KeyRequest, raw: &Raw<'_>, error: ValueError) -> Problem {
    let key = request.key();
    let mut problem =
        Problem::new(ProblemKind::Invalid, format!("{key} is invalid")).key_named(key);
    problem.expected = Some(expected(request));
    let reason = error.into_reason();
    if request.is_secret() || raw.is_secret() {
        problem.reason = match reason {
            Reason::Unexpected | Reason::Plain(_) => None,
            Reason::NotUtf8 => Some("it is not valid UTF-8".to_owned()),
            Reason::Foreign(_) => Some(WITHHELD.to_owned()),
        };
        return problem;
    }
    problem.found = raw.as_str().ok().map(error::shown);
    problem.reason = match reason {
        Reason::Unexpected => {
            let text = raw.as_str().unwrap_or("");
            let is_padded = text.trim() != text;
            let reason = is_padded.then_some("there are blanks around it");
            text.is_empty().then_some("it is empty").or(reason).map(str::to_owned)
        }
        Reason::NotUtf8 => Some("it is not valid UTF-8".to_owned()),
        Reason::Plain(message) => Some(message),
        Reason::Foreign(message) => Some(error::shown_message(&message)),
    };
    problem
}

pub(super) fn bad_reference(
    request: &'static KeyRequest,
    fault: &ExpandFault,
    met_secret: bool,
) -> Problem {
    let key = request.key();
    let reason = match request.is_secret() || met_secret {
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
