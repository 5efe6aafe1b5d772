//! How much work the references of one load may make, wherever they are resolved.

use core::cell::Cell;

use crate::sources::env_file::expand::ExpandFault;

/// How many references one load follows.
const MAX_REFERENCES: usize = 10_000;
/// How many bytes they bring in, those that are put into others counted each time.
const MAX_COPIED: usize = 16 << 20;

#[derive(Default)]
pub(super) struct ReferenceBudget {
    references: Cell<usize>,
    copied: Cell<usize>,
}

impl ReferenceBudget {
    pub(super) fn follow(&self) -> Result<(), ExpandFault> {
        match spend(&self.references, 1, MAX_REFERENCES) {
            true => Ok(()),
            false => Err(ExpandFault::TooMany),
        }
    }

    pub(super) fn copy(&self, bytes: usize) -> Result<(), ExpandFault> {
        match spend(&self.copied, bytes, MAX_COPIED) {
            true => Ok(()),
            false => Err(ExpandFault::TooMuch),
        }
    }
}

fn spend(spent: &Cell<usize>, more: usize, limit: usize) -> bool {
    let sum = spent.get().saturating_add(more);
    spent.set(sum);
    sum <= limit
}
