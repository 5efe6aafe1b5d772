//! The positions of the last state of each configuration: a table in the first line of every further segment, so that a search
//! need not read the segments before it.
//!
//! A table is never trusted: its line has to have the right hash, and so has the event it names.

use std::collections::{BTreeMap, HashSet};

use memchr::memmem;
use serde::{Deserialize, Serialize};

use crate::config_state::resource_of;
use crate::format::line::Line;
use crate::keys::KeyRing;
use crate::read::lines::line_around;

/// The bytes that are in the line of every configuration's event. Other lines may have them too, in their details.
const NEEDLE: &[u8] = b",\"resource_type\":\"config\",\"resource_id\":\"";
/// How many configurations a table has at most; the least recent ones fall out.
const MAX_STATES: usize = 256;
/// A configuration whose name has more bytes is not in any table.
const MAX_NAME: usize = 256;

/// The last event of each configuration that has a state or refers to one.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct States {
    #[serde(rename = "states")]
    last: BTreeMap<String, u64>,
    /// Every configuration with such an event since this one is in the table.
    #[serde(rename = "states_from")]
    from: u64,
}

/// The entry of a table for a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TableEntry {
    /// Its last event.
    Last(u64),
    /// It has none since this event.
    NoneFrom(u64),
    /// There is no entry.
    Nothing,
}

impl States {
    /// An empty table of the events since `seq`.
    pub(crate) fn from(seq: u64) -> Self {
        States { from: seq, last: BTreeMap::new() }
    }

    /// The table in the first line of a segment, if there is one and its line was not changed.
    pub(crate) fn read(line: &Line<'_>, ring: Option<&KeyRing>) -> Option<Self> {
        if line.action != "ledger.segment_opened" || line.hash_holds_under(ring) != Some(true) {
            return None;
        }
        let states: States = serde_json::from_str(line.details?).ok()?;
        let before = |seq: &u64| *seq < line.seq;
        (states.from <= line.seq && states.last.values().all(before)).then_some(states)
    }

    pub(crate) fn get(&self, resource: &str) -> TableEntry {
        match self.last.get(resource) {
            Some(&seq) => TableEntry::Last(seq),
            None if resource.len() <= MAX_NAME => TableEntry::NoneFrom(self.from),
            None => TableEntry::Nothing,
        }
    }

    /// Takes whole lines that come after those taken before.
    pub(crate) fn observe(&mut self, lines: &[u8]) {
        let found: Vec<usize> = memmem::find_iter(lines, NEEDLE).collect();
        let mut seen = HashSet::new();
        // From the last to the first, at most one line of each configuration is read.
        for at in found.into_iter().rev() {
            let name = &lines[at + NEEDLE.len()..];
            let name = &name[..memchr::memchr(b'"', name).unwrap_or(name.len())];
            if seen.contains(name) {
                continue;
            }
            let Ok(line) = Line::parse(line_around(lines, at)) else { continue };
            let Some(resource) = resource_of(&line).filter(|name| name.len() <= MAX_NAME) else {
                continue;
            };
            if resource.as_bytes() == name {
                seen.insert(name);
            }
            let last = self.last.entry(resource.into_owned()).or_default();
            *last = line.seq.max(*last);
        }
        self.shrink();
    }

    fn shrink(&mut self) {
        let Some(over) = self.last.len().checked_sub(MAX_STATES + 1) else { return };
        let mut seqs: Vec<u64> = self.last.values().copied().collect();
        seqs.sort_unstable();
        self.from = self.from.max(seqs[over] + 1);
        self.last.retain(|_, seq| *seq > seqs[over]);
    }

    /// The table without what was pruned before `first`.
    pub(crate) fn kept_from(&self, first: u64) -> Self {
        let kept = self.last.iter().filter(|(_, seq)| **seq >= first);
        States { from: self.from, last: kept.map(|(name, seq)| (name.clone(), *seq)).collect() }
    }
}
