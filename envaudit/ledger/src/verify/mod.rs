//! Verification: reads a ledger through [`SegmentSource`] alone, and reports what is wrong with it, where, and how far it can
//! be trusted.
//!
//! Lines are read in blocks and checked on all cores; memory does not grow with the ledger. Nothing is repaired.
//!
//! What a verification can know depends on what it is given:
//!
//! | given | known |
//! | --- | --- |
//! | nothing | that events follow each other and, in a ledger without a key, that each has its hash |
//! | the keys | that each event was written by a holder of the key |
//! | the chain keys | the same, without being able to sign checkpoints |
//! | the public key of the checkpoints | that the history is the one that was signed |
//! | an anchor | that nothing up to there was cut off or replaced |

mod check;
mod expected_heads;
mod finding;
mod hash_claims;
mod incremental_tree;
mod line_check;
mod line_outline;
mod notes;
mod plain_members;
mod report;
mod sequence;
mod statements;
mod stream;
mod verdict;

use core::num::NonZeroUsize;
use std::path::PathBuf;

use sha2::{Digest, Sha256};
use thiserror::Error;

use self::check::Checker;
use self::expected_heads::{ClaimSource, ExpectedHead, ExpectedHeads};
use self::finding::{file_finding, manifest_finding, other_manifest, stray_finding};
use self::notes::Notes;
use self::sequence::{Expected, Sequence};
use self::statements::Statement;
use super::keys::{ChainKeys, EventHash, KeyRing, MasterKey};
use super::store::{FileStore, KeyStore, Listing, SegmentInfo, SegmentSource, StoreError};
use crate::evidence::anchor::{AnchorError, Anchored};
use crate::evidence::checkpoint::{self, Checkpoint};
use crate::evidence::merkle::Tree;
use crate::evidence::note::VerifierKey;
use crate::format::head::Head;
use crate::format::line::hash_hex;
use crate::format::manifest::Manifest;
use crate::read::locate::line_at;

pub use self::finding::Finding;
pub use self::line_check::{LineCheck, LineFault};
pub use self::report::{NotVerified, Report, Signatures, Verified};
pub use self::verdict::Verdict;

/// How a ledger is verified.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Verifier<'k> {
    /// Signs checkpoints, unless other keys do.
    ring: Option<&'k KeyRing>,
    keys: Option<&'k ChainKeys>,
    public_keys: Vec<[u8; 32]>,
    pub(crate) anchors: Vec<Anchored>,
    verified: Option<Verified>,
    ledger_id: Option<String>,
    threads: Option<NonZeroUsize>,
    quick: bool,
    key_beside: bool,
}

impl<'k> Verifier<'k> {
    /// A verification without any keys or anchors yet.
    pub fn new() -> Self {
        Verifier::default()
    }

    /// The keys of the ledger. Its events have to be hashed with one of them.
    pub fn keys(mut self, keys: &'k KeyRing) -> Self {
        self.ring = Some(keys);
        self.keys = Some(keys.chain_keys());
        self
    }

    /// The chain keys of the ledger alone, for an auditor who must not be able to sign checkpoints: give the [public
    /// key](Self::public_key) of these, too.
    pub fn chain_keys(mut self, keys: &'k ChainKeys) -> Self {
        self.ring = None;
        self.keys = Some(keys);
        self
    }

    /// The public half of a key that signs checkpoints, as it was handed over: not the one in `ledger.json`, which a writer of
    /// the ledger can change.
    pub fn public_key(mut self, key: [u8; 32]) -> Self {
        self.public_keys.push(key);
        self
    }

    /// The head that is kept at a place outside the ledger. A checkpoint that was kept elsewhere will do:
    /// `Anchored::from(&checkpoint)`.
    pub fn anchor(mut self, anchored: Anchored) -> Self {
        self.anchors.push(anchored);
        self
    }

    /// The id that the ledger should have: with it, a ledger of another origin in its place is found, even one under the same
    /// key.
    pub fn ledger_id(mut self, id: impl Into<String>) -> Self {
        self.ledger_id = Some(id.into());
        self
    }

    /// Reads only what came after a state that was verified before; its last event is compared.
    pub fn since(mut self, verified: impl Into<Verified>) -> Self {
        self.verified = Some(verified.into());
        self
    }

