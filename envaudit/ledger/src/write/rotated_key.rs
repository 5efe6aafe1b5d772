//! The key that a line of the ledger hands over to.

use crate::format::line::Line;
use crate::keys::KeyId;

/// The key that events after this line are hashed with.
pub(crate) fn rotated_to(line: &Line<'_>) -> Option<KeyId> {
    if line.action != "ledger.key_rotated" {
        return None;
    }
    let details: serde_json::Value = serde_json::from_str(line.details?).ok()?;
    KeyId::parse(details.get("to")?.as_str()?)
}
