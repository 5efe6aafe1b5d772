//! Ledgers put together byte by byte, by the format's description alone, and open to every kind of tampering.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;

use data_encoding::HEXLOWER;
use envaudit::ledger::checkpoint::{self, Checkpoint};
use envaudit::ledger::keys::{EventHash, NO_HASH};
use envaudit::ledger::merkle::{self, Tree};
use envaudit::ledger::store::{SegmentInfo, SegmentSource, StoreError, StoreErrorKind};
use envaudit::ledger::verify::{Report, Verdict, Verifier};
use envaudit::ledger::{KeyRing, MasterKey};
use sha2::{Digest, Sha256};

/// The id of every ledger made here.
pub const CHAIN: &str = "0198c5a6-7c4e-7d0a-8f3e-5a1b2c3d4e5f";

/// The key of ledgers for which any would do.
pub fn key() -> MasterKey {
    MasterKey::from_bytes([7; 32])
}

/// That key alone.
pub fn ring() -> KeyRing {
    KeyRing::new(key())
}

/// Verdict, first and last event of everything that was found.
pub fn found(report: &Report) -> Vec<(Verdict, u64, u64)> {
    report.findings.iter().map(|at| (at.verdict, at.seq, at.last_seq)).collect()
}

/// The bytes of a ledger, as a store would give them.
#[derive(Clone, Default)]
pub struct LedgerBytes {
    /// `ledger.json`.
    pub manifest: Vec<u8>,
    /// The segments, by the seq in their names.
    pub segments: BTreeMap<u64, Vec<u8>>,
    /// The checkpoints, by the seq in their names.
    pub checkpoints: BTreeMap<u64, Vec<u8>>,
    /// `HEAD`.
    pub head: Option<Vec<u8>>,
}

/// One file of a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// `ledger.json`.
    Manifest,
    /// The segment of this name.
    Segment(u64),
    /// The checkpoint of this name.
    Checkpoint(u64),
    /// `HEAD`.
    Head,
}

impl LedgerBytes {
    /// Without `HEAD` and the checkpoints.
    pub fn without_traces(mut self) -> Self {
        self.head = None;
        self.checkpoints.clear();
        self
    }

    /// All files.
    pub fn pieces(&self) -> Vec<Piece> {
        let segments = self.segments.keys().map(|&first| Piece::Segment(first));
        let checkpoints = self.checkpoints.keys().map(|&seq| Piece::Checkpoint(seq));
        let head = self.head.iter().map(|_| Piece::Head);
        [Piece::Manifest].into_iter().chain(segments).chain(checkpoints).chain(head).collect()
    }

    /// The bytes of a file.
    pub fn piece(&mut self, piece: Piece) -> &mut Vec<u8> {
        let piece = match piece {
            Piece::Manifest => Some(&mut self.manifest),
            Piece::Segment(first) => self.segments.get_mut(&first),
            Piece::Checkpoint(seq) => self.checkpoints.get_mut(&seq),
            Piece::Head => self.head.as_mut(),
        };
        piece.expect("the ledger has this file")
    }

    /// The lines of a segment, with their newlines.
    pub fn lines(&self, first: u64) -> Vec<Vec<u8>> {
        self.segments[&first].split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect()
    }

    /// Changes the lines of a segment.
    pub fn edit(&mut self, first: u64, edit: impl FnOnce(&mut Vec<Vec<u8>>)) {
        let mut lines = self.lines(first);
        edit(&mut lines);
        self.segments.insert(first, lines.concat());
    }

    /// Writes the ledger as a directory.
    pub fn write_to(&self, directory: &Path) {
        let write = |name: &str, bytes: &[u8]| {
            std::fs::write(directory.join(name), bytes).expect("the directory is ours");
        };
        std::fs::create_dir_all(directory.join("checkpoints")).expect("the directory is ours");
        write("ledger.json", &self.manifest);
        for (first, bytes) in &self.segments {
            write(&file_name(*first), bytes);
        }
        for (seq, note) in &self.checkpoints {
            write(&format!("checkpoints/{seq:020}.note"), note);
        }
        if let Some(head) = &self.head {
            write("HEAD", head);
        }
    }

    /// All bytes of another store.
    pub fn copy_of(source: &dyn SegmentSource) -> Result<Self, StoreError> {
        let mut segments = BTreeMap::new();
        for SegmentInfo { first_seq, len, .. } in source.segments()? {
            let mut bytes = Vec::new();
            while (bytes.len() as u64) < len {
                bytes.extend(source.read(first_seq, bytes.len() as u64, 1 << 20)?);
            }
            segments.insert(first_seq, bytes);
        }
        let (manifest, head) = (source.manifest()?, source.head()?);
        Ok(LedgerBytes {
            manifest,
            segments,
            checkpoints: source.checkpoints()?.into_iter().collect(),
            head,
        })
    }
}

/// The name of the segment that begins with this event.
pub fn file_name(first: u64) -> String {
    format!("{first:020}.jsonl")
}

impl SegmentSource for LedgerBytes {
    fn manifest(&self) -> Result<Vec<u8>, StoreError> {
        Ok(self.manifest.clone())
    }

