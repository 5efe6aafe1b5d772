//! The record of a load that failed.

use serde_json::{Map, Value};

use crate::error::{LoadError, Problem, ProblemKind};
use crate::ledger::{Event, Outcome, redact};
use crate::sources;

/// The bytes of the problems in one record: a line has 1 MiB, and more than these.
const MAX_PROBLEMS: usize = 512 << 10;
/// The characters of one text of a problem.
const MAX_TEXT: usize = 1024;

/// Adds the problems to the event, without values and without the messages of foreign parsers. Of very many, the first are
/// listed and the others counted.
pub(super) fn describe(event: Event, environment: Option<&str>, error: &LoadError) -> Event {
    let mut bytes = 0;
    let mut problems: Vec<Value> = Vec::new();
    for each in error.problems() {
        let problem = problem(each);
        bytes += problem.to_string().len() + 1;
        if bytes > MAX_PROBLEMS {
            break;
        }
        problems.push(problem);
    }
    let more = error.problems().len() - problems.len();
    let event = event
        .outcome(Outcome::Failure)
        .public_detail("environment", environment.map(shortened))
        .public_detail("problems", problems);
    match more {
        0 => event,
        more => event.public_detail("more_problems", more),
    }
}

/// The text, or its beginning.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn problem(problem: &Problem) -> Value {
    let mut members = Map::new();
    let mut set = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            members.insert(name.to_owned(), shortened(&value).into());
        }
    };
    set("kind", Some(problem.kind().name().to_owned()));
    let of_a_source = matches!(
        problem.kind(),
        ProblemKind::Unreadable | ProblemKind::Provider | ProblemKind::Policy
    );
    let text = |text: &str| redact(text).into_owned();
    // The name of an unknown key is found in a file, where a secret may have been pasted.
    if problem.kind() != ProblemKind::UnknownKey {
        set("key", problem.key().map(str::to_owned));
        set("expected", problem.expected().map(text));
    }
    set("source", problem.source().map(|source| source.name().to_owned()));
    if let Some(source) = problem.source() {
        let place = problem.location().map(|_| sources::place(source, problem.location()));
        set("location", place.as_deref().map(text));
    }
    if of_a_source {
        set("message", Some(text(problem.message())));
        set("reason", problem.reason_text().map(text));
    }
    members.into()
}
