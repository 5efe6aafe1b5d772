//! The proof that one event is in a ledger, to be checked without the other events.
//!
//! A proof is a file in the format of <https://c2sp.org/tlog-proof>: the line itself as its extra data, the hashes that lead
//! from its leaf to the root, and the checkpoint that was signed over the root. It discloses one event and nothing of the
//! others.

use core::fmt;

use thiserror::Error;

use crate::evidence::base64;
use crate::evidence::checkpoint::{self, Checkpoint, CheckpointError};
use crate::evidence::merkle::{self, Hash, MerkleError, PathBuilder, Tree};
use crate::evidence::note::VerifierKey;
use crate::format::line::{Line, LineError};
use crate::format::opening::{hash_of, peaks_of};
use crate::keys::ChainKeys;
use crate::read::lines::{LineEnd, Lines};
use crate::read::locate::line_at;
use crate::store::{SegmentInfo, SegmentSource, StoreError};

/// The first line of a proof.
const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// A proof is a line of 1 MiB in base64, 64 hashes and a note at most.
const MAX_PROOF: usize = 4 << 20;

/// One event, and the proof that it is in a ledger. Its `Display` is the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventProof {
    line: Vec<u8>,
    index: u64,
    path: Vec<Hash>,
    note: String,
}

/// Makes the proof for event `seq` under the first checkpoint after it that one of these keys has signed.
///
/// Reads the segment of the event and those up to the checkpoint, and no others.
///
/// # Errors
///
/// When there is no such event or no such checkpoint, or the events do not add up to what was signed.
pub fn prove(
    source: &dyn SegmentSource,
    seq: u64,
    keys: &[VerifierKey],
) -> Result<EventProof, ProveError> {
    let segments = source.segments()?;
    let first = segments.partition_point(|segment| segment.first_seq <= seq).checked_sub(1);
    let first = first.ok_or(ProveError::NotThere { seq })?;
    let (checkpoint, note) = signed_after(source, seq, keys)?;
    let before = tree_before(source, &segments[first])?;
    let mut builder = PathBuilder::inclusion(seq - 1, checkpoint.size)?;
    builder.skip(&before)?;
    let mut tree = before;
    let mut proven = None;
    for segment in &segments[first..] {
        let damaged = || ProveError::Damaged { seq: segment.first_seq };
        let mut lines = Lines::forward(source, segment.first_seq, 0..segment.len);
        // The end after the checkpoint may be torn.
        while tree.size() < checkpoint.size
            && let Some(line) = lines.next_line()?
        {
            let hash = hash_of(line.bytes).filter(|_| line.end == LineEnd::Newline);
            let leaf = merkle::leaf_hash(&hash.ok_or_else(damaged)?);
            builder.push(leaf);
            tree.push(leaf);
            if tree.size() == seq {
                proven = Some(line.bytes.to_vec());
            }
        }
    }
    if tree.size() != checkpoint.size || tree.root() != checkpoint.root {
        return Err(ProveError::NotWhatWasSigned { size: checkpoint.size });
    }
    let line = proven.ok_or(ProveError::NotThere { seq })?;
    let proof = EventProof { line, index: seq - 1, path: builder.finish()?, note };
    proof.verify(keys)?;
    Ok(proof)
}

fn signed_after(
    source: &dyn SegmentSource,
    seq: u64,
    keys: &[VerifierKey],
) -> Result<(Checkpoint, String), ProveError> {
    for (size, note) in source.checkpoints()? {
        if size < seq {
            continue;
        }
        let (Ok(checkpoint), Ok(note)) = (Checkpoint::open(&note, keys), String::from_utf8(note))
        else {
            continue;
        };
        if checkpoint.size >= seq {
            return Ok((checkpoint, note));
        }
    }
    Err(ProveError::NoCheckpoint { seq })
}

/// The tree over the events before a segment, which its first line has.
fn tree_before(source: &dyn SegmentSource, segment: &SegmentInfo) -> Result<Tree, ProveError> {
    if segment.first_seq == 1 {
        return Ok(Tree::new());
    }
    let damaged = || ProveError::Damaged { seq: segment.first_seq };
    let line = line_at(source, segment.first_seq, 0)?.ok_or_else(damaged)?;
    let line = Line::parse(&line.bytes).map_err(|_| damaged())?;
    Ok(Tree::from_peaks(segment.first_seq - 1, peaks_of(&line).ok_or_else(damaged)?)?)
}

