//! The sums of a segment: the Merkle tree over the events so far, the last states of configurations, and the SHA-256 of
//! the file so far.
//!
//! They are not updated with each append, but when a segment is sealed or a checkpoint is taken, by reading the lines written
//! since. The first line of each segment has the peaks of the tree before it and the positions of the last states, so a digest
//! can begin with any segment; `since_checkpoint` says with which.

use memchr::memmem;
use sha2::{Digest as _, Sha256};

use crate::config_state::table::States;
use crate::error::{AppendError, Damage};
use crate::evidence::merkle::{Hash, Tree, leaf_hash};
use crate::format::line::Line;
use crate::format::opening::{covered, hash_of, peaks_of, previous_of, seq_of};
use crate::keys::{EventHash, Hasher, KeyId, KeyRing, NO_HASH};
use crate::read::lines::{LineBlocks, LineEnd};
use crate::read::locate::first_line;
use crate::store::SegmentSource;
use crate::write::rotated_key::rotated_to;

#[derive(Clone, Debug)]
pub(crate) struct Digest {
    segment: u64,
    offset: u64,
    pub(crate) tree: Tree,
    pub(crate) states: States,
    sha: Sha256,
    /// The seq of the next line, and the hash of the one before; `None` if that was not read.
    next: u64,
    previous: Option<EventHash>,
    /// The key that the next line has to name, if that is known.
    key: Option<KeyId>,
    /// The key of the line before, if it was given.
    hasher: Option<Hasher>,
    /// The last line ended the segment.
    pub(super) ended: bool,
    /// The events up to this one are signed: their keys need not be known.
    signed: u64,
    /// A checkpoint that is met on the way: so many events have this root.
    awaited: Option<(u64, Hash)>,
    /// The first line that is not what was written.
    pub(crate) finding: Option<Damage>,
}

impl Digest {
    /// The digest at the beginning of a segment.
    pub(crate) fn begin(
        source: &dyn SegmentSource,
        segment: u64,
        ring: Option<&KeyRing>,
    ) -> Result<Self, AppendError> {
        let (tree, states, finding) = match segment {
            1 => (Tree::new(), States::from(1), None),
            _ => match before(source, segment, ring) {
                Ok((tree, states)) => (tree, states, None),
                Err(AppendError::Damaged(damage)) => {
                    (Tree::new(), States::from(segment), Some(damage))
                }
                Err(error) => return Err(error),
            },
        };
        let (next, previous) = (segment, (segment == 1).then_some(NO_HASH));
        Ok(Digest {
            segment,
            offset: 0,
            tree,
            states,
            sha: Sha256::new(),
            next,
            previous,
            key: None,
            hasher: None,
            ended: false,
            signed: 0,
            awaited: None,
            finding,
        })
    }

    /// [`begin`](Self::begin), where a checkpoint of so many events, with this root, was signed by the current key.
    pub(super) fn signed(mut self, size: u64, root: Hash) -> Self {
        (self.signed, self.awaited) = (size, Some((size, root)));
        self
    }

    /// Goes on to the next segment, with what is known of the end of this one.
    pub(super) fn next_segment(
        self,
        source: &dyn SegmentSource,
        segment: u64,
        ring: Option<&KeyRing>,
    ) -> Result<Self, AppendError> {
        let begun = Digest::begin(source, segment, ring)?;
        let found = if !self.ended {
            Some("the segment before this one has no end".to_owned())
        } else if self.next != segment {
            Some(format!("event {} is not what follows the one before", self.next))
        } else if begun.tree.peaks() != self.tree.peaks() {
            Some("the peaks are not those of the events before".to_owned())
        } else {
            None
        };
        let found = found.map(|found| Damage::new(segment, 0, found));
        Ok(Digest {
            previous: self.previous,
            key: self.key,
            hasher: self.hasher,
            signed: self.signed,
            awaited: self.awaited,
            finding: self.finding.or(begun.finding).or(found),
            ..begun
        })
    }

    /// The last event that was read.
    pub(super) fn last(&self) -> u64 {
        self.next - 1
    }

    /// Its segment.
    pub(crate) fn segment(&self) -> u64 {
        self.segment
    }

    /// SHA-256 of the bytes so far.
    pub(crate) fn sha256(&self) -> [u8; 32] {
        self.sha.clone().finalize().into()
    }