    /// How many threads check lines: by default, as many as there are cores.
    pub fn threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Does not check the form of a line if its hash holds under a key: only a holder of the key can have given it another
    /// form, such as a duplicate member, of which readers may see the first or the last. This saves about a tenth of the time.
    /// Lines with a wrong hash are parsed in full, and so are all lines without a key.
    pub fn quick(mut self) -> Self {
        self.quick = true;
        self
    }

    /// Says in the report that the key is kept next to the ledger, which a reader of segments alone cannot know.
    pub fn key_beside(mut self, beside: bool) -> Self {
        self.key_beside = beside;
        self
    }

    /// Verifies the ledger in the directory at this path. The report says whether its key is there, too.
    ///
    /// # Errors
    ///
    /// When the directory cannot be read. What is wrong with the ledger itself is in the report.
    pub fn verify_directory(&self, path: impl Into<PathBuf>) -> Result<Report, VerifyError> {
        let store = FileStore::new(path);
        let mut report = self.verify(&store)?;
        // A key that may not be read is there.
        report.key_beside |= !matches!(store.key(), Ok(None));
        Ok(report)
    }

    /// Verifies a ledger.
    ///
    /// # Errors
    ///
    /// When the store cannot be read. What is wrong with the ledger itself is in the report.
    pub fn verify(&self, source: &dyn SegmentSource) -> Result<Report, VerifyError> {
        let Listing { manifest: manifest_bytes, head, checkpoints: notes, segments, strays } =
            source.listing()?;
        let mut found: Vec<Finding> = strays.into_iter().map(stray_finding).collect();
        let manifest =
            manifest_bytes.as_ref().and_then(|bytes| self.read_manifest(bytes, &mut found));
        let mut checker = Checker {
            keys: self.keys,
            ledger_id: None,
            from: self.verified.as_ref().map_or(0, |verified| verified.size),
            quick: self.quick,
            needs_key: self.keys.is_some()
                || manifest.as_ref().is_some_and(|it| it.keys().is_some()),
        };
        let hash: Option<EventHash> = manifest_bytes.map(|bytes| Sha256::digest(bytes).into());
        let ledger_id =
            find_ledger_id(source, &segments, manifest.as_ref(), hash, &checker, &mut found)?;
        let (public_keys, signatures) = self.signers(ledger_id.as_deref(), manifest.as_ref());

        let mut claims = self.outside(ledger_id.as_deref(), &mut found);
        claims.extend(read_head(head.as_deref(), &mut found));
        let signed = self.signed_by_current(ledger_id.as_deref().unwrap_or_default(), notes.last());
        let (notes, accepted) =
            Notes::read(ledger_id.as_deref().unwrap_or_default(), notes, &public_keys);
        claims.extend(accepted);
        let claims = ExpectedHeads::new(claims);

        checker.ledger_id = ledger_id.clone();
        let verified = checker.from;
        let expected = Expected {
            files: segments.iter().map(|segment| segment.name.clone()).collect(),
            names: segments.iter().map(|segment| segment.first_seq).collect(),
            keyed: self.keys.is_some(),
            kid: manifest.as_ref().and_then(Manifest::keys).map(|keys| keys.kid),
            current: self.keys.map(ChainKeys::current),
            retired: self.keys.map_or_else(Vec::new, |keys| {
                keys.ids().filter(|id| *id != keys.current()).collect()
            }),
            signer_known: !self.public_keys.is_empty(),
            signed,
            manifest: hash,
            verified,
            ledger_id: ledger_id.clone(),
            empty: segments.iter().map(|segment| segment.len == 0).collect(),
        };
        let mut walk = Sequence::new(expected, claims, notes, self.tree());
        found.into_iter().for_each(|finding| walk.found(finding));

        let first =
            segments.partition_point(|segment| segment.first_seq <= verified).saturating_sub(1);
        let mut bytes = 0;
        let threads = self.threads.or_else(|| std::thread::available_parallelism().ok());
        stream::blocks(
            source,
            &segments,
            first,
            &checker,
            threads.map_or(1, NonZeroUsize::get),
            |block| {
                bytes += block.bytes;
                let unterminated = if block.terminated { None } else { block.lines.pop() };
                for line in &block.lines {
                    walk.line(block.segment, line);
                }
                if let Some(line) = unterminated {
                    walk.unterminated(block.segment, line);
                }
                Ok(())
            },
        )?;
        let (findings, summary, tree) = walk.finish();
        let lacks_keys = self.keys.is_none() && findings.lack_keys();
        let (findings, omitted) = findings.finish();
        Ok(Report {
            ledger_id: ledger_id.unwrap_or_default(),
            events: summary.events,
            bytes,
            segments: segments.len() as u64,
            first_seq: summary.first_seq,
            tail: summary.tail,
            anchored: summary.anchored,
            checkpoints: summary.checkpoints,
            roots: summary.roots,
            signatures,
            key_beside: self.key_beside,
            missing_keys: summary.missing_keys,
            findings,
            omitted,
            tree,
            lacks_keys,
        })
    }

