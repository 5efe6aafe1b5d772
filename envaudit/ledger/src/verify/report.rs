//! The outcome of a verification.

use core::fmt;

use data_encoding::HEXLOWER;
use thiserror::Error;

use super::finding::Finding;
use super::verdict::Verdict;
use crate::evidence::anchor::Anchored;
use crate::evidence::checkpoint::{self, Checkpoint};
use crate::evidence::merkle::{Hash, Tree};
use crate::keys::{EventHash, KeyId};

/// More breaks, or more warnings, than these are counted alone.
const MAX_FINDINGS: usize = 1000;

/// The report of a verification.
///
/// Its `Display` is a summary of one line and one line for each finding.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// The id of the ledger; empty where `ledger.json` cannot be read.
    pub ledger_id: String,
    /// How many events were verified.
    pub events: u64,
    /// How many bytes of segments were read.
    pub bytes: u64,
    /// How many segments there are.
    pub segments: u64,
    /// The first event that is there.
    pub first_seq: Option<u64>,
    /// The last event, and its hash.
    pub tail: Option<(u64, EventHash)>,
    /// The last event that something outside the ledger vouches for.
    pub anchored: Option<u64>,
    /// How many checkpoints the ledger agrees with.
    pub checkpoints: u64,
    /// The number of those whose Merkle root was computed again. It is lower than `checkpoints` after a prune, and after an
    /// earlier verification whose peaks were not kept.
    pub roots: u64,
    /// How trustworthy the signatures of the checkpoints are.
    pub signatures: Signatures,
    /// Whether the key is kept next to the ledger, so that the owner of the directory can forge all of it.
    pub key_beside: bool,
    /// The names of the keys that events are hashed with and that were not given: what is
    /// [`key-unknown`](Verdict::KeyUnknown).
    pub missing_keys: Vec<KeyId>,
    /// The findings, in the order of the events.
    pub findings: Vec<Finding>,
    /// How many findings there are beyond those listed.
    pub omitted: u64,
    pub(super) tree: Option<Tree>,
    /// Whether nothing is wrong but that keys are missing, and no key was given.
    pub(super) lacks_keys: bool,
}

/// Where the key came from that checkpoints were checked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Signatures {
    /// It was given, or derived from a key that was.
    Trusted,
    /// It is from `ledger.json`, which a forger of checkpoints can write as well.
    Claimed,
    /// There are none: the ledger has no key.
    Absent,
}

impl Report {
    /// The first break, or how far the ledger can be trusted.
    pub fn verdict(&self) -> Verdict {
        match self.first_break() {
            Some(finding) => finding.verdict,
            None if self.anchored.is_some() && self.anchored == self.tail.map(|(seq, _)| seq) => {
                Verdict::OkAnchored
            }
            None => Verdict::OkUnanchoredTail,
        }
    }

    /// Whether nothing is wrong. That the newest events are all there is known up to [`anchored`](Self::anchored) alone.
    pub fn is_intact(&self) -> bool {
        self.first_break().is_none()
    }

    /// Whether nothing is known to be wrong, but the text of events could not be checked, because no key was given at all.
    pub fn lacks_keys(&self) -> bool {
        self.lacks_keys
    }

    /// The finding that concerns the earliest event.
    pub fn first_break(&self) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.verdict.is_break())
    }

    /// The state from which the next verification can continue: keep it where the writers of the ledger cannot change it.
    /// `None` if the ledger is not intact.
    pub fn verified(&self) -> Option<Verified> {
        let (size, head) = self.tail.filter(|_| self.is_intact())?;
        let ledger_id = self.ledger_id.clone();
        Some(Verified {
            ledger_id,
            size,
            head,
            peaks: self.tree.as_ref().map(|tree| tree.peaks().to_vec()),
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} events in {} segments", self.verdict(), self.events, self.segments)?;
        if let Some((seq, head)) = self.tail {
            write!(f, ", the last is {seq} {}", HEXLOWER.encode(&head))?;
        }
        match (self.anchored, self.tail) {
            (Some(anchored), Some((tail, _))) if anchored == tail => f.write_str(", anchored")?,
            (Some(anchored), _) => write!(f, ", anchored up to {anchored}")?,
            (None, _) => {
                f.write_str(", not anchored: whether newer events were cut off cannot be known")?
            }
        }
        if self.key_beside {
            f.write_str(
                "\nthe key is kept beside the ledger: the owner of the directory can forge all of it",
            )?;
        }
        for finding in &self.findings {
            write!(f, "\n{finding}")?;
        }
        if self.omitted > 0 {
            write!(f, "\nand {} more", self.omitted)?;
        }
        Ok(())
    }
}

/// A state of a ledger that was verified: later verifications read what came after it.
///
/// Written as one line, which can be kept as text.
///
/// ```
/// use envaudit_ledger::verify::Verified;
///
/// let line = "envaudit-verified-v1 a-ledger 1 0101010101010101010101010101010101010101010101010101010101010101 \
///     0202020202020202020202020202020202020202020202020202020202020202";
/// let verified: Verified = line.parse()?;
/// assert_eq!(verified.size(), 1);
/// assert_eq!(verified.to_string(), line);
/// # Ok::<(), envaudit_ledger::verify::NotVerified>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Verified {
    pub(super) ledger_id: String,
    pub(super) size: u64,
    pub(super) head: EventHash,
    /// Nothing where they are not known: then roots of later checkpoints cannot be computed.
    pub(super) peaks: Option<Vec<Hash>>,
}

