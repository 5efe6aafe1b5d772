//! The findings that remain after the last line.

use super::Sequence;
use crate::format::line::hash_hex;
use crate::verify::finding::{Finding, file_finding};
use crate::verify::verdict::Verdict;

impl Sequence {
    /// Bad lines at the end: all but an unfinished last one were changed.
    pub(super) fn settle_end(&mut self) {
        let bad = core::mem::take(&mut self.bad);
        let last = bad.len().saturating_sub(1);
        for (at, (position, bad)) in bad.into_iter().enumerate() {
            let (expected, found) = bad.reason.explain();
            // A line that a source has seen complete was not cut short by a crash.
            let seen = self.claims.reaches(self.next);
            let torn = at == last
                && bad.reason.is_unfinished()
                && position.segment + 1 == self.expected.files.len()
                && (position.offset > 0 || self.may_begin(position.segment))
                && !seen;
            if torn {
                self.add(Verdict::Torn, self.next, position, expected, found);
            } else {
                self.add(Verdict::Modified, self.next, position, expected, found);
                // The number of events verified before is the caller's, and may be any.
                self.next = self.next.saturating_add(1);
            }
        }
    }

    /// Whether a writer that was killed can have begun this segment: the one before it has ended, and its name is the next seq.
    fn may_begin(&self, segment: usize) -> bool {
        let sealed = self.sealed.is_some_and(|(_, seq)| seq + 1 == self.next);
        sealed && self.expected.names[segment] == self.next
    }

    /// Empty files in the place of segments: but for one that was just being begun, no writer leaves any.
    pub(super) fn settle_empty(&mut self) {
        if self.summary.tail.is_none() {
            return;
        }
        for segment in 0..self.expected.files.len() {
            let is_last = segment + 1 == self.expected.files.len();
            if !self.expected.empty[segment] || (is_last && self.may_begin(segment)) {
                continue;
            }
            let (file, name) = (self.expected.files[segment].clone(), self.expected.names[segment]);
            let expected = "the events of a segment, or no file";
            self.findings.add(file_finding(
                &file,
                Verdict::Modified,
                name,
                expected,
                "an empty file",
            ));
        }
    }

    /// A ledger that ends under a retired key is one from before the rotation, and a thief of that key may have gone on with
    /// it. The thief can also record a rotation to the current key, but nothing under it.
    pub(super) fn settle_key(&mut self) {
        let (Some(last), Some(current), Some((tail, _)), Some(position)) = (
            self.keys.next.or(self.keys.current),
            self.expected.current,
            self.summary.tail,
            self.last,
        ) else {
            return;
        };
        let vouched = self.summary.anchored == Some(tail);
        if last != current && self.expected.retired.contains(&last) && !vouched {
            let expected = format!("events under the current key {current}");
            let found = format!("the end of the ledger under the retired key {last}");
            self.add(Verdict::RolledBack, self.next, position, expected, found);
        }
        let is_signed = self.expected.signed == Some(tail);
        if self.keys.next == Some(current) && !vouched && !is_signed {
            let expected =
                format!("an event, a checkpoint or an anchor under the current key {current}");
            let found = "the end of the ledger after a rotation to it, which any holder of the retired key could record";
            self.add(Verdict::RolledBack, self.next, position, expected, found);
        }
    }

    /// A ledger is made with its first event.
    pub(super) fn settle_nothing(&mut self) {
        if self.summary.tail.is_none() && !self.findings.concern_events() {
            let file = self.expected.files.first().cloned();
            let file = file.unwrap_or_else(|| format!("{:020}.jsonl", 1));
            let (expected, found) = ("event 1, with which every ledger begins", "no event");
            self.findings.add(file_finding(&file, Verdict::Truncated, 1, expected, found));
        }
    }

    /// Claims about events after the last one: the ledger was longer.
    pub(super) fn settle_claims(&mut self, reached: u64) {
        let ahead: Vec<_> = self.claims.rest().filter(|claim| claim.size > reached).collect();
        let (outside, inside): (Vec<_>, Vec<_>) =
            ahead.into_iter().partition(|claim| claim.by.is_outside());
        let traces = !inside.is_empty();
        for claim in [inside.into_iter().last(), outside.into_iter().last()].into_iter().flatten() {
            let rolled_back = claim.by.is_outside() && !traces;
            let verdict = if rolled_back { Verdict::RolledBack } else { Verdict::Truncated };
            let expected =
                format!("event {} {}, says {}", claim.size, hash_hex(&claim.head), claim.by.name());
            let found = match self.summary.tail {
                Some(_) => format!("the end of the ledger after event {reached}"),
                None => "the end of the ledger before it".to_owned(),
            };
            let (file, offset) = match self.last {
                Some(last) => (self.expected.files[last.segment].clone(), last.offset),
                None => (claim.by.name().to_owned(), 0),
            };
            let (seq, last_seq) = (reached + 1, claim.size);
            self.findings.add(Finding { verdict, seq, last_seq, file, offset, expected, found });
        }
    }
}
