//! Which events are asked for.

use chrono::{DateTime, Utc};
use clap::{Args, ValueEnum};

use super::failure::Failure;
use super::times;
use super::world::World;
use crate::ledger::{ActorKind, Filter, Outcome, redact};

/// The arguments of `log` and `export` that choose events.
#[derive(Args)]
#[command(next_help_heading = "Which events")]
pub(crate) struct Which {
    /// Of this action; `config.*` are all that begin so
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,
    /// By this actor, such as `ada`, `deploy-*` or `service:checkout`
    #[arg(long, value_name = "ID")]
    actor: Option<String>,
    /// On this thing, such as `checkout/prod` or `checkout/*`
    #[arg(long, value_name = "ID")]
    resource: Option<String>,
    /// That ended so
    #[arg(long, value_enum)]
    outcome: Option<Ended>,
    #[command(flatten)]
    when: When,
    /// Of this trace
    #[arg(long, value_name = "ID")]
    trace_id: Option<String>,
    /// The newest so many
    #[arg(long, value_name = "COUNT")]
    pub(crate) limit: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Ended {
    Success,
    Failure,
    Denied,
}

impl Which {
    pub(crate) fn filter(&self, world: &World<'_>) -> Result<Filter, Failure> {
        let mut filter = Filter::new();
        if let Some(action) = &self.action {
            filter = filter.action(action);
        }
        if let Some(actor) = &self.actor {
            let (kind, id) = actor_of(actor);
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
                return Err(Failure::usage(format!("`{trace_id}` is no trace id"))
                    .hint("it is the second part of a traceparent and has 32 hex digits"));
            }
            filter = filter.trace_id(trace_id.to_ascii_lowercase());
        }
        if let Some(outcome) = self.outcome {
            filter = filter.outcome(match outcome {
                Ended::Success => Outcome::Success,
                Ended::Failure => Outcome::Failure,
                Ended::Denied => Outcome::Denied,
            });
        }
        let (since, until) = self.when.range(world)?;
        if since.is_some() || until.is_some() {
            let since = since.unwrap_or(DateTime::<Utc>::MIN_UTC);
            filter = filter.between(since, until.unwrap_or(DateTime::<Utc>::MAX_UTC));
        }
        Ok(filter)
    }
}

/// The kind that stands before an actor, as in `service:deployer`, and who it is.
pub(crate) fn actor_of(text: &str) -> (Option<ActorKind>, &str) {
    let kinds = [ActorKind::User, ActorKind::Service, ActorKind::System, ActorKind::Admin];
    let named = text.split_once(':').and_then(|(kind, id)| {
        let kind = kinds.into_iter().find(|known| known.name() == kind)?;
        Some((Some(kind), id))
    });
    named.unwrap_or((None, text))
}

/// From when to when.
#[derive(Args)]
pub(crate) struct When {
    /// From then on: `2026-11-30T12:00:00Z`, `2026-11-30`, or `7d` for as long ago
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Before then
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
}

/// From a moment on, and before another.
type Range = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

impl When {
    /// The moments, as far as they are given.
    pub(crate) fn range(&self, world: &World<'_>) -> Result<Range, Failure> {
        let now = world.now();
        let time = |text: &Option<String>| {
            let time = text.as_ref().map(|text| times::time(text, now));
            time.transpose().map_err(Failure::usage)
        };
        let range = (time(&self.since)?, time(&self.until)?);
        match range {
            (Some(since), Some(until)) if since >= until => {
                Err(Failure::usage("there is no time from `--since` to `--until`"))
            }
            range => Ok(range),
        }
    }
}
