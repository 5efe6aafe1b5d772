//! The ends of segments, checkpoints, and HEAD.

use data_encoding::HEXLOWER;
use serde::Serialize;
use serde_json::json;

use crate::config_state::table::States;
use crate::error::{AppendError, Damage};
use crate::evidence::anchor::{AnchorError, Anchored};
use crate::evidence::checkpoint::{self, Checkpoint};
use crate::evidence::note::{NoteError, NoteSigner};
use crate::format::head::Head;
use crate::format::timestamp::Timestamp;
use crate::store::{Batch, Tail, WriteError};
use crate::write::append::{FirstLine, elapsed, ledger_event};
use crate::write::digest::Digest;
use crate::write::ledger::Ledger;
use crate::write::recover;
use crate::write::state::{StepError, WriterState};

/// The details of the first line of a segment, except the first segment.
#[derive(Serialize)]
struct SegmentOpened {
    chain: String,
    peaks: Vec<String>,
    previous_last_seq: u64,
    #[serde(flatten)]
    states: States,
}

impl Ledger {
    /// Ends the segment if it is large enough or its month is over. Returns the time for the next line.
    pub(crate) fn roll_if_due(&self, state: &mut WriterState) -> Result<Timestamp, StepError> {
        let now = self.settings.now();
        if state.sealed {
            self.start_next(state)?;
        } else if state.tail.offset < self.settings.segment_size && now < state.month_end
            || state.digest.as_ref().is_some_and(|digest| digest.finding.is_some())
        {
            return Ok(now);
        } else {
            match self.roll(state) {
                // It is not ended, so that nothing vouches for it, and events are recorded in it all the same.
                Err(StepError::Failed(AppendError::NotSigned(_))) => {
                    return Ok(self.settings.now());
                }
                rolled => rolled?,
            }
            // The segment has ended nevertheless. If the checkpoint could not be kept, the next one is.
            match self.take_checkpoint(state) {
                Err(error) if is_alarm(&error) => return Err(error.into()),
                _ => {}
            }
        }
        Ok(self.settings.now())
    }

    /// Seals the segment and starts the next one.
    pub(crate) fn roll(&self, state: &mut WriterState) -> Result<(), StepError> {
        if state.sealed {
            return self.start_next(state);
        }
        self.sync(state)?;
        let Tail { seq, segment, .. } = state.tail;
        let digest = self.sound_digest(state)?;
        let event = ledger_event("ledger.segment_sealed")
            .detail("count", seq - (segment - 1))
            .detail("sha256", HEXLOWER.encode(&digest.sha256()));
        self.write_ledger_event(state, &event)?;
        // Also if it cannot be synced now: nothing may follow a seal.
        state.sealed = true;
        self.start_next(state)
    }

    /// Starts the segment after a sealed one.
    pub(crate) fn start_next(&self, state: &mut WriterState) -> Result<(), StepError> {
        // A new segment means that all of the one before it is durable.
        self.sync(state)?;
        let Tail { seq, segment: old, .. } = state.tail;
        // Others may have begun the next segment, and pruned it since.
        let segments = self.store.segments().map_err(AppendError::Rejected)?;
        if segments.iter().any(|info| info.first_seq > old && info.len > 0) {
            return Err(StepError::Behind);
        }
        let Digest { tree, states, finding, .. } = self.digest(state)?;
        // A segment that is ended needs the next one, whose peaks would vouch for it.
        if let Some(finding) = finding {
            return Err(AppendError::Damaged(finding.clone()).into());
        }
        let peaks: Vec<String> = tree.peaks().iter().map(|peak| HEXLOWER.encode(peak)).collect();
        let details = SegmentOpened {
            chain: self.manifest.ledger_id.to_string(),
            peaks,
            previous_last_seq: seq,
            states: states.kept_from(segments.first().map_or(old, |info| info.first_seq)),
        };
        let event = ledger_event("ledger.segment_opened").details_json(json!(details).to_string());
        let FirstLine { bytes, hash, event_id, timestamp } = self.first_line(state, &event)?;
        let last = Tail { seq: seq + 1, hash, segment: seq + 1, offset: bytes.len() as u64 };
        let ids = [event_id];
        let mut batch = Batch::new(&state.tail, &bytes, &ids, &last);
        batch.epoch = state.epoch.as_ref();
        self.commit(&batch, state.by)?;
        state.tail = last;
        state.latest = timestamp;
        state.month_end = timestamp.month_end();
        state.sealed = false;
        if let Some(files) = self.store.files() {
            // A guard against accidents; if it fails here, opening the ledger does it.
            let _ = files.seal(old);
        }
        Ok(())
    }