    /// The tree over what was verified before.
    fn tree(&self) -> Option<Tree> {
        match &self.verified {
            None => Some(Tree::new()),
            Some(Verified { size, peaks, .. }) => Tree::from_peaks(*size, peaks.clone()?).ok(),
        }
    }

    fn read_manifest(&self, bytes: &[u8], found: &mut Vec<Finding>) -> Option<Manifest> {
        let manifest = match Manifest::parse(bytes) {
            Ok(manifest) => manifest,
            Err(error) => {
                let expected = format!("{} at byte {}", error.expected(), error.offset());
                found.push(manifest_finding(Verdict::Modified, expected, "something else"));
                return None;
            }
        };
        let key_given = self.keys.is_some() || !self.public_keys.is_empty();
        match manifest.keys() {
            None if key_given => {
                let found_here = format!("{}, which needs no key", manifest.algorithm());
                let expected = "hmac-sha256: a key was given";
                found.push(manifest_finding(Verdict::Downgraded, expected, found_here));
            }
            Some(keys)
                if !self.public_keys.is_empty()
                    && !self.public_keys.contains(&keys.checkpoint_key) =>
            {
                let expected = "the public key that was given";
                let found_here = format!("checkpoint_key {}", hash_hex(&keys.checkpoint_key));
                found.push(manifest_finding(Verdict::Modified, expected, found_here));
            }
            _ => {}
        }
        Some(manifest)
    }

    /// The keys that checkpoints may be signed with: those that were given, or derived from what was given. For want of any,
    /// the one that the ledger names.
    fn signers(
        &self,
        ledger_id: Option<&str>,
        manifest: Option<&Manifest>,
    ) -> (Vec<VerifierKey>, Signatures) {
        let Some(ledger_id) = ledger_id else { return (Vec::new(), Signatures::Absent) };
        let derived = self.ring.into_iter().flat_map(|ring| {
            let seeds = ring.ids().filter_map(|id| ring.key(id)).map(|key| key.checkpoint_seed());
            seeds.filter_map(|seed| {
                Some(checkpoint::signer(ledger_id, &seed).ok()?.verifier().clone())
            })
        });
        let derived: Vec<_> = derived.collect();
        let given =
            self.public_keys.iter().filter_map(|key| checkpoint::verifier(ledger_id, key).ok());
        let mut trusted: Vec<_> = given.collect();
        // Where the key that was given is of another origin than the master key, the latter does not sign.
        if trusted.is_empty() || trusted.iter().any(|key| derived.contains(key)) {
            trusted.extend(derived);
        }
        let claimed = manifest.and_then(Manifest::keys).map(|keys| &keys.checkpoint_key);
        let claimed = claimed.and_then(|key| checkpoint::verifier(ledger_id, key).ok());
        match claimed {
            _ if !self.public_keys.is_empty() => (trusted, Signatures::Trusted),
            Some(claimed) if trusted.contains(&claimed) => (trusted, Signatures::Trusted),
            // A ledger may sign with a key that is not derived from its master key.
            Some(claimed) => ([trusted, vec![claimed]].concat(), Signatures::Claimed),
            None if trusted.is_empty() => (trusted, Signatures::Absent),
            None => (trusted, Signatures::Trusted),
        }
    }

