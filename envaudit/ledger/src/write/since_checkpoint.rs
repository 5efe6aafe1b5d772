//! The digest of a ledger up to its end: nothing that no checkpoint has signed is passed over, in whichever segment it is.

use crate::error::AppendError;
use crate::evidence::checkpoint::Checkpoint;
use crate::store::{SegmentInfo, Tail};
use crate::write::digest::Digest;
use crate::write::ledger::Ledger;
use crate::write::recover::current_signer;
use crate::write::state::WriterState;

impl Ledger {
    /// The digest of the last segment up to its end. With a key, all events since the newest checkpoint are read and checked for
    /// it; without one, those of the last segment.
    pub(crate) fn digest<'s>(&self, state: &'s mut WriterState) -> Result<&'s Digest, AppendError> {
        let Tail { segment, offset, .. } = state.tail;
        let digest = match state.digest.take() {
            Some(digest) if digest.segment() == segment => digest,
            known => self.digest_since_checkpoint(known, state)?,
        };
        let digest = state.digest.insert(digest);
        if digest.segment() == segment {
            digest.advance(self.source(), offset, state.ring.as_ref())?;
        }
        Ok(digest)
    }

    /// [`digest`](Self::digest), if all that was read for it is what was written.
    pub(crate) fn sound_digest<'s>(
        &self,
        state: &'s mut WriterState,
    ) -> Result<&'s Digest, AppendError> {
        let digest = self.digest(state)?;
        match &digest.finding {
            None => Ok(digest),
            Some(finding) => Err(AppendError::NotSigned(finding.clone())),
        }
    }

    /// Refuses what would be signed only afterwards, where nothing can be signed.
    pub(crate) fn refuse_findings(&self, state: &mut WriterState) -> Result<(), AppendError> {
        match state.ring {
            Some(_) => self.sound_digest(state).map(drop),
            None => Ok(()),
        }
    }

    /// The digest at the beginning of the last segment.
    fn digest_since_checkpoint(
        &self,
        known: Option<Digest>,
        state: &WriterState,
    ) -> Result<Digest, AppendError> {
        let Tail { segment: last, .. } = state.tail;
        let (source, ring) = (self.source(), state.ring.as_ref());
        if ring.is_none() {
            return Digest::begin(source, last, ring);
        }
        let segments = self.store.segments().map_err(AppendError::Rejected)?;
        let mut digest = self.nearest_digest(known, &segments, state)?;
        let first_seqs = segments.iter().map(|info| info.first_seq);
        let between = |first: &u64| *first > digest.segment() && *first < last;
        let mut further: Vec<u64> = first_seqs.filter(between).collect();
        further.extend(Some(last).filter(|last| *last > digest.segment()));
        for next in further {
            if digest.finding.is_some() {
                break;
            }
            let info = segments.iter().find(|info| info.first_seq == digest.segment());
            if let Some(info) = info.filter(|_| !digest.ended) {
                match digest.advance(source, info.len, ring) {
                    Err(AppendError::Damaged(damage)) => digest.finding = Some(damage),
                    advanced => advanced?,
                }
            }
            digest = digest.next_segment(source, next, ring)?;
        }
        Ok(digest)
    }

    /// Where to begin: with what was read before, or with the segment that the newest checkpoint is in, whichever is later.
    fn nearest_digest(
        &self,
        known: Option<Digest>,
        segments: &[SegmentInfo],
        state: &WriterState,
    ) -> Result<Digest, AppendError> {
        let is_there = |segment| segments.iter().any(|info| info.first_seq == segment);
        let last = state.tail.segment;
        let goes_on = |known: &Digest| known.ended || is_there(known.segment());
        let known = known.filter(|known| known.segment() <= last && goes_on(known));
        if known.as_ref().is_some_and(|known| known.finding.is_some()) {
            return Ok(known.expect("it has a finding"));
        }
        let signed = self.newest_signed(state)?;
        let size = signed.as_ref().map_or(0, |signed| signed.size);
        if let Some(known) = known.filter(|known| known.last() >= size) {
            return Ok(known);
        }
        let behind = |info: &&SegmentInfo| info.first_seq <= size.max(1).min(last);
        let first = segments.iter().rev().find(behind).or(segments.first());
        let first = first.map_or(last, |info| info.first_seq);
        let digest = Digest::begin(self.source(), first, state.ring.as_ref())?;
        Ok(match signed {
            Some(Checkpoint { size, root, .. }) => digest.signed(size, root),
            None => digest,
        })
    }

    /// The newest checkpoint, if the current key has signed it. That of a retired key is not enough: somebody else may have it.
    fn newest_signed(&self, state: &WriterState) -> Result<Option<Checkpoint>, AppendError> {
        let newest = self.store.newest_checkpoint().map_err(AppendError::Rejected)?;
        let Some((seq, note)) = newest else { return Ok(None) };
        let signer = current_signer(self, state).into_iter().collect::<Vec<_>>();
        let ledger_id = self.manifest.ledger_id.to_string();
        let signed = Checkpoint::open(&note, &signer).ok();
        Ok(signed.filter(|signed| signed.size == seq && signed.ledger_id == ledger_id))
    }
}
