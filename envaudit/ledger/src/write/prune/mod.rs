//! Retention: removing the oldest segments, and recording it.

mod carry;
mod plan;

use data_encoding::HEXLOWER;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use self::carry::Configurations;
use self::plan::{SegmentsToPrune, first_of};
use crate::error::{AppendError, Damage};
use crate::event::Event;
use crate::format::line::parse_hash;
use crate::keys::KeyRing;
use crate::read::filter::Filter;
use crate::read::reader::ReadError;
use crate::store::{SegmentInfo, SegmentSource, StoreError, StoreErrorKind, WriteError};
use crate::verify::{Finding, Verdict, Verifier, VerifyError};
use crate::write::append::MAX_RECORD;
use crate::write::ledger::Ledger;
use crate::write::on_behalf_of::OnBehalfOf;
use crate::write::state::{StepError, WriterState};

pub use self::carry::CarriedState;
pub use self::plan::{PrunePlan, PrunePolicy};

/// The number of events that are written at once: each line has at most 1 MiB, and a write at most 8 MiB. Those of one state
/// are never apart.
const AT_ONCE: usize = 7;

/// The result of a prune.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pruned {
    /// The number of removed segments.
    pub segments: usize,
    /// The seq of the first event that is left.
    pub first_kept: u64,
    /// The number of configurations whose last state was there, and was recorded again before.
    pub carried: usize,
}

/// The reason why a ledger was not pruned.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PruneError {
    /// The statement about the prune could not be recorded. Nothing was removed.
    #[error("nothing was pruned")]
    Append(#[source] AppendError),
    /// Some segments could not be removed; the next prune removes them.
    #[error("{removed} segments were removed, one was not; prune again")]
    Remove {
        /// The number of removed segments.
        removed: usize,
        /// The reason for the one that was not.
        source: WriteError,
    },
    /// The store removes nothing, like one under a retention lock. Nothing was removed.
    #[error("nothing was pruned: the store of this ledger removes nothing")]
    Forbidden,
    /// The ledger cannot be read. Nothing was removed.
    #[error("nothing was pruned")]
    Read(#[source] ReadError),
    /// An event to be removed is not what was written: it is evidence. Nothing was removed.
    #[error("nothing was pruned, because events to be removed were changed: {0}")]
    Changed(Box<Finding>),
    /// The last state of a configuration would be removed, and the key of its event was not given, so it cannot be recorded
    /// again. Nothing was removed.
    #[error(
        "nothing was pruned, because the state of {resource} in event {seq} would have to be recorded again, \
         and the key of that event was not given"
    )]
    KeyNeeded {
        /// Such as `checkout/prod`.
        resource: String,
        /// The event that has the state.
        seq: u64,
    },
}

impl Ledger {
    /// Removes the oldest segments. Before, the last state of each configuration in them is recorded again, and `ledger.pruned`
    /// records which event is the first that is left, so that verification does not miss them.
    ///
    /// # Errors
    ///
    /// When nothing, or not everything, was removed.
    pub fn prune(&self, policy: PrunePolicy) -> Result<Option<Pruned>, PruneError> {
        OnBehalfOf::of_itself(self).prune(policy)
    }

    /// [`prune`](Self::prune), calling `each` after each segment with the number of removed segments and of all.
    ///
    /// # Errors
    ///
    /// When nothing, or not everything, was removed.
    pub fn prune_watched(
        &self,
        policy: PrunePolicy,
        each: &mut dyn FnMut(usize, usize),
    ) -> Result<Option<Pruned>, PruneError> {
        OnBehalfOf::of_itself(self).prune_watched(policy, each)
    }

