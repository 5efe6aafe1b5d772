//! The plan of a prune.

use core::fmt;

use chrono::{DateTime, Utc};

use super::carry::{CarriedState, Configurations};
use super::{PruneError, refuse_changed};
use crate::format::line::Line;
use crate::format::timestamp::Timestamp;
use crate::keys::{EventHash, KeyRing};
use crate::read::locate::first_line;
use crate::read::reader::ReadError;
use crate::store::{SegmentInfo, SegmentSource};

/// The segments that may be removed. Only whole, sealed segments are, oldest first, and never the current one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PrunePolicy {
    /// Segments whose last event is older than this.
    Before(DateTime<Utc>),
    /// All but this many of the newest, including the current one.
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

/// The segments that a prune would remove now, found by reading alone.
///
/// ```
/// use envaudit_ledger::{LedgerOptions, MasterKey};
/// use envaudit_ledger::prune::{PrunePlan, PrunePolicy};
/// use envaudit_ledger::testing::MemoryStore;
///
/// let ledger = LedgerOptions::new().key(MasterKey::from_bytes([7; 32])).init_in(MemoryStore::default())?;
/// ledger.seal()?;
/// let keys = ledger.keys();
/// let plan = PrunePlan::of(ledger.source(), keys.as_ref(), PrunePolicy::KeepSegments(1))?;
/// assert_eq!(plan.expect("a segment may go").first_kept, 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PrunePlan {
    /// The segments to remove, oldest first; there is at least one.
    pub segments: Vec<SegmentInfo>,
    /// The seq of the first event that stays.
    pub first_kept: u64,
    /// The configurations whose last state is in them, and is recorded again before.
    pub carried: Vec<CarriedState>,
}

impl PrunePlan {
    /// The plan for this policy; `None` if nothing would be removed. `keys` are those of the ledger: a state that was changed
    /// without them is not carried.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read, or a segment does not begin with an event.
    pub fn of(
        source: &dyn SegmentSource,
        keys: Option<&KeyRing>,
        policy: PrunePolicy,
    ) -> Result<Option<Self>, PruneError> {
        let segments = source.segments().map_err(|error| PruneError::Read(error.into()))?;
        let going = SegmentsToPrune::of(source, &segments, policy).map_err(PruneError::Read)?;
        let Some(SegmentsToPrune { segments, first_kept }) = going else { return Ok(None) };
        refuse_changed(source, keys, first_kept)?;
        let mut configurations = Configurations::default();
        configurations.read(source, first_kept).map_err(PruneError::Read)?;
        let carried = configurations.carried(source, keys, first_kept)?;
        Ok(Some(PrunePlan { segments, first_kept, carried }))
    }

    /// The number of events to remove.
    pub fn events(&self) -> u64 {
        let first = self.segments.first().map_or(self.first_kept, |info| info.first_seq);
        self.first_kept - first
    }
}

/// The segments that a policy removes.
pub(super) struct SegmentsToPrune {
    pub(super) segments: Vec<SegmentInfo>,
    pub(super) first_kept: u64,
}

impl SegmentsToPrune {
    /// Selects from all segments, the last of which is the current one.
    pub(super) fn of(
        source: &dyn SegmentSource,
        segments: &[SegmentInfo],
        policy: PrunePolicy,
    ) -> Result<Option<Self>, ReadError> {
        // A segment that is being started has no line yet.
        let begun = segments.iter().filter(|info| info.len > 0).count();
        let segments = &segments[..begun];
        let Some(most) = begun.checked_sub(1) else { return Ok(None) };
        let count = match policy {
            PrunePolicy::KeepSegments(kept) => segments.len().saturating_sub(kept).min(most),
            PrunePolicy::Before(moment) => {
                let before = Timestamp::from(moment);
                let mut count = 0;
                // A segment is older than the first line of the next one.
                while count < most && first_of(source, &segments[count + 1])?.1 < before {
                    count += 1;
                }
                count
            }
        };
        let kept = &segments[count];
        Ok((count > 0).then(|| SegmentsToPrune {
            segments: segments[..count].to_vec(),
            first_kept: kept.first_seq,
        }))
    }
}

/// The previous_hash and the time of a segment's first line.
pub(super) fn first_of(
    source: &dyn SegmentSource,
    info: &SegmentInfo,
) -> Result<(EventHash, Timestamp), ReadError> {
    let line = first_line(source, info.first_seq).map_err(ReadError::Store)?;
    let line = Line::parse(&line).map_err(|cause| ReadError::Line {
        segment: info.first_seq,
        offset: 0,
        source: cause,
    })?;
    Ok((line.previous_hash, line.timestamp))
}
