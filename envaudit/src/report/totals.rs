//! Sums over all events of a report.

use std::collections::BTreeMap;

use super::scan::{EventPlace, Occurrence};

/// The number of events, their outcomes, and the first and the last time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tally {
    pub(super) count: u64,
    pub(super) success: u64,
    pub(super) failure: u64,
    pub(super) denied: u64,
    pub(super) first: i64,
    pub(super) last: i64,
}

impl Default for Tally {
    fn default() -> Self {
        Tally { count: 0, success: 0, failure: 0, denied: 0, first: i64::MAX, last: i64::MIN }
    }
}

impl Tally {
    pub(super) fn join(&mut self, other: &Tally) {
        self.count += other.count;
        self.success += other.success;
        self.failure += other.failure;
        self.denied += other.denied;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }

    pub(super) fn add(&mut self, event: &Occurrence<'_>) {
        self.count += 1;
        match event.kind.outcome.as_str() {
            "success" => self.success += 1,
            "denied" => self.denied += 1,
            _ => self.failure += 1,
        }
        self.first = self.first.min(event.place.time);
        self.last = self.last.max(event.place.time);
    }
}

/// The totals of all events and of each day, and the newest events.
pub(super) struct Totals {
    pub(super) all: Tally,
    pub(super) days: BTreeMap<i64, Tally>,
    newest: BTreeMap<u64, EventPlace>,
    keep: usize,
}

pub(super) const DAY: i64 = 86_400_000_000;

impl Totals {
    pub(super) fn keeping(keep: usize) -> Self {
        Totals { all: Tally::default(), days: BTreeMap::new(), newest: BTreeMap::new(), keep }
    }

    pub(super) fn add(&mut self, event: &Occurrence<'_>) {
        self.all.add(event);
        self.days.entry(event.place.time.div_euclid(DAY)).or_default().add(event);
        let oldest = self.newest.first_key_value().map(|(id, _)| *id);
        if self.newest.len() < self.keep || oldest.is_some_and(|oldest| oldest < event.place.id) {
            self.newest.insert(event.place.id, event.place);
            if self.newest.len() > self.keep {
                self.newest.pop_first();
            }
        }
    }

    /// The first and the last time.
    pub(super) fn time_span(&self) -> Option<(i64, i64)> {
        (self.all.count > 0).then_some((self.all.first, self.all.last))
    }

    /// The newest first.
    pub(super) fn newest(&self) -> impl Iterator<Item = EventPlace> {
        self.newest.values().rev().copied()
    }
}
