//! Events: the entries of a ledger.

use std::borrow::Cow;
use std::error::Error;

use envaudit_redact::{mask_ip, redact, redact_member};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::format::json::{Scanner, Unwritable, write_value};
use crate::format::line::{MAX_ACTION, write_member};

/// A text that is often known when the program is compiled.
type Word = Cow<'static, str>;

/// One thing that happened: the actor, the action, its object and its outcome.
///
/// ```
/// use envaudit_ledger::{Actor, Event, Origin, Outcome};
///
/// let event = Event::new("user.role_changed", Actor::user("ada"))
///     .resource("user", "grace")
///     .outcome(Outcome::Denied)
///     .reason("not an administrator")
///     .origin(Origin::Http)
///     .trace("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7")
///     .ip_address("203.0.113.77:52100")
///     .detail("role", "admin");
/// assert!(event.check().is_ok());
/// ```
///
/// An event is checked when it is appended, or by [`check`](Self::check). Texts are redacted as they are given: see
/// [`redact`](crate::redact()).
#[derive(Clone, Debug)]
pub struct Event {
    action: Word,
    actor: Actor,
    resource: Option<(Word, Word)>,
    outcome: Outcome,
    reason: Option<Word>,
    origin: Origin,
    trace: Option<(String, String)>,
    request_id: Option<Word>,
    session_id: Option<Word>,
    ip_address: Option<String>,
    user_agent: Option<Word>,
    details: Details,
    problem: Option<EventError>,
}

#[derive(Clone, Debug)]
enum Details {
    Members(Map<String, Value>),
    Written(String),
}

impl Event {
    /// A success of this action, such as `config.changed`: words in lower case, joined by dots.
    pub fn new(action: impl Into<Word>, actor: Actor) -> Self {
        Event {
            action: action.into(),
            actor,
            resource: None,
            outcome: Outcome::Success,
            reason: None,
            origin: Origin::Library,
            trace: None,
            request_id: None,
            session_id: None,
            ip_address: None,
            user_agent: None,
            details: Details::Members(Map::new()),
            problem: None,
        }
    }

    /// The object of the action: its kind and its id.
    #[must_use]
    pub fn resource(mut self, kind: impl Into<Word>, id: impl Into<Word>) -> Self {
        self.resource = Some((clean(kind), clean(id)));
        self
    }

