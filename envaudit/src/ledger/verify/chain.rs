//! What can be said of lines in their order: gaps, copies, changed places, forks.

use std::collections::VecDeque;

use super::super::key::{EventHash, KeyId, NO_HASH};
use super::super::line::hash_hex;
use super::super::merkle::{Hash, Tree};
use super::check::{Bad, Checked, Event, Proof, Reason, State};
use super::claims::{By, Claim, Claims};
use super::growing::Growing;
use super::notes::Notes;
use super::report::Findings;
use super::statements::{Pruned, Statement};
use super::verdict::{Finding, Verdict};

/// How many of the events before are remembered, to tell a copy from a fork.
const RECENT: usize = 1024;
/// How many lines of a run of bad ones are told apart; those beyond are counted.
const RUN: usize = 4096;
/// How many gaps are remembered, in case their events turn up later.
const GAPS: usize = 4096;
/// How many of the last prunes are remembered: each goes further than those before.
const STATEMENTS: usize = 1024;

/// Where a line begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    pub(super) segment: usize,
    pub(super) offset: u64,
}

/// What lines are compared with.
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
    /// Whether it was said who signs the checkpoints.
    pub(super) signer_known: bool,
    /// The SHA-256 of `ledger.json`.
    pub(super) manifest: EventHash,
    /// How many events were verified before.
    pub(super) verified: u64,
    /// Whether there are roots to compare.
    pub(super) roots: bool,
}

/// Goes through all lines in order.
pub(super) struct Chain {
    expected: Expected,
    findings: Findings,
    claims: Claims,
    /// Checkpoints that no known key has signed.
    notes: Notes,
    /// The seq of the next event.
    next: u64,
    /// The hash of the event before; `None` where that is bad or not there.
    previous: Option<EventHash>,
    /// Where the event before is.
    last: Option<Spot>,
    micros: i64,
    /// The bad lines since the event before, and how many there are.
    bad: Vec<(Spot, Bad)>,
    bad_count: u64,
    gaps: Vec<Gap>,
    recent: VecDeque<(u64, EventHash)>,
    rival: Option<Rival>,
    tree: Option<Growing>,
    keys: Keys,
    /// The segment of the last event, and its first one if that is good.
    opened: Option<(usize, u64)>,
    /// The first event: its seq, and what it says of the one before it.
    start: Option<(u64, EventHash)>,
    pruned: VecDeque<Pruned>,
    /// Whether it was said that `ledger.json` is another one.
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
}

/// Events that have not been seen where they should be.
struct Gap {
    from: u64,
    to: u64,
    spot: Spot,
    /// Whether nothing stands before it.
    at_start: bool,
}

/// A second event with the seq of the last: the next event tells which of the two it follows.
struct Rival {
    hash: EventHash,
    first: Spot,
    finding: Option<usize>,
}

/// Which keys events may be hashed with.
#[derive(Default)]
struct Keys {
    /// Those that `ledger.json` or a rotation names.
    named: Vec<KeyId>,
    current: Option<KeyId>,
    /// Whether some events have a key that was not given.
    missing: bool,
    /// The key that the event before says is next.
    next: Option<KeyId>,
    /// The wrong key that was used last: one finding is enough for a row of events.
    stray: Option<KeyId>,
}

impl Chain {
    pub(super) fn new(
        expected: Expected,
        claims: Claims,
        notes: Notes,
        tree: Option<Tree>,
    ) -> Self {
        // The last of the events that were verified before is looked at again: it has to be the same.
        let next = expected.verified.max(1);
        let previous = (expected.verified == 0).then_some(NO_HASH);
        let named = expected.kid.into_iter().collect();
        Chain {
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
            rival: None,
            tree: tree.map(Growing::new),
            keys: Keys { named, ..Keys::default() },
            opened: None,
            start: None,
            pruned: VecDeque::new(),
            manifest_told: false,
            summary: Summary::default(),
        }
    }

