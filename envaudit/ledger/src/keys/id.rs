//! The names of keys.

use core::fmt;

use data_encoding::HEXLOWER;

/// The public name of a [`MasterKey`](super::MasterKey): 16 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 16]);

impl KeyId {
    pub(super) fn of_bytes(bytes: &[u8; 8]) -> Self {
        let mut id = [0; 16];
        HEXLOWER.encode_mut(bytes, &mut id);
        KeyId(id)
    }

    /// Reads 16 lower-case hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        KeyId::of_digits(text.as_bytes().try_into().ok()?)
    }

    /// Reads 16 lower-case hex digits.
    pub(crate) fn of_digits(digits: &[u8; 16]) -> Option<Self> {
        // Without branches, all of them are examined at once.
        let is_hex = |byte: u8| byte.is_ascii_digit() | (byte.wrapping_sub(b'a') < 6);
        digits.iter().fold(true, |all, &byte| all & is_hex(byte)).then_some(KeyId(*digits))
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