    /// The outcome of an event.
    #[must_use]
    pub fn outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    /// The reason for it, or for its failure.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<Word>) -> Self {
        self.reason = Some(clean(reason));
        self
    }

    /// The origin of an event.
    #[must_use]
    pub fn origin(mut self, origin: Origin) -> Self {
        self.origin = origin;
        self
    }

    /// The W3C trace it belongs to: 32 and 16 hex digits, not all of them zero.
    #[must_use]
    pub fn trace(mut self, trace_id: impl Into<String>, span_id: impl Into<String>) -> Self {
        let (trace_id, span_id) = (trace_id.into(), span_id.into());
        if is_id(&trace_id, 32) && is_id(&span_id, 16) {
            self.trace = Some((trace_id, span_id));
            return self;
        }
        self.fail(EventError::new("trace", "32 and 16 lower-case hex digits that are not all zero"))
    }

    /// The request it was done in.
    #[must_use]
    pub fn request_id(mut self, id: impl Into<Word>) -> Self {
        self.request_id = Some(clean(id));
        self
    }

    /// The session it was done in.
    #[must_use]
    pub fn session_id(mut self, id: impl Into<Word>) -> Self {
        self.session_id = Some(clean(id));
        self
    }

    /// The address it came from; only its network is kept: see [`mask_ip`](crate::mask_ip()).
    #[must_use]
    pub fn ip_address(mut self, address: &str) -> Self {
        self.ip_address = Some(mask_ip(address));
        self
    }

    /// The client it came from.
    #[must_use]
    pub fn user_agent(mut self, agent: impl Into<Word>) -> Self {
        self.user_agent = Some(clean(agent));
        self
    }

    /// Adds a member to `details`, replacing one of the same name. A value under the name of a secret is redacted, and so are
    /// credentials inside texts.
    ///
    /// A ledger has no floats: give a number with a fraction as a text.
    #[must_use]
    pub fn detail(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        let name = name.into();
        let mut value = match serde_json::to_value(value) {
            Ok(value) => value,
            Err(error) => {
                return self
                    .fail(EventError::new("details", "a value that JSON has").because(error));
            }
        };
        redact_member(&name, &mut value);
        match &mut self.details {
            Details::Members(members) => {
                members.insert(name, value);
                self
            }
            Details::Written(_) => {
                self.fail(EventError::new("details", "members or a whole, not both"))
            }
        }
    }

    /// Adds a member that is known not to be a secret.
    #[doc(hidden)]
    pub fn public_detail(mut self, name: &str, value: impl Into<Value>) -> Self {
        if let Details::Members(members) = &mut self.details {
            members.insert(name.to_owned(), value.into());
        }
        self
    }

    /// Sets `details` as a whole: an object as in a line, without whitespace. It is not redacted.
    #[must_use]
    pub fn details_json(mut self, json: String) -> Self {
        let mut scanner = Scanner::new(&json);
        let object = scanner.object().is_ok() && scanner.rest().is_empty();
        if !object {
            return self.fail(EventError::new(
                "details",
                "an object without whitespace, floats and duplicate keys",
            ));
        }
        self.details = Details::Written(json);
        self
    }

    /// The action.
    pub fn action(&self) -> &str {
        &self.action
    }

    /// Whether the event can be appended.
    ///
    /// # Errors
    ///
    /// When it cannot; the error says which part is wrong.
    pub fn check(&self) -> Result<(), EventError> {
        self.check_names()?;
        self.write(&mut Vec::new())
    }

    fn check_names(&self) -> Result<(), EventError> {
        if let Some(problem) = &self.problem {
            return Err(problem.clone());
        }
        if !is_action(&self.action) {
            return Err(EventError::new(
                "action",
                "words of a-z, 0-9 and _ joined by dots, such as config.changed",
            ));
        }
        if self.actor.id.is_empty() {
            return Err(EventError::new("actor", "an id that is not empty"));
        }
        if self.origin.name().is_empty() {
            return Err(EventError::new("origin", "a name that is not empty"));
        }
        Ok(())
    }

    /// Like `check`, for events of users, which may not have an action of the ledger itself.
    pub(crate) fn check_user(&self) -> Result<(), EventError> {
        if self.action.starts_with("ledger.") {
            return Err(EventError::new("action", "one that does not begin with `ledger.`"));
        }
        self.check_names()
    }

    /// Writes the members of a line from `actor_type` to `details`.
    pub(crate) fn write(&self, out: &mut Vec<u8>) -> Result<(), EventError> {
        out.extend_from_slice(b",\"actor_type\":\"");
        out.extend_from_slice(self.actor.kind.name().as_bytes());
        out.push(b'"');
        write_member(out, ",\"actor_id\":", &self.actor.id);
        write_member(out, ",\"action\":", &self.action);
        if let Some((kind, id)) = &self.resource {
            write_member(out, ",\"resource_type\":", kind);
            write_member(out, ",\"resource_id\":", id);
        }
        out.extend_from_slice(b",\"outcome\":\"");
        out.extend_from_slice(self.outcome.name().as_bytes());
        out.push(b'"');
        let mut optional = |key, text: Option<&str>| {
            if let Some(text) = text {
                write_member(out, key, text);
            }
        };
        optional(",\"reason\":", self.reason.as_deref());
        optional(",\"origin\":", Some(self.origin.name()));
        optional(",\"trace_id\":", self.trace.as_ref().map(|(trace_id, _)| trace_id.as_str()));
        optional(",\"span_id\":", self.trace.as_ref().map(|(_, span_id)| span_id.as_str()));
        optional(",\"request_id\":", self.request_id.as_deref());
        optional(",\"session_id\":", self.session_id.as_deref());
        optional(",\"ip_address\":", self.ip_address.as_deref());
        optional(",\"user_agent\":", self.user_agent.as_deref());
        match &self.details {
            Details::Members(members) if members.is_empty() => {}
            Details::Members(members) => {
                for (at, (name, value)) in members.iter().enumerate() {
                    out.extend_from_slice(if at == 0 { b",\"details\":{" } else { b"," });
                    crate::format::json::write_string(out, name);
                    out.push(b':');
                    write_value(out, value).map_err(|error| match error {
                        Unwritable::Float => {
                            EventError::new("details", "no floats; give the number as a text")
                        }
                        Unwritable::TooDeep => EventError::new(
                            "details",
                            "objects and arrays nested at most 64 deep, where the line is the first and details the second",
                        ),
                    })?;
                }
                out.push(b'}');
            }
            Details::Written(json) => {
                out.extend_from_slice(b",\"details\":");
                out.extend_from_slice(json.as_bytes());
            }
        }
        Ok(())
    }

    fn fail(mut self, problem: EventError) -> Self {
        self.problem.get_or_insert(problem);
        self
    }
}

