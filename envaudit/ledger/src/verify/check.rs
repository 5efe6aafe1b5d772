//! Checks of a line by itself, on any core.

use subtle::ConstantTimeEq;

use super::hash_claims::{HashClaim, HashClaims};
use super::incremental_tree::{GROUP, group_root};
use super::line_outline::{LineBefore, LineOutline, LineTexts};
use crate::evidence::merkle::Hash;
use crate::format::line::{Line, LineError, MAX_ACTION, MAX_LINE, hash_hex};
use crate::format::timestamp::Timestamp;
use crate::keys::{ChainKeys, EventHash, Hasher, KeyId, NO_HASH};
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
    pub(super) timestamp: Timestamp,
    pub(super) kid: Option<KeyId>,
    pub(super) proof: HashProof,
    /// With the last of a group of events, the root of the tree over the group.
    pub(super) group: Option<Box<Hash>>,
    /// The whole line, of events that the ledger itself wrote.
    pub(super) own: Option<Box<[u8]>>,
}

/// The evidence for an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HashProof {
    /// The hash it should have.
    Hash,
    /// Its hash needs a key that was not given.
    KeyMissing,
    /// A hash that needs no key, in a ledger that has one.
    Downgraded,
}

#[derive(Clone)]
pub(super) struct BadLine {
    /// The seq it claims, if that can be read.
    pub(super) claimed: Option<u64>,
    pub(super) reason: BadReason,
}

#[derive(Clone)]
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
    /// Whether the form of lines is taken on trust where their hash holds under a key.
    pub(super) quick: bool,
    /// Whether every event has to be hashed with a key.
    pub(super) needs_key: bool,
}

