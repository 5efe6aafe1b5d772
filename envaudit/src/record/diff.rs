//! The differences between a configuration and its last record.

use std::collections::{HashMap, HashSet};

use super::current::Current;
use crate::ledger::KeyRing;
use crate::ledger::config_state::{ChangeKind, ConfigChange, RecordedValue};

/// The differences, in the order of the fields; what was removed comes last.
pub(super) fn between(
    before: &[RecordedValue],
    now: &[Current],
    ring: Option<&KeyRing>,
    with_values: bool,
) -> Vec<ConfigChange> {
    let change = |kind, before: Option<&RecordedValue>, after: Option<&Current>| {
        let key = before.map_or_else(|| after.map_or("", Current::key), |before| &before.key);
        let recorded = before.map(|before| {
            let mut before = before.clone();
            // A value that has become a secret since is not repeated.
            if !with_values || after.is_some_and(Current::is_masked) {
                before.value = None;
            }
            before
        });
        let after = after.map(|after| after.record(before, ring, with_values));
        ConfigChange::new(key.to_owned(), kind, recorded, after)
    };
    let by_key: HashMap<&str, &RecordedValue> =
        before.iter().map(|before| (before.key.as_str(), before)).collect();
    let mut changes = Vec::new();
    for after in now {
        match by_key.get(after.key()).copied() {
            None => changes.push(change(ChangeKind::Added, None, Some(after))),
            Some(before) if after.is_as(before, ring) => {}
            Some(before) => changes.push(change(ChangeKind::Changed, Some(before), Some(after))),
        }
    }
    let now: HashSet<&str> = now.iter().map(Current::key).collect();
    let gone = before.iter().filter(|before| !now.contains(before.key.as_str()));
    changes.extend(gone.map(|before| change(ChangeKind::Removed, Some(before), None)));
    changes
}
