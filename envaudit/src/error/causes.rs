//! An error together with its causes, for places that show a text.

use core::error::Error;
use core::iter::successors;

/// The error and its causes, joined by `: `.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let causes = successors(error.source(), |cause| (*cause).source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
