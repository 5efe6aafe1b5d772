//! Queries of the ledger's index.

use crate::cli::args::IndexArgs;
use crate::cli::error::{CliError, with_causes};
use crate::cli::invocation::Invocation;
use crate::ledger::store::SegmentSource;
use crate::ledger::verify::LineCheck;
use crate::report::index::{Index, IndexError};

/// The answer of the index beside the ledger; `None` if it is not to be used, or cannot be, which is then noted. If events are
/// checked with a key, so is the index.
pub(crate) fn query_index<'s, T>(
    args: &IndexArgs,
    source: &'s dyn SegmentSource,
    check: Option<&LineCheck>,
    invocation: &mut Invocation<'_>,
    query: impl FnMut(&Index<'s>) -> Result<T, IndexError>,
) -> Result<Option<T>, CliError> {
    if args.no_index {
        return Ok(None);
    }
    let keys = check.map(LineCheck::keys);
    match Index::ask_with_keys(&invocation.ledger_dir(), source, keys, query) {
        Ok(answer) => Ok(Some(answer)),
        Err(IndexError::Store(error)) => Err(error.into()),
        Err(error) => {
            let why = with_causes(&error);
            invocation.out.note(&format!("note: {why}; all of the ledger is read instead"));
            Ok(None)
        }
    }
}