impl Checker<'_> {
    /// Looks at every line of a block, and adds them to `lines`, which is empty.
    pub(super) fn lines(&self, block: &LineBlock, lines: &mut Vec<CheckedLine>) {
        lines.reserve(block.bytes().len() / 256);
        let (mut texts, mut claims) = (None, HashClaims::default());
        for line in block.lines() {
            let earlier = if self.from <= 1 { None } else { claimed(line.bytes) };
            let state = match earlier {
                Some(seq) if seq < self.from => LineState::Earlier { seq },
                _ => self.line(line.bytes, lines, &mut texts, &mut claims),
            };
            lines.push(CheckedLine { offset: line.offset, state });
        }
        self.compare(&mut claims, lines);
        add_groups(lines);
    }

    /// Looks at a line, of whose block these are the ones before; `texts` are those of the last of them, if that was good at a
    /// glance, and become those of this one. What it is may have to be corrected once its hash is compared.
    #[inline]
    fn line<'k, 'b>(
        &'k self,
        bytes: &'b [u8],
        before: &mut [CheckedLine],
        texts: &mut Option<LineTexts<'b>>,
        claims: &mut HashClaims<'k, 'b>,
    ) -> LineState {
        if bytes.len() >= MAX_LINE {
            let reason = BadReason::TooLong;
            return LineState::Bad(BadLine { claimed: claimed(bytes), reason });
        }
        let Some((event, hashed)) = self.outlined(bytes, before.last(), texts) else {
            return self.parsed(bytes);
        };
        if let Some(hasher) = self.hasher(event.kid) {
            if claims.are_due(hasher) {
                self.compare(claims, before);
            }
            claims.add(hasher, HashClaim { place: before.len(), line: bytes, hashed });
        }
        LineState::Event(event)
    }

    /// Compares the hashes that are claimed by some of these lines. One that has another one is left to the strict reader.
    fn compare(&self, claims: &mut HashClaims<'_, '_>, lines: &mut [CheckedLine]) {
        claims.computed(|claim, hash| {
            let state = &mut lines[claim.place].state;
            if !matches!(state, LineState::Event(event) if same(&hash, &event.hash)) {
                *state = self.parsed(claim.line);
            }
        });
    }

    /// What the strict reader says of a line.
    fn parsed(&self, bytes: &[u8]) -> LineState {
        let bad = |reason| LineState::Bad(BadLine { claimed: claimed(bytes), reason });
        let line = match Line::parse(bytes) {
            Ok(line) => line,
            Err(error) => return bad(BadReason::Malformed(error)),
        };
        let proof = match self.prove_line(&line) {
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
            timestamp: line.timestamp,
            kid: line.kid,
            proof,
            group: None,
            own: line.action.raw().starts_with("ledger.").then(|| bytes.into()),
        })
    }

    /// The event of a line that is good at a glance if its hash holds, and the bytes that are hashed: its form is plain or, as
    /// far as a quick verification needs to know, by a holder of the key. `None` in all other cases, and for events of the
    /// ledger itself.
    #[inline]
    fn outlined<'b>(
        &self,
        bytes: &'b [u8],
        before: Option<&CheckedLine>,
        texts: &mut Option<LineTexts<'b>>,
    ) -> Option<(CheckedEvent, &'b [u8])> {
        let before = match (before, texts.take()) {
            (Some(CheckedLine { state: LineState::Event(event), .. }), Some(texts)) => {
                Some(LineBefore { texts, timestamp: event.timestamp, hash: &event.hash })
            }
            _ => None,
        };
        let outline = LineOutline::read(bytes, before)?;
        if self.ledger_id.as_deref().map(str::as_bytes) != Some(outline.ledger_id) {
            return None;
        }
        let proof = self.proof(outline.kid);
        let is_good = match self.quick {
            // Its hash is compared next: a form that only a holder of the key can have given it is not looked at.
            true => {
                outline.kid.is_some() && proof == HashProof::Hash && outline.is_own() == Some(false)
            }
            false => outline.is_plain(),
        };
        if !is_good {
            return None;
        }
        *texts = Some(outline.texts);
        let event = CheckedEvent {
            seq: outline.seq,
            previous: outline.previous,
            hash: outline.hash,
            timestamp: outline.timestamp,
            kid: outline.kid,
            proof,
            group: None,
            own: None,
        };
        Some((event, outline.hashed))
    }

    /// A line, if its hash holds.
    pub(super) fn sound<'b>(&self, line: &'b [u8]) -> Option<Line<'b>> {
        let line = Line::parse(line).ok()?;
        let proof = self.prove_line(&line).ok()?;
        (proof == HashProof::Hash).then_some(line)
    }

    fn prove_line(&self, line: &Line<'_>) -> Result<HashProof, BadReason> {
        self.prove(line.kid, line.hashed_bytes(), &line.event_hash)
    }

    fn prove(
        &self,
        kid: Option<KeyId>,
        hashed: &[u8],
        found: &EventHash,
    ) -> Result<HashProof, BadReason> {
        let hash = self.hasher(kid).map(|hasher| hasher.hash(hashed));
        if let Some(hash) = hash.filter(|hash| !same(hash, found)) {
            // The hash that a keyed line should have is not disclosed: it would make the line good.
            let computed = kid.is_none().then_some(hash);
            return Err(BadReason::Hash { found: *found, computed });
        }
        Ok(self.proof(kid))
    }

    /// What hashes the lines with this key; `None` if it was not given.
    fn hasher(&self, kid: Option<KeyId>) -> Option<&Hasher> {
        match kid {
            Some(kid) => self.keys.and_then(|keys| keys.hasher(kid)),
            None => Some(&Hasher::Unkeyed),
        }
    }

    /// The evidence for an event with this key, unless its hash is a wrong one.
    fn proof(&self, kid: Option<KeyId>) -> HashProof {
        match kid {
            Some(_) if self.hasher(kid).is_none() => HashProof::KeyMissing,
            None if self.needs_key => HashProof::Downgraded,
            _ => HashProof::Hash,
        }
    }
}

/// Compares hashes in a time that does not depend on where they differ.
fn same(a: &EventHash, b: &EventHash) -> bool {
    let words = a.as_chunks().0.iter().zip(b.as_chunks().0);
    let differences =
        words.fold(0, |all, (a, b)| all | (u64::from_ne_bytes(*a) ^ u64::from_ne_bytes(*b)));
    differences.ct_eq(&0).into()
}

/// Computes the trees over groups of events that follow each other.
fn add_groups(lines: &mut [CheckedLine]) {
    let mut group = [NO_HASH; GROUP as usize];
    let mut next = 0;
    for line in lines {
        let LineState::Event(event) = &mut line.state else {
            next = 0;
            continue;
        };
        let place = (event.seq - 1) % GROUP;
        if event.seq != next && place != 0 {
            next = 0;
            continue;
        }
        next = event.seq + 1;
        group[place as usize] = event.hash;
        if place == GROUP - 1 {
            event.group = Some(Box::new(group_root(&group)));
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

#[cfg(test)]
mod tests;
