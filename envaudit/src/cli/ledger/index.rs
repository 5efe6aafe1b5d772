//! Queries of the ledger's index.

use crate::cli::args::IndexArgs;
use crate::cli::error::{CliError, with_causes};
use crate::cli::invocation::Invocation;
use crate::ledger::store::SegmentSource;
use crate::report::index::{Index, IndexError};

/// The answer of the index beside the ledger; `None` if it is not to be used, or cannot be, which is then noted.
pub(crate) fn query_index<'s, T>(
    args: &IndexArgs,
    source: &'s dyn SegmentSource,
    invocation: &mut Invocation<'_>,
    query: impl FnMut(&Index<'s>) -> Result<T, IndexError>,
) -> Result<Option<T>, CliError> {
    if args.no_index {
        return Ok(None);
    }
    match Index::ask(&invocation.ledger_dir(), source, query) {
        Ok(answer) => Ok(Some(answer)),
        Err(IndexError::Store(error)) => Err(error.into()),
        Err(error) => {
            let why = with_causes(&error);
            invocation.out.note(&format!("note: {why}; all of the ledger is read instead"));
            Ok(None)
        }
    }
}