fn clean(text: impl Into<Word>) -> Word {
    let text = text.into();
    match redact(&text) {
        Cow::Owned(clean) => Cow::Owned(clean),
        Cow::Borrowed(_) => text,
    }
}

fn is_action(action: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty()
            && word.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
    };
    action.len() <= MAX_ACTION && action.split('.').all(word)
}

/// This many lower-case hex digits, not all of them zero.
fn is_id(text: &str, digits: usize) -> bool {
    text.len() == digits
        && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        && text.bytes().any(|byte| byte != b'0')
}

/// The actor of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    kind: ActorKind,
    id: Word,
}

impl Actor {
    /// An actor of this kind; the id must not be empty.
    pub fn new(kind: ActorKind, id: impl Into<Word>) -> Self {
        Actor { kind, id: clean(id) }
    }

    /// A person.
    pub fn user(id: impl Into<Word>) -> Self {
        Actor::new(ActorKind::User, id)
    }

    /// A program.
    pub fn service(id: impl Into<Word>) -> Self {
        Actor::new(ActorKind::Service, id)
    }

    /// The machine, or the library itself.
    pub fn system(id: impl Into<Word>) -> Self {
        Actor::new(ActorKind::System, id)
    }

    /// A person with special rights.
    pub fn admin(id: impl Into<Word>) -> Self {
        Actor::new(ActorKind::Admin, id)
    }

    /// Its kind.
    pub fn kind(&self) -> ActorKind {
        self.kind
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// The kind of an [`Actor`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ActorKind {
    /// A person.
    User,
    /// A program.
    Service,
    /// The machine, or the library itself.
    System,
    /// A person with special rights.
    Admin,
}

impl ActorKind {
    /// Its name in a line.
    pub const fn name(self) -> &'static str {
        match self {
            ActorKind::User => "user",
            ActorKind::Service => "service",
            ActorKind::System => "system",
            ActorKind::Admin => "admin",
        }
    }
}

/// The outcome of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// It succeeded.
    Success,
    /// It was tried and failed.
    Failure,
    /// It was not allowed.
    Denied,
}

impl Outcome {
    /// Its name in a line.
    pub const fn name(self) -> &'static str {
        match self {
            Outcome::Success => "success",
            Outcome::Failure => "failure",
            Outcome::Denied => "denied",
        }
    }
}

/// The origin of an event.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// A call of this library.
    Library,
    /// A command.
    Cli,
    /// A request.
    Http,
    /// A timer.
    Scheduler,
    /// A trigger of a database.
    Trigger,
    /// Something else, by its name.
    Other(Word),
}

impl Origin {
    /// Its name in a line.
    pub fn name(&self) -> &str {
        match self {
            Origin::Library => "library",
            Origin::Cli => "cli",
            Origin::Http => "http",
            Origin::Scheduler => "scheduler",
            Origin::Trigger => "trigger",
            Origin::Other(name) => name,
        }
    }
}

/// The reason why an event cannot be recorded.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the event's {field} must be {expected}")]
pub struct EventError {
    field: &'static str,
    expected: &'static str,
    source: Option<std::sync::Arc<dyn Error + Send + Sync>>,
}

impl EventError {
    pub(crate) fn new(field: &'static str, expected: &'static str) -> Self {
        EventError { field, expected, source: None }
    }

    fn because(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.source = Some(std::sync::Arc::new(source));
        self
    }

    /// The part of the event that is wrong.
    pub fn field(&self) -> &'static str {
        self.field
    }
}
