//! The statements in the events of the ledger itself.

use super::{LinePosition, STATEMENTS, Sequence};
use crate::keys::EventHash;
use crate::verify::finding::other_manifest;
use crate::verify::statements::Statement;
use crate::verify::verdict::Verdict;

impl Sequence {
    pub(super) fn statement(
        &mut self,
        position: LinePosition,
        seq: u64,
        sound: bool,
        statement: Statement,
    ) {
        match statement {
            Statement::Created { manifest } => {
                self.compare_manifest(seq, manifest);
                if let (Some(named), Some(kid)) = (self.expected.kid, self.keys.current)
                    && named != kid
                    && !self.manifest_told
                {
                    let expected = format!("the key {named}, which ledger.json names");
                    self.add(Verdict::Modified, seq, position, expected, format!("key {kid}"));
                }
            }
            Statement::Opened(_) => {}
            Statement::Unreadable { expected } => {
                self.add(Verdict::Modified, seq, position, expected, "no such statement");
            }
            Statement::Rotated { to, checkpoint_key } => {
                if !self.keys.named.contains(&to) {
                    self.keys.named.push(to);
                }
                if self.keys.current == Some(to) {
                    let found = format!("a rotation to {to}, which is current");
                    self.add(Verdict::Modified, seq, position, "a rotation to another key", found);
                }
                self.keys.next = Some(to);
                match checkpoint_key.filter(|_| sound) {
                    // A writer of events need not be a signer of checkpoints.
                    Some(key) if self.expected.signer_known => self.notes.name(seq, &key),
                    Some(key) => self.accept_notes(seq, &key),
                    None => {}
                }
            }
            Statement::Sealed { count } => {
                self.sealed = Some((position.segment, seq));
                // A file that lost its first event or its name is reported as such.
                let firsts =
                    [Some(self.expected.names[position.segment]), self.opened(position.segment)];
                let mut counts =
                    firsts.into_iter().flatten().map(|first| seq.saturating_sub(first));
                if counts.clone().all(|lines| lines != count) {
                    let lines = counts.next().unwrap_or_default();
                    let (expected, found) = (format!("{count} lines"), format!("{lines} lines"));
                    self.add(Verdict::Modified, seq, position, expected, found);
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

    /// `ledger.json` matches the first event, or the prune that replaced it. One finding is enough.
    pub(super) fn compare_manifest(&mut self, seq: u64, said: Option<EventHash>) {
        let (Some(said), Some(found)) = (said, self.expected.manifest) else { return };
        if said != found && !self.manifest_told {
            self.manifest_told = true;
            self.findings.add(other_manifest(seq, &said, &found));
        }
    }

    /// Accepts the checkpoints of a key that signs from event `seq` on.
    pub(super) fn accept_notes(&mut self, seq: u64, key: &[u8; 32]) {
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
    pub(super) fn opened(&self, segment: usize) -> Option<u64> {
        self.opened.filter(|(at, _)| *at == segment).map(|(_, first)| first)
    }
}
