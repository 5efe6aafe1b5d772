//! One line by itself: whether a reader that shows it can believe it.

use core::fmt;

use crate::format::line::Line;
use crate::keys::{ChainKeys, Hasher, KeyId};

/// Checks single lines, for readers that show events without verifying the ledger: one hash a line.
///
/// It says nothing of events that are missing, were copied or are out of order: only a [`Verifier`](super::Verifier) does.
///
/// ```
/// use envaudit_ledger::testing::MemoryStore;
/// use envaudit_ledger::verify::{LineCheck, LineFault};
/// use envaudit_ledger::{Actor, Event, KeyRing, LedgerOptions, MasterKey};
///
/// let ring = KeyRing::new(MasterKey::from_bytes([7; 32]));
/// let options = LedgerOptions::new().key(MasterKey::from_bytes([7; 32]));
/// let ledger = options.init_in(MemoryStore::default())?;
/// ledger.append(&Event::new("door.opened", Actor::user("ada")))?;
/// let record = ledger.reader().get(2)?.unwrap();
///
/// let check = LineCheck::new(&ring);
/// assert_eq!(check.fault(&record.line()?), None);
/// let changed = String::from_utf8_lossy(record.bytes()).replace("ada", "eve");
/// let changed = envaudit_ledger::format::Line::parse(changed.as_bytes())?;
/// assert_eq!(check.fault(&changed), Some(LineFault::Hash));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct LineCheck {
    keys: ChainKeys,
    ledger_id: Option<String>,
}

impl LineCheck {
    /// A check with these keys.
    pub fn new(keys: &impl AsRef<ChainKeys>) -> Self {
        LineCheck { keys: keys.as_ref().clone(), ledger_id: None }
    }

    /// The id of the ledger that every line has to be of.
    #[must_use]
    pub fn ledger_id(mut self, id: impl Into<String>) -> Self {
        self.ledger_id = Some(id.into());
        self
    }

    /// Its keys.
    pub fn keys(&self) -> &ChainKeys {
        &self.keys
    }

    /// Why a line cannot be believed; `None` if its hash is right.
    pub fn fault(&self, line: &Line<'_>) -> Option<LineFault> {
        let Some(kid) = line.kid else {
            return Some(match line.hash_holds(&Hasher::Unkeyed) {
                true => LineFault::NoKey,
                false => LineFault::Hash,
            });
        };
        let Some(hasher) = self.keys.hasher(kid) else { return Some(LineFault::KeyUnknown(kid)) };
        if !line.hash_holds(hasher) {
            return Some(LineFault::Hash);
        }
        let other = self.ledger_id.as_ref().is_some_and(|id| *id != line.ledger_id);
        other.then_some(LineFault::OtherLedger)
    }
}

/// Why a line cannot be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineFault {
    /// Its hash is not that of its bytes: it was changed, or made up.
    Hash,
    /// Its hash needs no key, so that anybody can have written it.
    NoKey,
    /// It is an event of another ledger.
    OtherLedger,
    /// Its key was not given: whether it was changed is not known.
    KeyUnknown(KeyId),
}

impl LineFault {
    /// Whether the line is known not to be what the ledger recorded.
    pub fn is_certain(self) -> bool {
        !matches!(self, LineFault::KeyUnknown(_))
    }
}

impl fmt::Display for LineFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LineFault::Hash => f.write_str("its hash is not the one it should have"),
            LineFault::NoKey => {
                f.write_str("its hash needs no key, so that anybody can have written it")
            }
            LineFault::OtherLedger => f.write_str("it is an event of another ledger"),
            LineFault::KeyUnknown(kid) => write!(f, "its key {kid} was not given"),
        }
    }
}
