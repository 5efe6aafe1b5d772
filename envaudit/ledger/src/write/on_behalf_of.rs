//! Operations on the ledger itself on behalf of an actor.

use std::borrow::Cow;

use crate::event::{Actor, Event, Origin};
use crate::write::ledger::Ledger;

/// The actor of events that a ledger records by itself.
pub(crate) fn self_actor() -> Actor {
    Actor::system("envaudit")
}

/// A ledger on behalf of an actor: its operations are recorded as done by that actor.
///
/// ```
/// use envaudit_ledger::{Actor, LedgerOptions, MasterKey};
/// use envaudit_ledger::prune::PrunePolicy;
/// use envaudit_ledger::testing::MemoryStore;
///
/// let ledger = LedgerOptions::new().key(MasterKey::from_bytes([7; 32])).init_in(MemoryStore::default())?;
/// ledger.seal()?;
/// ledger.on_behalf_of(Actor::user("ada")).reason("a year is over").prune(PrunePolicy::KeepSegments(1))?;
/// let newest = ledger.reader().newest()?.next().expect("there is one")?;
/// assert_eq!(newest.line()?.actor_id, "ada");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct OnBehalfOf<'l> {
    pub(crate) ledger: &'l Ledger,
    pub(crate) actor: Actor,
    reason: Option<Cow<'static, str>>,
    origin: Option<Origin>,
}

impl Ledger {
    /// The ledger on behalf of this actor, for a prune or a change of the key.
    pub fn on_behalf_of(&self, actor: Actor) -> OnBehalfOf<'_> {
        OnBehalfOf { ledger: self, actor, reason: None, origin: None }
    }
}

impl<'l> OnBehalfOf<'l> {
    /// The ledger on its own behalf.
    pub(crate) fn of_itself(ledger: &'l Ledger) -> Self {
        ledger.on_behalf_of(self_actor())
    }

    /// The reason.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<Cow<'static, str>>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// The origin. Default: [`Origin::Library`].
    #[must_use]
    pub fn origin(mut self, origin: Origin) -> Self {
        self.origin = Some(origin);
        self
    }

    /// An event of the ledger itself, with the actor and the reason.
    pub(crate) fn ledger_event(&self, action: &'static str) -> Event {
        let event = self.about(Event::new(action, self.actor.clone()));
        match &self.reason {
            Some(reason) => event.reason(reason.clone()),
            None => event,
        }
    }

    /// The event with the origin of this.
    pub(crate) fn about(&self, event: Event) -> Event {
        match &self.origin {
            Some(origin) => event.origin(origin.clone()),
            None => event,
        }
    }
}
