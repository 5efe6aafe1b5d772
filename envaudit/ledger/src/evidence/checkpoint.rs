//! Checkpoints: signed notes about the state of a ledger at one moment, in the format of <https://c2sp.org/tlog-checkpoint>.

use core::fmt;

use data_encoding::HEXLOWER;
use thiserror::Error;

use crate::evidence::base64;
use crate::evidence::merkle::Hash;
use crate::evidence::note::{self, NoteError, NoteSigner, VerifierKey};

/// What comes before the id of the ledger in the origin line and in the name of the signing key.
const ORIGIN: &str = "envaudit/";

/// A statement about the first `size` events of a ledger.
///
/// ```
/// use envaudit_ledger::checkpoint::{self, Checkpoint};
///
/// let ledger_id = "0198c5a6-7c4e-7d0a-8f3e-5a1b2c3d4e5f";
/// let signer = checkpoint::signer(ledger_id, &[7; 32])?;
/// let checkpoint = Checkpoint { ledger_id: ledger_id.to_owned(), size: 42, root: [1; 32], head: [2; 32] };
///
/// let note = checkpoint.sign(&signer)?;
/// assert!(note.starts_with("envaudit/0198c5a6-7c4e-7d0a-8f3e-5a1b2c3d4e5f\n42\n"));
/// assert_eq!(Checkpoint::open(note.as_bytes(), &[signer.verifier().clone()])?, checkpoint);
/// # Ok::<(), envaudit_ledger::checkpoint::CheckpointError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Checkpoint {
    /// The id of the ledger.
    pub ledger_id: String,
    /// How many events there were; also the seq of the last one.
    pub size: u64,
    /// The root of the Merkle tree over them.
    pub root: Hash,
    /// The `event_hash` of the last one.
    pub head: Hash,
}

impl Checkpoint {
    /// The text that is signed.
    pub fn text(&self) -> String {
        format!(
            "{ORIGIN}{}\n{}\n{}\nhead {}\n",
            self.ledger_id,
            self.size,
            base64::encode(&self.root),
            HEXLOWER.encode(&self.head)
        )
    }

    /// The signed note.
    ///
    /// # Errors
    ///
    /// When the signer is that of another ledger, or the id has control characters.
    pub fn sign(&self, signer: &NoteSigner) -> Result<String, CheckpointError> {
        if signer.verifier().name() != origin(&self.ledger_id) {
            return Err(CheckpointError::Signer {
                origin: origin(&self.ledger_id),
                signer: signer.verifier().name().to_owned(),
            });
        }
        Ok(signer.sign(&self.text())?)
    }

    /// Checks the signature and reads the text.
    ///
    /// # Errors
    ///
    /// When the note is malformed, signed by none of the keys, signed by the key of another ledger than it is about, or not a
    /// checkpoint.
    pub fn open(note: &[u8], keys: &[VerifierKey]) -> Result<Self, CheckpointError> {
        let opened = note::open(note, keys)?;
        let checkpoint = Checkpoint::parse(opened.text())?;
        if opened.signer().name() != origin(&checkpoint.ledger_id) {
            return Err(CheckpointError::Signer {
                origin: origin(&checkpoint.ledger_id),
                signer: opened.signer().name().to_owned(),
            });
        }
        Ok(checkpoint)
    }

    /// Reads a note without checking its signature.
    pub(crate) fn unverified(note: &[u8]) -> Result<Self, CheckpointError> {
        let note = str::from_utf8(note).map_err(|_| CheckpointError::Text { what: "text" })?;
        let end = note.find("\n\n").ok_or(CheckpointError::Text { what: "empty" })?;
        Checkpoint::parse(&note[..=end])
    }

    /// Reads the text of a note. Its signature is not checked here.
    fn parse(text: &str) -> Result<Self, CheckpointError> {
        let line = |what| CheckpointError::Text { what };
        let mut lines = text.split('\n');
        let ledger_id = lines.next().and_then(|origin| origin.strip_prefix(ORIGIN));
        let ledger_id =
            ledger_id.filter(|ledger_id| !ledger_id.is_empty()).ok_or(line("origin"))?;
        let size = lines.next().and_then(decimal).ok_or(line("size"))?;
        let root = lines.next().and_then(base64::decode);
        let root = root.and_then(|root| root.try_into().ok()).ok_or(line("root"))?;
        let head = lines.next().and_then(|line| line.strip_prefix("head ")).and_then(hash);
        let head = head.ok_or(line("head"))?;
        if lines.next() != Some("") || lines.next().is_some() {
            return Err(line("end"));
        }
        Ok(Checkpoint { ledger_id: ledger_id.to_owned(), size, root, head })
    }
}

impl fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkpoint")
            .field("ledger_id", &self.ledger_id)
            .field("size", &self.size)
            .field("root", &HEXLOWER.encode(&self.root))
            .field("head", &HEXLOWER.encode(&self.head))
            .finish()
    }
}

/// The public half of the key that signs checkpoints.
pub fn public_key(seed: &[u8; 32]) -> [u8; 32] {
    ed25519_dalek::SigningKey::from_bytes(seed).verifying_key().to_bytes()
}

/// The signer of a ledger's checkpoints, made from the seed of its Ed25519 key.
///
/// # Errors
///
/// When the id is empty, or has a blank or a `+` in it.
pub fn signer(ledger_id: &str, seed: &[u8; 32]) -> Result<NoteSigner, NoteError> {
    NoteSigner::new(&origin(ledger_id), seed)
}

/// The key that checks a ledger's checkpoints, from the 32 bytes of its public half.
///
/// # Errors
///
/// When the id is empty, or has a blank or a `+` in it, or the bytes are not a public key.
pub fn verifier(ledger_id: &str, public_key: &[u8; 32]) -> Result<VerifierKey, NoteError> {
    VerifierKey::new(&origin(ledger_id), public_key)
}

fn origin(ledger_id: &str) -> String {
    format!("{ORIGIN}{ledger_id}")
}

/// A number without sign or leading zeros.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let canonical = text == "0" || text.starts_with(|c: char| matches!(c, '1'..='9'));
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if canonical && digits { text.parse().ok() } else { None }
}

/// 64 lower-case hex digits.
pub(crate) fn hash(text: &str) -> Option<Hash> {
    let mut hash = [0; 32];
    if text.len() != 64 {
        return None;
    }
    HEXLOWER.decode_mut(text.as_bytes(), &mut hash).ok().map(|_| hash)
}

/// The reason why a checkpoint is refused.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The note around it.
    #[error("the checkpoint cannot be trusted")]
    Note(#[from] NoteError),
    /// The note is not a checkpoint.
    #[error("the note is not a checkpoint of a ledger: its {what} line is wrong")]
    Text {
        /// The line that is wrong.
        what: &'static str,
    },
    /// The key is that of another ledger.
    #[error("a checkpoint of {origin} is signed by the key of {signer}")]
    Signer {
        /// The ledger that the checkpoint is about.
        origin: String,
        /// The name of the key.
        signer: String,
    },
}