    pub(crate) fn checkpoint_if_due(&self, state: &mut WriterState, now: Timestamp) {
        let (seq, when) = state.checkpointed;
        let settings = &self.settings;
        let many = settings.checkpoint_events.is_some_and(|events| state.tail.seq - seq >= events);
        let late = settings.checkpoint_after.is_some_and(|after| elapsed(when, now) >= after);
        if !state.sealed && (many || late) {
            // The events are durable; only a contradicting anchor stops the ledger.
            if let Err(error) = self.take_checkpoint(state)
                && is_alarm(&error)
            {
                state.settle(StepError::Failed(error));
            }
        }
    }

    /// Signs the state, keeps it in the ledger and in the anchors, and moves HEAD there.
    pub(crate) fn take_checkpoint(&self, state: &mut WriterState) -> Result<(), AppendError> {
        self.sync(state).map_err(|failure| state.settle(failure))?;
        let Tail { seq, hash, segment, .. } = state.tail;
        let head = Head { seq, hash, segment };
        // What is signed has to be what was written.
        recover::refuse_contradictions(self, &state.tail)?;
        if let Some(signer) = self.signer(state) {
            let signer = signer.map_err(|error| AppendError::Sign(error.into()))?;
            let root = self.sound_digest(state)?.tree.root();
            let ledger_id = self.manifest.ledger_id.to_string();
            let note = Checkpoint { ledger_id, size: seq, root, head: hash }
                .sign(&signer)
                .map_err(AppendError::Sign)?;
            self.put_checkpoint(state, note.as_bytes())?;
        }
        if let Some(files) = self.store.files() {
            files.write_head(&head.to_bytes()).map_err(AppendError::Checkpoint)?;
        }
        state.checkpointed = (seq, self.settings.now());
        let anchored =
            Anchored { ledger_id: self.manifest.ledger_id.to_string(), size: seq, head: hash };
        let mut first = Ok(());
        for anchor in &self.settings.anchors {
            let kept = match &self.settings.anchor_slot {
                Some(slot) => anchor.put_in(slot, &anchored),
                None => anchor.put(&anchored),
            };
            let kept = match kept {
                // Another writer of this ledger may have been faster with a later checkpoint.
                Err(AnchorError::Behind { kept, .. }) if self.has_seen(&kept) => Ok(()),
                kept => kept.map_err(AppendError::Anchor),
            };
            first = first.and(kept);
        }
        first
    }
}

impl Ledger {
    /// Whether the ledger has the event of an anchor, although this writer has not read that far.
    fn has_seen(&self, kept: &Anchored) -> bool {
        recover::has_event(self, kept.size, &kept.head).unwrap_or(false)
    }

    /// Keeps a checkpoint. One that is there is never replaced: one of another history shows a fork.
    fn put_checkpoint(&self, state: &WriterState, note: &[u8]) -> Result<(), AppendError> {
        let Tail { seq, hash, segment, offset } = state.tail;
        let error = match self.store.put_checkpoint(seq, note, state.by) {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        if let WriteError::Conflict(_) = &error {
            let after = seq.checked_sub(1);
            let kept = self.store.checkpoints_after(after, 1).map_err(AppendError::Rejected)?;
            let bytes = kept.into_iter().find_map(|(at, note)| (at == seq).then_some(note));
            let bytes = bytes.unwrap_or_default();
            let kept = Checkpoint::unverified(&bytes).ok();
            let ours = Checkpoint::unverified(note).ok().map(|ours| ours.root);
            if kept.as_ref().is_none_or(|kept| kept.head != hash || Some(kept.root) != ours) {
                let found = format!(
                    "there is a checkpoint of another history with {seq} events: it was forked"
                );
                return Err(AppendError::Damaged(Damage::new(segment, offset, found)));
            }
            // The same, with the signatures of others beside that of this key.
            if let Some(Ok(signer)) = self.signer(state)
                && Checkpoint::open(&bytes, core::slice::from_ref(signer.verifier())).is_ok()
            {
                return Ok(());
            }
        }
        Err(AppendError::Checkpoint(error))
    }

    /// The note signer of the current key; `None` in an unkeyed ledger.
    pub(crate) fn signer(&self, state: &WriterState) -> Option<Result<NoteSigner, NoteError>> {
        let ring = state.ring.as_ref()?;
        let seed = self.settings.checkpoint_seed.clone();
        let seed = seed.unwrap_or_else(|| ring.current().checkpoint_seed());
        Some(checkpoint::signer(&self.manifest.ledger_id.to_string(), &seed))
    }
}

/// Whether an anchor, or something in the ledger, says that it is not what it was.
fn is_alarm(error: &AppendError) -> bool {
    use AnchorError::{Behind, Conflict};
    matches!(error, AppendError::Anchor(Behind { .. } | Conflict { .. }) | AppendError::Damaged(_))
}
