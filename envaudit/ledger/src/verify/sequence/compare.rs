//! An event against those before it, and against the heads that were expected.

use super::{LinePosition, Sequence};
use crate::evidence::merkle::{Hash, Tree};
use crate::format::line::hash_hex;
use crate::keys::EventHash;
use crate::verify::check::{CheckedEvent, HashProof};
use crate::verify::expected_heads::{ClaimSource, ExpectedHead};
use crate::verify::finding::file_finding;
use crate::verify::incremental_tree::IncrementalTree;
use crate::verify::statements::{OpeningStatement, Statement};
use crate::verify::verdict::Verdict;

impl Sequence {
    pub(super) fn compare_link(&mut self, position: LinePosition, event: &CheckedEvent) {
        let fork = self.fork.take();
        let Some(previous) = self.previous.as_ref().filter(|it| **it != event.previous) else {
            return;
        };
        let previous = *previous;
        if let Some(fork) = fork.filter(|fork| fork.hash == event.previous) {
            // The ledger goes on from the second of the two: the first was one too many.
            let finding = fork.finding.and_then(|place| self.findings.at(place, event.seq - 1));
            if let Some(finding) = finding {
                finding.file = self.expected.files[fork.first.segment].clone();
                finding.offset = fork.first.offset;
            }
            self.tree = None;
            return;
        }
        self.tree = None;
        let (named, previous) = (hash_hex(&event.previous), hash_hex(&previous));
        match self.last {
            // Without a key, the event before may have been changed and hashed anew.
            Some(last) if !self.expected.keyed => {
                let expected = format!("event_hash {named}, which the next event names");
                let found = format!("event_hash {previous}");
                self.add(Verdict::Modified, event.seq - 1, last, expected, found);
            }
            last => {
                let verdict = if last.is_some() { Verdict::Forked } else { Verdict::Modified };
                let expected = format!("previous_hash {previous}");
                self.add(verdict, event.seq, position, expected, format!("previous_hash {named}"));
            }
        }
    }

    /// Whether the event is where a writer puts it: a ledger begins with `ledger.created`, each further file with
    /// `ledger.segment_opened`. Else lines could be moved from one file to another.
    pub(super) fn compare_place(
        &mut self,
        position: LinePosition,
        event: &CheckedEvent,
        statement: Option<&Statement>,
    ) {
        let name = self.expected.names[position.segment];
        let opens = matches!(statement, Some(Statement::Opened(_)));
        let creates = matches!(statement, Some(Statement::Created { manifest: Some(_) }));
        if position.offset == 0 {
            self.opened = Some((position.segment, event.seq));
        }
        // One finding is enough for all lines behind the seal.
        let sealed = self.sealed.take_if(|(segment, _)| *segment == position.segment).is_some();
        let (expected, found) = if position.offset == 0 && name != event.seq {
            let expected = format!("a file named by its first event, {:020}.jsonl", event.seq);
            (expected, format!("{name:020}.jsonl"))
        } else if creates != (event.seq == 1) {
            let expected = "ledger.created as the first event, and nowhere else";
            (expected.to_owned(), "another event".to_owned())
        } else if event.seq > 1 && opens != (position.offset == 0) {
            let expected = "ledger.segment_opened as the first line of a file, and nowhere else";
            (expected.to_owned(), "another event".to_owned())
        } else if sealed {
            let expected = "the end of the file after ledger.segment_sealed";
            (expected.to_owned(), "another event".to_owned())
        } else {
            return;
        };
        self.add(Verdict::Modified, event.seq, position, expected, found);
    }

    pub(super) fn compare_proof(&mut self, position: LinePosition, event: &CheckedEvent) {
        match event.proof {
            HashProof::Hash => {}
            HashProof::Downgraded => {
                // Its tree is not the one that was signed.
                self.tree = None;
                let found = "SHA-256, which needs no key";
                self.add(
                    Verdict::Downgraded,
                    event.seq,
                    position,
                    "HMAC-SHA256 under the key",
                    found,
                );
            }
            HashProof::KeyMissing => {
                if let Some(kid) = event.kid.filter(|kid| !self.keys.missing.contains(kid)) {
                    self.keys.missing.push(kid);
                }
                let kid = event.kid.map_or_else(String::new, |kid| kid.to_string());
                let found =
                    format!("key {kid}, which was not given: nothing vouches for the events");
                self.add(Verdict::KeyUnknown, event.seq, position, "a key that was given", found);
            }
        }
    }

