//! The verdicts of a verification.

use core::fmt;

/// What is wrong at one place of a ledger, or how far a sound one can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// Sound, and an anchor outside the ledger vouches for its last event.
    OkAnchored,
    /// Sound, but nothing outside the ledger vouches for the newest events: that some were cut off cannot be ruled out.
    OkUnanchoredTail,
    /// Events before the first were removed, according to a statement in the ledger. Not a fault.
    Pruned,
    /// An event is older than the one before it. A warning: clocks are set.
    ClockRegression,
    /// The last line is unfinished: a crash while it was written. Opening the ledger for writing repairs it.
    Torn,
    /// The content is not what was written.
    Modified,
    /// Events that must have been there are not.
    Missing,
    /// An event is at a wrong position.
    Reordered,
    /// A copy of an event.
    DuplicateSeq,
    /// A line that nobody with the key wrote, between events that follow each other.
    Inserted,
    /// The ledger itself says that it had more events.
    Truncated,
    /// The ledger is sound, but shorter than it is known to have been: an older copy was put in its place, or its end was
    /// cut off and every trace of it in the ledger removed.
    RolledBack,
    /// Two histories: events that do not follow each other, or contradict a checkpoint or an anchor.
    Forked,
    /// The ledger, or an event, claims to need no key although there is one.
    Downgraded,
    /// Events were hashed with a key that was not given, so that they could not be checked.
    KeyUnknown,
}

impl Verdict {
    /// The name used in JSON and in the documentation, such as `ok-unanchored-tail`.
    pub const fn name(self) -> &'static str {
        match self {
            Verdict::OkAnchored => "ok-anchored",
            Verdict::OkUnanchoredTail => "ok-unanchored-tail",
            Verdict::Pruned => "pruned",
            Verdict::ClockRegression => "clock-regression",
            Verdict::Torn => "torn",
            Verdict::Modified => "modified",
            Verdict::Missing => "missing",
            Verdict::Reordered => "reordered",
            Verdict::DuplicateSeq => "duplicate-seq",
            Verdict::Inserted => "inserted",
            Verdict::Truncated => "truncated",
            Verdict::RolledBack => "rolled-back",
            Verdict::Forked => "forked",
            Verdict::Downgraded => "downgraded",
            Verdict::KeyUnknown => "key-unknown",
        }
    }

    /// Whether the ledger cannot be trusted as it is.
    pub const fn is_break(self) -> bool {
        !matches!(
            self,
            Verdict::OkAnchored
                | Verdict::OkUnanchoredTail
                | Verdict::Pruned
                | Verdict::ClockRegression
        )
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
