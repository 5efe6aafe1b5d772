//! Checks of a line by itself, on any core.

use subtle::ConstantTimeEq;

use super::incremental_tree::GROUP;
use super::line_outline::LineOutline;
use crate::evidence::merkle::{self, Hash, Tree};
use crate::format::line::{Line, LineError, MAX_ACTION, MAX_LINE, hash_hex};
use crate::keys::{ChainKeys, EventHash, Hasher, KeyId};
use crate::read::lines::LineBlock;

/// One line, looked at by itself.
pub(super) struct CheckedLine {
    /// Where it begins in its segment.
    pub(super) offset: u64,
    pub(super) state: LineState,
}

pub(super) enum LineState {
    /// It can be read. Whether its hash holds is in the event.
    Event(CheckedEvent),
    /// It claims to be an event that was verified before, and was not checked.
    Earlier { seq: u64 },
    /// It is not a line of this ledger.
    Bad(BadLine),
}

pub(super) struct CheckedEvent {
    pub(super) seq: u64,
    pub(super) previous: EventHash,
    pub(super) hash: EventHash,
    pub(super) micros: i64,
    pub(super) kid: Option<KeyId>,
    pub(super) proof: HashProof,
    /// The hash of the leaf, where a Merkle tree is built.
    pub(super) leaf: Hash,
    /// With the last of a group of events, the root of the tree over the group.
    pub(super) group: Option<Box<Hash>>,
    /// The whole line, of events that the ledger itself wrote.
    pub(super) own: Option<Box<[u8]>>,
}

/// The evidence for an event.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum HashProof {
    /// The hash it should have.
    Hash,
    /// Its hash needs a key that was not given.
    KeyMissing,
    /// A hash that needs no key, in a ledger that has one.
    Downgraded,
}

pub(super) struct BadLine {
    /// The seq it claims, if that can be read.
    pub(super) claimed: Option<u64>,
    pub(super) reason: BadReason,
}

pub(super) enum BadReason {
    Malformed(LineError),
    /// Longer than a line may be.
    TooLong,
    /// The hash is not that of the bytes. Without a key, the one it should be.
    Hash {
        found: EventHash,
        computed: Option<EventHash>,
    },
    /// The event belongs to another ledger.
    OtherLedger,
    /// It claims to have been verified before, and comes after events that were not.
    Earlier {
        seq: u64,
    },
    /// No newline ends it.
    Unterminated,
}

impl BadReason {
    /// The expected and the found, in words.
    pub(super) fn explain(&self) -> (String, String) {
        match self {
            BadReason::Malformed(error) => {
                let expected =
                    format!("{} at byte {} of the line", error.expected(), error.offset());
                (expected, "something else".to_owned())
            }
            BadReason::TooLong => ("a line of at most 1 MiB".to_owned(), "a longer one".to_owned()),
            BadReason::Hash { found, computed } => {
                let expected = match computed {
                    Some(hash) => format!("event_hash {}", hash_hex(hash)),
                    None => "the hash of the line under its key".to_owned(),
                };
                (expected, format!("event_hash {}", hash_hex(found)))
            }
            BadReason::OtherLedger => {
                ("an event of this ledger".to_owned(), "an event of another ledger".to_owned())
            }
            BadReason::Earlier { seq } => {
                let expected = "an event that was not verified before".to_owned();
                (expected, format!("a line that claims to be event {seq}"))
            }
            BadReason::Unterminated => {
                ("a line with a newline at its end".to_owned(), "the end of the file".to_owned())
            }
        }
    }

    /// Whether a write that was cut short looks like this.
    pub(super) fn is_unfinished(&self) -> bool {
        matches!(self, BadReason::Malformed(_) | BadReason::TooLong | BadReason::Unterminated)
    }
}

/// How lines are checked.
pub(super) struct Checker<'k> {
    pub(super) keys: Option<&'k ChainKeys>,
    pub(super) ledger_id: Option<String>,
    /// Lines with a lower seq have been verified before.
    pub(super) from: u64,
    /// Whether the hashes of leaves are wanted.
    pub(super) leaves: bool,
    /// Whether the form of lines is taken on trust where their hash holds under a key.
    pub(super) quick: bool,
    /// Whether every event has to be hashed with a key.
    pub(super) needs_key: bool,
}

