//! Checks of lines in their order: gaps, copies, changed places, forks.

mod absent;
mod compare;
mod end;
mod statement;

use std::collections::VecDeque;

use crate::evidence::merkle::Tree;
use crate::keys::{EventHash, KeyId, NO_HASH};
use crate::verify::check::{BadLine, BadReason, CheckedEvent, CheckedLine, HashProof, LineState};
use crate::verify::expected_heads::{ClaimSource, ExpectedHead, ExpectedHeads};
use crate::verify::finding::Finding;
use crate::verify::incremental_tree::IncrementalTree;
use crate::verify::notes::Notes;
use crate::verify::report::Findings;
use crate::verify::statements::{PruneStatement, Statement};
use crate::verify::verdict::Verdict;

/// How many of the events before are remembered, to tell a copy from a fork.
const RECENT: usize = 1024;
/// How many lines of a run of bad ones are listed; the others are counted.
const RUN: usize = 4096;
/// How many gaps are remembered, in case their events turn up later.
const GAPS: usize = 4096;
/// How many of the last prunes are remembered: each goes further than those before.
const STATEMENTS: usize = 1024;

/// Where a line begins.
#[derive(Clone, Copy, Debug)]
pub(in crate::verify) struct LinePosition {
    pub(super) segment: usize,
    pub(super) offset: u64,
}

/// The facts that lines are compared with.
pub(super) struct Expected {
    /// The files of the segments.
    pub(super) files: Vec<String>,
    /// The names the segments have, which are the seqs of their first events.
    pub(super) names: Vec<u64>,
    /// Whether there is a key, so that no one else can have written an event.
    pub(super) keyed: bool,
    /// The key that `ledger.json` names.
    pub(super) kid: Option<KeyId>,
    /// The current key, and those that only older events may be hashed with.
    pub(super) current: Option<KeyId>,
    pub(super) retired: Vec<KeyId>,
    /// Whether the caller named the key that signs the checkpoints.
    pub(super) signer_known: bool,
    /// The number of events of the newest checkpoint, if the current key has signed it.
    pub(super) signed: Option<u64>,
    /// The SHA-256 of `ledger.json`; `None` if it cannot be read, which a finding says.
    pub(super) manifest: Option<EventHash>,
    /// How many events were verified before.
    pub(super) verified: u64,
    /// The id of the ledger.
    pub(super) ledger_id: Option<String>,
    /// Which segments are empty.
    pub(super) empty: Vec<bool>,
}

/// Goes through all lines in order.
pub(super) struct Sequence {
    expected: Expected,
    findings: Findings,
    claims: ExpectedHeads,
    /// Checkpoints that no known key has signed.
    notes: Notes,
    /// The seq of the next event.
    next: u64,
    /// The hash of the event before; `None` where that is bad or not there.
    previous: Option<EventHash>,
    /// Where the event before is.
    last: Option<LinePosition>,
    micros: i64,
    /// The bad lines since the event before, and how many there are.
    bad: Vec<(LinePosition, BadLine)>,
    bad_count: u64,
    gaps: Vec<Gap>,
    recent: VecDeque<(u64, EventHash)>,
    fork: Option<ForkCandidate>,
    tree: Option<IncrementalTree>,
    keys: KeySequence,
    /// The segment of the last event, and its first one if that is good.
    opened: Option<(usize, u64)>,
    /// The segment that `ledger.segment_sealed` has ended last, and the seq of that event.
    sealed: Option<(usize, u64)>,
    /// The first event: its seq, and its hash of the one before it.
    start: Option<(u64, EventHash)>,
    pruned: VecDeque<PruneStatement>,
    /// Whether a finding says already that `ledger.json` is another one.
    manifest_told: bool,
    summary: Summary,
}

/// The numbers of the report.
#[derive(Clone, Debug, Default)]
pub(super) struct Summary {
    pub(super) events: u64,
    pub(super) tail: Option<(u64, EventHash)>,
    /// The furthest event that a claim from outside is right about.
    pub(super) anchored: Option<u64>,
    pub(super) checkpoints: u64,
    pub(super) roots: u64,
    pub(super) first_seq: Option<u64>,
    pub(super) missing_keys: Vec<KeyId>,
}