impl EventProof {
    /// Reads a proof.
    ///
    /// # Errors
    ///
    /// When it does not have the form of one. Nothing is checked here.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofError> {
        let malformed = |what| ProofError::Malformed { what };
        if bytes.len() > MAX_PROOF {
            return Err(malformed("it is longer than 4 MiB"));
        }
        let text = str::from_utf8(bytes).map_err(|_| malformed("it is not UTF-8"))?;
        let (head, note) = text
            .split_once("\n\n")
            .ok_or(malformed("there is no empty line before the checkpoint"))?;
        let mut lines = head.split('\n');
        if lines.next() != Some(HEADER) {
            return Err(malformed("its first line is not that of a proof"));
        }
        let extra = lines.next().and_then(|line| line.strip_prefix("extra "));
        let line = extra.and_then(base64::decode);
        let line = line.ok_or(malformed("its second line is not the event"))?;
        let index = lines.next().and_then(|line| line.strip_prefix("index "));
        let index = index.and_then(checkpoint::decimal).ok_or(malformed("its index is wrong"))?;
        let path = lines.map(|hash| base64::decode(hash)?.try_into().ok());
        let path: Option<Vec<Hash>> = path.collect();
        let path = path.filter(|path| path.len() <= 64).ok_or(malformed("its path is wrong"))?;
        Ok(EventProof { line, index, path, note: note.to_owned() })
    }

    /// The event's line, without its newline.
    pub fn line(&self) -> &[u8] {
        &self.line
    }

    /// The seq of the event.
    pub fn seq(&self) -> u64 {
        self.index.saturating_add(1)
    }

    /// Checks that an event with this `event_hash` is in the ledger that one of these keys signed, at this seq.
    ///
    /// In a keyed ledger, the public key alone does not tie the text of the line to its hash: for that, see
    /// [`verify_with`](Self::verify_with).
    ///
    /// # Errors
    ///
    /// When that is not so.
    pub fn verify(&self, keys: &[VerifierKey]) -> Result<Checkpoint, ProofError> {
        let line = Line::parse(&self.line).map_err(ProofError::Line)?;
        let checkpoint =
            Checkpoint::open(self.note.as_bytes(), keys).map_err(ProofError::Checkpoint)?;
        if line.ledger_id != checkpoint.ledger_id || line.seq != self.seq() {
            return Err(ProofError::OtherEvent);
        }
        let leaf = merkle::leaf_hash(&line.event_hash);
        let Checkpoint { size, root, .. } = &checkpoint;
        merkle::verify_inclusion(self.index, *size, &leaf, &self.path, root)
            .map_err(ProofError::Merkle)?;
        Ok(checkpoint)
    }

    /// Checks all that [`verify`](Self::verify) does, and that the line is the one that was hashed.
    ///
    /// # Errors
    ///
    /// When that is not so, or the key of the event is not among these.
    pub fn verify_with(
        &self,
        keys: &[VerifierKey],
        chain_keys: &impl AsRef<ChainKeys>,
    ) -> Result<Checkpoint, ProofError> {
        let checkpoint = self.verify(keys)?;
        let line = Line::parse(&self.line).map_err(ProofError::Line)?;
        let hasher = line.kid.and_then(|kid| chain_keys.as_ref().hasher(kid));
        let hasher = hasher.ok_or(ProofError::KeyUnknown)?;
        if line.hash_holds(hasher) { Ok(checkpoint) } else { Err(ProofError::Hash) }
    }
}

impl fmt::Display for EventProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}\nextra {}\nindex {}", base64::encode(&self.line), self.index)?;
        for hash in &self.path {
            writeln!(f, "{}", base64::encode(hash))?;
        }
        write!(f, "\n{}", self.note)
    }
}

/// The reason why a proof could not be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ProveError {
    /// The store cannot be read.
    #[error("the ledger cannot be read")]
    Store(#[from] StoreError),
    /// There is no such event, or it was pruned.
    #[error("event {seq} is not in the ledger")]
    NotThere {
        /// Its seq.
        seq: u64,
    },
    /// No checkpoint that the keys have signed covers the event yet.
    #[error(
        "no checkpoint signed with the keys given covers event {seq}; take one, or check the keys"
    )]
    NoCheckpoint {
        /// Its seq.
        seq: u64,
    },
    /// A segment cannot be read as lines.
    #[error("segment {seq:020}.jsonl is damaged; verify the ledger")]
    Damaged {
        /// The first seq of the segment.
        seq: u64,
    },
    /// The events do not add up to the root of the checkpoint.
    #[error(
        "the events are not those that the checkpoint of {size} events was signed over; verify the ledger"
    )]
    NotWhatWasSigned {
        /// The size of the checkpoint.
        size: u64,
    },
    /// The hashes do not make a proof.
    #[error("no proof can be made")]
    Merkle(#[from] MerkleError),
    /// The resulting proof does not hold.
    #[error("no proof can be made")]
    Proof(#[from] ProofError),
}

/// The reason why a proof is refused.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProofError {
    /// It does not have the form of a proof.
    #[error("this is not a proof: {what}")]
    Malformed {
        /// The part that is wrong.
        what: &'static str,
    },
    /// The event is not a line of a ledger.
    #[error("the event in the proof is not a line of a ledger")]
    Line(#[source] LineError),
    /// The checkpoint cannot be trusted.
    #[error("the checkpoint in the proof is refused")]
    Checkpoint(#[source] CheckpointError),
    /// The event is of another ledger than the checkpoint, or has another seq than the proof says.
    #[error(
        "the event is of another ledger than the checkpoint, or has another seq than the proof says"
    )]
    OtherEvent,
    /// The hashes do not lead to the root that was signed.
    #[error("the event is not under the root that was signed")]
    Merkle(#[source] MerkleError),
    /// The event was hashed with a key that is not in the ring.
    #[error("the event was hashed with a key that was not given")]
    KeyUnknown,
    /// The event's hash is not that of its line: the line was changed.
    #[error("the event's hash is not that of its line: the line was changed")]
    Hash,
}
