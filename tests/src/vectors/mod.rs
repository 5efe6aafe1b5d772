//! The vectors of docs/vectors: small ledgers, what a verifier is given for each, and what it reports.

mod around;
mod events;
mod form;
mod histories;
mod keys;

use std::path::Path;

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use envaudit::ledger::anchor::Anchored;
use envaudit::ledger::keys::ChainKeys;
use envaudit::ledger::store::SegmentSource;
use envaudit::ledger::verify::{Report, Signatures, Verified, Verifier};
use envaudit::ledger::{KeyRing, MasterKey, checkpoint};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::ledger::{CHAIN, LedgerBuilder, LedgerBytes};

/// A ledger, what is given to a verifier, and why.
pub struct Vector {
    /// The name of its folder.
    pub name: &'static str,
    /// What was done, in a sentence.
    pub about: &'static str,
    /// The files.
    pub ledger: LedgerBytes,
    /// What the verifier is given.
    pub given: Given,
}

/// What a verifier is given beside the folder.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The master keys in hex, the current one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub master_keys: Vec<String>,
    /// The chain keys, one a line, the current one first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain_keys: Option<String>,
    /// The public keys of the checkpoints in hex.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub public_keys: Vec<String>,
    /// What anchors outside of the ledger have kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub anchors: Vec<String>,
    /// The id that the ledger should have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger_id: Option<String>,
    /// The state that was verified before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<String>,
}

impl Given {
    /// Nothing.
    fn nothing() -> Self {
        Given::default()
    }

    /// These master keys, the current one first.
    fn masters(keys: &[MasterKey]) -> Self {
        let hex = keys.iter().map(|key| key.to_hex().trim_ascii_end().to_owned());
        Given { master_keys: hex.collect(), ..Given::default() }
    }

    /// The chain keys of these master keys, and the public keys of their checkpoints.
    fn chain_keys(keys: &[MasterKey]) -> Self {
        let public = keys.iter().map(|key| HEXLOWER.encode(&public_key(key)));
        let text = ring_of(keys).chain_keys().to_text().to_string();
        Given { chain_keys: Some(text), public_keys: public.collect(), ..Given::default() }
    }

    /// What an anchor has kept.
    fn anchored(mut self, builder: &LedgerBuilder) -> Self {
        self.anchors.push(Anchored::from(&builder.state()).to_string());
        self
    }

    /// Verifies a ledger with this.
    ///
    /// # Panics
    ///
    /// When the ledger cannot be read, or this is not what it should be.
    pub fn verify(&self, source: &dyn SegmentSource) -> Report {
        let masters: Vec<MasterKey> =
            self.master_keys.iter().map(|hex| MasterKey::from_hex(hex).expect("a key")).collect();
        let ring = (!masters.is_empty()).then(|| ring_of(&masters));
        let chain = self.chain_keys.as_ref().map(|text| ChainKeys::parse(text).expect("keys"));
        let mut verifier = Verifier::new();
        if let Some(ring) = &ring {
            verifier = verifier.keys(ring);
        }
        if let Some(chain) = &chain {
            verifier = verifier.chain_keys(chain);
        }
        for key in &self.public_keys {
            let key = HEXLOWER_PERMISSIVE.decode(key.as_bytes()).expect("hex digits");
            verifier = verifier.public_key(key.try_into().expect("32 bytes"));
        }
        for anchor in &self.anchors {
            verifier = verifier.anchor(anchor.parse().expect("the line of an anchor"));
        }
        if let Some(id) = &self.ledger_id {
            verifier = verifier.ledger_id(id);
        }
        if let Some(verified) = &self.verified {
            verifier = verifier.since(verified.parse::<Verified>().expect("a verified state"));
        }
        verifier.verify(source).expect("it can be read")
    }
}