/// Events that have not been seen where they should be.
struct Gap {
    from: u64,
    to: u64,
    position: LinePosition,
    /// Whether it is at the beginning of the ledger.
    at_start: bool,
}

/// A second event with the seq of the last: the next event tells which of the two it follows.
struct ForkCandidate {
    hash: EventHash,
    first: LinePosition,
    finding: Option<usize>,
}

/// Which keys events may be hashed with.
#[derive(Default)]
struct KeySequence {
    /// Those that `ledger.json` or a rotation names.
    named: Vec<KeyId>,
    current: Option<KeyId>,
    /// Those that some events have and that were not given.
    missing: Vec<KeyId>,
    /// The next key, according to the event before.
    next: Option<KeyId>,
    /// The wrong key that was used last: one finding is enough for a row of events.
    stray: Option<KeyId>,
}

impl Sequence {
    pub(super) fn new(
        expected: Expected,
        claims: ExpectedHeads,
        notes: Notes,
        tree: Option<Tree>,
    ) -> Self {
        // The last of the events that were verified before is looked at again: it has to be the same.
        let next = expected.verified.max(1);
        let previous = (expected.verified == 0).then_some(NO_HASH);
        let named = expected.kid.into_iter().collect();
        Sequence {
            expected,
            findings: Findings::default(),
            claims,
            notes,
            next,
            previous,
            last: None,
            micros: i64::MIN,
            bad: Vec::new(),
            bad_count: 0,
            gaps: Vec::new(),
            recent: VecDeque::with_capacity(RECENT),
            fork: None,
            tree: tree.map(IncrementalTree::new),
            keys: KeySequence { named, ..KeySequence::default() },
            opened: None,
            sealed: None,
            start: None,
            pruned: VecDeque::new(),
            manifest_told: false,
            summary: Summary::default(),
        }
    }

    /// Takes the next line.
    pub(super) fn line(&mut self, segment: usize, checked: &CheckedLine) {
        let position = LinePosition { segment, offset: checked.offset };
        match &checked.state {
            LineState::Bad(bad) => self.bad(position, bad.clone()),
            // Before the event at which an earlier verification ended, such lines were verified.
            LineState::Earlier { .. } if self.last.is_none() => {}
            LineState::Earlier { seq } => {
                let reason = BadReason::Earlier { seq: *seq };
                self.bad(position, BadLine { claimed: Some(*seq), reason });
            }
            LineState::Event(event) if self.is_strange(event) => {
                let reason = BadReason::Hash { found: event.hash, computed: None };
                self.bad(position, BadLine { claimed: Some(event.seq), reason });
            }
            LineState::Event(event) => self.event(position, event),
        }
    }

    /// Whether the event names a key that is not known at all.
    fn is_strange(&self, event: &CheckedEvent) -> bool {
        let Some(kid) = event.kid.filter(|_| event.proof == HashProof::KeyMissing) else {
            return false;
        };
        self.expected.keyed && !self.keys.named.contains(&kid)
    }

    fn bad(&mut self, position: LinePosition, bad: BadLine) {
        self.bad_count += 1;
        if self.bad.len() < RUN {
            // The name of a file says which event its first line was.
            let named = (position.offset == 0).then(|| self.expected.names[position.segment]);
            let claimed = named.or(bad.claimed);
            self.bad.push((position, BadLine { claimed, ..bad }));
        }
    }

