//! Whether the lines that an index is made of are those that the ledger recorded: only an index of such lines is sealed.
//!
//! Otherwise an index could be had sealed while other lines stand in the files, and be kept after the true ones are put back.

use super::status::IndexStatus;
use crate::ledger::format::Line;
use crate::ledger::keys::ChainKeys;
use crate::ledger::verify::{LineCheck, LineFault};

/// The lines so far.
pub(super) struct Soundness {
    check: LineCheck,
    next: u64,
    /// Whether lines under keys that were not given are let pass: at the beginning alone, where the first key of the ledger was
    /// not given either. Whoever reads them cannot check them anyway.
    lets_unknown_keys_pass: bool,
    holds: bool,
}

impl Soundness {
    /// Of what is not indexed yet.
    pub(super) fn of(status: &IndexStatus, keys: &ChainKeys) -> Self {
        let first = status.segments.first().map_or(1, |info| info.first_seq);
        let manifest = status.manifest.as_ref();
        let first_key = manifest.and_then(|manifest| manifest.keys()).map(|keys| keys.kid);
        let id = manifest.map(|manifest| manifest.ledger_id().to_string());
        Soundness {
            check: id.into_iter().fold(LineCheck::new(keys), LineCheck::ledger_id),
            next: status.kept.last().map_or(first, |last| last.last_id + 1),
            lets_unknown_keys_pass: status.kept.is_empty()
                && first_key.is_some_and(|key| keys.hasher(key).is_none()),
            holds: manifest.is_some(),
        }
    }

    /// Looks at the next line; `None` is one that cannot be read.
    pub(super) fn look_at(&mut self, line: Option<&Line<'_>>) {
        if !self.holds {
            return;
        }
        self.holds = line.is_some_and(|line| {
            let passes = match self.check.fault(line) {
                None => {
                    self.lets_unknown_keys_pass = false;
                    true
                }
                Some(LineFault::KeyUnknown(_)) => self.lets_unknown_keys_pass,
                Some(_) => false,
            };
            passes && line.seq == self.next
        });
        self.next += 1;
    }

    /// Whether all lines so far are sound.
    pub(super) fn holds(&self) -> bool {
        self.holds
    }
}
