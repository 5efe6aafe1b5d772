//! An error together with its causes, for places that show a text.

use core::error::Error;
use core::iter::successors;

/// The error and its causes, joined by `: `.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let causes = successors(error.source(), |cause| (*cause).source());
    let mut texts = vec![error.to_string()];
    texts.extend(causes.map(ToString::to_string));
    // Some errors still write their cause themselves.
    texts.dedup_by(|cause, error| error.contains(&*cause));
    texts.join(": ")
}
