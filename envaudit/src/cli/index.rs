//! The index of the ledger, for commands that look something up.

use clap::Args;

use super::failure::Failure;
use super::ledger::chain;
use super::world::World;
use crate::ledger::store::SegmentSource;
use crate::report::index::{Index, IndexError};

/// Whether the index is asked.
#[derive(Args)]
pub(crate) struct NoIndex {
    /// Reads the ledger itself, and neither asks nor writes `index.sqlite`
    #[arg(long)]
    no_index: bool,
}

impl NoIndex {
    /// Whether the index beside the ledger may be asked.
    pub(crate) fn allows(&self) -> bool {
        !self.no_index
    }
}

/// What the index beside the ledger says; nothing where it is not to be asked, or cannot be, which is said.
pub(crate) fn asked<'s, T>(
    no_index: &NoIndex,
    source: &'s dyn SegmentSource,
    world: &mut World<'_>,
    question: impl FnMut(&Index<'s>) -> Result<T, IndexError>,
) -> Result<Option<T>, Failure> {
    if !no_index.allows() {
        return Ok(None);
    }
    match Index::ask(&world.ledger_dir(), source, question) {
        Ok(answer) => Ok(Some(answer)),
        Err(IndexError::Store(error)) => Err(error.into()),
        Err(error) => {
            world.out.note(&format!("note: {}; all of the ledger is read instead", chain(&error)));
            Ok(None)
        }
    }
}
