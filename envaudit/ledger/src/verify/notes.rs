//! The checkpoints of a ledger, as far as they can be trusted.

use super::expected_heads::{ClaimSource, ExpectedHead};
use super::finding::{Finding, file_finding};
use super::verdict::Verdict;
use crate::evidence::checkpoint::{self, Checkpoint, CheckpointError};
use crate::evidence::note::{NoteError, VerifierKey};

/// Checkpoints that have not been accepted yet, each with why.
#[derive(Debug, Default)]
pub(super) struct Notes {
    ledger_id: String,
    open: Vec<Note>,
}

#[derive(Debug)]
struct Note {
    seq: u64,
    bytes: Vec<u8>,
    expected: String,
    found: String,
    /// Whether its signer is not known.
    unknown: bool,
    /// Whether an event names the key that signed it.
    named: bool,
}

impl Notes {
    /// Sorts the checkpoints into claims and those that the keys do not vouch for.
    pub(super) fn read(
        ledger_id: &str,
        notes: Vec<(u64, Vec<u8>)>,
        keys: &[VerifierKey],
    ) -> (Self, Vec<ExpectedHead>) {
        let unread = |(seq, bytes)| {
            let (expected, found) = (String::new(), String::new());
            Note { seq, bytes, expected, found, unknown: false, named: false }
        };
        let open = notes.into_iter().map(unread).collect();
        let mut notes = Notes { ledger_id: ledger_id.to_owned(), open };
        let claims = notes.accept_with(keys);
        (notes, claims)
    }

    /// Accepts those that the key of a rotation has signed.
    pub(super) fn accept(&mut self, key: &[u8; 32]) -> Vec<ExpectedHead> {
        match checkpoint::verifier(&self.ledger_id, key) {
            Ok(key) => self.accept_with(&[key]),
            Err(_) => Vec::new(),
        }
    }

    /// Notes whose signer is named by an event that must not name it.
    pub(super) fn name(&mut self, seq: u64, key: &[u8; 32]) {
        let Ok(key) = checkpoint::verifier(&self.ledger_id, key) else { return };
        for note in &mut self.open {
            if Checkpoint::open(&note.bytes, core::slice::from_ref(&key)).is_ok() {
                note.expected = "a checkpoint signed by a key that was given".to_owned();
                note.found = format!("one signed by the key that event {seq} names");
                note.named = true;
            }
        }
    }

    fn accept_with(&mut self, keys: &[VerifierKey]) -> Vec<ExpectedHead> {
        let mut claims = Vec::new();
        for mut note in core::mem::take(&mut self.open) {
            match Checkpoint::open(&note.bytes, keys) {
                Ok(Checkpoint { size, root, head, .. }) if size == note.seq => {
                    let by = ClaimSource::Checkpoint { file: file_name(size) };
                    claims.push(ExpectedHead { size, head, root: Some(root), by });
                    continue;
                }
                Ok(checkpoint) => {
                    note.expected = format!("a checkpoint of {} events", note.seq);
                    note.found = format!("one of {}", checkpoint.size);
                }
                Err(error) => {
                    note.unknown = matches!(error, CheckpointError::Note(NoteError::UnknownSigner));
                    note.expected = "a checkpoint that a known key signed".to_owned();
                    note.found = because(&error);
                }
            }
            self.open.push(note);
        }
        claims
    }

    /// Findings for those that are left. Where keys are missing, a note may be signed with one of them.
    pub(super) fn refused(&mut self, keys_missing: bool) -> impl Iterator<Item = Finding> {
        core::mem::take(&mut self.open).into_iter().map(move |note| {
            let Note { seq, expected, found, unknown, named, .. } = note;
            let missing = named || (unknown && keys_missing);
            let verdict = if missing { Verdict::KeyUnknown } else { Verdict::Modified };
            file_finding(&file_name(seq), verdict, seq, expected, found)
        })
    }
}

fn file_name(seq: u64) -> String {
    format!("checkpoints/{seq:020}.note")
}

/// An error and its causes.
fn because(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
