//! Keys of a ledger, and what is derived from them.

use core::fmt;
use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::hash::{Hmac256, sha256};

/// The hash of one event: 32 bytes.
pub type EventHash = [u8; 32];

/// The `previous_hash` of the first event.
pub const NO_HASH: EventHash = [0; 32];

/// The secret that all keys of a ledger are derived from: 32 bytes, written as 64 hex digits.
///
/// It is wiped from memory when dropped. `Debug` shows its [`KeyId`] alone.
///
/// ```
/// use envaudit::ledger::MasterKey;
///
/// let key = MasterKey::from_hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n")?;
/// assert_eq!(key.id().as_str(), "6d1eebd7d986e8c3");
/// assert!(MasterKey::from_hex("changeme").is_err());
/// # Ok::<(), envaudit::ledger::KeyError>(())
/// ```
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl MasterKey {
    /// Reads 64 hex digits, as they stand in a variable or in a file; one final newline is allowed.
    ///
    /// # Errors
    ///
    /// When the text is anything else. The error says how long it is, and nothing of what it says.
    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        let digits = text.strip_suffix('\n').unwrap_or(text);
        if digits.len() == 65 && digits.ends_with('\r') {
            return Err(KeyError::CarriageReturn);
        }
        if digits.len() != 64 {
            return Err(KeyError::Length { found: digits.chars().count() });
        }
        let mut bytes = Zeroizing::new([0; 32]);
        data_encoding::HEXLOWER_PERMISSIVE
            .decode_mut(digits.as_bytes(), &mut *bytes)
            .map_err(|_| KeyError::NotHex)?;
        Ok(MasterKey(bytes))
    }

    /// A key of these bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        MasterKey(Zeroizing::new(bytes))
    }

    /// Whether all bytes are the same: a placeholder, and no secret.
    #[cfg(feature = "cli")]
    pub(crate) fn is_guessable(&self) -> bool {
        self.0.iter().all(|byte| *byte == self.0[0])
    }

    /// The 64 hex digits and a newline: what a key file holds.
    pub fn to_hex(&self) -> Zeroizing<String> {
        let mut text = HEXLOWER.encode(&*self.0);
        text.push('\n');
        Zeroizing::new(text)
    }

    /// The public name of the key, which every line carries.
    pub fn id(&self) -> KeyId {
        let digest =
            Sha256::new().chain_update(b"envaudit kid v1").chain_update(*self.0).finalize();
        let mut id = [0; 16];
        HEXLOWER.encode_mut(&digest[..8], &mut id);
        KeyId(id)
    }

    /// The key of the events' hashes.
    pub fn chain_key(&self) -> ChainKey {
        ChainKey(Hmac256::new(&self.derive(b"envaudit chain v1")))
    }

    /// The seed of the Ed25519 key that signs checkpoints.
    pub fn checkpoint_seed(&self) -> Zeroizing<[u8; 32]> {
        self.derive(b"envaudit checkpoint v1")
    }

    /// The fingerprint of a value: `kid:hex`. It changes with the value and says nothing of it to those without the key.
    ///
    /// ```
    /// # use envaudit::ledger::MasterKey;
    /// let key = MasterKey::from_bytes([7; 32]);
    /// let old = key.fingerprint("DB_PASSWORD", b"hunter2");
    /// assert_ne!(old, key.fingerprint("DB_PASSWORD", b"hunter3"));
    /// // Equal values of two keys do not show that they are equal.
    /// assert_ne!(old, key.fingerprint("DB_PASSPHRASE", b"hunter2"));
    /// ```
    pub fn fingerprint(&self, key_name: &str, value: &[u8]) -> String {
        let mac = keyed(&self.derive(b"envaudit fingerprint v1"))
            .chain_update(key_name.as_bytes())
            .chain_update([0])
            .chain_update(value)
            .finalize()
            .into_bytes();
        format!("{}:{}", self.id(), HEXLOWER.encode(&mac[..16]))
    }

    /// HKDF-SHA256 without a salt.
    fn derive(&self, info: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, &*self.0)
            .expand(info, &mut *key)
            .expect("32 bytes are within what HKDF-SHA256 can expand to");
        key
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.id())
    }
}

fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

/// The public name of a [`MasterKey`]: 16 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 16]);

impl KeyId {
    /// Reads 16 lower-case hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        let id: [u8; 16] = text.as_bytes().try_into().ok()?;
        id.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')).then_some(KeyId(id))
    }

    /// The 16 digits.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).expect("hex digits are ASCII")
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The key of the events' hashes, ready for use: its two first blocks are hashed already.
#[derive(Clone)]
pub struct ChainKey(Hmac256);

impl ChainKey {
    /// HMAC-SHA256 of these bytes.
    pub fn hash(&self, bytes: &[u8]) -> EventHash {
        self.0.hash(bytes)
    }
}

impl fmt::Debug for ChainKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChainKey")
    }
}

/// How the events of a ledger are hashed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Hasher {
    /// HMAC-SHA256: who has no key can neither write nor forge.
    Keyed(KeyId, ChainKey),
    /// SHA-256: finds accidents, and not those who can write.
    Unkeyed,
}

impl Hasher {
    /// The hasher of a key.
    pub fn keyed(key: &MasterKey) -> Self {
        Hasher::Keyed(key.id(), key.chain_key())
    }

    /// The hash of the bytes of a line that stand before its `,"event_hash":"`.
    pub fn hash(&self, bytes: &[u8]) -> EventHash {
        match self {
            Hasher::Keyed(_, key) => key.hash(bytes),
            Hasher::Unkeyed => sha256(bytes),
        }
    }

    /// The key's name, if there is a key.
    pub fn key_id(&self) -> Option<KeyId> {
        match self {
            Hasher::Keyed(id, _) => Some(*id),
            Hasher::Unkeyed => None,
        }
    }
}

