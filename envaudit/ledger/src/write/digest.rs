//! The sums of a segment: the Merkle tree over the events so far, the last states of configurations, and the SHA-256 of
//! the file so far.
//!
//! They are not updated with each append, but when a segment is sealed or a checkpoint is taken, by reading the lines written
//! since. The first line of each segment has the peaks of the tree before it and the positions of the last states, so at most
//! one segment is read.

use sha2::{Digest as _, Sha256};

use crate::config_state::table::States;
use crate::error::{AppendError, Damage};
use crate::evidence::merkle::{Tree, leaf_hash};
use crate::format::line::Line;
use crate::format::opening::{covered, hash_of, peaks_of, previous_of, seq_of};
use crate::keys::{EventHash, Hasher, KeyRing, NO_HASH};
use crate::read::lines::{LineBlocks, LineEnd};
use crate::read::locate::first_line;
use crate::store::SegmentSource;

#[derive(Clone, Debug)]
pub(crate) struct Digest {
    segment: u64,
    offset: u64,
    pub(crate) tree: Tree,
    pub(crate) states: States,
    sha: Sha256,
    /// The seq of the next line, and the hash of the one before; `None` for the first line of a segment.
    next: u64,
    previous: Option<EventHash>,
    /// The key of the line before, if it is known.
    hasher: Option<Hasher>,
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
        let (tree, states) = match segment {
            1 => (Tree::new(), States::from(1)),
            _ => before(source, segment, ring)?,
        };
        let (next, previous) = (segment, (segment == 1).then_some(NO_HASH));
        let sha = Sha256::new();
        let (hasher, finding) = (None, None);
        Ok(Digest { segment, offset: 0, tree, states, sha, next, previous, hasher, finding })
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
                let hash = hash_of(line.bytes)
                    .ok_or_else(|| self.damaged("a line without an event_hash"))?;
                if self.finding.is_none()
                    && let Err(found) = self.check(line.bytes, &hash, ring)
                {
                    self.finding = Some(Damage::new(self.segment, line.offset, found));
                }
                self.tree.push(leaf_hash(&hash));
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
        if seq_of(line) != Some(self.next) || self.previous.is_some_and(|known| known != previous) {
            return Err(format!("event {} is not what follows the one before", self.next));
        }
        if self.hasher.as_ref().is_none_or(|hasher| hasher.hash(covered) != *hash) {
            self.check_key(line, ring)?;
        }
        (self.next, self.previous) = (self.next + 1, Some(*hash));
        Ok(())
    }

    /// A line that is not hashed with the key of the one before: the first, one behind a rotation, or one that was changed.
    fn check_key(&mut self, line: &[u8], ring: Option<&KeyRing>) -> Result<(), String> {
        let line = Line::parse(line).map_err(|error| error.to_string())?;
        self.hasher = match (ring, line.kid) {
            (None, None) => Some(Hasher::Unkeyed),
            (Some(ring), Some(key)) => ring.hasher(key).cloned(),
            (Some(_), None) => return Err("a line without a key".to_owned()),
            (None, Some(_)) => return Err("a line with a key".to_owned()),
        };
        // The lines of a key that was not given are taken as they are.
        match self.hasher.as_ref().is_none_or(|hasher| line.hash_holds(hasher)) {
            true => Ok(()),
            false => Err("the line's hash is not that of its bytes: it was changed".to_owned()),
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
