//! The context of a record.

use std::borrow::Cow;

use crate::ledger::{Actor, Event, Origin};

type Word = Cow<'static, str>;

/// The context of a record: who loads which configuration, and why.
///
/// Everything has a default: the actor is the user and the host of the process, and the service has the name of the struct.
///
/// ```
/// use envaudit::ledger::{Actor, Context, Origin};
/// use envaudit::ledger::record::Values;
///
/// let context = Context::new()
///     .service("checkout")
///     .actor(Actor::service("deployer"))
///     .reason("release 1.4.2")
///     .origin(Origin::Cli)
///     .values(Values::Never);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Context {
    resource: Option<Word>,
    service: Option<Word>,
    environment: Option<Word>,
    actor: Option<Actor>,
    reason: Option<Word>,
    origin: Option<Origin>,
    trace: Option<(String, String)>,
    request_id: Option<Word>,
    session_id: Option<Word>,
    pub(super) values: Values,
}

/// The values in a record.
///
/// Secret fields are never among them: a record has only their fingerprint, which shows that a secret was rotated and discloses
/// nothing without the ledger's key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Values {
    /// The values of fields that are not secrets, without parts that look like a credential: the userinfo of a URL, a token,
    /// the text of a secret field that was copied into another one. A value of more than 4 KiB is recorded as its fingerprint
    /// alone.
    #[default]
    Redacted,
    /// No values, only fingerprints. A ledger without a key has no fingerprints, so changes of values are not noticed there.
    Never,
}

impl Context {
    /// The defaults.
    pub fn new() -> Self {
        Context::default()
    }

    /// The name of the service: the first part of the resource, as in `checkout/prod`. Default: the name of the struct.
    #[must_use]
    pub fn service(mut self, name: impl Into<Word>) -> Self {
        self.service = Some(name.into());
        self
    }

    /// The name of the environment: the second part of the resource. Default: the one that was loaded.
    #[must_use]
    pub fn environment(mut self, name: impl Into<Word>) -> Self {
        self.environment = Some(name.into());
        self
    }

    /// The whole resource, instead of the service and its environment.
    #[must_use]
    pub fn resource_id(mut self, id: impl Into<Word>) -> Self {
        self.resource = Some(id.into());
        self
    }

    /// The actor. Default: the user and the host of the process, as a service.
    #[must_use]
    pub fn actor(mut self, actor: Actor) -> Self {
        self.actor = Some(actor);
        self
    }

    /// The reason, such as the release or the ticket.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<Word>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// The origin. Default: [`Origin::Library`].
    #[must_use]
    pub fn origin(mut self, origin: Origin) -> Self {
        self.origin = Some(origin);
        self
    }

    /// The W3C trace it belongs to: 32 and 16 hex digits.
    #[must_use]
    pub fn trace(mut self, trace_id: impl Into<String>, span_id: impl Into<String>) -> Self {
        self.trace = Some((trace_id.into(), span_id.into()));
        self
    }

    /// The request it was done in.
    #[must_use]
    pub fn request_id(mut self, id: impl Into<Word>) -> Self {
        self.request_id = Some(id.into());
        self
    }

    /// The session it was done in.
    #[must_use]
    pub fn session_id(mut self, id: impl Into<Word>) -> Self {
        self.session_id = Some(id.into());
        self
    }

    /// Which values the record has.
    #[must_use]
    pub fn values(mut self, values: Values) -> Self {
        self.values = values;
        self
    }

    /// This environment if it was given, else the one that was loaded.
    pub(super) fn environment_or<'a>(&'a self, loaded: Option<&'a str>) -> Option<&'a str> {
        self.environment.as_deref().or(loaded).filter(|name| !name.is_empty())
    }

    /// `checkout/prod`.
    pub(super) fn resource(&self, config: &str, environment: Option<&str>) -> String {
        if let Some(id) = self.resource.as_deref().filter(|id| !id.is_empty()) {
            return id.to_owned();
        }
        let service = self.service.as_deref().filter(|name| !name.is_empty()).unwrap_or(config);
        match environment {
            Some(environment) => format!("{service}/{environment}"),
            None => service.to_owned(),
        }
    }

    /// An event of this action, with the members of the context.
    pub(super) fn event(
        &self,
        action: &'static str,
        resource: &str,
        default_actor: &Actor,
    ) -> Event {
        let actor = self.actor.clone().unwrap_or_else(|| default_actor.clone());
        let mut event = Event::new(action, actor).resource("config", resource.to_owned());
        if let Some(reason) = &self.reason {
            event = event.reason(reason.clone());
        }
        if let Some(origin) = &self.origin {
            event = event.origin(origin.clone());
        }
        if let Some((trace_id, span_id)) = &self.trace {
            event = event.trace(trace_id.clone(), span_id.clone());
        }
        if let Some(id) = &self.request_id {
            event = event.request_id(id.clone());
        }
        if let Some(id) = &self.session_id {
            event = event.session_id(id.clone());
        }
        event
    }
}
