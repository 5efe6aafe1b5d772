//! The secret that all keys are derived from.

use core::fmt;

use data_encoding::HEXLOWER;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::error::KeyError;
use super::guessable::is_guessable;
use super::id::KeyId;

/// The secret that all keys of a ledger are derived from: 32 bytes, written as 64 hex digits.
///
/// It is wiped from memory when dropped. `Debug` shows its [`KeyId`] alone.
///
/// ```
/// use envaudit_ledger::MasterKey;
///
/// let key = MasterKey::from_hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n")?;
/// assert_eq!(key.id().as_str(), "6d1eebd7d986e8c3");
/// assert!(MasterKey::from_hex("changeme").is_err());
/// # Ok::<(), envaudit_ledger::keys::KeyError>(())
/// ```
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl MasterKey {
    /// Reads 64 hex digits, as in a variable or a file; one final newline is allowed.
    ///
    /// # Errors
    ///
    /// When the text is anything else. The error has its length, and nothing of its content.
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

    /// Whether an attacker would try the key early: a pattern, a sequence, the hash of a common word.
    #[doc(hidden)]
    pub fn is_guessable(&self) -> bool {
        is_guessable(&self.0)
    }

    /// The 64 hex digits and a newline: the content of a key file.
    pub fn to_hex(&self) -> Zeroizing<String> {
        let mut text = HEXLOWER.encode(&*self.0);
        text.push('\n');
        Zeroizing::new(text)
    }

    /// The public name of the key, which every line carries.
    pub fn id(&self) -> KeyId {
        let digest =
            Sha256::new().chain_update(b"envaudit kid v1").chain_update(*self.0).finalize();
        KeyId::of_bytes(digest[..8].try_into().expect("a digest is longer than 8 bytes"))
    }

    /// The seed of the Ed25519 key that signs checkpoints.
    pub fn checkpoint_seed(&self) -> Zeroizing<[u8; 32]> {
        self.derive(b"envaudit checkpoint v1")
    }

    /// The fingerprint of a value: `kid:hex`. It changes with the value and says nothing of it to those without the key.
    ///
    /// ```
    /// # use envaudit_ledger::MasterKey;
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

    pub(super) fn bytes(&self) -> Zeroizing<[u8; 32]> {
        self.0.clone()
    }

    /// HKDF-SHA256 without a salt.
    pub(super) fn derive(&self, info: &[u8]) -> Zeroizing<[u8; 32]> {
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