    /// The SHA-256 of `ledger.json`, which has to be the one in the first event or in the last prune: when those are removed,
    /// this prune replaces them.
    fn sound_manifest(&self, ring: Option<&KeyRing>) -> Result<[u8; 32], AppendError> {
        let manifest = self.store.manifest().map_err(AppendError::Rejected)?;
        let found: [u8; 32] = Sha256::digest(&manifest).into();
        let mut says = self.reader().get(1).map_err(AppendError::Rejected)?;
        if says.is_none() {
            let statements = self.reader().newest().map_err(AppendError::Rejected)?;
            let statements = statements.matching(Filter::new().action("ledger.pruned"));
            says = statements.flatten().next();
        }
        let line = says.as_ref().and_then(|says| says.line().ok());
        let details = line.as_ref().and_then(|line| line.details);
        let details: Option<Value> = details.and_then(|text| serde_json::from_str(text).ok());
        // Statements of earlier versions do not name it.
        let named = details
            .and_then(|details| details.get("manifest_sha256")?.as_str().and_then(parse_hash));
        let sound = line.is_none_or(|line| line.hash_holds_under(ring) != Some(false));
        if !sound || named.is_some_and(|named| named != found) {
            let doing = "go by `ledger.json`";
            return Err(AppendError::Rejected(StoreError::new(StoreErrorKind::Replaced, doing)));
        }
        Ok(found)
    }
}

impl OnBehalfOf<'_> {
    /// [`Ledger::prune`] by this actor.
    ///
    /// # Errors
    ///
    /// When nothing, or not everything, was removed.
    pub fn prune(&self, policy: PrunePolicy) -> Result<Option<Pruned>, PruneError> {
        self.prune_watched(policy, &mut |_, _| ())
    }

    /// [`Ledger::prune_watched`] by this actor.
    ///
    /// # Errors
    ///
    /// When nothing, or not everything, was removed.
    pub fn prune_watched(
        &self,
        policy: PrunePolicy,
        each: &mut dyn FnMut(usize, usize),
    ) -> Result<Option<Pruned>, PruneError> {
        let ledger = self.ledger;
        let Some(removal) = ledger.store.removal() else { return Err(PruneError::Forbidden) };
        let mut configurations = loop {
            let all = ledger.source().segments().map_err(|error| PruneError::Read(error.into()))?;
            match self.configurations_to_carry(&all, policy) {
                Ok(None) => return Ok(None),
                Ok(Some(configurations)) => break configurations,
                // Another process pruned what was being read.
                Err(_) if is_pruned_since(ledger.source(), &all) => {}
                Err(error) => return Err(error),
            }
        };
        let stated = ledger
            .with_tail(|state| self.state_prune(state, policy, &mut configurations))
            .map_err(PruneError::Append)??;
        let Some((SegmentsToPrune { segments, first_kept }, carried)) = stated else {
            return Ok(None);
        };
        let _held = ledger.locked().map_err(|error| PruneError::Remove {
            removed: 0,
            source: WriteError::Rejected(error),
        })?;
        for (removed, info) in segments.iter().enumerate() {
            let result = removal.remove_segment(info.first_seq, ledger.deadline());
            result.map_err(|source| PruneError::Remove { removed, source })?;
            each(removed + 1, segments.len());
        }
        Ok(Some(Pruned { segments: segments.len(), first_kept, carried }))
    }

    /// Reads what is to be removed: others need the lock, and little has changed when it is taken. `None` if there is nothing.
    fn configurations_to_carry(
        &self,
        all: &[SegmentInfo],
        policy: PrunePolicy,
    ) -> Result<Option<Configurations>, PruneError> {
        let (source, keys) = (self.ledger.source(), self.ledger.keys());
        let going = SegmentsToPrune::of(source, all, policy).map_err(PruneError::Read)?;
        let Some(SegmentsToPrune { first_kept, .. }) = going else { return Ok(None) };
        refuse_changed(source, keys.as_ref(), first_kept)?;
        let mut configurations = Configurations::default();
        configurations.read(source, first_kept).map_err(PruneError::Read)?;
        configurations.carried(source, keys.as_ref(), first_kept)?;
        Ok(Some(configurations))
    }

    /// Records the states that would be lost, and then the prune.
    fn state_prune(
        &self,
        state: &mut WriterState,
        policy: PrunePolicy,
        configurations: &mut Configurations,
    ) -> Result<Result<Option<(SegmentsToPrune, usize)>, PruneError>, StepError> {
        let (ledger, source) = (self.ledger, self.ledger.source());
        ledger.be_at_end(state)?;
        let segments = source.segments().map_err(AppendError::Rejected)?;
        let live = segments.iter().position(|info| info.first_seq == state.tail.segment);
        // The segments of others are not known here.
        let Some(live) = live.filter(|live| live + 1 == segments.len()) else {
            return Err(StepError::Behind);
        };
        let Some(going) =
            SegmentsToPrune::of(source, &segments[..=live], policy).map_err(unread)?
        else {
            return Ok(Ok(None));
        };
        let kept = &segments[going.segments.len()];
        let previous_hash = first_of(source, kept).map_err(unread)?.0;
        let manifest = ledger.sound_manifest(state.ring.as_ref())?;
        configurations.read(source, going.first_kept).map_err(unread)?;
        let carried = match configurations.carried(source, state.ring.as_ref(), going.first_kept) {
            Ok(carried) => carried,
            Err(error) => return Ok(Err(error)),
        };
        let mut write = |events: &mut Vec<Event>| {
            let now = ledger.roll_if_due(state)?;
            ledger.write_at_most(MAX_RECORD, state, events, now, &mut |_| {})?;
            events.clear();
            Ok::<_, StepError>(())
        };
        let mut events = Vec::new();
        for carried in &carried {
            let own = carried.events(&self.actor);
            if !events.is_empty() && events.len() + own.len() > AT_ONCE {
                write(&mut events)?;
            }
            events.extend(own.into_iter().map(|event| self.about(event)));
        }
        if !events.is_empty() {
            write(&mut events)?;
        }
        let event = self
            .ledger_event("ledger.pruned")
            .detail("first_kept_seq", going.first_kept)
            .detail("manifest_sha256", HEXLOWER.encode(&manifest))
            .detail("previous_hash", HEXLOWER.encode(&previous_hash))
            .detail("policy", policy.to_string());
        ledger.write_ledger_event(state, &event)?;
        ledger.sync(state)?;
        Ok(Ok(Some((going, carried.len()))))
    }
}

