//! One JSON object a line: the lines as they are in the ledger.

use super::Line;

/// The exact bytes of the line, so that its hash can still be checked.
pub(super) fn write(line: &Line<'_>, out: &mut String) {
    out.push_str(line.as_str());
    out.push('\n');
}