    fn event(&mut self, position: LinePosition, event: &CheckedEvent) {
        if event.seq < self.next {
            self.settle_bad(self.next);
            self.step_back(position, event);
            return;
        }
        if self.start.is_none() {
            self.start = Some((event.seq, event.previous));
        }
        self.settle_bad(event.seq);
        self.note_gap(event.seq, position);
        self.compare_link(position, event);
        let statement = event.own.as_deref().and_then(Statement::read);
        self.compare_place(position, event, statement.as_ref());
        self.compare_proof(position, event);
        self.compare_key(position, event);
        self.compare_clock(position, event);
        while let Some(claim) = self.claims.take(event.seq - 1) {
            self.compare_claim(&claim, event.seq - 1, &event.previous);
        }
        if let Some(Statement::Opened(opening)) = &statement {
            self.compare_opening(position, event, opening);
        }
        self.advance(position, event);
        // A statement counts only under the right key.
        let stray = self.keys.stray.is_some() || event.proof == HashProof::Downgraded;
        if let Some(statement) = statement.filter(|_| !stray) {
            self.statement(position, event.seq, event.proof == HashProof::Hash, statement);
        }
        while let Some(claim) = self.claims.take(event.seq) {
            self.compare_claim(&claim, event.seq, &event.hash);
        }
    }

    /// Makes the event the last one.
    fn advance(&mut self, position: LinePosition, event: &CheckedEvent) {
        self.next = event.seq + 1;
        self.previous = (event.proof != HashProof::Downgraded).then_some(event.hash);
        self.last = Some(position);
        self.summary.tail = Some((event.seq, event.hash));
        self.summary.first_seq.get_or_insert(event.seq);
        if event.seq > self.expected.verified {
            self.summary.events += 1;
        }
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back((event.seq, event.hash));
        match &mut self.tree {
            Some(tree) if tree.size() + 1 == event.seq => {
                tree.push(&event.hash, event.group.as_deref());
            }
            Some(tree) if tree.size() < event.seq => self.tree = None,
            _ => {}
        }
    }

    /// Takes the bytes after the last newline of a segment.
    pub(super) fn unterminated(&mut self, segment: usize, checked: CheckedLine) {
        let claimed = match &checked.state {
            LineState::Event(CheckedEvent { seq, .. }) | LineState::Earlier { seq } => Some(*seq),
            LineState::Bad(bad) => bad.claimed,
        };
        let position = LinePosition { segment, offset: checked.offset };
        self.bad(position, BadLine { claimed, reason: BadReason::Unterminated });
    }

    /// After the last line.
    pub(super) fn finish(mut self) -> (Findings, Summary, Option<Tree>) {
        self.settle_end();
        let reached = self.next - 1;
        self.settle_gaps();
        self.settle_claims(reached);
        self.settle_key();
        self.settle_nothing();
        self.settle_empty();
        let keys_missing = !self.keys.missing.is_empty() && !self.expected.signer_known;
        self.summary.missing_keys = self.keys.missing;
        for finding in self.notes.refused(keys_missing) {
            self.findings.add(finding);
        }
        (self.findings, self.summary, self.tree.map(IncrementalTree::into_tree))
    }

    fn add(
        &mut self,
        verdict: Verdict,
        seq: u64,
        position: LinePosition,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Option<usize> {
        let (expected, found) = (expected.into(), found.into());
        let file = self.expected.files[position.segment].clone();
        let offset = position.offset;
        self.findings.add(Finding { verdict, seq, last_seq: seq, file, offset, expected, found })
    }

    fn add_claim(
        &mut self,
        claim: &ExpectedHead,
        verdict: Verdict,
        seq: u64,
        expected: String,
        found: String,
    ) {
        let file = match (&claim.by, self.last) {
            (ClaimSource::Checkpoint { .. } | ClaimSource::Head { .. }, _) | (_, None) => {
                claim.by.name().to_owned()
            }
            (_, Some(last)) => self.expected.files[last.segment].clone(),
        };
        let offset = match (&claim.by, self.last) {
            (ClaimSource::Anchor | ClaimSource::Earlier, Some(last)) => last.offset,
            _ => 0,
        };
        self.findings.add(Finding { verdict, seq, last_seq: seq, file, offset, expected, found });
    }

    /// Takes a finding from outside the segments.
    pub(super) fn found(&mut self, finding: Finding) {
        self.findings.add(finding);
    }
}