/// Whether segments of this list were removed.
fn is_pruned_since(source: &dyn SegmentSource, before: &[SegmentInfo]) -> bool {
    let first = |segments: &[SegmentInfo]| segments.first().map(|info| info.first_seq);
    source.segments().is_ok_and(|now| first(&now) > first(before))
}

/// Changed or missing events are not removed: the evidence of the change would be lost.
fn refuse_changed(
    source: &dyn SegmentSource,
    keys: Option<&KeyRing>,
    first_kept: u64,
) -> Result<(), PruneError> {
    let verifier = keys.map_or_else(Verifier::new, |keys| Verifier::new().keys(keys));
    let report = verifier.verify(source).map_err(|error| match error {
        VerifyError::Store(error) => PruneError::Read(error.into()),
        VerifyError::Anchor(error) => PruneError::Append(AppendError::Anchor(error)),
    })?;
    let changed = report.findings.into_iter().find(|finding| {
        finding.verdict.is_break()
            && finding.verdict != Verdict::KeyUnknown
            && (1..first_kept).contains(&finding.seq)
    });
    changed.map_or(Ok(()), |finding| Err(PruneError::Changed(Box::new(finding))))
}

/// A ledger that cannot be read is not written to.
fn unread(error: ReadError) -> AppendError {
    match error {
        ReadError::Store(error) => AppendError::Rejected(error),
        ReadError::Line { segment, offset, source } => {
            AppendError::Damaged(Damage::new(segment, offset, source.to_string()))
        }
    }
}