impl Checker<'_> {
    /// Looks at every line of a block.
    pub(super) fn lines(&self, block: &LineBlock) -> Vec<CheckedLine> {
        let mut lines = Vec::with_capacity(block.bytes().len() / 256);
        for line in block.lines() {
            let earlier = if self.from <= 1 { None } else { claimed(line.bytes) };
            let state = match earlier {
                Some(seq) if seq < self.from => LineState::Earlier { seq },
                _ => self.line(line.bytes),
            };
            lines.push(CheckedLine { offset: line.offset, state });
        }
        if self.leaves {
            add_groups(&mut lines);
        }
        lines
    }

    fn line(&self, bytes: &[u8]) -> LineState {
        let bad = |reason| LineState::Bad(BadLine { claimed: claimed(bytes), reason });
        if bytes.len() >= MAX_LINE {
            return bad(BadReason::TooLong);
        }
        if self.quick
            && let Some(event) = self.outlined(bytes)
        {
            return LineState::Event(event);
        }
        let line = match Line::parse(bytes) {
            Ok(line) => line,
            Err(error) => return bad(BadReason::Malformed(error)),
        };
        let proof = match self.prove(&line) {
            Ok(proof) => proof,
            Err(reason) => return bad(reason),
        };
        if self.ledger_id.as_deref().is_some_and(|ledger_id| ledger_id != line.ledger_id) {
            return bad(BadReason::OtherLedger);
        }
        if let Err(error) = members(&line) {
            return bad(BadReason::Malformed(error));
        }
        LineState::Event(CheckedEvent {
            seq: line.seq,
            previous: line.previous_hash,
            hash: line.event_hash,
            micros: line.timestamp.micros(),
            kid: line.kid,
            proof,
            leaf: self.leaf(&line.event_hash),
            group: None,
            own: line.action.raw().starts_with("ledger.").then(|| bytes.into()),
        })
    }

    /// The event of a line whose hash holds under a key: its form is by a holder of the key. `None` in all other cases.
    fn outlined(&self, bytes: &[u8]) -> Option<CheckedEvent> {
        let outline = LineOutline::read(bytes).filter(|outline| !outline.own)?;
        let hasher = self.keys?.hasher(outline.kid)?;
        let holds = same(&hasher.hash(outline.hashed), &outline.hash);
        let same_ledger =
            self.ledger_id.as_deref().is_none_or(|id| id.as_bytes() == outline.ledger_id);
        (holds && same_ledger).then(|| CheckedEvent {
            seq: outline.seq,
            previous: outline.previous,
            hash: outline.hash,
            micros: outline.timestamp.micros(),
            kid: Some(outline.kid),
            proof: HashProof::Hash,
            leaf: self.leaf(&outline.hash),
            group: None,
            own: None,
        })
    }

    fn leaf(&self, hash: &EventHash) -> Hash {
        if self.leaves { merkle::leaf_hash(hash) } else { [0; 32] }
    }

    /// A line, if its hash holds.
    pub(super) fn sound<'b>(&self, line: &'b [u8]) -> Option<Line<'b>> {
        let line = Line::parse(line).ok()?;
        let proof = self.prove(&line).ok()?;
        (proof == HashProof::Hash).then_some(line)
    }

    fn prove(&self, line: &Line<'_>) -> Result<HashProof, BadReason> {
        let hasher = match line.kid {
            Some(kid) => match self.keys.and_then(|keys| keys.hasher(kid)) {
                Some(hasher) => hasher,
                None => return Ok(HashProof::KeyMissing),
            },
            None => &Hasher::Unkeyed,
        };
        let hash = hasher.hash(line.hashed_bytes());
        if !same(&hash, &line.event_hash) {
            // The hash that a keyed line should have is not disclosed: it would make the line good.
            let computed = line.kid.is_none().then_some(hash);
            return Err(BadReason::Hash { found: line.event_hash, computed });
        }
        let downgraded = line.kid.is_none() && self.needs_key;
        Ok(if downgraded { HashProof::Downgraded } else { HashProof::Hash })
    }
}

/// Compares hashes in a time that does not depend on where they differ.
fn same(a: &EventHash, b: &EventHash) -> bool {
    a.as_slice().ct_eq(b.as_slice()).into()
}

/// Computes the trees over groups of events that follow each other.
fn add_groups(lines: &mut [CheckedLine]) {
    let mut tree = Tree::new();
    let mut next = 0;
    for line in lines {
        let LineState::Event(event) = &mut line.state else {
            next = 0;
            continue;
        };
        if (event.seq - 1).is_multiple_of(GROUP) {
            tree = Tree::new();
            next = event.seq;
        }
        if event.seq != next {
            next = 0;
            continue;
        }
        tree.push(event.leaf);
        next += 1;
        if tree.size() == GROUP {
            event.group = Some(Box::new(tree.root()));
            next = 0;
        }
    }
}

/// Whether the members have values that the format knows.
fn members(line: &Line<'_>) -> Result<(), LineError> {
    let wrong = |member: &str, expected| {
        let at = member.as_ptr() as usize - line.bytes().as_ptr() as usize;
        Err(LineError::new(at, expected))
    };
    let (actor_type, outcome, action) =
        (line.actor_type.raw(), line.outcome.raw(), line.action.raw());
    if !matches!(actor_type, "user" | "service" | "system" | "admin") {
        return wrong(actor_type, "user, service, system or admin");
    }
    if !matches!(outcome, "success" | "failure" | "denied") {
        return wrong(outcome, "success, failure or denied");
    }
    if line.actor_id.raw().is_empty() {
        return wrong(line.actor_id.raw(), "an actor that is not empty");
    }
    // An escape could make an action of the ledger itself look like another one.
    if !is_action(action.as_bytes()) {
        return wrong(action, "at most 200 bytes: words of a-z, 0-9 and _, joined by dots");
    }
    if let Some(origin) = line.origin.map(|origin| origin.raw())
        && origin.is_empty()
    {
        return wrong(origin, "an origin that is not empty");
    }
    for (id, len, expected) in [
        (line.trace_id, 32, "32 lower-case hex digits that are not all zero"),
        (line.span_id, 16, "16 lower-case hex digits that are not all zero"),
    ] {
        if let Some(id) = id.map(|id| id.raw())
            && (id.len() != len
                || !id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
                || id.bytes().all(|byte| byte == b'0'))
        {
            return wrong(id, expected);
        }
    }
    Ok(())
}

fn is_action(text: &[u8]) -> bool {
    let mut before = b'.';
    for &byte in text {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'_' => {}
            b'.' if before != b'.' => {}
            _ => return false,
        }
        before = byte;
    }
    before != b'.' && text.len() <= MAX_ACTION
}

/// The seq at the beginning of a line that may be anything.
fn claimed(line: &[u8]) -> Option<u64> {
    let digits = line.strip_prefix(b"{\"v\":1,\"seq\":")?;
    let length = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let seq = str::from_utf8(&digits[..length.min(17)]).ok()?.parse().ok()?;
    (digits.get(length) == Some(&b',') && seq > 0).then_some(seq)
}
