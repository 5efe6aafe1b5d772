//! Signed notes: text with Ed25519 signatures under it, in the format of <https://c2sp.org/signed-note@v1.0.0>.

use core::fmt;

use data_encoding::HEXLOWER;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::evidence::base64;

/// The signature type of Ed25519, in keys and in the input of their ids.
const ED25519: u8 = 1;
/// Longer notes are refused unread.
const MAX_NOTE: usize = 1 << 20;
const MAX_SIGNATURES: usize = 100;
/// The beginning of a signature line: an em dash and a blank.
const DASH: &str = "\u{2014} ";

/// The public half of a key, which checks a note and may be shown to anybody.
///
/// Written `<name>+<id, 8 hex digits>+<base64>`, the "vkey" of the specification:
///
/// ```
/// use envaudit_ledger::note::VerifierKey;
///
/// let key: VerifierKey =
///     "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k".parse()?;
/// let note = "This is an example message.\n\
///     \n\
///     — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
/// let keys = [key];
/// let opened = envaudit_ledger::note::open(note.as_bytes(), &keys)?;
/// assert_eq!(opened.text(), "This is an example message.\n");
/// # Ok::<(), envaudit_ledger::note::NoteError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: [u8; 4],
    key: VerifyingKey,
}

impl VerifierKey {
    /// A key of this name.
    ///
    /// # Errors
    ///
    /// When the name is empty or has a blank or a `+` in it, or the bytes are not a point of the curve, or a weak one.
    pub fn new(name: &str, public_key: &[u8; 32]) -> Result<Self, NoteError> {
        check_name(name)?;
        let key = VerifyingKey::from_bytes(public_key).map_err(|_| NoteError::PublicKey)?;
        if key.is_weak() {
            return Err(NoteError::PublicKey);
        }
        Ok(VerifierKey { name: name.to_owned(), id: key_id(name, public_key), key })
    }

    /// The name of the owner of the key.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The 32 bytes of the key.
    pub fn public_key(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }
}

impl core::str::FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        // The name has no `+`; the base64 may have some.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::KeyText);
        };
        let key = base64::decode(key).ok_or(NoteError::KeyText)?;
        let [ED25519, public_key @ ..] = key.as_slice() else {
            return Err(NoteError::KeyText);
        };
        let public_key = public_key.try_into().map_err(|_| NoteError::KeyText)?;
        let key = VerifierKey::new(name, public_key)?;
        if id != HEXLOWER.encode(&key.id) {
            return Err(NoteError::KeyText);
        }
        Ok(key)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![ED25519];
        key.extend(self.key.as_bytes());
        write!(f, "{}+{}+{}", self.name, HEXLOWER.encode(&self.id), base64::encode(&key))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Signs notes. `Debug` shows the public half alone; the secret one is wiped from memory when dropped.
pub struct NoteSigner {
    key: SigningKey,
    verifier: VerifierKey,
}

impl NoteSigner {
    /// The signer of this name with the key that RFC 8032 derives from `seed`.
    ///
    /// # Errors
    ///
    /// When the name is empty or has a blank or a `+` in it.
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        let key = SigningKey::from_bytes(seed);
        let verifier = VerifierKey::new(name, key.verifying_key().as_bytes())?;
        Ok(NoteSigner { key, verifier })
    }

    /// The key that checks the signatures.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The note with this text, which has to end with a newline.
    ///
    /// # Errors
    ///
    /// When the text does not end with a newline, or has other control characters.
    pub fn sign(&self, text: &str) -> Result<String, NoteError> {
        check_text(text)?;
        let mut blob = self.verifier.id.to_vec();
        blob.extend(self.key.sign(text.as_bytes()).to_bytes());
        Ok(format!("{text}\n{DASH}{} {}\n", self.verifier.name, base64::encode(&blob)))
    }
}

impl fmt::Debug for NoteSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NoteSigner").field(&self.verifier).finish()
    }
}

/// A note of which a known key's signature has been checked.
#[derive(Clone, Copy, Debug)]
pub struct OpenedNote<'n, 'k> {
    text: &'n str,
    signer: &'k VerifierKey,
}

impl<'n, 'k> OpenedNote<'n, 'k> {
    /// The text that was signed, with its final newline.
    pub fn text(&self) -> &'n str {
        self.text
    }

    /// The signer: the first, if several are known.
    pub fn signer(&self) -> &'k VerifierKey {
        self.signer
    }
}

