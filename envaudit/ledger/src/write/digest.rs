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
use crate::format::opening::{hash_of, peaks_of};
use crate::keys::KeyRing;
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
        Ok(Digest { segment, offset: 0, tree, states, sha: Sha256::new() })
    }

    /// Its segment.
    pub(crate) fn segment(&self) -> u64 {
        self.segment
    }

    /// SHA-256 of the bytes so far.
    pub(crate) fn sha256(&self) -> [u8; 32] {
        self.sha.clone().finalize().into()
    }

    /// Reads up to `end`, which is the end of a line.
    pub(crate) fn advance(
        &mut self,
        source: &dyn SegmentSource,
        end: u64,
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