/// The keys a ledger is written and read with: the current one, and those that were current once.
///
/// ```
/// use envaudit::ledger::{KeyRing, MasterKey};
///
/// let ring = KeyRing::new(MasterKey::from_bytes([2; 32])).retired(MasterKey::from_bytes([1; 32]));
/// assert!(ring.hasher(MasterKey::from_bytes([1; 32]).id()).is_some());
/// assert!(ring.hasher(MasterKey::from_bytes([3; 32]).id()).is_none());
/// ```
#[derive(Clone)]
pub struct KeyRing {
    current: MasterKey,
    keys: BTreeMap<KeyId, (MasterKey, Hasher)>,
}

impl KeyRing {
    /// A ring with this key alone.
    pub fn new(current: MasterKey) -> Self {
        let ring = KeyRing { current: current.clone(), keys: BTreeMap::new() };
        ring.retired(current)
    }

    /// Adds a key that only older events were hashed with.
    #[must_use]
    pub fn retired(mut self, key: MasterKey) -> Self {
        let hasher = Hasher::keyed(&key);
        self.keys.insert(key.id(), (key, hasher));
        self
    }

    /// A ring whose current key is another, and this one's keys are retired.
    #[must_use]
    pub fn rotated_to(mut self, key: MasterKey) -> Self {
        self.current = key.clone();
        self.retired(key)
    }

    /// The key that new events are hashed with.
    pub fn current(&self) -> &MasterKey {
        &self.current
    }

    /// The key of this name, current or retired.
    pub fn key(&self, id: KeyId) -> Option<&MasterKey> {
        self.keys.get(&id).map(|(key, _)| key)
    }

    /// The hasher of the key of this name, current or retired.
    pub fn hasher(&self, id: KeyId) -> Option<&Hasher> {
        self.keys.get(&id).map(|(_, hasher)| hasher)
    }

    /// The names of all keys.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> + '_ {
        self.keys.keys().copied()
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing")
            .field("current", &self.current.id())
            .field("all", &self.keys.keys())
            .finish()
    }
}

/// Why a text is no [`MasterKey`]. Nothing of the text is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// Not 64 characters long.
    Length {
        /// How many characters there are.
        found: usize,
    },
    /// 64 characters, not all of which are hex digits.
    NotHex,
    /// 64 characters, and a line break as Windows writes it.
    CarriageReturn,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyError::Length { found } => {
                write!(f, "a key is 64 hex digits, this has {found} characters")?
            }
            KeyError::NotHex => f.write_str("a key is 64 hex digits, this has other characters")?,
            KeyError::CarriageReturn => {
                return f.write_str(
                    "the line ends as Windows writes it (CR LF), and a key has at most an LF behind its 64 hex digits; \
                     take the CR away, for example with `tr -d '\\r'`",
                );
            }
        }
        f.write_str("; make one with `openssl rand -hex 32`")
    }
}

impl std::error::Error for KeyError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting() -> MasterKey {
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = at as u8;
        }
        MasterKey::from_bytes(bytes)
    }

    // The expected values come from Python's hmac and hashlib.
    #[test]
    fn derivations_are_those_of_an_independent_implementation() {
        let key = counting();
        assert_eq!(key.id().as_str(), "6d1eebd7d986e8c3");
        assert_eq!(
            HEXLOWER.encode(&*key.derive(b"envaudit chain v1")),
            "e098e16685afb2f09c7090f74ee64bfff87cc1834aefe4f18245920a45107758"
        );
        assert_eq!(
            HEXLOWER.encode(&*key.checkpoint_seed()),
            "1f522e444978488b17c07f9f4886ab67b61c4e0a7707d13e94fbe9f013681261"
        );
        assert_eq!(
            key.fingerprint("DB_PASSWORD", b"hunter2"),
            "6d1eebd7d986e8c3:863758990b05db67d373460558822f0b"
        );
        assert_eq!(
            HEXLOWER.encode(&key.chain_key().hash(b"abc")),
            "502288c754149d69d517b9807f8b7b15c2e4e7c69f57bb8f3ae34bc8bfaa6254"
        );
    }

    #[test]
    fn a_key_is_64_hex_digits_and_at_most_one_newline() {
        let hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
        for good in [hex.to_owned(), format!("{hex}\n"), hex.to_uppercase()] {
            assert_eq!(MasterKey::from_hex(&good).unwrap().id(), counting().id(), "{good:?}");
        }
        let bad = [
            (String::new(), KeyError::Length { found: 0 }),
            (format!("{hex}\n\n"), KeyError::Length { found: 65 }),
            (format!(" {hex}"), KeyError::Length { found: 65 }),
            (format!("{hex}\r\n"), KeyError::CarriageReturn),
            (format!("{hex}\r"), KeyError::CarriageReturn),
            (format!("{hex}\r\n\n"), KeyError::Length { found: 66 }),
            (hex[..63].to_owned(), KeyError::Length { found: 63 }),
            (format!("0x{}", &hex[2..]), KeyError::NotHex),
            (format!("é{}", &hex[2..]), KeyError::NotHex),
        ];
        for (text, expected) in bad {
            assert_eq!(MasterKey::from_hex(&text).unwrap_err(), expected, "{text:?}");
        }
    }

    #[test]
    fn no_debug_output_has_key_material() {
        let ring = KeyRing::new(counting());
        let shown = format!("{:?} {:?} {:?}", counting(), ring, ring.hasher(counting().id()));
        assert!(!shown.contains("000102"), "{shown}");
        assert!(!shown.contains("0, 1, 2"), "{shown}");
        assert!(shown.contains("6d1eebd7d986e8c3"), "{shown}");
    }
}
