//! What is written in one step, by when, and by which writer.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;
use std::time::Instant;

use uuid::Uuid;

#[cfg(doc)]
use super::FileChain;
use super::Tail;

/// Lines that are written in one step.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Batch<'a> {
    /// Where the ledger has to end.
    pub after: &'a Tail,
    /// The lines, each with its newline.
    pub lines: &'a [u8],
    /// The ids of their events, in order.
    pub ids: &'a [Uuid],
    /// Where the ledger ends when they are written.
    pub last: &'a Tail,
    /// Whether they begin a segment, which is that of `last`. The one of `after` has ended.
    pub opens_segment: bool,
    /// The epoch of the writer, where it has a name.
    pub epoch: Option<&'a Epoch>,
    /// When they are durable.
    pub durability: Durability,
    /// Whether the writer has kept the store's lock since its last append, so that nobody can have written since.
    pub lock_kept: bool,
}

impl<'a> Batch<'a> {
    /// Lines that go on in the segment of `after`, durable when they are acknowledged.
    pub fn new(after: &'a Tail, lines: &'a [u8], ids: &'a [Uuid], last: &'a Tail) -> Self {
        Batch {
            after,
            lines,
            ids,
            last,
            opens_segment: after.segment != last.segment,
            epoch: None,
            durability: Durability::Immediate,
            lock_kept: false,
        }
    }
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BatchOutcome {
    /// All of it is there.
    There,
    /// Nothing of it is there, and the ledger ends here.
    Absent {
        /// The end of the ledger.
        tail: Tail,
    },
}

/// The time by which a call has to return. It is looked at only where something is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// No deadline.
    pub const NEVER: Deadline = Deadline(None);

    /// So much from now.
    pub fn after(time: Duration) -> Self {
        Deadline(Instant::now().checked_add(time))
    }

    /// What is left of it: zero when it has passed, `None` where there is no deadline.
    pub fn remaining(self) -> Option<Duration> {
        self.0.map(|at| at.saturating_duration_since(Instant::now()))
    }

    /// Whether it has passed.
    pub fn has_passed(self) -> bool {
        self.remaining().is_some_and(|left| left.is_zero())
    }
}

/// A writer of a name, and how many of that name have begun before it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Epoch {
    writer: Arc<str>,
    number: u64,
}

impl Epoch {
    /// The epoch of this number of a writer.
    pub fn new(writer: &str, number: u64) -> Self {
        Epoch { writer: writer.into(), number }
    }

    /// The name of the writer.
    pub fn writer(&self) -> &str {
        &self.writer
    }

    /// Its number; a later one is larger.
    pub fn number(&self) -> u64 {
        self.number
    }
}

impl fmt::Debug for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.writer, self.number)
    }
}

/// When an append is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Durability {
    /// When the call returns.
    Immediate,
    /// With the next [`FileChain::sync`] or [`Durability::Immediate`] append.
    Deferred,
}