    fn segments(&self) -> Result<Vec<SegmentInfo>, StoreError> {
        let info = |(&first_seq, bytes): (&u64, &Vec<u8>)| SegmentInfo {
            first_seq,
            name: file_name(first_seq),
            len: bytes.len() as u64,
            sealed: false,
        };
        Ok(self.segments.iter().map(info).collect())
    }

    fn read(&self, first_seq: u64, offset: u64, limit: usize) -> Result<Vec<u8>, StoreError> {
        let missing =
            || StoreError::new(StoreErrorKind::Missing, format!("read segment {first_seq}"));
        let bytes = self.segments.get(&first_seq).ok_or_else(missing)?;
        let rest = bytes.get(offset as usize..).unwrap_or_default();
        Ok(rest[..rest.len().min(limit)].to_vec())
    }

    fn checkpoints_after(
        &self,
        seq: Option<u64>,
        limit: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        let later =
            self.checkpoints.iter().filter(|(found, _)| seq.is_none_or(|seq| **found > seq));
        Ok(later.take(limit).map(|(seq, note)| (*seq, note.clone())).collect())
    }

    fn head(&self) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.head.clone())
    }
}

/// Writes events, whatever they say: what an attacker would use, too.
#[derive(Clone)]
pub struct LedgerBuilder {
    /// The key that events are hashed with.
    pub key: Option<MasterKey>,
    /// The id of the ledger.
    pub ledger_id: String,
    /// The seq of the last event.
    pub seq: u64,
    /// The hash of the last event.
    pub previous: EventHash,
    /// The tree over all events.
    pub tree: Tree,
    /// Added to the clock, in microseconds.
    pub clock: i64,
    /// What was written.
    pub ledger: LedgerBytes,
    segment: u64,
}

impl LedgerBuilder {
    /// A closed ledger with `HEAD`: a segment for each number, of so many events beside the ledger's own. With a key, a
    /// checkpoint is taken after each roll and at the end.
    pub fn closed(key: Option<MasterKey>, segments: &[u64]) -> Self {
        let mut builder = LedgerBuilder::new(key);
        for (at, &events) in segments.iter().enumerate() {
            if at > 0 {
                builder.roll();
                builder.checkpoint_if_keyed();
            }
            builder.events(events);
        }
        builder.event("ledger.closed", "{}");
        builder.checkpoint_if_keyed();
        builder.head();
        builder
    }

    fn checkpoint_if_keyed(&mut self) {
        if self.key.is_some() {
            self.checkpoint();
        }
    }

    /// A ledger with this key, or without one, that has its first event.
    pub fn new(key: Option<MasterKey>) -> Self {
        let keys = key.as_ref().map_or_else(
            || "\"algorithm\":\"sha256\"".to_owned(),
            |key| {
                let public = HEXLOWER.encode(signer(key).verifier().public_key());
                let kid = key.id();
                format!("\"algorithm\":\"hmac-sha256\",\"kid\":\"{kid}\",\"checkpoint_key\":\"{public}\"")
            },
        );
        let created = "2026-11-30T12:00:00.000001Z";
        let manifest =
            format!("{{\"format\":1,\"chain\":\"{CHAIN}\",{keys},\"created\":\"{created}\"}}\n");
        let hash = HEXLOWER.encode(&Sha256::digest(&manifest));
        let ledger = LedgerBytes { manifest: manifest.into_bytes(), ..LedgerBytes::default() };
        let mut builder = LedgerBuilder {
            key,
            ledger_id: CHAIN.to_owned(),
            seq: 0,
            previous: NO_HASH,
            tree: Tree::new(),
            clock: 0,
            ledger,
            segment: 1,
        };
        builder.event("ledger.created", &format!("{{\"manifest_sha256\":\"{hash}\"}}"));
        builder
    }

    /// Adds an event to the current segment.
    pub fn event(&mut self, action: &str, details: &str) {
        let line = self.line(action, details);
        self.ledger.segments.entry(self.segment).or_default().extend(line);
    }

    /// Adds this many ordinary events.
    pub fn events(&mut self, count: u64) {
        for _ in 0..count {
            self.event("door.opened", &format!("{{\"door\":{}}}", self.seq % 7));
        }
    }

    /// Makes the line of the next event.
    pub fn line(&mut self, action: &str, details: &str) -> Vec<u8> {
        let seq = self.seq + 1;
        let kid = self.key.as_ref().map(|key| format!(",\"kid\":\"{}\"", key.id()));
        let micros = seq as i64 + self.clock;
        let (second, micros) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
        let (minute, second) = (second.div_euclid(60), second.rem_euclid(60));
        let hashed = format!(
            "{{\"v\":1,\"seq\":{seq},\"event_id\":\"0198c5a6-7c4e-7d0a-8f3e-{seq:012x}\",\
             \"timestamp\":\"2026-11-30T12:{minute:02}:{second:02}.{micros:06}Z\",\"chain\":\"{}\"{},\
             \"actor_type\":\"service\",\"actor_id\":\"door\",\"action\":\"{action}\",\"outcome\":\"success\",\
             \"details\":{details},\"previous_hash\":\"{}\"",
            self.ledger_id,
            kid.unwrap_or_default(),
            HEXLOWER.encode(&self.previous),
        );
        self.seal(hashed)
    }

