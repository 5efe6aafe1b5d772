//! Retention: taking the oldest segments away, and saying so.

use core::fmt;
use std::error::Error;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use data_encoding::HEXLOWER;

use super::append::own;
use super::error::{AppendError, Damage};
use super::filter::Filter;
use super::key::KeyRing;
use super::ledger::Ledger;
use super::line::{Line, parse_hash};
use super::locate::first_line;
use super::state::{Failure, failed};
use super::store::{SegmentInfo, StoreError, StoreErrorKind, WriteError};
use super::timestamp::Timestamp;

/// Which segments may go. Only whole, sealed segments do, oldest first, and never the one that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PrunePolicy {
    /// Those whose last event is older than this.
    Before(DateTime<Utc>),
    /// All but the newest so many, the one that is written included.
    KeepSegments(usize),
}

impl fmt::Display for PrunePolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PrunePolicy::Before(moment) => write!(f, "before {}", Timestamp::from(*moment)),
            PrunePolicy::KeepSegments(count) => write!(f, "keep {count} segments"),
        }
    }
}

/// What was taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pruned {
    /// How many segments.
    pub segments: usize,
    /// The seq of the first event that is left.
    pub first_kept: u64,
}

/// Why a ledger was not pruned.
#[derive(Debug)]
#[non_exhaustive]
pub enum PruneError {
    /// The statement of what is taken away could not be recorded. Nothing was taken away.
    Append(AppendError),
    /// Some segments could not be removed; the next prune removes them.
    Remove {
        /// How many were.
        removed: usize,
        /// Why one was not.
        source: WriteError,
    },
}

impl fmt::Display for PruneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PruneError::Append(error) => write!(f, "nothing was pruned: {error}"),
            PruneError::Remove { removed, source } => {
                write!(f, "{removed} segments were pruned, one was not: {source}; prune again")
            }
        }
    }
}

impl Error for PruneError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            PruneError::Append(source) => Some(source),
            PruneError::Remove { source, .. } => Some(source),
        }
    }
}

impl Ledger {
    /// Takes the oldest segments away. `ledger.pruned` says first which event is the first that is left, so that they are
    /// missed by nobody.
    ///
    /// # Errors
    ///
    /// When nothing, or not everything, was taken away.
    pub fn prune(&self, policy: PrunePolicy) -> Result<Option<Pruned>, PruneError> {
        self.prune_watched(policy, &mut |_, _| ())
    }

    /// [`prune`](Self::prune), telling after each segment how many are gone, and of how many.
    ///
    /// # Errors
    ///
    /// When nothing, or not everything, was taken away.
    pub fn prune_watched(
        &self,
        policy: PrunePolicy,
        each: &mut dyn FnMut(usize, usize),
    ) -> Result<Option<Pruned>, PruneError> {
        let mut going = Vec::new();
        let first_kept = self
            .with_tail(|state| {
                let segments = self.store.segments().map_err(AppendError::Rejected)?;
                let live = segments.iter().position(|info| info.first_seq == state.tail.segment);
                // What others have done since is not known here.
                let Some(live) = live.filter(|live| live + 1 == segments.len()) else {
                    return Err(Failure::Stale);
                };
                let count = self.count(&segments[..=live], policy)?;
                if count == 0 {
                    return Ok(None);
                }
                let kept = segments[count].first_seq;
                let previous_hash = self.first_of(&segments[count])?.0;
                let event = own("ledger.pruned")
                    .detail("first_kept_seq", kept)
                    .detail(
                        "manifest_sha256",
                        HEXLOWER.encode(&self.sound_manifest(state.ring.as_ref())?),
                    )
                    .detail("previous_hash", HEXLOWER.encode(&previous_hash))
                    .detail("policy", policy.to_string());
                self.write_own(state, &event)?;
                self.sync(state)?;
                going = segments[..count].to_vec();
                Ok(Some(kept))
            })
            .map_err(PruneError::Append)?;
        let Some(first_kept) = first_kept else { return Ok(None) };
        let _held = self.hold().map_err(PruneError::Append)?;
        for (removed, info) in going.iter().enumerate() {
            let result = self.store.remove_segment(info.first_seq);
            result.map_err(|source| PruneError::Remove { removed, source })?;
            each(removed + 1, going.len());
        }
        Ok(Some(Pruned { segments: going.len(), first_kept }))
    }

    /// How many segments may go.
    fn count(&self, segments: &[SegmentInfo], policy: PrunePolicy) -> Result<usize, Failure> {
        let most = segments.len() - 1;
        let before = match policy {
            PrunePolicy::KeepSegments(kept) => {
                return Ok(segments.len().saturating_sub(kept).min(most));
            }
            PrunePolicy::Before(moment) => Timestamp::from(moment),
        };
        let mut count = 0;
        // A segment is older than what the next one begins with.
        while count < most && self.first_of(&segments[count + 1])?.1 < before {
            count += 1;
        }
        Ok(count)
    }

    /// The SHA-256 of `ledger.json`, which has to be the one that the first event or the last prune names: once those are
    /// gone, this prune speaks for it.
    fn sound_manifest(&self, ring: Option<&KeyRing>) -> Result<[u8; 32], Failure> {
        let rejected = |error| failed(WriteError::Rejected(error));
        let manifest = self.store.manifest().map_err(rejected)?;
        let found: [u8; 32] = Sha256::digest(&manifest).into();
        let mut says = self.reader().get(1).map_err(rejected)?;
        if says.is_none() {
            let statements = self.reader().newest().map_err(rejected)?;
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
            let error = StoreError::new(StoreErrorKind::Replaced, doing);
            return Err(AppendError::Rejected(error).into());
        }
        Ok(found)
    }

    /// The previous_hash and the time of a segment's first line.
    fn first_of(&self, info: &SegmentInfo) -> Result<([u8; 32], Timestamp), Failure> {
        let line = first_line(self.source(), info.first_seq)
            .map_err(|error| failed(WriteError::Rejected(error)))?;
        let line = Line::parse(&line).map_err(|error| {
            AppendError::Damaged(Damage::new(info.first_seq, 0, error.to_string()))
        })?;
        Ok((line.previous_hash, line.timestamp))
    }
}
