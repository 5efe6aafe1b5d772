//! The arguments that choose events.

use chrono::{DateTime, Utc};
use clap::{Args, ValueEnum};

use super::names::{NameKind, WantedName};
use super::time::TimeRangeArgs;
use crate::cli::error::CliError;
use crate::cli::invocation::Invocation;
use crate::ledger::{ActorKind, Filter, Outcome, redact};

/// The arguments of `log` and `export` that choose events.
#[derive(Args)]
#[command(next_help_heading = "Which events")]
pub(crate) struct EventFilterArgs {
    /// With this action; `config.*` matches every action that begins with `config.`
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,
    /// By this actor, such as `ada`, `deploy-*` or `service:checkout`
    #[arg(long, value_name = "ID")]
    actor: Option<String>,
    /// On this resource, such as `checkout/prod` or `checkout/*`
    #[arg(long, value_name = "ID")]
    resource: Option<String>,
    /// With this outcome
    #[arg(long, value_enum)]
    outcome: Option<OutcomeArg>,
    #[command(flatten)]
    time_range: TimeRangeArgs,
    /// Of this trace
    #[arg(long, value_name = "ID")]
    trace_id: Option<String>,
    /// At most this many, the newest
    #[arg(long, value_name = "COUNT")]
    pub(crate) limit: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OutcomeArg {
    Success,
    Failure,
    Denied,
}

impl EventFilterArgs {
    /// Whether no event is left out.
    pub(crate) fn takes_all(&self) -> bool {
        let EventFilterArgs { action, actor, resource, outcome, time_range, trace_id, limit } =
            self;
        action.is_none()
            && actor.is_none()
            && resource.is_none()
            && outcome.is_none()
            && time_range.is_open()
            && trace_id.is_none()
            && limit.is_none()
    }

    /// The names that are asked for.
    pub(crate) fn wanted_names(&self) -> Vec<WantedName> {
        let action = self.action.iter().map(|name| WantedName::new(NameKind::Action, name));
        let actor = self.actor.iter().map(|actor| {
            let (kind, _) = split_actor(actor);
            WantedName { with_kind: kind.is_some(), ..WantedName::new(NameKind::Actor, actor) }
        });
        let resource = self.resource.iter();
        let resource = resource.map(|name| WantedName::new(NameKind::Resource, redact(name)));
        action.chain(actor).chain(resource).collect()
    }

    pub(crate) fn filter(&self, invocation: &Invocation<'_>) -> Result<Filter, CliError> {
        let mut filter = Filter::new();
        if let Some(action) = &self.action {
            filter = filter.action(action);
        }
        if let Some(actor) = &self.actor {
            let (kind, id) = split_actor(actor);
            filter = filter.actor_like(id);
            if let Some(kind) = kind {
                filter = filter.actor_type(kind.name());
            }
        }
        if let Some(resource) = &self.resource {
            // As it is recorded.
            filter = filter.resource_id_like(&redact(resource));
        }
        if let Some(trace_id) = &self.trace_id {
            let is_hex = trace_id.bytes().all(|byte| byte.is_ascii_hexdigit());
            if trace_id.len() != 32 || !is_hex {
                return Err(CliError::usage(format!("`{trace_id}` is not a trace id"))
                    .hint("it is the second part of a traceparent and has 32 hex digits"));
            }
            filter = filter.trace_id(trace_id.to_ascii_lowercase());
        }
        if let Some(outcome) = self.outcome {
            filter = filter.outcome(match outcome {
                OutcomeArg::Success => Outcome::Success,
                OutcomeArg::Failure => Outcome::Failure,
                OutcomeArg::Denied => Outcome::Denied,
            });
        }
        let (since, until) = self.time_range.range(invocation)?;
        if since.is_some() || until.is_some() {
            let since = since.unwrap_or(DateTime::<Utc>::MIN_UTC);
            filter = filter.between(since, until.unwrap_or(DateTime::<Utc>::MAX_UTC));
        }
        Ok(filter)
    }
}

/// The kind and the id of an actor, as in `service:deployer`; the kind may be left out.
pub(crate) fn split_actor(text: &str) -> (Option<ActorKind>, &str) {
    let kinds = [ActorKind::User, ActorKind::Service, ActorKind::System, ActorKind::Admin];
    let named = text.split_once(':').and_then(|(kind, id)| {
        let kind = kinds.into_iter().find(|known| known.name() == kind)?;
        Some((Some(kind), id))
    });
    named.unwrap_or((None, text))
}
