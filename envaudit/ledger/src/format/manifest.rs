//! `ledger.json`: the description of a ledger, written once when it is created.

use core::fmt;

use data_encoding::HEXLOWER;
use uuid::Uuid;

use crate::format::json::{ScanError, Scanner};
use crate::format::line::{LineError, parse_hash};
use crate::format::timestamp::Timestamp;
use crate::keys::KeyId;

/// The version of the ledger format.
pub const FORMAT_VERSION: u64 = 1;

/// How the events of a ledger are hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC-SHA256 under a key derived from the master key.
    HmacSha256,
    /// SHA-256, for a ledger that was explicitly created without a key.
    Sha256,
}

impl Algorithm {
    /// Its name in `ledger.json`.
    pub const fn name(self) -> &'static str {
        match self {
            Algorithm::HmacSha256 => "hmac-sha256",
            Algorithm::Sha256 => "sha256",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The content of `ledger.json`.
///
/// ```
/// use envaudit_ledger::format::{Algorithm, Manifest};
///
/// let manifest = Manifest::parse(
///     b"{\"format\":1,\"chain\":\"0197f0c0-5b1e-7a3e-9c1e-0123456789ab\",\"algorithm\":\"sha256\",\"created\":\"2026-11-30T12:00:00.000000Z\"}\n",
/// )?;
/// assert_eq!(manifest.algorithm(), Algorithm::Sha256);
/// # Ok::<(), envaudit_ledger::format::LineError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    pub(crate) ledger_id: Uuid,
    pub(crate) keys: Option<ManifestKeys>,
    pub(crate) created: Timestamp,
}

/// The first keys of a keyed ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ManifestKeys {
    /// The name of the key of the first events.
    pub kid: KeyId,
    /// The public half of the Ed25519 key that signs checkpoints. Give it to verifiers in another way, too.
    pub checkpoint_key: [u8; 32],
}

impl Manifest {
    /// Reads the file: one object, its members in one order, and a newline.
    ///
    /// # Errors
    ///
    /// When it is anything else; the error has the byte of the difference.
    pub fn parse(bytes: &[u8]) -> Result<Self, LineError> {
        let text =
            str::from_utf8(bytes).map_err(|error| LineError::new(error.valid_up_to(), "UTF-8"))?;
        Manifest::scan(&mut Scanner::new(text))
            .map_err(|ScanError { at, expected }| LineError::new(at, expected))
    }

    fn scan(scanner: &mut Scanner<'_>) -> Result<Self, ScanError> {
        scanner.expect("{\"format\":1,\"chain\":")?;
        let ledger_id = value(scanner, "a lower-case UUID", |text| {
            Uuid::try_parse(text).ok().filter(|ledger_id| ledger_id.to_string() == text)
        })?;
        scanner.expect(",\"algorithm\":")?;
        let algorithm = value(scanner, "hmac-sha256 or sha256", |text| {
            [Algorithm::HmacSha256, Algorithm::Sha256]
                .into_iter()
                .find(|known| known.name() == text)
        })?;
        let keys = match algorithm {
            Algorithm::Sha256 => None,
            Algorithm::HmacSha256 => {
                scanner.expect(",\"kid\":")?;
                let kid = value(scanner, "16 lower-case hex digits", KeyId::parse)?;
                scanner.expect(",\"checkpoint_key\":")?;
                let checkpoint_key = value(scanner, "64 lower-case hex digits", parse_hash)?;
                Some(ManifestKeys { kid, checkpoint_key })
            }
        };
        scanner.expect(",\"created\":")?;
        let created = value(scanner, "a timestamp", Timestamp::parse)?;
        scanner.expect("}")?;
        if scanner.rest() != b"\n" {
            return scanner.fail("a newline and the end of the file");
        }
        Ok(Manifest { ledger_id, keys, created })
    }

    /// The bytes of the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let keys = self.keys.as_ref().map_or_else(String::new, |keys| {
            let public = HEXLOWER.encode(&keys.checkpoint_key);
            format!(",\"kid\":\"{}\",\"checkpoint_key\":\"{public}\"", keys.kid)
        });
        format!(
            "{{\"format\":{FORMAT_VERSION},\"chain\":\"{}\",\"algorithm\":\"{}\"{keys},\"created\":\"{}\"}}\n",
            self.ledger_id,
            self.algorithm(),
            self.created,
        )
        .into_bytes()
    }

    /// The id of the ledger: every line carries it.
    pub fn ledger_id(&self) -> Uuid {
        self.ledger_id
    }

    /// How events are hashed.
    pub fn algorithm(&self) -> Algorithm {
        if self.keys.is_some() { Algorithm::HmacSha256 } else { Algorithm::Sha256 }
    }

    /// The first keys of the ledger; `None` if it has no key.
    pub fn keys(&self) -> Option<&ManifestKeys> {
        self.keys.as_ref()
    }

    /// When the ledger was created.
    pub fn created(&self) -> Timestamp {
        self.created
    }
}

fn value<T>(
    scanner: &mut Scanner<'_>,
    expected: &'static str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<T, ScanError> {
    let at = scanner.at();
    read(scanner.string()?).ok_or(ScanError { at, expected })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_read_back_and_nothing_else_is_one() {
        let ledger_id = Uuid::from_u128(0x0197_f0c0_5b1e_7a3e_9c1e_0123_4567_89ab);
        let created = Timestamp::parse("2026-11-30T12:00:00.000000Z").unwrap();
        let kid = KeyId::parse("6d1eebd7d986e8c3").unwrap();
        let keys = Some(ManifestKeys { kid, checkpoint_key: [0xab; 32] });
        for keys in [keys, None] {
            let manifest = Manifest { ledger_id, keys, created };
            let bytes = manifest.to_bytes();
            assert_eq!(Manifest::parse(&bytes).unwrap(), manifest);
            for cut in 0..bytes.len() {
                assert!(Manifest::parse(&bytes[..cut]).is_err(), "{cut}");
            }
        }
        let text = String::from_utf8(Manifest { ledger_id, keys, created }.to_bytes()).unwrap();
        let changes = [
            ("\"format\":1", "\"format\":2"),
            ("hmac-sha256", "sha256"),
            ("hmac-sha256", "hmac-md5"),
            ("0197f0c0", "0197F0C0"),
            ("\"kid\"", "\"kid\":\"6d1eebd7d986e8c3\",\"kid\""),
            ("}", ",\"more\":1}"),
        ];
        for (from, to) in changes {
            assert!(
                Manifest::parse(text.replacen(from, to, 1).as_bytes()).is_err(),
                "{from} -> {to}"
            );
        }
    }
}