    /// A retired key may not be used again: a thief of it could go on writing.
    pub(super) fn compare_key(&mut self, position: LinePosition, event: &CheckedEvent) {
        let next = self.keys.next.take();
        let Some(kid) = event.kid else { return };
        // Events in a gap may have named another key.
        let known = next.or(self.keys.current).filter(|_| self.previous.is_some());
        match known {
            Some(current) if current != kid => {
                self.keys.current = known;
                if self.keys.stray.replace(kid) != Some(kid) {
                    let (expected, found) =
                        (format!("the current key {current}"), format!("key {kid}"));
                    self.add(Verdict::Modified, event.seq, position, expected, found);
                }
            }
            _ => (self.keys.current, self.keys.stray) = (Some(kid), None),
        }
    }

    /// What the first line of a segment says of the events before it.
    pub(super) fn compare_opening(
        &mut self,
        position: LinePosition,
        event: &CheckedEvent,
        opening: &OpeningStatement,
    ) {
        let seq = event.seq;
        if opening.previous_last_seq != Some(seq - 1) {
            let found = match opening.previous_last_seq {
                Some(other) => format!("previous_last_seq {other}"),
                None => "no previous_last_seq".to_owned(),
            };
            let expected = format!("previous_last_seq {}", seq - 1);
            self.add(Verdict::Modified, seq, position, expected, found);
        }
        if self.expected.ledger_id.is_some() && opening.ledger_id != self.expected.ledger_id {
            let expected = "the id of this ledger in the details";
            self.add(Verdict::Modified, seq, position, expected, "another");
        }
        self.compare_peaks(position, seq, opening.peaks.as_deref());
    }

    /// The tree over all events before a segment. If those are gone, the tree continues from the peaks in the segment.
    fn compare_peaks(&mut self, position: LinePosition, seq: u64, peaks: Option<&[Hash]>) {
        let same = match &mut self.tree {
            Some(tree) if tree.size() >= seq => true,
            Some(tree) if tree.size() + 1 == seq => Some(tree.settled().peaks()) == peaks,
            _ => {
                let tree = peaks.and_then(|peaks| Tree::from_peaks(seq - 1, peaks.to_vec()).ok());
                self.tree = tree.map(IncrementalTree::new);
                self.tree.is_some()
            }
        };
        if !same {
            let expected = "the peaks of the Merkle tree over the events before";
            self.add(Verdict::Forked, seq, position, expected, "others");
        }
    }

    pub(super) fn compare_clock(&mut self, position: LinePosition, event: &CheckedEvent) {
        let micros = event.timestamp.micros();
        let before = core::mem::replace(&mut self.micros, micros);
        if micros < before {
            let (expected, found) = (format!("{before} or later"), micros.to_string());
            let unit = "microseconds since 1970";
            self.add(
                Verdict::ClockRegression,
                event.seq,
                position,
                format!("{expected} ({unit})"),
                found,
            );
        }
    }

    /// Compares a claim with the hash of event `seq`.
    pub(super) fn compare_claim(&mut self, claim: &ExpectedHead, seq: u64, hash: &EventHash) {
        if claim.size != seq || seq == 0 {
            // The event is not there: that is reported as it is.
            return;
        }
        if claim.head != *hash {
            let expected =
                format!("event_hash {}, says {}", hash_hex(&claim.head), claim.by.name());
            let found = format!("event_hash {}", hash_hex(hash));
            self.add_claim(claim, claim.by.contradicted(), seq, expected, found);
            return;
        }
        let tree = self.tree.as_mut().filter(|tree| tree.size() == seq && claim.root.is_some());
        let root = tree.map(|tree| tree.settled().root());
        if let (Some(claimed), Some(root)) = (claim.root, root) {
            if claimed != root {
                let expected = format!("the root {}, says {}", hash_hex(&claimed), claim.by.name());
                let found = format!("the root {}", hash_hex(&root));
                self.add_claim(claim, Verdict::Forked, seq, expected, found);
                return;
            }
            self.summary.roots += 1;
        }
        match claim.by {
            ClaimSource::Checkpoint { .. } => self.summary.checkpoints += 1,
            ClaimSource::Anchor | ClaimSource::Earlier => self.summary.anchored = Some(seq),
            ClaimSource::Head { segment } => self.compare_head(seq, segment),
        }
    }

    pub(super) fn compare_head(&mut self, seq: u64, segment: u64) {
        let Some(last) = self.last.filter(|_| self.next == seq + 1) else { return };
        let name = self.expected.names[last.segment];
        if name != segment {
            let expected = format!("the segment of event {seq}, {name:020}.jsonl");
            let found = format!("{segment:020}.jsonl");
            self.findings.add(file_finding("HEAD", Verdict::Modified, seq, expected, found));
        }
    }
}
