//! Who does something, and why.

use clap::Args;

use super::failure::Failure;
use super::filter::actor_of;
use super::world::World;
use crate::ledger::{Acting, Actor, ActorKind, Ledger, Origin};
use crate::record::process_actor;

/// Who and why, where neither must be said.
#[derive(Args, Default)]
pub(crate) struct Who {
    /// Who: a person, or `service:NAME`, `admin:NAME`, `system:NAME`, `user:NAME` [default: the user and the host]
    #[arg(long, value_name = "ACTOR")]
    pub(crate) actor: Option<String>,
    /// Why, such as the release or the ticket
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
}

impl Who {
    /// Refuses what says nothing.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        check_reason(self.reason.as_deref())?;
        self.actor.as_deref().map_or(Ok(()), |text| actor(text).map(drop))
    }

    /// The ledger in their hands.
    pub(crate) fn acting<'l>(
        &self,
        ledger: &'l Ledger,
        world: &World<'_>,
    ) -> Result<Acting<'l>, Failure> {
        let actor = match &self.actor {
            Some(text) => actor(text)?,
            None => process_actor(&world.env),
        };
        let acting = ledger.acting(actor).origin(Origin::Cli);
        check_reason(self.reason.as_deref())?;
        Ok(match &self.reason {
            Some(reason) => acting.reason(reason.clone()),
            None => acting,
        })
    }
}

/// `service:deployer`; without a kind it is a person.
pub(crate) fn actor(text: &str) -> Result<Actor, Failure> {
    let (kind, id) = actor_of(text);
    let kind = kind.unwrap_or(ActorKind::User);
    match id.trim().is_empty() {
        true => Err(Failure::usage("`--actor` must name somebody")),
        false => Ok(Actor::new(kind, id.trim().to_owned())),
    }
}

/// A reason that is given must be one.
pub(crate) fn check_reason(text: Option<&str>) -> Result<(), Failure> {
    match text.is_some_and(|text| text.trim().is_empty()) {
        true => Err(Failure::usage("`--reason` must say why")),
        false => Ok(()),
    }
}