    /// Hashes what stands before `,"event_hash":"` and makes it the line of the next event.
    pub fn seal(&mut self, hashed: String) -> Vec<u8> {
        let hash = hash(self.key.as_ref(), hashed.as_bytes());
        self.seq += 1;
        self.previous = hash;
        self.tree.push(merkle::leaf_hash(&hash));
        format!("{hashed},\"event_hash\":\"{}\"}}\n", HEXLOWER.encode(&hash)).into_bytes()
    }

    /// Seals the segment and opens the next one.
    pub fn roll(&mut self) {
        self.roll_saying(|details| details);
    }

    /// Seals the segment and opens the next one, whose first line says something else of the events before it.
    pub fn roll_saying(&mut self, edit: impl FnOnce(String) -> String) {
        let sha256 = HEXLOWER.encode(&Sha256::digest(&self.ledger.segments[&self.segment]));
        let count = self.seq + 1 - self.segment;
        let details = format!("{{\"count\":{count},\"sha256\":\"{sha256}\"}}");
        self.event("ledger.segment_sealed", &details);
        self.segment = self.seq + 1;
        let peaks = self.tree.peaks().iter().map(|peak| format!("\"{}\"", HEXLOWER.encode(peak)));
        let details = format!(
            "{{\"chain\":\"{}\",\"peaks\":[{}],\"previous_last_seq\":{}}}",
            self.ledger_id,
            peaks.collect::<Vec<_>>().join(","),
            self.seq
        );
        self.event("ledger.segment_opened", &edit(details));
    }

    /// Adds the next events to a segment of this name, whatever stands in it.
    pub fn go_on_in(&mut self, segment: u64) {
        self.segment = segment;
    }

    /// What a checkpoint of the ledger as it is says.
    pub fn state(&self) -> Checkpoint {
        let ledger_id = self.ledger_id.clone();
        Checkpoint { ledger_id, size: self.seq, root: self.tree.root(), head: self.previous }
    }

    /// Signs a checkpoint of the ledger as it is.
    pub fn checkpoint(&mut self) {
        let key = self.key.as_ref().expect("a ledger without a key signs nothing");
        let note = self.state().sign(&signer(key)).expect("the signer is that of the ledger");
        self.ledger.checkpoints.insert(self.seq, note.into_bytes());
    }

    /// Writes HEAD.
    pub fn head(&mut self) {
        let hash = HEXLOWER.encode(&self.previous);
        let segment = file_name(self.segment);
        let head =
            format!("{{\"seq\":{},\"hash\":\"{hash}\",\"segment\":\"{segment}\"}}\n", self.seq);
        self.ledger.head = Some(head.into_bytes());
    }

    /// The keys of the ledger.
    pub fn ring(&self) -> KeyRing {
        KeyRing::new(self.key.clone().expect("the ledger has a key"))
    }
}

fn signer(key: &MasterKey) -> envaudit::ledger::note::NoteSigner {
    checkpoint::signer(CHAIN, &key.checkpoint_seed()).expect("the id is a name")
}

/// HMAC-SHA256 under the chain key, or SHA-256.
pub fn hash(key: Option<&MasterKey>, bytes: &[u8]) -> EventHash {
    match key {
        Some(key) => key.chain_key().hash(bytes),
        None => Sha256::digest(bytes).into(),
    }
}

/// Two segments, events 1 to 6 and 7 to 12, closed, with checkpoints at 7 and 12.
pub fn two_segments(key: Option<MasterKey>) -> LedgerBuilder {
    LedgerBuilder::closed(key, &[4, 4])
}

/// Verifies in full and quickly, on one thread and on several: all say the same.
///
/// # Panics
///
/// When they do not.
#[track_caller]
pub fn verify_every_way_with(ring: &KeyRing, ledger: &LedgerBytes) -> Report {
    let report = Verifier::new()
        .keys(ring)
        .threads(NonZeroUsize::MIN)
        .verify(ledger)
        .expect("it can be read");
    for other in [Verifier::new().keys(ring), Verifier::new().keys(ring).quick()] {
        let other = other.verify(ledger).expect("it can be read");
        assert_eq!(other.findings, report.findings);
        assert_eq!(other.omitted, report.omitted);
    }
    report
}

/// [`verify_every_way_with`] the key of all these ledgers.
#[track_caller]
pub fn verify_every_way(ledger: &LedgerBytes) -> Report {
    verify_every_way_with(&ring(), ledger)
}

/// Flips a bit in the middle of the line.
pub fn damage(line: &mut [u8]) {
    let middle = line.len() / 2;
    line[middle] ^= 1;
}

/// The `event_hash` of a line that ends with a newline.
pub fn hash_in(line: &[u8]) -> EventHash {
    let digits = &line[line.len() - 67..line.len() - 3];
    let hash = HEXLOWER.decode(digits).expect("hex digits");
    hash.try_into().expect("32 bytes")
}
