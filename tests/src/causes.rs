//! What an error says together with its causes.

use std::error::Error;

/// The text of an error and of each of its causes, as the command prints them.
pub fn with_causes(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
