//! The record of a load that failed.

use serde_json::{Map, Value};

use crate::error::{LoadError, Problem, ProblemKind};
use crate::ledger::{Event, Outcome, redact};
use crate::sources;

/// Adds the problems to the event, without values and without the messages of foreign parsers.
pub(super) fn describe(event: Event, environment: Option<&str>, error: &LoadError) -> Event {
    let problems: Vec<Value> = error.problems().iter().map(problem).collect();
    event
        .outcome(Outcome::Failure)
        .public_detail("environment", environment.map(str::to_owned))
        .public_detail("problems", problems)
}

fn problem(problem: &Problem) -> Value {
    let mut members = Map::new();
    let mut set = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            members.insert(name.to_owned(), value.into());
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