    /// Takes the next line.
    pub(super) fn line(&mut self, segment: usize, checked: Checked) {
        let spot = Spot { segment, offset: checked.offset };
        match checked.state {
            State::Bad(bad) => self.bad(spot, bad),
            // Before the event at which an earlier verification ended, such lines are what it verified.
            State::Earlier { .. } if self.last.is_none() => {}
            State::Earlier { seq } => {
                self.bad(spot, Bad { claimed: Some(seq), reason: Reason::Earlier { seq } });
            }
            State::Event(event) if self.is_strange(&event) => {
                let reason = Reason::Hash { found: event.hash, computed: None };
                self.bad(spot, Bad { claimed: Some(event.seq), reason });
            }
            State::Event(event) => self.event(spot, event),
        }
    }

    /// Whether the event names a key that nobody has heard of.
    fn is_strange(&self, event: &Event) -> bool {
        let Some(kid) = event.kid.filter(|_| event.proof == Proof::KeyMissing) else {
            return false;
        };
        self.expected.keyed && !self.keys.named.contains(&kid)
    }

    fn bad(&mut self, spot: Spot, bad: Bad) {
        self.bad_count += 1;
        if self.bad.len() < RUN {
            // The name of a file says what its first line was, whatever has become of that.
            let named = (spot.offset == 0).then(|| self.expected.names[spot.segment]);
            let claimed = named.or(bad.claimed);
            self.bad.push((spot, Bad { claimed, ..bad }));
        }
    }

    fn event(&mut self, spot: Spot, event: Event) {
        if event.seq < self.next {
            self.settle_bad(self.next);
            self.step_back(spot, &event);
            return;
        }
        if self.start.is_none() {
            self.start = Some((event.seq, event.previous));
        }
        self.settle_bad(event.seq);
        self.note_gap(event.seq, spot);
        self.compare_link(spot, &event);
        let statement = event.own.as_deref().and_then(Statement::read);
        self.compare_place(spot, &event, statement.as_ref());
        self.compare_proof(spot, &event);
        self.compare_key(spot, &event);
        self.compare_clock(spot, &event);
        while let Some(claim) = self.claims.take(event.seq - 1) {
            self.compare_claim(&claim, event.seq - 1, &event.previous);
        }
        if let Some(Statement::Opened { peaks }) = &statement {
            self.compare_peaks(spot, event.seq, peaks);
        }
        self.advance(spot, &event);
        // What nobody with the right key has said is not said.
        let stray = self.keys.stray.is_some() || event.proof == Proof::Downgraded;
        if let Some(statement) = statement.filter(|_| !stray) {
            self.statement(spot, event.seq, event.proof == Proof::Hash, statement);
        }
        while let Some(claim) = self.claims.take(event.seq) {
            self.compare_claim(&claim, event.seq, &event.hash);
        }
    }