impl Verified {
    const WORD: &str = "envaudit-verified-v1";

    /// The id of the ledger.
    pub fn ledger_id(&self) -> &str {
        &self.ledger_id
    }

    /// How many events it had.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The hash of the last one.
    pub fn head(&self) -> &EventHash {
        &self.head
    }
}

impl From<&Checkpoint> for Verified {
    /// Trusts a checkpoint. Its root does not give the peaks, so roots of later checkpoints are not computed.
    fn from(checkpoint: &Checkpoint) -> Self {
        let Checkpoint { ledger_id, size, head, .. } = checkpoint.clone();
        Verified { ledger_id, size, head, peaks: None }
    }
}

impl From<&Anchored> for Verified {
    /// Trusts an anchor.
    fn from(anchored: &Anchored) -> Self {
        let Anchored { ledger_id, size, head } = anchored.clone();
        Verified { ledger_id, size, head, peaks: None }
    }
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verified { ledger_id, size, head, peaks } = self;
        write!(f, "{} {ledger_id} {size} {}", Verified::WORD, HEXLOWER.encode(head))?;
        for peak in peaks.iter().flatten() {
            write!(f, " {}", HEXLOWER.encode(peak))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::str::FromStr for Verified {
    type Err = NotVerified;

    fn from_str(line: &str) -> Result<Self, NotVerified> {
        let mut words = line.split(' ');
        let (Some(Verified::WORD), Some(ledger_id), Some(size), Some(head)) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(NotVerified);
        };
        let size = checkpoint::decimal(size).filter(|&size| size > 0).ok_or(NotVerified)?;
        let head = checkpoint::hash(head).ok_or(NotVerified)?;
        let peaks: Vec<_> =
            words.map(checkpoint::hash).collect::<Option<_>>().ok_or(NotVerified)?;
        let fits = peaks.len() == size.count_ones() as usize;
        if ledger_id.is_empty()
            || ledger_id.contains(char::is_whitespace)
            || !(peaks.is_empty() || fits)
        {
            return Err(NotVerified);
        }
        let peaks = fits.then_some(peaks);
        Ok(Verified { ledger_id: ledger_id.to_owned(), size, head, peaks })
    }
}

/// The text is not a [`Verified`].
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a verified state is written `{} <chain> <size> <head> <peaks…>`", Verified::WORD)]
pub struct NotVerified;

/// Collects findings, the same of neighbouring events as one. Breaks and warnings are counted apart, so that no number of
/// warnings hides a break; of too many breaks, those of the earliest events are kept.
#[derive(Debug, Default)]
pub(super) struct Findings {
    breaks: Vec<Finding>,
    warnings: Vec<Finding>,
    omitted: u64,
    /// Whether there is a break that no key would repair, listed or not.
    real: bool,
    /// In a full list of breaks, the position of the one about the latest event.
    latest: Option<usize>,
}

impl Findings {
    /// Returns the position of a break, by which it can be changed later.
    pub(super) fn add(&mut self, finding: Finding) -> Option<usize> {
        let is_break = finding.verdict.is_break();
        self.real |= is_break && finding.verdict != Verdict::KeyUnknown;
        let list = if is_break { &mut self.breaks } else { &mut self.warnings };
        let joins = matches!(
            finding.verdict,
            Verdict::KeyUnknown | Verdict::Downgraded | Verdict::Reordered | Verdict::DuplicateSeq
        );
        if joins
            && let Some(before) = list.last_mut()
            && before.verdict == finding.verdict
            // Events under another key are another matter.
            && (finding.verdict != Verdict::KeyUnknown || before.found == finding.found)
            && before.seq > 0
            && before.last_seq + 1 == finding.seq
        {
            before.last_seq = finding.last_seq;
            return None;
        }
        if list.len() < MAX_FINDINGS {
            list.push(finding);
            return is_break.then(|| self.breaks.len() - 1);
        }
        self.omitted += 1;
        if is_break { self.replace_latest(finding) } else { None }
    }

    fn replace_latest(&mut self, finding: Finding) -> Option<usize> {
        let latest = *self.latest.get_or_insert_with(|| {
            let places = 0..self.breaks.len();
            places.max_by_key(|&place| self.breaks[place].seq).unwrap_or_default()
        });
        let place = self.breaks.get_mut(latest).filter(|place| finding.seq < place.seq)?;
        *place = finding;
        self.latest = None;
        Some(latest)
    }

    /// The break about this event that was added at this position.
    pub(super) fn at(&mut self, place: usize, seq: u64) -> Option<&mut Finding> {
        self.breaks.get_mut(place).filter(|finding| finding.seq == seq)
    }

    pub(super) fn omit(&mut self, count: u64) {
        self.omitted += count;
    }

    /// Whether there are breaks, and all of them are that keys are missing.
    pub(super) fn lack_keys(&self) -> bool {
        !self.breaks.is_empty() && !self.real
    }

    /// Whether anything is wrong with events.
    pub(super) fn concern_events(&self) -> bool {
        self.breaks.iter().any(|finding| finding.seq > 0)
    }

    /// In the order of the events, and how many are not listed.
    pub(super) fn finish(self) -> (Vec<Finding>, u64) {
        let mut list = self.breaks;
        list.extend(self.warnings);
        list.sort_by(|a, b| (a.seq, &a.file, a.offset).cmp(&(b.seq, &b.file, b.offset)));
        (list, self.omitted)
    }
}