/// Checks a note against trusted keys. Signatures of other keys are ignored.
///
/// # Errors
///
/// When the note is malformed, when no known key has signed it, or when the signature of *any* known key is wrong.
pub fn open<'n, 'k>(
    note: &'n [u8],
    keys: &'k [VerifierKey],
) -> Result<OpenedNote<'n, 'k>, NoteError> {
    if note.len() > MAX_NOTE {
        return Err(NoteError::Malformed("it is longer than 1 MiB"));
    }
    let note = str::from_utf8(note).map_err(|_| NoteError::Malformed("it is not UTF-8"))?;
    let (text, signatures) = split(note)?;
    let mut signer = None;
    for (count, line) in signatures.split_terminator('\n').enumerate() {
        if count == MAX_SIGNATURES {
            return Err(NoteError::Malformed("it has more than 100 signatures"));
        }
        let signature = SignatureLine::parse(line)?;
        let known = keys.iter().find(|key| key.name == signature.name && key.id == signature.id);
        let Some(key) = known else { continue };
        signature.check(text, key)?;
        signer.get_or_insert(key);
    }
    match signer {
        Some(signer) => Ok(OpenedNote { text, signer }),
        None => Err(NoteError::UnknownSigner),
    }
}

/// The text and the signature lines, divided by the last empty line.
fn split(note: &str) -> Result<(&str, &str), NoteError> {
    let Some(end) = note.rfind("\n\n") else {
        return Err(NoteError::Malformed("there is no empty line before the signatures"));
    };
    let (text, signatures) = (&note[..=end], &note[end + 2..]);
    check_text(text)?;
    if signatures.is_empty() || !signatures.ends_with('\n') {
        return Err(NoteError::Malformed("it does not end with a signature and a newline"));
    }
    Ok((text, signatures))
}

struct SignatureLine<'n> {
    name: &'n str,
    id: [u8; 4],
    signature: Vec<u8>,
}

impl<'n> SignatureLine<'n> {
    fn parse(line: &'n str) -> Result<Self, NoteError> {
        const MALFORMED: NoteError = NoteError::Malformed("a signature line is malformed");
        let (name, blob) =
            line.strip_prefix(DASH).and_then(|rest| rest.split_once(' ')).ok_or(MALFORMED)?;
        check_name(name).map_err(|_| MALFORMED)?;
        let blob = base64::decode(blob).ok_or(MALFORMED)?;
        let (id, signature) = blob.split_first_chunk().ok_or(MALFORMED)?;
        if signature.is_empty() {
            return Err(MALFORMED);
        }
        Ok(SignatureLine { name, id: *id, signature: signature.to_vec() })
    }

    fn check(&self, text: &str, key: &VerifierKey) -> Result<(), NoteError> {
        let wrong = || NoteError::Signature { name: key.name.clone() };
        let signature = Signature::from_slice(&self.signature).map_err(|_| wrong())?;
        key.key.verify_strict(text.as_bytes(), &signature).map_err(|_| wrong())
    }
}

fn check_name(name: &str) -> Result<(), NoteError> {
    if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+') {
        return Err(NoteError::Name);
    }
    Ok(())
}

fn check_text(text: &str) -> Result<(), NoteError> {
    if !text.ends_with('\n') {
        return Err(NoteError::Malformed("its text does not end with a newline"));
    }
    if text.bytes().any(|byte| byte < b' ' && byte != b'\n') {
        return Err(NoteError::Malformed("it has a control character"));
    }
    Ok(())
}

/// The first four bytes of `SHA-256(name || 0x0A || type || public key)`.
fn key_id(name: &str, public_key: &[u8; 32]) -> [u8; 4] {
    let digest = Sha256::new()
        .chain_update(name)
        .chain_update([b'\n', ED25519])
        .chain_update(public_key)
        .finalize();
    [digest[0], digest[1], digest[2], digest[3]]
}

/// The reason why a note or a key is refused.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoteError {
    /// The note does not have the form of one.
    #[error("this is not a signed note: {0}")]
    Malformed(&'static str),
    /// No known key has signed the note.
    #[error("none of the keys given has signed the note; check the keys")]
    UnknownSigner,
    /// The signature of a known key is wrong: the text was changed, or the signature was forged.
    #[error("the signature of {name} is wrong: do not trust the note")]
    Signature {
        /// The name of the key.
        name: String,
    },
    /// The name of a key is empty, or has a blank or a `+` in it.
    #[error("a key's name is not empty and has neither blanks nor `+`")]
    Name,
    /// The text is not a verifier key.
    #[error(
        "a verifier key has the form <name>+<8 hex digits>+<base64>, is for Ed25519, and its digits match the rest"
    )]
    KeyText,
    /// The bytes are not an Ed25519 public key, or a weak one.
    #[error("the bytes are not a safe Ed25519 public key")]
    PublicKey,
}
