//! Why a text is no key.

use core::fmt;

/// Why a text is no [`MasterKey`](super::MasterKey) or no [`ChainKey`](super::ChainKey). Nothing of the text is in it.
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
    /// Not the lines of chain keys.
    NotChain,
    /// A master key, by its looks, in the place of a chain key.
    MasterForChain,
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
            KeyError::MasterForChain => {
                return f.write_str(
                    "64 hex digits alone are a master key, which is not to be handed over: who has it can sign; \
                     `envaudit ledger chain-key FILE` writes the chain keys that are derived from it",
                );
            }
            KeyError::NotChain => {
                return f.write_str(
                    "a chain key is 16 hex digits, a colon and 64 hex digits, on a line of its own; \
                     `envaudit ledger chain-key FILE` writes those of a ledger",
                );
            }
        }
        f.write_str("; make one with `openssl rand -hex 32`")
    }
}

impl std::error::Error for KeyError {}
