//! Bad lines, gaps, and events that turn up where they should not.

use super::{ForkCandidate, GAPS, Gap, LinePosition, Sequence};
use crate::format::line::hash_hex;
use crate::verify::check::CheckedEvent;
use crate::verify::finding::Finding;
use crate::verify::verdict::Verdict;

impl Sequence {
    /// Decides what the bad lines before event `seq` are: as many of them as events are absent are in the place of those, the
    /// others were inserted.
    #[inline]
    pub(super) fn settle_bad(&mut self, seq: u64) {
        if self.bad_count > 0 {
            self.settle_some_bad(seq);
        }
    }

    fn settle_some_bad(&mut self, seq: u64) {
        let bad = core::mem::take(&mut self.bad);
        let count = core::mem::take(&mut self.bad_count);
        self.findings.omit(count - bad.len() as u64);
        let absent = seq.saturating_sub(self.next);
        // If more events are absent than lines are bad, a line may well be the event that it claims to be.
        let by_claim = (bad.len() as u64) < absent
            && bad.iter().all(|(_, bad)| bad.claimed.is_some_and(|at| at >= self.next && at < seq))
            && bad.is_sorted_by(|(_, a), (_, b)| a.claimed < b.claimed);
        for (position, bad) in bad {
            let (expected, found) = bad.reason.explain();
            if self.next >= seq {
                self.add(Verdict::Inserted, seq, position, expected, found);
                continue;
            }
            if let Some(claimed) = bad.claimed.filter(|_| by_claim) {
                self.note_gap(claimed, position);
            }
            self.add(Verdict::Modified, self.next, position, expected, found);
            self.next += 1;
            self.previous = None;
        }
    }

    pub(super) fn note_gap(&mut self, seq: u64, position: LinePosition) {
        if seq > self.next {
            let at_start = self.last.is_none() && self.gaps.is_empty();
            let gap = Gap { from: self.next, to: seq - 1, position, at_start };
            if self.gaps.len() < GAPS {
                self.gaps.push(gap)
            } else {
                self.missing(&gap)
            }
            self.next = seq;
            self.previous = None;
        }
    }

    /// An event with a seq that has been passed.
    pub(super) fn step_back(&mut self, position: LinePosition, event: &CheckedEvent) {
        let expected = format!("event {}", self.next);
        if self.fill_gap(event.seq) {
            self.summary.events += 1;
            let found = format!("event {}", event.seq);
            self.add(Verdict::Reordered, event.seq, position, expected, found);
            return;
        }
        let known = self.recent.iter().rev().find(|(seq, _)| *seq == event.seq);
        if known.is_none_or(|(_, hash)| *hash == event.hash) {
            let found = format!("event {} again", event.seq);
            self.add(Verdict::DuplicateSeq, event.seq, position, expected, found);
            return;
        }
        // Without a key anybody can make up an event; with one, only its holders.
        let verdict = if self.expected.keyed { Verdict::Forked } else { Verdict::Inserted };
        let found = format!("another event {}, {}", event.seq, hash_hex(&event.hash));
        let finding = self.add(verdict, event.seq, position, expected, found);
        if let Some(first) = self.last.filter(|_| event.seq + 1 == self.next) {
            self.fork = Some(ForkCandidate { hash: event.hash, first, finding });
        }
    }

    /// Takes an event out of a gap, if there is one in which it was missing.
    pub(super) fn fill_gap(&mut self, seq: u64) -> bool {
        let at = self.gaps.partition_point(|gap| gap.to < seq);
        if self.gaps.get(at).is_none_or(|gap| gap.from > seq) {
            return false;
        }
        let Gap { from, to, position, at_start } = self.gaps.remove(at);
        if seq < to {
            self.gaps.insert(at, Gap { from: seq + 1, to, position, at_start: false });
        }
        if from < seq {
            self.gaps.insert(at, Gap { from, to: seq - 1, position, at_start });
        }
        true
    }

    pub(super) fn settle_gaps(&mut self) {
        for gap in core::mem::take(&mut self.gaps) {
            // An interrupted prune removed less than its statement.
            let statement = self.pruned.iter().find(|pruned| {
                let first = self.start.filter(|(seq, _)| *seq == pruned.first);
                gap.at_start
                    && pruned.first > gap.to
                    && first.is_none_or(|(_, previous)| previous == pruned.previous)
            });
            let Some(pruned) = statement else {
                self.missing(&gap);
                continue;
            };
            let found = format!("removed, says event {}: {}", pruned.seq, pruned.policy);
            let file = self.expected.files[gap.position.segment].clone();
            self.findings.add(Finding {
                verdict: Verdict::Pruned,
                seq: gap.from,
                last_seq: gap.to,
                file,
                offset: gap.position.offset,
                expected: "the events, or a statement".to_owned(),
                found,
            });
        }
    }

    pub(super) fn missing(&mut self, gap: &Gap) {
        let &Gap { from: seq, to: last_seq, position: LinePosition { segment, offset }, .. } = gap;
        let file = self.expected.files[segment].clone();
        let (expected, found) = (format!("event {seq}"), format!("event {}", last_seq + 1));
        let verdict = Verdict::Missing;
        self.findings.add(Finding { verdict, seq, last_seq, file, offset, expected, found });
    }
}
