//! The end there is, against the ends that others know of.

use crate::error::OpenError;
use crate::format::head::Head;
use crate::format::line::Line;
use crate::read::locate::find;
use crate::store::Tail;
use crate::write::ledger::Ledger;

/// Whether the ledger has what HEAD has seen; gives whether HEAD has seen all of it.
pub(super) fn check_head(ledger: &Ledger, tail: &Tail) -> Result<bool, OpenError> {
    let Some(bytes) = ledger.store.head().map_err(OpenError::Store)? else { return Ok(false) };
    let behind = |seen| OpenError::BehindHead { seen, last: tail.seq };
    let head = Head::parse(&bytes).map_err(OpenError::Head)?;
    if !has(ledger, tail, head.seq, &head.hash)? {
        return Err(behind(head.seq));
    }
    Ok(head.seq == tail.seq)
}

pub(super) fn check_anchors(ledger: &Ledger, tail: &Tail) -> Result<(), OpenError> {
    use crate::evidence::anchor::{AnchorError, Anchored};
    let chain = ledger.manifest.chain.to_string();
    for anchor in &ledger.settings.anchors {
        let Some(kept) = anchor.latest(Some(&chain)).map_err(OpenError::Anchor)? else { continue };
        if has(ledger, tail, kept.size, &kept.head)? {
            continue;
        }
        let kept = Box::new(kept);
        let offered = Box::new(Anchored { chain: chain.clone(), size: tail.seq, head: tail.hash });
        let anchor = anchor.name();
        return Err(OpenError::Anchor(if kept.size > tail.seq {
            AnchorError::Behind { anchor, kept, offered }
        } else {
            AnchorError::Conflict { anchor, kept, offered }
        }));
    }
    Ok(())
}

/// Whether the event of this seq is there with this hash, or was pruned.
pub(super) fn has(
    ledger: &Ledger,
    tail: &Tail,
    seq: u64,
    hash: &[u8; 32],
) -> Result<bool, OpenError> {
    if seq >= tail.seq {
        return Ok(seq == tail.seq && *hash == tail.hash);
    }
    let segments = ledger.store.segments().map_err(OpenError::Store)?;
    if segments.first().is_some_and(|first| seq < first.first_seq) {
        return Ok(true);
    }
    let found = find(ledger.source(), &segments, seq).map_err(OpenError::Store)?;
    Ok(found
        .is_some_and(|found| Line::parse(&found.bytes).is_ok_and(|line| line.event_hash == *hash)))
}