    /// The number of events of a checkpoint that the current key has signed: not a retired one, nor one that only the ledger
    /// names.
    fn signed_by_current(&self, ledger_id: &str, note: Option<&(u64, Vec<u8>)>) -> Option<u64> {
        let (seq, note) = note?;
        let derived = |key: &MasterKey| checkpoint::public_key(&key.checkpoint_seed());
        let mut signers = self.public_keys.clone();
        match self.ring {
            Some(ring) => {
                let current = ring.current();
                let retired = ring.ids().filter(|id| *id != current.id());
                let retired: Vec<_> = retired.filter_map(|id| ring.key(id)).map(derived).collect();
                signers.retain(|key| !retired.contains(key));
                signers.push(derived(current));
            }
            // Of several, the retired ones are not known.
            None if signers.len() > 1 => return None,
            None => {}
        }
        let signers = signers.iter().filter_map(|key| checkpoint::verifier(ledger_id, key).ok());
        let signed = Checkpoint::open(note, &signers.collect::<Vec<_>>()).ok()?;
        (signed.size == *seq).then_some(*seq)
    }

    /// The knowledge of the caller about the ledger.
    fn outside(&self, ledger_id: Option<&str>, found: &mut Vec<Finding>) -> Vec<ExpectedHead> {
        let earlier = self.verified.iter().map(|verified| {
            let Verified { ledger_id, size, head, .. } = verified;
            (ledger_id, *size, *head, ClaimSource::Earlier)
        });
        let anchors = self.anchors.iter().map(|anchored| {
            let Anchored { ledger_id, size, head } = anchored;
            (ledger_id, *size, *head, ClaimSource::Anchor)
        });
        let mut claims = Vec::new();
        if let (Some(expected), Some(ledger_id)) = (&self.ledger_id, ledger_id)
            && expected != ledger_id
        {
            let expected = format!("the ledger {expected}");
            let found_here = format!("chain {ledger_id}");
            found.push(manifest_finding(Verdict::Forked, expected, found_here));
        }
        for (of, size, head, by) in earlier.chain(anchors) {
            match ledger_id {
                Some(ledger_id) if ledger_id != of => {
                    let expected = format!("the ledger {of}, says {}", by.name());
                    found.push(manifest_finding(
                        Verdict::Forked,
                        expected,
                        format!("chain {ledger_id}"),
                    ));
                }
                _ => claims.push(ExpectedHead { size, head, root: None, by }),
            }
        }
        claims
    }
}

/// The id of the ledger. Where `ledger.json` and a first event that is sound disagree, it is the event that is believed: one
/// file is easier to change than all events.
fn find_ledger_id(
    source: &dyn SegmentSource,
    segments: &[SegmentInfo],
    manifest: Option<&Manifest>,
    hash: Option<EventHash>,
    checker: &Checker<'_>,
    found: &mut Vec<Finding>,
) -> Result<Option<String>, StoreError> {
    let claimed = manifest.map(|manifest| manifest.ledger_id().to_string());
    let Some(segment) = segments.first() else { return Ok(claimed) };
    let first = line_at(source, segment.first_seq, 0)?;
    let sound = first.as_ref().and_then(|first| checker.sound(&first.bytes));
    let Some(sound) = sound else { return Ok(claimed) };
    if let Some(claimed) = claimed.filter(|claimed| claimed != sound.ledger_id) {
        let expected = format!("chain {}, as the first event has it", sound.ledger_id);
        found.push(manifest_finding(Verdict::Modified, expected, format!("chain {claimed}")));
    }
    // Where the first event was verified before, it is not read again.
    if checker.from > 1
        && let Some(Statement::Created { manifest: Some(expected) }) =
            Statement::read(sound.bytes())
        && let Some(hash) = hash.filter(|hash| *hash != expected)
    {
        found.push(other_manifest(1, &expected, &hash));
    }
    Ok(Some(sound.ledger_id.to_owned()))
}

fn read_head(bytes: Option<&[u8]>, found: &mut Vec<Finding>) -> Option<ExpectedHead> {
    match Head::parse(bytes?) {
        Ok(Head { seq, hash, segment }) => Some(ExpectedHead {
            size: seq,
            head: hash,
            root: None,
            by: ClaimSource::Head { segment },
        }),
        Err(error) => {
            let expected = format!("{} at byte {}", error.expected(), error.offset());
            found.push(file_finding("HEAD", Verdict::Modified, 0, expected, "something else"));
            None
        }
    }
}

/// The reason why a ledger could not be verified at all.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The store cannot be read.
    #[error("the ledger cannot be read")]
    Store(#[from] StoreError),
    /// An anchor of the ledger cannot be read.
    #[error("an anchor of the ledger cannot be read")]
    Anchor(#[source] AnchorError),
}
