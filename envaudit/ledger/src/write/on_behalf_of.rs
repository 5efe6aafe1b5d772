//! The actor of what is done to the ledger itself, and the reason.

use std::borrow::Cow;

use crate::event::{Actor, Event, Origin};
use crate::write::ledger::Ledger;

/// The actor of what a ledger does by itself.
pub(crate) fn self_actor() -> Actor {
    Actor::system("envaudit")
}

/// A ledger in the hands of somebody: what is done to it here is recorded as done by them.
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
    /// The ledger, for what is done to it by this actor: a prune, a change of the key.
    pub fn on_behalf_of(&self, actor: Actor) -> OnBehalfOf<'_> {
        OnBehalfOf { ledger: self, actor, reason: None, origin: None }
    }
}

impl<'l> OnBehalfOf<'l> {
    /// What nobody in particular has asked for.
    pub(crate) fn of_itself(ledger: &'l Ledger) -> Self {
        ledger.on_behalf_of(self_actor())
    }

    /// Why.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<Cow<'static, str>>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Where it came from. Default: [`Origin::Library`].
    #[must_use]
    pub fn origin(mut self, origin: Origin) -> Self {
        self.origin = Some(origin);
        self
    }

    /// An event of the ledger itself, with who and why.
    pub(crate) fn ledger_event(&self, action: &'static str) -> Event {
        let event = self.about(Event::new(action, self.actor.clone()));
        match &self.reason {
            Some(reason) => event.reason(reason.clone()),
            None => event,
        }
    }

    /// An event that comes from where this does.
    pub(crate) fn about(&self, event: Event) -> Event {
        match &self.origin {
            Some(origin) => event.origin(origin.clone()),
            None => event,
        }
    }
}
