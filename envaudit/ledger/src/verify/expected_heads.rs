//! Heads that the ledger is expected to have had: by checkpoints, anchors, `HEAD`, an earlier verification.

use super::verdict::Verdict;
use crate::evidence::merkle::Hash;
use crate::keys::EventHash;

/// "The event `size` had the hash `head`."
#[derive(Clone, Debug)]
pub(super) struct ExpectedHead {
    pub(super) size: u64,
    pub(super) head: EventHash,
    /// The root of the tree over the events up to there.
    pub(super) root: Option<Hash>,
    pub(super) by: ClaimSource,
}

/// The source of an expected head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ClaimSource {
    /// A signed note in the ledger.
    Checkpoint { file: String },
    /// `HEAD`, which anybody who can write to the ledger can write.
    Head { segment: u64 },
    /// A place outside the ledger.
    Anchor,
    /// An earlier verification, kept by the caller.
    Earlier,
}

impl ClaimSource {
    /// The name of the source in a finding.
    pub(super) fn name(&self) -> &str {
        match self {
            ClaimSource::Checkpoint { file } => file,
            ClaimSource::Head { .. } => "HEAD",
            ClaimSource::Anchor => "an anchor",
            ClaimSource::Earlier => "an earlier verification",
        }
    }

    /// Whether it is kept out of the reach of those that can write to the ledger.
    pub(super) fn is_outside(&self) -> bool {
        matches!(self, ClaimSource::Anchor | ClaimSource::Earlier)
    }

    /// The verdict when the ledger has another event there.
    pub(super) fn contradicted(&self) -> Verdict {
        match self {
            // Nothing protects HEAD: most likely it is what was changed.
            ClaimSource::Head { .. } => Verdict::Modified,
            _ => Verdict::Forked,
        }
    }
}

/// The claims that have not been compared with the ledger yet.
#[derive(Debug, Default)]
pub(super) struct ExpectedHeads {
    /// The smallest size last.
    open: Vec<ExpectedHead>,
}

impl ExpectedHeads {
    pub(super) fn new(claims: Vec<ExpectedHead>) -> Self {
        let mut open = ExpectedHeads::default();
        open.extend(claims);
        open
    }

    pub(super) fn extend(&mut self, more: Vec<ExpectedHead>) {
        self.open.extend(more);
        self.open.sort_by_key(|claim| core::cmp::Reverse(claim.size));
    }

    /// The next claim about an event up to `seq`.
    pub(super) fn take(&mut self, seq: u64) -> Option<ExpectedHead> {
        self.open.pop_if(|claim| claim.size <= seq)
    }

    /// All claims that are left, the smallest first.
    pub(super) fn rest(&mut self) -> impl Iterator<Item = ExpectedHead> {
        core::mem::take(&mut self.open).into_iter().rev()
    }

    /// Whether one of them is of the event `seq` or a later one.
    pub(super) fn reaches(&self, seq: u64) -> bool {
        self.open.first().is_some_and(|claim| claim.size >= seq)
    }
}