/// What every verifier has to report: all but the words of its texts.
pub fn report_json(report: &Report) -> Value {
    let signatures = match report.signatures {
        Signatures::Trusted => "trusted",
        Signatures::Claimed => "claimed",
        _ => "absent",
    };
    let findings: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| {
            json!({
                "verdict": finding.verdict.name(),
                "seq": finding.seq,
                "last_seq": finding.last_seq,
                "file": finding.file,
                "offset": finding.offset,
            })
        })
        .collect();
    json!({
        "intact": report.is_intact(),
        "verdict": report.verdict().name(),
        "chain": report.ledger_id,
        "events": report.events,
        "first_seq": report.first_seq,
        "last": report.tail.map(|(seq, hash)| json!({"seq": seq, "hash": HEXLOWER.encode(&hash)})),
        "anchored_up_to": report.anchored,
        "checkpoints": report.checkpoints,
        "signatures": signatures,
        "missing_keys": report.missing_keys.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "findings": findings,
    })
}

impl Vector {
    fn new(name: &'static str, about: &'static str, ledger: LedgerBytes, given: Given) -> Self {
        Vector { name, about, ledger, given }
    }

    /// The text of its `vector.json`.
    pub fn description(&self) -> String {
        let description = json!({
            "about": self.about,
            "given": self.given,
            "report": report_json(&self.given.verify(&self.ledger)),
        });
        serde_json::to_string_pretty(&description).expect("JSON") + "\n"
    }

    /// Writes its folder.
    pub fn write_to(&self, vectors: &Path) {
        let folder = vectors.join(self.name);
        std::fs::create_dir_all(&folder).expect("the folder is ours");
        self.ledger.write_to(&folder.join("ledger"));
        std::fs::write(folder.join("vector.json"), self.description()).expect("the folder is ours");
    }
}

/// All vectors, by their names.
pub fn all() -> Vec<Vector> {
    let mut all = histories::vectors();
    all.extend(events::vectors());
    all.extend(around::vectors());
    all.extend(form::vectors());
    all.extend(keys::vectors());
    all.sort_by_key(|vector| vector.name);
    let twice = all.windows(2).find(|pair| pair[0].name == pair[1].name);
    assert!(twice.is_none(), "a name twice: {}", twice.map_or("", |pair| pair[0].name));
    all
}

/// The master key of the vectors, or one that it is rotated to.
fn key(nth: u8) -> MasterKey {
    MasterKey::from_bytes(
        Sha256::digest([b"key of the vectors ", &[b'0' + nth][..]].concat()).into(),
    )
}

fn ring_of(keys: &[MasterKey]) -> KeyRing {
    let retired = keys[1..].iter();
    retired.fold(KeyRing::new(keys[0].clone()), |ring, key| ring.retired(key.clone()))
}

fn public_key(key: &MasterKey) -> [u8; 32] {
    checkpoint::public_key(&key.checkpoint_seed())
}

/// Two segments, events 1 to 4 and 5 to 7, closed, with `HEAD` and, where there is a key, checkpoints at 5 and 7.
fn closed(key: Option<MasterKey>) -> LedgerBuilder {
    LedgerBuilder::closed(key, &[2, 1])
}

fn keyed() -> LedgerBuilder {
    closed(Some(key(0)))
}

fn unkeyed() -> LedgerBuilder {
    closed(None)
}

/// The key of [`keyed`].
fn given() -> Given {
    Given::masters(&[key(0)])
}

fn replace(line: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = str::from_utf8(line).expect("a line is text");
    assert!(text.contains(from), "{from} in {text}");
    text.replacen(from, to, 1).into_bytes()
}

/// The line with this in it changed, and hashed with a key or without one.
fn rehashed(key: Option<MasterKey>, line: &[u8], from: &str, to: &str) -> Vec<u8> {
    let line = String::from_utf8(replace(line, from, to)).expect("text");
    let (covered, _) = line.split_once(",\"event_hash\"").expect("a line has a hash");
    let mut builder = LedgerBuilder::new(None);
    builder.key = key;
    builder.seal(covered.to_owned())
}

/// The details of a rotation to this key.
fn rotation(from: &MasterKey, to: &MasterKey) -> String {
    let public = HEXLOWER.encode(&public_key(to));
    format!("{{\"from\":\"{}\",\"to\":\"{}\",\"checkpoint_key\":\"{public}\"}}", from.id(), to.id())
}

/// The checkpoint of this ledger's events as they are, under a signer of its id.
fn note(builder: &LedgerBuilder, key: &MasterKey) -> Vec<u8> {
    let signer = checkpoint::signer(CHAIN, &key.checkpoint_seed()).expect("the id is a name");
    builder.state().sign(&signer).expect("a signer of this ledger").into_bytes()
}