    /// Makes the event the last one.
    fn advance(&mut self, spot: Spot, event: &Event) {
        self.next = event.seq + 1;
        self.previous = (event.proof != Proof::Downgraded).then_some(event.hash);
        self.last = Some(spot);
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
                tree.push(event.leaf, event.group.as_deref());
            }
            Some(tree) if tree.size() < event.seq => self.tree = None,
            _ => {}
        }
    }

    /// Decides what the bad lines before event `seq` are: as many of them as events are absent stand in the place of those, the
    /// others were put in.
    fn settle_bad(&mut self, seq: u64) {
        let bad = core::mem::take(&mut self.bad);
        let count = core::mem::take(&mut self.bad_count);
        self.findings.omit(count - bad.len() as u64);
        let absent = seq.saturating_sub(self.next);
        // Where more events are absent than lines are bad, a line may well be the one it says it is.
        let by_claim = (bad.len() as u64) < absent
            && bad.iter().all(|(_, bad)| bad.claimed.is_some_and(|at| at >= self.next && at < seq))
            && bad.is_sorted_by(|(_, a), (_, b)| a.claimed < b.claimed);
        for (spot, bad) in bad {
            let (expected, found) = bad.reason.explain();
            if self.next >= seq {
                self.add(Verdict::Inserted, seq, spot, expected, found);
                continue;
            }
            if let Some(claimed) = bad.claimed.filter(|_| by_claim) {
                self.note_gap(claimed, spot);
            }
            self.add(Verdict::Modified, self.next, spot, expected, found);
            self.next += 1;
            self.previous = None;
        }
    }

    fn note_gap(&mut self, seq: u64, spot: Spot) {
        if seq > self.next {
            let at_start = self.last.is_none() && self.gaps.is_empty();
            let gap = Gap { from: self.next, to: seq - 1, spot, at_start };
            if self.gaps.len() < GAPS {
                self.gaps.push(gap)
            } else {
                self.missing(&gap)
            }
            self.next = seq;
            self.previous = None;
        }
    }

    fn compare_link(&mut self, spot: Spot, event: &Event) {
        let rival = self.rival.take();
        let Some(previous) = self.previous.filter(|previous| *previous != event.previous) else {
            return;
        };
        if let Some(rival) = rival.filter(|rival| rival.hash == event.previous) {
            // The ledger goes on from the second of the two: the first was one too many.
            let finding = rival.finding.and_then(|place| self.findings.at(place, event.seq - 1));
            if let Some(finding) = finding {
                finding.file = self.expected.files[rival.first.segment].clone();
                finding.offset = rival.first.offset;
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
                self.add(verdict, event.seq, spot, expected, format!("previous_hash {named}"));
            }
        }
    }

    /// Whether the event stands where a writer puts it: a ledger begins with `ledger.created`, each further file with
    /// `ledger.segment_opened`. Else lines could be moved from one file to another.
    fn compare_place(&mut self, spot: Spot, event: &Event, statement: Option<&Statement>) {
        let name = self.expected.names[spot.segment];
        let opens = matches!(statement, Some(Statement::Opened { .. }));
        let creates = matches!(statement, Some(Statement::Created { manifest: Some(_) }));
        if spot.offset == 0 {
            self.opened = Some((spot.segment, event.seq));
        }
        let (expected, found) = if spot.offset == 0 && name != event.seq {
            let expected = format!("a file named by its first event, {:020}.jsonl", event.seq);
            (expected, format!("{name:020}.jsonl"))
        } else if creates != (event.seq == 1) {
            let expected = "ledger.created as the first event, and nowhere else";
            (expected.to_owned(), "another event".to_owned())
        } else if event.seq > 1 && opens != (spot.offset == 0) {
            let expected = "ledger.segment_opened as the first line of a file, and nowhere else";
            (expected.to_owned(), "another event".to_owned())
        } else {
            return;
        };
        self.add(Verdict::Modified, event.seq, spot, expected, found);
    }

    fn compare_proof(&mut self, spot: Spot, event: &Event) {
        match event.proof {
            Proof::Hash => {}
            Proof::Downgraded => {
                // What it is leaf of is not what was signed.
                self.tree = None;
                let found = "SHA-256, which needs no key";
                self.add(Verdict::Downgraded, event.seq, spot, "HMAC-SHA256 under the key", found);
            }
            Proof::KeyMissing => {
                self.keys.missing = true;
                let kid = event.kid.map_or_else(String::new, |kid| kid.to_string());
                let found =
                    format!("key {kid}, which was not given: nothing vouches for the events");
                self.add(Verdict::KeyUnknown, event.seq, spot, "a key that was given", found);
            }
        }
    }

    /// A retired key may not be used again: whoever got hold of it could go on writing.
    fn compare_key(&mut self, spot: Spot, event: &Event) {
        let next = self.keys.next.take();
        let Some(kid) = event.kid else { return };
        // What the events before a gap said is not known.
        let known = next.or(self.keys.current).filter(|_| self.previous.is_some());
        match known {
            Some(current) if current != kid => {
                self.keys.current = known;
                if self.keys.stray.replace(kid) != Some(kid) {
                    let (expected, found) =
                        (format!("the current key {current}"), format!("key {kid}"));
                    self.add(Verdict::Modified, event.seq, spot, expected, found);
                }
            }
            _ => (self.keys.current, self.keys.stray) = (Some(kid), None),
        }
    }

    /// The tree over all events before a segment. Where those are gone, the tree goes on from what the segment says.
    fn compare_peaks(&mut self, spot: Spot, seq: u64, peaks: &[Hash]) {
        match &mut self.tree {
            _ if !self.expected.roots => {}
            Some(tree) if tree.size() >= seq => {}
            Some(tree) if tree.size() + 1 == seq => {
                if tree.settled().peaks() != peaks {
                    let expected = "the peaks of the Merkle tree over the events before";
                    self.add(Verdict::Forked, seq, spot, expected, "others");
                }
            }
            _ => {
                let tree = Tree::from_peaks(seq - 1, peaks.to_vec());
                self.tree = tree.ok().map(Growing::new);
            }
        }
    }

    fn compare_clock(&mut self, spot: Spot, event: &Event) {
        let before = core::mem::replace(&mut self.micros, event.micros);
        if event.micros < before {
            let (expected, found) = (format!("{before} or later"), event.micros.to_string());
            let unit = "microseconds since 1970";
            self.add(
                Verdict::ClockRegression,
                event.seq,
                spot,
                format!("{expected} ({unit})"),
                found,
            );
        }
    }

    /// Compares a claim with the hash of event `seq`.
    fn compare_claim(&mut self, claim: &Claim, seq: u64, hash: &EventHash) {
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
            By::Checkpoint { .. } => self.summary.checkpoints += 1,
            By::Anchor | By::Earlier => self.summary.anchored = Some(seq),
            By::Head { segment } => self.compare_head(seq, segment),
        }
    }

    fn compare_head(&mut self, seq: u64, segment: u64) {
        let Some(last) = self.last.filter(|_| self.next == seq + 1) else { return };
        let name = self.expected.names[last.segment];
        if name != segment {
            let expected = format!("the segment of event {seq}, {name:020}.jsonl");
            let found = format!("{segment:020}.jsonl");
            self.findings.add(file_finding("HEAD", Verdict::Modified, seq, expected, found));
        }
    }

    fn statement(&mut self, spot: Spot, seq: u64, sound: bool, statement: Statement) {
        match statement {
            Statement::Created { manifest } => self.compare_manifest(seq, manifest),
            Statement::Opened { .. } => {}
            Statement::Rotated { to, checkpoint_key } => {
                if !self.keys.named.contains(&to) {
                    self.keys.named.push(to);
                }
                self.keys.next = Some(to);
                if let Some(key) = checkpoint_key.filter(|_| sound) {
                    self.accept_notes(seq, &key);
                }
            }
            Statement::Sealed { count } => {
                // A file that lost its first event or its name is reported as such.
                let firsts = [Some(self.expected.names[spot.segment]), self.opened(spot.segment)];
                let mut counts =
                    firsts.into_iter().flatten().map(|first| seq.saturating_sub(first));
                if counts.clone().all(|lines| lines != count) {
                    let lines = counts.next().unwrap_or_default();
                    let (expected, found) = (format!("{count} lines"), format!("{lines} lines"));
                    self.add(Verdict::Modified, seq, spot, expected, found);
                }
            }
            Statement::Pruned(pruned) => {
                self.compare_manifest(seq, pruned.manifest);
                if self.pruned.len() == STATEMENTS {
                    self.pruned.pop_front();
                }
                self.pruned.push_back(pruned);
            }
        }
    }

    /// `ledger.json` is what the first event says, and what each prune says in its place. One finding is enough.
    fn compare_manifest(&mut self, seq: u64, said: Option<EventHash>) {
        let other = said.filter(|said| *said != self.expected.manifest);
        if let Some(said) = other.filter(|_| !self.manifest_told) {
            self.manifest_told = true;
            self.findings.add(other_manifest(seq, &said, &self.expected.manifest));
        }
    }

    /// Accepts the checkpoints of a key that signs from event `seq` on.
    fn accept_notes(&mut self, seq: u64, key: &[u8; 32]) {
        let (early, due): (Vec<_>, Vec<_>) =
            self.notes.accept(key).into_iter().partition(|claim| claim.size < seq);
        for claim in early {
            let expected = "a checkpoint signed by the key of its time".to_owned();
            let found = format!("one signed by the key that event {seq} names");
            self.add_claim(&claim, Verdict::Modified, claim.size, expected, found);
        }
        self.claims.extend(due);
    }

    /// The event at the beginning of a segment, if that is the one of the last event.
    fn opened(&self, segment: usize) -> Option<u64> {
        self.opened.filter(|(at, _)| *at == segment).map(|(_, first)| first)
    }

    /// An event with a seq that has been passed.
    fn step_back(&mut self, spot: Spot, event: &Event) {
        let expected = format!("event {}", self.next);
        if self.fill_gap(event.seq) {
            self.summary.events += 1;
            let found = format!("event {}", event.seq);
            self.add(Verdict::Reordered, event.seq, spot, expected, found);
            return;
        }
        let known = self.recent.iter().rev().find(|(seq, _)| *seq == event.seq);
        if known.is_none_or(|(_, hash)| *hash == event.hash) {
            let found = format!("event {} again", event.seq);
            self.add(Verdict::DuplicateSeq, event.seq, spot, expected, found);
            return;
        }
        // Without a key anybody can make up an event; with one, only those who have it.
        let verdict = if self.expected.keyed { Verdict::Forked } else { Verdict::Inserted };
        let found = format!("another event {}, {}", event.seq, hash_hex(&event.hash));
        let finding = self.add(verdict, event.seq, spot, expected, found);
        if let Some(first) = self.last.filter(|_| event.seq + 1 == self.next) {
            self.rival = Some(Rival { hash: event.hash, first, finding });
        }
    }

    /// Takes an event out of a gap, if there is one in which it was missing.
    fn fill_gap(&mut self, seq: u64) -> bool {
        let at = self.gaps.partition_point(|gap| gap.to < seq);
        if self.gaps.get(at).is_none_or(|gap| gap.from > seq) {
            return false;
        }
        let Gap { from, to, spot, at_start } = self.gaps.remove(at);
        if seq < to {
            self.gaps.insert(at, Gap { from: seq + 1, to, spot, at_start: false });
        }
        if from < seq {
            self.gaps.insert(at, Gap { from, to: seq - 1, spot, at_start });
        }
        true
    }

    /// Takes what stands behind the last newline of a segment.
    pub(super) fn unterminated(&mut self, segment: usize, checked: Checked) {
        let claimed = match &checked.state {
            State::Event(Event { seq, .. }) | State::Earlier { seq } => Some(*seq),
            State::Bad(bad) => bad.claimed,
        };
        let spot = Spot { segment, offset: checked.offset };
        self.bad(spot, Bad { claimed, reason: Reason::Unterminated });
    }

    /// After the last line.
    pub(super) fn finish(mut self) -> (Findings, Summary, Option<Tree>) {
        self.settle_end();
        let reached = self.next - 1;
        self.settle_gaps();
        self.settle_claims(reached);
        self.settle_key();
        self.settle_nothing();
        let keys_missing = self.keys.missing && !self.expected.signer_known;
        for finding in self.notes.refused(keys_missing) {
            self.findings.add(finding);
        }
        (self.findings, self.summary, self.tree.map(Growing::into_tree))
    }

    /// Bad lines that nothing follows: all but an unfinished last one were changed.
    fn settle_end(&mut self) {
        let bad = core::mem::take(&mut self.bad);
        let last = bad.len().saturating_sub(1);
        for (at, (spot, bad)) in bad.into_iter().enumerate() {
            let (expected, found) = bad.reason.explain();
            // What somebody saw complete is no line that a crash cut short.
            let seen = self.claims.reaches(self.next);
            let torn = at == last
                && bad.reason.is_unfinished()
                && spot.segment + 1 == self.expected.files.len()
                && !seen;
            if torn {
                self.add(Verdict::Torn, self.next, spot, expected, found);
            } else {
                self.add(Verdict::Modified, self.next, spot, expected, found);
                // What the caller says was verified before may be any number.
                self.next = self.next.saturating_add(1);
            }
        }
    }

    fn settle_gaps(&mut self) {
        for gap in core::mem::take(&mut self.gaps) {
            // A prune that was interrupted removed less than it says.
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
            let file = self.expected.files[gap.spot.segment].clone();
            self.findings.add(Finding {
                verdict: Verdict::Pruned,
                seq: gap.from,
                last_seq: gap.to,
                file,
                offset: gap.spot.offset,
                expected: "the events, or a statement".to_owned(),
                found,
            });
        }
    }

    fn missing(&mut self, gap: &Gap) {
        let &Gap { from: seq, to: last_seq, spot: Spot { segment, offset }, .. } = gap;
        let file = self.expected.files[segment].clone();
        let (expected, found) = (format!("event {seq}"), format!("event {}", last_seq + 1));
        let verdict = Verdict::Missing;
        self.findings.add(Finding { verdict, seq, last_seq, file, offset, expected, found });
    }

    /// A ledger that ends under a retired key is one from before the rotation, which whoever got hold of that key may have
    /// gone on with.
    fn settle_key(&mut self) {
        let (Some(last), Some(current), Some((tail, _)), Some(spot)) = (
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
            self.add(Verdict::RolledBack, self.next, spot, expected, found);
        }
    }

    /// A ledger is made with its first event.
    fn settle_nothing(&mut self) {
        if self.summary.tail.is_none() && !self.findings.concern_events() {
            let file = self.expected.files.first().cloned();
            let file = file.unwrap_or_else(|| format!("{:020}.jsonl", 1));
            let (expected, found) = ("event 1, with which every ledger begins", "no event");
            self.findings.add(file_finding(&file, Verdict::Truncated, 1, expected, found));
        }
    }

    /// Claims about events behind the last one: the ledger was longer.
    fn settle_claims(&mut self, reached: u64) {
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

    fn add(
        &mut self,
        verdict: Verdict,
        seq: u64,
        spot: Spot,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Option<usize> {
        let (expected, found) = (expected.into(), found.into());
        let file = self.expected.files[spot.segment].clone();
        let offset = spot.offset;
        self.findings.add(Finding { verdict, seq, last_seq: seq, file, offset, expected, found })
    }

    fn add_claim(
        &mut self,
        claim: &Claim,
        verdict: Verdict,
        seq: u64,
        expected: String,
        found: String,
    ) {
        let file = match (&claim.by, self.last) {
            (By::Checkpoint { .. } | By::Head { .. }, _) | (_, None) => claim.by.name().to_owned(),
            (_, Some(last)) => self.expected.files[last.segment].clone(),
        };
        let offset = match (&claim.by, self.last) {
            (By::Anchor | By::Earlier, Some(last)) => last.offset,
            _ => 0,
        };
        self.findings.add(Finding { verdict, seq, last_seq: seq, file, offset, expected, found });
    }

    /// Takes what was found outside the segments.
    pub(super) fn found(&mut self, finding: Finding) {
        self.findings.add(finding);
    }
}

/// A finding about `ledger.json`.
pub(super) fn manifest_finding(
    verdict: Verdict,
    expected: impl Into<String>,
    found: impl Into<String>,
) -> Finding {
    file_finding("ledger.json", verdict, 0, expected, found)
}

/// `ledger.json` is not the one that an event names.
pub(super) fn other_manifest(seq: u64, expected: &EventHash, found: &EventHash) -> Finding {
    let expected = format!("the file with SHA-256 {}, says event {seq}", hash_hex(expected));
    manifest_finding(Verdict::Modified, expected, format!("SHA-256 {}", hash_hex(found)))
}

/// A finding about a file that has no lines.
pub(super) fn file_finding(
    file: &str,
    verdict: Verdict,
    seq: u64,
    expected: impl Into<String>,
    found: impl Into<String>,
) -> Finding {
    let (file, expected, found) = (file.to_owned(), expected.into(), found.into());
    Finding { verdict, seq, last_seq: seq, file, offset: 0, expected, found }
}
