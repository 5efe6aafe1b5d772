//! The end there is, against the ends that others know of.

use crate::error::OpenError;
use crate::evidence::anchor::{AnchorError, AnchorScope, Anchored};
use crate::format::head::Head;
use crate::format::line::Line;
use crate::read::locate::find;
use crate::store::{StoreError, Tail};
use crate::write::ledger::Ledger;

/// The ends that HEAD and the anchors have seen. They are asked before the ledger is read: in a store without a lock others
/// append meanwhile, and may move them on.
pub(super) struct KnownEnds {
    head: Option<Vec<u8>>,
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
        Ok(KnownEnds { head, anchored })
    }

    /// Whether the ledger has what HEAD has seen; returns whether HEAD has seen all of it.
    pub(super) fn check_head(&self, ledger: &Ledger, tail: &Tail) -> Result<bool, OpenError> {
        let Some(bytes) = &self.head else { return Ok(false) };
        let behind = |seen| OpenError::BehindHead { seen, last: tail.seq };
        let head = Head::parse(bytes).map_err(OpenError::Head)?;
        if !has(ledger, tail, head.seq, &head.hash)? {
            return Err(behind(head.seq));
        }
        Ok(head.seq == tail.seq)
    }

    pub(super) fn check_anchors(self, ledger: &Ledger, tail: &Tail) -> Result<(), OpenError> {
        for (anchor, kept) in self.anchored {
            if has(ledger, tail, kept.size, &kept.head)? {
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
        Ok(())
    }
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
