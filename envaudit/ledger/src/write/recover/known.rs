//! The end there is, against the ends that `HEAD`, the newest checkpoint and the anchors know of.

use crate::error::{AppendError, Damage, OpenError};
use crate::evidence::anchor::{AnchorError, AnchorScope, Anchored};
use crate::evidence::checkpoint::{self, Checkpoint, CheckpointError, public_key};
use crate::evidence::note::{NoteError, VerifierKey};
use crate::format::head::Head;
use crate::format::line::Line;
use crate::read::locate::find;
use crate::store::{StoreError, Tail};
use crate::write::ledger::Ledger;
use crate::write::state::WriterState;

/// The ends that HEAD, the newest checkpoint and the anchors have seen. They are asked before the ledger is read: in a store
/// without a lock others append meanwhile, and may move them on.
pub(super) struct KnownEnds {
    head: Option<Vec<u8>>,
    checkpoint: Option<(u64, Vec<u8>)>,
    anchored: Vec<(String, Anchored)>,
}

impl KnownEnds {
    pub(super) fn read(ledger: &Ledger) -> Result<Self, OpenError> {
        let head = ledger.store.head().map_err(OpenError::Store)?;
        let ledger_id = ledger.manifest.ledger_id.to_string();
        let mut anchored = Vec::new();
        for anchor in &ledger.settings.anchors {
            let kept = anchor.latest(AnchorScope::Ledger(&ledger_id)).map_err(OpenError::Anchor)?;
            anchored.extend(kept.map(|kept| (anchor.name(), kept)));
        }
        let checkpoint = ledger.store.newest_checkpoint().map_err(OpenError::Store)?;
        Ok(KnownEnds { head, checkpoint, anchored })
    }

    /// What HEAD alone has seen.
    pub(super) fn head(ledger: &Ledger) -> Result<Self, OpenError> {
        let head = ledger.store.head().map_err(OpenError::Store)?;
        Ok(KnownEnds { head, checkpoint: None, anchored: Vec::new() })
    }

    /// Whether the ledger has what HEAD has seen; returns whether HEAD has seen all of it.
    pub(super) fn check_head(&self, ledger: &Ledger, tail: &Tail) -> Result<bool, OpenError> {
        let Some(bytes) = &self.head else { return Ok(false) };
        let behind = |seen| OpenError::BehindHead { seen, last: tail.seq };
        let head = Head::parse(bytes).map_err(OpenError::Head)?;
        if head.seq == 0 || !has(ledger, tail, head.seq, &head.hash)? {
            return Err(behind(head.seq));
        }
        if segment_of(ledger, head.seq)?.is_some_and(|segment| segment != head.segment) {
            let found =
                format!("HEAD says that event {} is in this segment, and it is not", head.seq);
            return Err(OpenError::Damaged(Damage::new(head.segment, 0, found)));
        }
        Ok(head.seq == tail.seq)
    }

    /// Whether the ledger has what HEAD has seen, however far this writer has read.
    pub(super) fn is_kept(&self, ledger: &Ledger) -> Result<bool, AppendError> {
        let Some(Ok(head)) = self.head.as_deref().map(Head::parse) else { return Ok(false) };
        has_event(ledger, head.seq, &head.hash).map_err(AppendError::Rejected)
    }