    /// Reads up to `end`, which is the end of a line. What is read is checked, so that nothing is signed that was changed.
    pub(crate) fn advance(
        &mut self,
        source: &dyn SegmentSource,
        end: u64,
        ring: Option<&KeyRing>,
    ) -> Result<(), AppendError> {
        let blocks = LineBlocks::forward(source, self.segment, self.offset..end);
        for block in blocks.stop_at_too_long() {
            let block = block.map_err(AppendError::Rejected)?;
            if block.end() != LineEnd::Newline {
                break;
            }
            for line in block.lines() {
                if let Err(found) = self.push(line.bytes, ring)
                    && self.finding.is_none()
                {
                    self.finding = Some(Damage::new(self.segment, line.offset, found));
                }
            }
            self.states.observe(block.bytes());
            self.sha.update(block.bytes());
            self.offset = block.to();
        }
        match self.offset < end {
            true => Err(self.damaged("a line without an end")),
            false => Ok(()),
        }
    }

    /// Adds a line to the tree, and checks it unless one before was not what was written.
    fn push(&mut self, line: &[u8], ring: Option<&KeyRing>) -> Result<(), String> {
        let hash = hash_of(line).ok_or("a line without an event_hash")?;
        let checked = match &self.finding {
            None => self.check(line, &hash, ring),
            Some(_) => Ok(()),
        };
        self.tree.push(leaf_hash(&hash));
        checked?;
        match self.awaited {
            Some((size, root)) if size == self.tree.size() && root != self.tree.root() => {
                Err(format!("the checkpoint of {size} events is of another history"))
            }
            _ => Ok(()),
        }
    }

    /// Whether a line with this hash is what was written, and follows the one before.
    fn check(
        &mut self,
        line: &[u8],
        hash: &EventHash,
        ring: Option<&KeyRing>,
    ) -> Result<(), String> {
        let (Some(covered), Some(previous)) = (covered(line), previous_of(line)) else {
            return Err("a line without a previous_hash".to_owned());
        };
        if self.ended {
            return Err("a line behind the one that ended the segment".to_owned());
        }
        if seq_of(line) != Some(self.next) || self.previous.is_some_and(|known| known != previous) {
            return Err(format!("event {} is not what follows the one before", self.next));
        }
        if self.hasher.as_ref().is_none_or(|hasher| hasher.hash(covered) != *hash) {
            self.check_key(line, ring)?;
        }
        (self.next, self.previous) = (self.next + 1, Some(*hash));
        self.observe(line);
        Ok(())
    }

    /// Notes what a line of the ledger itself changes for those behind it.
    fn observe(&mut self, line: &[u8]) {
        if memmem::find(line, br#","action":"ledger."#).is_none() {
            return;
        }
        let Ok(line) = Line::parse(line) else { return };
        self.ended = line.action == "ledger.segment_sealed";
        if let Some(key) = rotated_to(&line) {
            (self.key, self.hasher) = (Some(key), None);
        }
    }

    /// A line that is not hashed with the key of the one before: the first, one behind a rotation, or one that was changed.
    fn check_key(&mut self, line: &[u8], ring: Option<&KeyRing>) -> Result<(), String> {
        let line = Line::parse(line).map_err(|error| error.to_string())?;
        if self.key.is_some() && line.kid != self.key {
            return Err("the line has another key than the one before it".to_owned());
        }
        self.key = line.kid;
        self.hasher = match (ring, line.kid) {
            (None, None) => Some(Hasher::Unkeyed),
            (Some(ring), Some(key)) => ring.hasher(key).cloned(),
            (Some(_), None) => return Err("a line without a key".to_owned()),
            (None, Some(_)) => return Err("a line with a key".to_owned()),
        };
        match (&self.hasher, line.kid) {
            (Some(hasher), _) if line.hash_holds(hasher) => Ok(()),
            (Some(_), _) => {
                Err("the line's hash is not that of its bytes: it was changed".to_owned())
            }
            (None, Some(key)) if line.seq > self.signed => Err(format!(
                "the line cannot be checked, because its key {key} was not given; open the ledger with it as a retired key"
            )),
            // What is signed already is taken as it is where its key was not given.
            (None, _) => Ok(()),
        }
    }

    fn damaged(&self, found: &str) -> AppendError {
        AppendError::Damaged(Damage::new(self.segment, self.offset, found))
    }
}

/// The sums of the segments before this one, from its first line.
fn before(
    source: &dyn SegmentSource,
    segment: u64,
    ring: Option<&KeyRing>,
) -> Result<(Tree, States), AppendError> {
    let damaged = |found| AppendError::Damaged(Damage::new(segment, 0, found));
    let line = first_line(source, segment).map_err(AppendError::Rejected)?;
    let line = Line::parse(&line).map_err(|error| damaged(error.to_string()))?;
    let peaks = peaks_of(&line)
        .ok_or_else(|| damaged("the segment's first line has no peaks".to_owned()))?;
    let tree = Tree::from_peaks(segment - 1, peaks).map_err(|error| damaged(error.to_string()))?;
    // Ledgers need not have tables.
    let states = States::read(&line, ring).unwrap_or_else(|| States::from(segment));
    Ok((tree, states))
}
