//! The arguments for an actor and a reason.

use clap::Args;

use super::filter::split_actor;
use crate::cli::error::CliError;
use crate::cli::invocation::Invocation;
use crate::ledger::{Actor, ActorKind, Ledger, OnBehalfOf, Origin};
use crate::record::process_actor;

/// An actor and a reason, both optional.
#[derive(Args, Default)]
pub(crate) struct ActorArgs {
    /// The actor: a person, or `service:NAME`, `admin:NAME`, `system:NAME`, `user:NAME` [default: the user and the host]
    #[arg(long, value_name = "ACTOR")]
    pub(crate) actor: Option<String>,
    /// The reason, such as a release or a ticket
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
}

impl ActorArgs {
    /// Refuses an actor or a reason that is empty.
    pub(crate) fn check(&self) -> Result<(), CliError> {
        check_reason(self.reason.as_deref())?;
        self.actor.as_deref().map_or(Ok(()), |text| parse_actor(text).map(drop))
    }

    /// The ledger, writing on behalf of the actor.
    pub(crate) fn on_behalf_of<'l>(
        &self,
        ledger: &'l Ledger,
        invocation: &Invocation<'_>,
    ) -> Result<OnBehalfOf<'l>, CliError> {
        let actor = match &self.actor {
            Some(text) => parse_actor(text)?,
            None => process_actor(&invocation.env),
        };
        let on_behalf = ledger.on_behalf_of(actor).origin(Origin::Cli);
        check_reason(self.reason.as_deref())?;
        Ok(match &self.reason {
            Some(reason) => on_behalf.reason(reason.clone()),
            None => on_behalf,
        })
    }
}

/// The actor in a text such as `service:deployer`; without a kind it is a person.
pub(crate) fn parse_actor(text: &str) -> Result<Actor, CliError> {
    let (kind, id) = split_actor(text);
    let kind = kind.unwrap_or(ActorKind::User);
    match id.trim().is_empty() {
        true => Err(CliError::usage("`--actor` must not be empty")),
        false => Ok(Actor::new(kind, id.trim().to_owned())),
    }
}

/// Refuses a reason that is empty.
pub(crate) fn check_reason(text: Option<&str>) -> Result<(), CliError> {
    match text.is_some_and(|text| text.trim().is_empty()) {
        true => Err(CliError::usage("`--reason` must not be empty")),
        false => Ok(()),
    }
}
