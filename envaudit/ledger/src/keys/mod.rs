//! The keys of a ledger, and values derived from them.

mod chain;
mod error;
pub(crate) mod file;
mod guessable;
pub(crate) mod hash;
mod id;
mod master;
mod ring;
mod written;

pub use self::chain::{ChainKey, ChainKeys, EventHash, Hasher, NO_HASH};
pub use self::error::KeyError;
pub use self::id::KeyId;
pub use self::master::MasterKey;
pub use self::ring::KeyRing;

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

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
            key.chain_key().to_text().as_str(),
            "6d1eebd7d986e8c3:e098e16685afb2f09c7090f74ee64bfff87cc1834aefe4f18245920a45107758\n"
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
        let shown = format!(
            "{:?} {:?} {:?} {:?}",
            counting(),
            ring,
            ring.hasher(counting().id()),
            ring.chain_keys()
        );
        assert!(!shown.contains("000102"), "{shown}");
        assert!(!shown.contains("0, 1, 2"), "{shown}");
        assert!(!shown.contains("e098e1") && !shown.contains("224, 152"), "{shown}");
        assert!(shown.contains("6d1eebd7d986e8c3"), "{shown}");
    }
}