    /// Whether the ledger is the one that the newest checkpoint is of; returns whether the current key has signed the very end.
    pub(super) fn check_checkpoint(
        &self,
        ledger: &Ledger,
        state: &mut WriterState,
    ) -> Result<bool, OpenError> {
        let Some((seq, note)) = &self.checkpoint else { return Ok(false) };
        let (seq, tail) = (*seq, state.tail);
        let bad = |source| OpenError::Checkpoint { seq, source };
        let checkpoint = match Checkpoint::open(note, &signers(ledger, state)) {
            Ok(checkpoint) => checkpoint,
            // The key of a rotation need not be known here; what the checkpoint says is compared all the same.
            Err(CheckpointError::Note(NoteError::UnknownSigner)) => {
                Checkpoint::unverified(note).map_err(bad)?
            }
            Err(error) => return Err(bad(error)),
        };
        let Checkpoint { ledger_id, size, root, head } = checkpoint;
        if size != seq || ledger_id != ledger.manifest.ledger_id.to_string() {
            return Err(bad(CheckpointError::Text { what: "size" }));
        }
        let behind = || OpenError::BehindCheckpoint { seen: seq, last: tail.seq };
        if !has(ledger, &tail, seq, &head)? {
            return Err(behind());
        }
        if seq < tail.seq {
            return Ok(false);
        }
        let digest = ledger.digest(state);
        if digest.map_err(|error| OpenError::Append(Box::new(error)))?.tree.root() != root {
            return Err(behind());
        }
        let current = current_signer(ledger, state).into_iter().collect::<Vec<_>>();
        Ok(Checkpoint::open(note, &current).is_ok())
    }

    /// Whether the ledger has what the anchors have seen; returns whether one of them has seen the very end.
    pub(super) fn check_anchors(self, ledger: &Ledger, tail: &Tail) -> Result<bool, OpenError> {
        let mut is_anchored = false;
        for (anchor, kept) in self.anchored {
            if has(ledger, tail, kept.size, &kept.head)? {
                is_anchored |= kept.size == tail.seq;
                continue;
            }
            let is_behind = kept.size > tail.seq;
            let kept = Box::new(kept);
            let ledger_id = ledger.manifest.ledger_id.to_string();
            let offered = Box::new(Anchored { ledger_id, size: tail.seq, head: tail.hash });
            return Err(OpenError::Anchor(match is_behind {
                true => AnchorError::Behind { anchor, kept, offered },
                false => AnchorError::Conflict { anchor, kept, offered },
            }));
        }
        Ok(is_anchored)
    }
}

/// The keys that may have signed a checkpoint, as far as they are known.
fn signers(ledger: &Ledger, state: &WriterState) -> Vec<VerifierKey> {
    let ledger_id = ledger.manifest.ledger_id.to_string();
    let first = ledger.manifest.keys().map(|keys| keys.checkpoint_key);
    let own = state.ring.iter().flat_map(|ring| ring.ids().filter_map(|id| ring.key(id)));
    let own = own.map(|key| public_key(&key.checkpoint_seed()));
    let known = first.into_iter().chain(own);
    let known = known.filter_map(|key| checkpoint::verifier(&ledger_id, &key).ok());
    known.chain(current_signer(ledger, state)).collect()
}

/// The key that signs checkpoints now.
pub(crate) fn current_signer(ledger: &Ledger, state: &WriterState) -> Option<VerifierKey> {
    ledger.signer(state)?.ok().map(|signer| signer.verifier().clone())
}

/// The segment in which an event would be; `None` if it was pruned.
fn segment_of(ledger: &Ledger, seq: u64) -> Result<Option<u64>, OpenError> {
    let segments = ledger.store.segments().map_err(OpenError::Store)?;
    let before = segments.iter().rev().find(|info| info.first_seq <= seq && info.len > 0);
    Ok(before.map(|info| info.first_seq))
}

/// Whether the event of this seq is there with this hash, or was pruned.
fn has(ledger: &Ledger, tail: &Tail, seq: u64, hash: &[u8; 32]) -> Result<bool, OpenError> {
    if seq >= tail.seq {
        return Ok(seq == tail.seq && *hash == tail.hash);
    }
    has_event(ledger, seq, hash).map_err(OpenError::Store)
}

/// [`has`], whatever this writer knows of the end.
pub(crate) fn has_event(ledger: &Ledger, seq: u64, hash: &[u8; 32]) -> Result<bool, StoreError> {
    let segments = ledger.store.segments()?;
    if segments.first().is_some_and(|first| seq < first.first_seq) {
        return Ok(true);
    }
    let found = find(ledger.source(), &segments, seq)?;
    Ok(found
        .is_some_and(|found| Line::parse(&found.bytes).is_ok_and(|line| line.event_hash == *hash)))
}
